"""Sources of labelled images. `open_data` finds the reader; training knows no source.

A new named source is entered in NAMED, a new kind of folder of images in
folders/kinds.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pmruntime.data.arrays.digits import read_digits
from pmruntime.data.arrays.idx import IDX_KIND, is_idx_folder, read_idx
from pmruntime.data.dataset import Data, Split
from pmruntime.data.folders.image_folder import read_image_folder
from pmruntime.data.folders.kinds import DESCRIPTIONS, is_image_folder
from pmruntime.data.folders.parallel import OnProgress
from pmruntime.data.preprocessing import TUTORIAL, Preprocessing
from pmruntime.problems import UserError

__all__ = ["Data", "Preprocessing", "Split", "open_data"]


NAMED: dict[str, Callable[[], Data]] = {"digits": read_digits}


def open_data(
    name: str,
    preprocessing: Preprocessing = TUTORIAL,
    *,
    drop_copies: bool = False,
    progress: OnProgress | None = None,
) -> Data:
    """Read a named source or a folder, its images prepared as `preprocessing` says.

    With `drop_copies` an image file that occurs again, byte for byte, is left out: in
    validation where it is in training too, else all but the first within a split.
    `progress` is called, in this thread, with how many images of a split are decoded,
    of how many. Raises UserError for an unknown name or kind of folder, and for faults
    in the data.
    """
    if name in NAMED:
        return _as_arrays(NAMED[name](), preprocessing)
    folder = Path(name)
    if not folder.is_dir():
        names = ", ".join(f"`{known}`" for known in NAMED)
        raise UserError(
            f"no data `{name}`: it is no folder, and no name known here",
            f"give a folder, or one of {names}",
        )
    if is_idx_folder(folder):
        return _as_arrays(read_idx(folder), preprocessing)
    if is_image_folder(folder):
        return read_image_folder(folder, preprocessing, drop_copies, progress)
    raise UserError(
        f"the folder `{name}` holds no data of a known kind",
        f"known kinds: {DESCRIPTIONS}; {IDX_KIND}",
    )


def _as_arrays(data: Data, preprocessing: Preprocessing) -> Data:
    """Data of arrays, with the preprocessing that makes image files equal in form: this
    is what `predict` applies."""
    return replace(data, preprocessing=preprocessing.of_images(data.image_shape))
