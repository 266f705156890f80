"""Silence around libraries that print from C++ past Python's streams."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def kept_quiet() -> Iterator[Callable[[], str]]:
    """Nothing reaches the process's output inside; the function yielded returns what
    was said so far, for a message about a failure."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:

        def text() -> str:
            said.flush()
            said.seek(0)
            return said.read()

        sys.stdout.flush()
        sys.stderr.flush()
        kept = [os.dup(1), os.dup(2)]
        try:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            # Python's streams too: they need not be those of the process.
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                yield text
        finally:
            said.flush()
            for number, copy in enumerate(kept, start=1):
                os.dup2(copy, number)
                os.close(copy)
