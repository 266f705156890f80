"""Files that are either whole or unchanged, whatever happens while they are written."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pmruntime.problems import UserError


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A path to write to; afterwards it is synced to disk and renamed to `path`.

    It lies in a folder of its own beside `path`, since the libraries that write to it
    may make temporary files there too. A file that is replaced passes on its mode. A
    failure leaves the earlier file as it was and no other behind; OSError where the
    disk is full or refuses. What a killed process leaves behind, `leftovers` finds.
    """
    folder = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    beside = folder / path.name
    try:
        folder.mkdir(exist_ok=True)
        yield beside
        with open(beside, "rb+") as file:
            os.fsync(file.fileno())
        if path.exists():
            os.chmod(beside, path.stat().st_mode & 0o777)
        os.replace(beside, path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """`written_whole`, where a full or refusing disk is a UserError."""
    try:
        with written_whole(path) as beside:
            yield beside
    except OSError as error:
        raise cannot_write(path, error.strerror or str(error)) from error


def cannot_write(path: Path, reason: str) -> UserError:
    """The problem of a file that could not be replaced."""
    kept = "the file of before is whole" if path.exists() else "nothing is left of it"
    return UserError(
        f"cannot write `{path}`: {reason}; {kept}",
        "make room on the disk, or mend its permissions; an interrupted training then "
        "goes on with `--resume`",
    )


def check_replaceable(
    record: Path, form: str, what: str, present: Sequence[str], force: bool
) -> None:
    """Raise UserError where a `what` must not be written into the folder of `record`.

    `present` are the files there that it would replace. That needs `force`, and never
    happens to the files of others: `record` tells ours, as JSON of the format `form`.
    """
    folder = record.parent
    if folder.exists() and not folder.is_dir():
        raise UserError(f"`{folder}` is a file, not a folder")
    if present and not _has_format(record, form):
        raise UserError(
            f"`{folder}` holds `{present[0]}`, but no {what}: it would be lost",
            "choose another folder with `--out`",
        )
    if present and not force:
        raise UserError(
            f"`{folder}` already holds {'an' if what[0] in 'aeiou' else 'a'} {what}",
            "choose another folder with `--out`, or replace it with `--force`",
        )


def _has_format(path: Path, form: str) -> bool:
    try:
        return read_json(path).get("format") == form
    except UserError:
        return False


def leftovers(path: Path) -> list[Path]:
    """The folders that `replacing` left beside `path` where its process was killed."""
    return sorted(path.parent.glob(f".{glob.escape(path.name)}.[0-9]*.tmp"))


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
