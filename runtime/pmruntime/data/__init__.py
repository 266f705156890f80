"""Sources of labelled images. `open_data` finds the reader; the loop knows none.

A new named source is entered in NAMED, a new kind of image folder in
image_folder.KINDS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pmruntime.data.arrays.digits import read_digits
from pmruntime.data.arrays.idx import IDX_KIND, is_idx_folder, read_idx
from pmruntime.data.dataset import Data, Split, iterate_batches
from pmruntime.data.folders.image_folder import (
    KINDS,
    is_image_folder,
    read_image_folder,
)
from pmruntime.data.folders.listing import Progress
from pmruntime.data.preprocessing import TUTORIAL, Preprocessing
from pmruntime.problems import UserError

__all__ = ["Data", "Preprocessing", "Split", "iterate_batches", "open_data"]


NAMED: dict[str, Callable[[], Data]] = {"digits": read_digits}


def open_data(
    name: str,
    preprocessing: Preprocessing = TUTORIAL,
    *,
    drop_copies: bool = False,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Data:
    """Read a named source or a folder, its images prepared as `preprocessing` says.

    With `drop_copies` validation images that are byte for byte in the training split
    are left out, and later copies within a split. `cache` is a folder of decoded images
    elsewhere than in the data's own. `progress` is called, in this thread, with how
    many images of how many of a split are decoded. Raises UserError where `name` is
    neither, or where its reader finds fault.
    """
    if name in NAMED:
        return _taken_as_they_are(NAMED[name](), preprocessing)
    folder = Path(name)
    if not folder.is_dir():
        names = ", ".join(f"`{known}`" for known in NAMED)
        raise UserError(
            f"no data `{name}`: it is no folder, and no name known here",
            f"give a folder, or one of {names}",
        )
    if is_idx_folder(folder):
        return _taken_as_they_are(read_idx(folder), preprocessing)
    if is_image_folder(folder):
        return read_image_folder(folder, preprocessing, drop_copies, cache, progress)
    kinds = "; ".join([*(describes for describes, _, _ in KINDS), IDX_KIND])
    raise UserError(
        f"the folder `{name}` holds no data of a known kind", f"known kinds: {kinds}"
    )


def _taken_as_they_are(data: Data, preprocessing: Preprocessing) -> Data:
    """Arrays with a record by which image files are made like them, for `predict`."""
    channels, height, width = data.image_shape
    color = "GRAY" if channels == 1 else preprocessing.color
    made_like = replace(preprocessing, size=(height, width), color=color)
    return replace(data, preprocessing=made_like)
