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
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pmruntime.data.folders.listing import Entry
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.files import replacing
from pmruntime.problems import UserError

FOLDER = ".pmgen-cache"
_FORMAT = 2  # increase it when the same settings give other pixels than before


@dataclass(frozen=True)
class SplitFiles:
    """The files of a split in the data's `folder`, and the settings for them, which
    have a size."""

    entries: Sequence[Entry]
    preprocessing: Preprocessing
    folder: Path

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(n, C, H, W) of the images decoded."""
        assert self.preprocessing.size is not None
        channels = self.preprocessing.channels
        return (len(self.entries), channels, *self.preprocessing.size)

    def cached_images(self) -> NDArray[np.uint8] | None:
        """The memory-mapped images, or None where no cache fits."""
        path = self._path()
        if path is None:
            return None
        try:
            # This reads .npy files only; np.load would accept archives and pickles too.
            images = np.lib.format.open_memmap(path, mode="r")
        except (OSError, ValueError):
            return None  # missing or damaged: the images are decoded again
        fits = images.shape == self.shape and images.dtype == np.uint8
        return images if fits else None

    def write_cache(self, fill: Callable[[NDArray[np.uint8]], object]) -> Path:
        """Call `fill` with an array to fill, uint8 [n, C, H, W]: a memory-mapped file,
        which need not fit into memory. Returns the path of the file.

        It is written under another name and renamed: two processes that write at once
        leave one complete file, and one that fails leaves none. Raises UserError where
        an image is missing or nothing can be written.
        """
        path = self._path()
        if path is None:
            raise UserError(
                f"an image in `{self.folder}` is gone or cannot be reached",
                f"`pmgen data check {self.folder}` names it",
            )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as beside:
                images = np.lib.format.open_memmap(
                    beside, mode="w+", dtype=np.uint8, shape=self.shape
                )
                fill(images)
                images.flush()
                del images  # Windows cannot rename a file that is mapped
        except OSError as error:
            raise UserError(
                f"cannot write the cache in `{path.parent}`: {error.strerror or error}",
                "it needs room, and a folder that you may write to",
            ) from error
        return path

    def _path(self) -> Path | None:
        """The path for the cache; None where one of the files is missing."""
        settings = self.preprocessing
        facts: list[object] = [_FORMAT, settings.size, settings.resize, settings.color]
        try:
            for entry in self.entries:
                stat = entry.path.stat()
                facts.append([entry.name, stat.st_size, stat.st_mtime_ns])
        except OSError:
            return None
        key = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:24]
        return self.folder / FOLDER / f"{key}.npy"
