"""Files that are either whole or unchanged, whatever happens while they are written."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pmruntime.problems import UserError


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; afterwards it is synced to disk and renamed.

    A failure on the way leaves the earlier file as it was and no other behind.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield beside
        with open(beside, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def write_atomic(path: Path, content: bytes) -> None:
    """Replace `path` by `content`: written beside it, synced to disk, renamed."""
    with replacing(path) as beside:
        beside.write_bytes(content)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON; a NaN is refused, since it is not JSON."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    write_atomic(path, (text + "\n").encode())


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object of a file. Raises UserError that names the file."""
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise UserError(f"cannot read `{path}`: {error.strerror}") from error
    except ValueError as error:
        raise UserError(f"`{path}` is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise UserError(f"`{path}` does not hold a JSON object")
    return value
