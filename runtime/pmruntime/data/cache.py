"""Decoded images kept as one memory-mapped file, so that no epoch decodes again.

`pmgen data prepare` makes it: `.pmgen-cache/KEY.npy` in the data's folder, uint8
[n, C, H, W]. KEY is a digest of the files' names, sizes and times of change and of the
settings that pixels depend on; so a cache that does not fit is simply not found.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pmruntime.data.listing import Entry
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.files import replacing

FOLDER = ".pmgen-cache"
_FORMAT = 1  # to be raised when the same settings come to mean other pixels


def cached_images(
    entries: Sequence[Entry],
    preprocessing: Preprocessing,
    folder: Path,
    cache: Path | None = None,
) -> NDArray[np.uint8] | None:
    """The memory-mapped images of these entries, or None where no cache fits."""
    path = _path(entries, preprocessing, cache or folder / FOLDER)
    if path is None or not path.is_file():
        return None
    try:
        images: NDArray[np.uint8] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError):
        return None  # torn by other hands; decoding finds the truth again
    assert preprocessing.size is not None
    shape = (len(entries), preprocessing.channels, *preprocessing.size)
    return images if images.shape == shape and images.dtype == np.uint8 else None


def write_cache(
    images: NDArray[np.uint8],
    entries: Sequence[Entry],
    preprocessing: Preprocessing,
    folder: Path,
    cache: Path | None = None,
) -> Path:
    """Keep decoded images, uint8 [n, C, H, W]; returns the file.

    Written beside and renamed: two processes that do so at once leave one whole file.
    """
    where = cache or folder / FOLDER
    where.mkdir(parents=True, exist_ok=True)
    path = _path(entries, preprocessing, where)
    if path is None:
        raise FileNotFoundError("an image was taken away meanwhile")
    with replacing(path) as beside, open(beside, "wb") as file:
        np.save(file, images, allow_pickle=False)
    return path


def _path(
    entries: Sequence[Entry], preprocessing: Preprocessing, folder: Path
) -> Path | None:
    """Where a cache of these files and settings lies; None where a file is missing."""
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
