"""Silence for libraries that print from C++, not through Python's streams."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def kept_quiet() -> Iterator[Callable[[], str]]:
    """Capture everything that the process prints. Yields a function that returns the
    output so far, for the message about a failure."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:

        def text() -> str:
            log.flush()
            log.seek(0)
            return log.read()

        sys.stdout.flush()
        sys.stderr.flush()
        kept = [os.dup(1), os.dup(2)]
        try:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
            # Python's streams too, which may be others than those of the process.
            with contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
                yield text
        finally:
            log.flush()
            for number, copy in enumerate(kept, start=1):
                os.dup2(copy, number)
                os.close(copy)
