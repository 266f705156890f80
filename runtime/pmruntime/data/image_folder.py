"""A folder of images as `Data`: listed, decoded once, resized, all in memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pmruntime.data.cache import cached_images
from pmruntime.data.class_folders import is_class_folders, list_class_folders
from pmruntime.data.copies import without_copies
from pmruntime.data.csv_tables import is_csv_tables, list_csv_tables
from pmruntime.data.dataset import Data, Split, make_data
from pmruntime.data.decode import BadImageError, read_image
from pmruntime.data.listing import Entry, Fault, Listing
from pmruntime.data.palm import is_palm, list_palm
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.problems import UserError

KINDS: tuple[
    tuple[str, Callable[[Path], bool], Callable[[Path], Listing]], ...
] = (
    ("iChallenge-PM (PALM-Training400, PALM-Validation400)", is_palm, list_palm),
    ("one folder per class (train/<class>, val/<class>)", is_class_folders,
     list_class_folders),
    ("tables (train.csv, val.csv)", is_csv_tables, list_csv_tables),
)  # fmt: skip
_SHOWN = 3  # faults that a message lists before it only counts
_INTERPOLATION = {"linear": cv2.INTER_LINEAR, "area": cv2.INTER_AREA}


def list_images(folder: Path) -> Listing | None:
    """The folder's labelled images and faults; None where it is of no known kind."""
    for _, recognises, read in KINDS:
        if recognises(folder):
            return read(folder)
    return None


def is_image_folder(folder: Path) -> bool:
    """Whether the folder is of one of KINDS."""
    return any(recognises(folder) for _, recognises, _ in KINDS)


def read_image_folder(
    folder: Path,
    preprocessing: Preprocessing,
    drop_copies: bool = False,
    cache: Path | None = None,
) -> Data:
    """Both splits of a folder, prepared. One of them may be missing, and is then empty.

    A cache that fits (pmruntime.data.cache), in the folder or in `cache`, saves the
    decoding. Raises UserError for faults that would falsify the data.
    """
    listing = list_images(folder)
    assert listing is not None  # the caller has asked is_image_folder
    refuse_faults(listing, [f for f in listing.faults if f.serious])
    train, val = listing.train, listing.val
    source = f"{listing.kind} folder {folder.name}"
    if drop_copies:
        before = len(train) + len(val)
        train, val = without_copies(listing)
        source += f", {before - len(train) - len(val)} copies left out"
    if preprocessing.size is None:
        preprocessing = _with_size_of(listing, preprocessing)
    return make_data(
        source,
        _split(train, preprocessing, listing, cache),
        _split(val, preprocessing, listing, cache),
        len(listing.class_names),
        listing.class_names,
        preprocessing,
    )


def load_images(
    entries: Sequence[Entry], preprocessing: Preprocessing, listing: Listing
) -> NDArray[np.uint8]:
    """Decoded and resized, uint8 [n, C, H, W]. Raises UserError naming bad files."""
    assert preprocessing.size is not None
    faults: list[Fault] = []
    images = np.empty(
        (len(entries), preprocessing.channels, *preprocessing.size), dtype=np.uint8
    )

    def load(index: int) -> None:
        entry = entries[index]
        try:
            images[index] = prepare_file(entry.path, preprocessing)
        except BadImageError as error:
            remedy = "replace the file, or take it away"
            faults.append(Fault(entry.name, str(error), remedy))

    # OpenCV lets go of Python's lock while it decodes.
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        list(pool.map(load, range(len(entries))))
    refuse_faults(listing, sorted(faults, key=lambda fault: fault.place))
    return images


def prepare_file(path: Path, preprocessing: Preprocessing) -> NDArray[np.uint8]:
    """One image as networks are shown it but for the scaling of pixels: uint8
    [C, H, W]. Raises BadImageError."""
    image = read_image(path, preprocessing.color)
    if preprocessing.size is not None:
        height, width = preprocessing.size
        image = cv2.resize(
            image,
            (width, height),
            interpolation=_INTERPOLATION[preprocessing.resize],
        ).reshape(height, width, -1)
    return np.ascontiguousarray(image.transpose(2, 0, 1))


def refuse_faults(listing: Listing, faults: Sequence[Fault]) -> None:
    """Raise UserError where there is any, naming the first few."""
    if not faults:
        return
    lines = [f"{fault.place}: {fault.reason}" for fault in faults[:_SHOWN]]
    rest = len(faults) - _SHOWN
    lines += [f"and {rest} more"] if rest > 0 else []
    raise UserError(
        f"the data in `{listing.folder}` cannot be used as they are: "
        + "; ".join(lines),
        f"{faults[0].remedy}; `pmgen data check {listing.folder}` lists everything",
    )


def _split(
    entries: list[Entry],
    preprocessing: Preprocessing,
    listing: Listing,
    cache: Path | None,
) -> Split:
    images = cached_images(entries, preprocessing, listing.folder, cache)
    if images is None:
        images = load_images(entries, preprocessing, listing)
    labels = np.array([entry.label for entry in entries], dtype=np.int64)
    return Split(images, labels, tuple(entry.name for entry in entries))


def _with_size_of(listing: Listing, preprocessing: Preprocessing) -> Preprocessing:
    """The one size that all images have. Raises UserError where there are several."""
    sizes = set()
    for entry in [*listing.train, *listing.val]:
        try:
            sizes.add(read_image(entry.path).shape[:2])
        except BadImageError as error:
            refuse_faults(listing, [Fault(entry.name, str(error), "replace the file")])
        if len(sizes) > 1:
            raise UserError(
                f"the images in `{listing.folder}` have several sizes, and the network "
                "takes any",
                "choose one in the recipe: `images: {size: [224, 224]}`",
            )
    [(height, width)] = sizes or {(1, 1)}
    return Preprocessing(
        (height, width),
        preprocessing.resize,
        preprocessing.color,
        preprocessing.normalize,
    )
