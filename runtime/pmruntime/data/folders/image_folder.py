"""A folder of images as `Data`: decoded and resized, in memory or in a cache file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pmruntime.data.dataset import Data, Split
from pmruntime.data.decode import BadImageError, read_image
from pmruntime.data.folders.cache import SplitFiles
from pmruntime.data.folders.copies import without_copies
from pmruntime.data.folders.kinds import DESCRIPTIONS, list_images
from pmruntime.data.folders.listing import Entry, Fault, Listing
from pmruntime.data.folders.parallel import OnProgress, in_threads
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.machine.opencv import cv2
from pmruntime.problems import UserError, listed
from pmruntime.recipe.images import RESIZES

_SHOWN = 3  # faults that a message names; it counts the others


def read_image_folder(
    folder: Path,
    preprocessing: Preprocessing,
    drop_copies: bool = False,
    progress: OnProgress | None = None,
) -> Data:
    """Both splits of a folder, decoded and resized. A split that is missing is empty.

    A cache that fits (`build_cache`) saves the decoding. Raises UserError for serious
    faults of the folder and for bad images.
    """
    listing = _sound_listing(folder)
    preprocessing = _with_size(listing, preprocessing)
    source = f"{listing.kind} folder {folder.name}"
    kept = list(range(len(listing.train))), list(range(len(listing.val)))
    if drop_copies:
        before = len(kept[0]) + len(kept[1])
        kept = without_copies(listing)
        dropped = before - len(kept[0]) - len(kept[1])
        source += f", {dropped} {'copy' if dropped == 1 else 'copies'} left out"
    train, val = (
        _read_split(SplitFiles(entries, preprocessing, folder), positions, progress)
        for (_, entries), positions in zip(listing.splits, kept, strict=True)
    )
    classes = listing.class_names
    return Data(source, train, val, len(classes), classes, preprocessing)


def build_cache(
    folder: Path, preprocessing: Preprocessing, progress: OnProgress | None = None
) -> list[Path]:
    """Decode both splits once, into one file each, in the folder's own `.pmgen-cache`.
    `open_data` with the same settings then reads these files.

    Returns the files; an existing one that fits is left as it is. A cache includes
    copies, so it serves with `drop_copies` and without. Raises UserError as `open_data`
    does, and where `folder` holds no images.
    """
    listing = _sound_listing(folder)
    preprocessing = _with_size(listing, preprocessing)
    return [
        _cache_file(SplitFiles(entries, preprocessing, folder), progress)
        for _, entries in listing.splits
        if entries
    ]


def _cache_file(files: SplitFiles, progress: OnProgress | None) -> Path:
    images = files.cached_images()
    if isinstance(images, np.memmap):
        return Path(str(images.filename))
    return files.write_cache(lambda out: _load_images(files, out, progress))


def _load_images(
    files: SplitFiles, images: NDArray[np.uint8], progress: OnProgress | None
) -> None:
    """Decode and resize into `images`, uint8 [n, C, H, W]. Raises UserError naming bad
    files."""

    def load(index: int) -> Fault | None:
        entry = files.entries[index]
        try:
            images[index] = prepare_file(entry.path, files.preprocessing)
        except BadImageError as error:
            return _bad_image(entry, error)
        return None

    faults = in_threads(load, range(len(images)), progress)
    _refuse(files.folder, [fault for fault in faults if fault is not None])


def prepare_file(path: Path, preprocessing: Preprocessing) -> NDArray[np.uint8]:
    """One image file decoded and resized, its pixels not yet normalized: uint8
    [C, H, W]. Raises BadImageError."""
    image = read_image(path, preprocessing.color)
    if preprocessing.size is not None:
        height, width = preprocessing.size
        how = getattr(cv2, RESIZES[preprocessing.resize])
        image = cv2.resize(image, (width, height), interpolation=how)
        image = image.reshape(height, width, -1)
    return np.ascontiguousarray(image.transpose(2, 0, 1))


def _refuse(folder: Path, faults: Sequence[Fault]) -> None:
    """Raise UserError naming the first few faults, if there are any."""
    if not faults:
        return
    lines = [f"{fault.place}: {fault.reason}" for fault in faults]
    raise UserError(
        f"the data in `{folder}` cannot be used as they are: {listed(lines, _SHOWN)}",
        f"{faults[0].remedy}; `pmgen data check {folder}` lists everything",
    )


def _bad_image(entry: Entry, error: BadImageError) -> Fault:
    return Fault(entry.name, str(error), "replace the file, or take it away")


def _sound_listing(folder: Path) -> Listing:
    listing = list_images(folder)
    if listing is None:
        raise UserError(
            f"the folder `{folder}` holds no images of a known kind",
            f"known kinds: {DESCRIPTIONS}",
        )
    _refuse(folder, [fault for fault in listing.faults if fault.serious])
    return listing


def _read_split(
    files: SplitFiles, kept: list[int], progress: OnProgress | None
) -> Split:
    """The images at the positions `kept`, from the cache of all where there is one."""
    images = files.cached_images()
    chosen = [files.entries[position] for position in kept]
    if images is None:
        files = replace(files, entries=chosen)
        images = np.empty(files.shape, dtype=np.uint8)
        _load_images(files, images, progress)
    elif len(kept) < len(images):
        images = np.asarray(images[kept])
    labels = np.array([entry.label for entry in chosen], dtype=np.int64)
    return Split(images, labels, tuple(entry.name for entry in chosen))


def _with_size(listing: Listing, preprocessing: Preprocessing) -> Preprocessing:
    """The settings with a size: where none is set, the one size of all images.

    Raises UserError where images differ in size.
    """
    if preprocessing.size is not None:
        return preprocessing
    sizes: dict[tuple[int, int], str] = {}
    for entry in [*listing.train, *listing.val]:
        try:
            height, width = read_image(entry.path).shape[:2]
        except BadImageError as error:
            _refuse(listing.folder, [_bad_image(entry, error)])
            raise
        sizes.setdefault((height, width), entry.name)
        if len(sizes) > 1:
            listed = " and ".join(f"{n} ({h} x {w})" for (h, w), n in sizes.items())
            raise UserError(
                f"the images in `{listing.folder}` have several sizes, and the network "
                f"takes any: {listed}",
                "choose one in the recipe: `images: {size: [224, 224]}`",
            )
    return replace(preprocessing, size=next(iter(sizes), (1, 1)))
