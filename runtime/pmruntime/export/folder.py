"""The folder of an export: written completely or not at all; no other file is lost."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pmruntime.files import check_replaceable
from pmruntime.problems import UserError

FORMAT = "pmgen export 1"
RECORD = "preprocessing.json"
README = "README.md"
PROGRAM = "classify.py"
# Every file that an export may hold, in any format and with any Paddle.
FILES = frozenset(
    (
        RECORD,
        README,
        PROGRAM,
        "model.onnx",
        "model.json",
        "model.pdmodel",
        "model.pdiparams",
        "model.pdiparams.info",
    )
)


def check_free(out: Path, force: bool) -> None:
    """Raise UserError where `out` must not be written.

    An empty folder is free. An earlier export is replaced only with `force`, and never
    if it holds other files too.
    """
    present = sorted(path.name for path in out.iterdir()) if out.is_dir() else []
    foreign = [name for name in present if name not in FILES]
    # Where files are foreign, `--force` is not what to propose.
    check_replaceable(out / RECORD, FORMAT, "export", present, force or bool(foreign))
    if foreign:
        raise UserError(
            f"`{out}` holds `{foreign[0]}` beside an export: it would be lost",
            "move it away, or choose another folder with `--out`",
        )


@contextlib.contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Yields an empty folder beside `out`; at the end its files are synced to disk and
    it is renamed to `out`.

    After a failure `out` is as before and no other file remains. Call check_free first.
    """
    out = out.resolve()
    made = [parent for parent in out.parents if not parent.exists()]
    beside = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        beside.mkdir(parents=True)
        yield beside
        for file in beside.iterdir():
            with open(file, "rb+") as opened:
                os.fsync(opened.fileno())
        _replace(out, beside)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        for parent in made:
            with contextlib.suppress(OSError):
                parent.rmdir()
        raise


def _replace(out: Path, new: Path) -> None:
    if not out.exists():
        new.rename(out)
        return
    old = out.with_name(f".{out.name}.{os.getpid()}.old")
    out.rename(old)
    try:
        new.rename(out)
    except BaseException:
        old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
