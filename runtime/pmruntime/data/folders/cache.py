"""Decoded images in one memory-mapped file, so that no epoch decodes them again.

`pmgen data prepare` makes it: `.pmgen-cache/KEY.npy` in the data's folder, uint8
[n, C, H, W]. KEY is a digest of the files' names, sizes and modification times and of
the settings that pixels depend on, so a cache that does not fit is not found. The
folder may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pmruntime.data.folders.listing import Entry
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.files import replacing
from pmruntime.problems import UserError

FOLDER = ".pmgen-cache"
_FORMAT = 2  # increase it when the same settings give other pixels than before


def cached_images(
    entries: Sequence[Entry],
    preprocessing: Preprocessing,
    folder: Path,
    cache: Path | None = None,
) -> NDArray[np.uint8] | None:
    """The memory-mapped images of these entries, or None where no cache fits."""
    path = _path(entries, preprocessing, cache or folder / FOLDER)
    if path is None:
        return None
    try:
        # This reads .npy files only; np.load would accept archives and pickles too.
        images = np.lib.format.open_memmap(path, mode="r")
    except (OSError, ValueError):
        return None  # missing or damaged: the images are decoded again
    shape = _shape(entries, preprocessing)
    return images if images.shape == shape and images.dtype == np.uint8 else None


def write_cache(
    fill: Callable[[NDArray[np.uint8]], object],
    entries: Sequence[Entry],
    preprocessing: Preprocessing,
    folder: Path,
    cache: Path | None = None,
) -> Path:
    """Call `fill` with an array to fill, uint8 [n, C, H, W], which is a memory-mapped
    file and need not fit into memory. Returns the path of the file.

    It is written under another name and renamed: two processes that write at once leave
    one complete file, and one that fails leaves none. Raises UserError where an image
    is missing or nothing can be written.
    """
    where = cache or folder / FOLDER
    path = _path(entries, preprocessing, where)
    if path is None:
        raise UserError(
            f"an image in `{folder}` is gone or cannot be reached",
            f"`pmgen data check {folder}` names it",
        )
    try:
        where.mkdir(parents=True, exist_ok=True)
        with replacing(path) as beside:
            images = np.lib.format.open_memmap(
                beside, mode="w+", dtype=np.uint8, shape=_shape(entries, preprocessing)
            )
            fill(images)
            images.flush()
            del images  # Windows cannot rename a file that is mapped
    except OSError as error:
        raise UserError(
            f"cannot write the cache in `{where}`: {error.strerror or error}",
            "it needs room, and a folder that you may write to",
        ) from error
    return path


def _shape(
    entries: Sequence[Entry], preprocessing: Preprocessing
) -> tuple[int, int, int, int]:
    assert preprocessing.size is not None
    return (len(entries), preprocessing.channels, *preprocessing.size)


def _path(
    entries: Sequence[Entry], preprocessing: Preprocessing, folder: Path
) -> Path | None:
    """The path for a cache of these files and settings; None where one is missing."""
    facts: list[object] = [
        _FORMAT,
        preprocessing.size,
        preprocessing.resize,
        preprocessing.color,
    ]
    try:
        for entry in entries:
            stat = entry.path.stat()
            facts.append([entry.name, stat.st_size, stat.st_mtime_ns])
    except OSError:
        return None
    key = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:24]
    return folder / f"{key}.npy"
