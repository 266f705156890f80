"""A folder of images as `Data`: listed, decoded, resized; in memory or in a cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pmruntime.data.dataset import Data, Split, make_data
from pmruntime.data.decode import BadImageError, read_image
from pmruntime.data.folders.cache import cached_images, write_cache
from pmruntime.data.folders.class_folders import is_class_folders, list_class_folders
from pmruntime.data.folders.copies import without_copies
from pmruntime.data.folders.csv_tables import is_csv_tables, list_csv_tables
from pmruntime.data.folders.listing import Entry, Fault, Listing, Progress
from pmruntime.data.folders.palm import is_palm, list_palm
from pmruntime.data.folders.parallel import in_threads
from pmruntime.data.opencv import cv2
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.problems import UserError

KINDS: tuple[
    tuple[str, Callable[[Path], bool], Callable[[Path], Listing]], ...
] = (
    ("iChallenge-PM (PALM-Training400, PALM-Validation400)", is_palm, list_palm),
    ("tables (train.csv, val.csv)", is_csv_tables, list_csv_tables),
    ("one folder per class (train/<class>, val/<class>)", is_class_folders,
     list_class_folders),
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
    progress: Progress | None = None,
) -> Data:
    """Both splits of a folder, prepared. One of them may be missing, and is then empty.

    A cache that fits (`build_cache`), in the folder or in `cache`, saves the decoding.
    Raises UserError for faults that would falsify the data.
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
        _split(entries, positions, preprocessing, listing, cache, progress)
        for (_, entries), positions in zip(listing.splits, kept, strict=True)
    )
    classes = listing.class_names
    return make_data(source, train, val, len(classes), classes, preprocessing)


def build_cache(
    folder: Path,
    preprocessing: Preprocessing,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Decode both splits once, into one file each, in the folder's own `.pmgen-cache`
    or in `cache`. `open_data` with the same settings then reads those.

    Returns the files; one that is there and fits is left as it is. It holds copies too,
    and serves with `drop_copies` and without. Raises UserError as `open_data` does, and
    where `folder` holds no images.
    """
    if not is_image_folder(folder):
        kinds = "; ".join(describes for describes, _, _ in KINDS)
        raise UserError(
            f"the folder `{folder}` holds no images of a known kind",
            f"known kinds: {kinds}",
        )
    listing = _sound_listing(folder)
    preprocessing = _with_size(listing, preprocessing)
    return [
        _cache_file(entries, preprocessing, listing, cache, progress)
        for _, entries in listing.splits
        if entries
    ]


def _cache_file(
    entries: list[Entry],
    preprocessing: Preprocessing,
    listing: Listing,
    cache: Path | None,
    progress: Progress | None,
) -> Path:
    images = cached_images(entries, preprocessing, listing.folder, cache)
    if isinstance(images, np.memmap):
        return Path(str(images.filename))

    def fill(out: NDArray[np.uint8]) -> None:
        load_images(entries, preprocessing, listing, out, progress)

    return write_cache(fill, entries, preprocessing, listing.folder, cache)


def load_images(
    entries: Sequence[Entry],
    preprocessing: Preprocessing,
    listing: Listing,
    out: NDArray[np.uint8] | None = None,
    progress: Progress | None = None,
) -> NDArray[np.uint8]:
    """Decoded and resized, uint8 [n, C, H, W], in `out` where that is given.

    `preprocessing` must have a size. Raises UserError naming bad files.
    """
    assert preprocessing.size is not None
    shape = (len(entries), preprocessing.channels, *preprocessing.size)
    images = np.empty(shape, dtype=np.uint8) if out is None else out

    def load(index: int) -> Fault | None:
        entry = entries[index]
        try:
            images[index] = prepare_file(entry.path, preprocessing)
        except BadImageError as error:
            remedy = "replace the file, or take it away"
            return Fault(entry.name, str(error), remedy)
        return None

    faults = in_threads(load, range(len(entries)), progress)
    refuse_faults(listing, [fault for fault in faults if fault is not None])
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


def _sound_listing(folder: Path) -> Listing:
    listing = list_images(folder)
    assert listing is not None  # the caller has asked is_image_folder
    refuse_faults(listing, [fault for fault in listing.faults if fault.serious])
    return listing


def _split(
    entries: list[Entry],
    kept: list[int],
    preprocessing: Preprocessing,
    listing: Listing,
    cache: Path | None,
    progress: Progress | None,
) -> Split:
    images = cached_images(entries, preprocessing, listing.folder, cache)
    chosen = [entries[position] for position in kept]
    if images is None:
        images = load_images(chosen, preprocessing, listing, progress=progress)
    elif len(chosen) < len(entries):
        images = np.asarray(images[kept])  # a cache holds the copies too
    labels = np.array([entry.label for entry in chosen], dtype=np.int64)
    return Split(images, labels, tuple(entry.name for entry in chosen))


def _with_size(listing: Listing, preprocessing: Preprocessing) -> Preprocessing:
    """With the one size that all images have, where none is set.

    Raises UserError where they have several.
    """
    if preprocessing.size is not None:
        return preprocessing
    sizes: dict[tuple[int, int], str] = {}
    for entry in [*listing.train, *listing.val]:
        try:
            height, width = read_image(entry.path).shape[:2]
        except BadImageError as error:
            remedy = "replace the file, or take it away"
            refuse_faults(listing, [Fault(entry.name, str(error), remedy)])
            raise
        sizes.setdefault((height, width), entry.name)
        if len(sizes) > 1:
            told = " and ".join(f"{n} ({h} x {w})" for (h, w), n in sizes.items())
            raise UserError(
                f"the images in `{listing.folder}` have several sizes, and the network "
                f"takes any: {told}",
                "choose one in the recipe: `images: {size: [224, 224]}`",
            )
    return replace(preprocessing, size=next(iter(sizes), (1, 1)))
