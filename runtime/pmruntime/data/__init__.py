"""Sources of labelled images. `open_data` finds the reader; the loop knows none.

A new source is a function that returns `Data`, entered in one of the two tables below.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pmruntime.data.dataset import Data, Split, iterate_batches
from pmruntime.data.digits import read_digits
from pmruntime.data.idx import is_idx_folder, read_idx
from pmruntime.data.preprocessing import TUTORIAL, Preprocessing
from pmruntime.problems import UserError

__all__ = ["Data", "Preprocessing", "Split", "iterate_batches", "open_data"]


@dataclass(frozen=True)
class FolderReader:
    """A kind of folder: what it is called, how it is told, how it is read."""

    describes: str
    recognises: Callable[[Path], bool]
    read: Callable[[Path, Preprocessing], Data]


NAMED: dict[str, Callable[[], Data]] = {"digits": read_digits}
FOLDERS: tuple[FolderReader, ...] = (
    FolderReader(
        "MNIST's IDX files (train-images-idx3-ubyte.gz ...)", is_idx_folder, read_idx
    ),
)


def open_data(name: str, preprocessing: Preprocessing = TUTORIAL) -> Data:
    """Read a named source or a folder, its images prepared as `preprocessing` says.

    Raises UserError where it is neither, or where its reader finds fault.
    """
    if name in NAMED:
        return replace(NAMED[name](), preprocessing=preprocessing)
    folder = Path(name)
    if not folder.is_dir():
        names = ", ".join(f"`{known}`" for known in NAMED)
        raise UserError(
            f"no data `{name}`: it is no folder, and no name known here",
            f"give a folder, or one of {names}",
        )
    for reader in FOLDERS:
        if reader.recognises(folder):
            return reader.read(folder, preprocessing)
    kinds = "; ".join(reader.describes for reader in FOLDERS)
    raise UserError(
        f"the folder `{name}` holds no data of a known kind", f"known kinds: {kinds}"
    )
