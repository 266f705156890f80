"""Data in memory: one form for every source."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Split:
    """Images, uint8 [n, C, H, W], and their class numbers, int64 [n].

    Arrays that are memory-mapped files serve as well: only batches are copied.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.images.ndim != 4 or self.images.dtype != np.uint8:
            raise ValueError("images must be uint8 [n, C, H, W]")
        if self.labels.shape != (len(self.images),) or self.labels.dtype != np.int64:
            raise ValueError("labels must be int64 [n], one for each image")

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Data:
    """A source read completely: what to train on, what to validate on.

    `source` says in words where it came from; `fingerprint` is the SHA-256 over
    shapes, labels and pixels of both splits, so that a run can tell its data again.
    """

    source: str
    train: Split
    val: Split
    num_classes: int
    fingerprint: str

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(C, H, W) of every image."""
        channels, height, width = self.train.images.shape[1:]
        return channels, height, width

    def as_json(self) -> dict[str, Any]:
        """What a run records about its data."""
        return {
            "source": self.source,
            "fingerprint": self.fingerprint,
            "train": len(self.train),
            "val": len(self.val),
            "num_classes": self.num_classes,
            "image_shape": list(self.image_shape),
        }


def make_data(source: str, train: Split, val: Split, num_classes: int) -> Data:
    """A `Data` with its fingerprint computed."""
    digest = hashlib.sha256()
    for split in (train, val):
        digest.update(repr(split.images.shape).encode())
        # In a fixed byte order, so that the fingerprint is the same on every machine.
        digest.update(np.ascontiguousarray(split.labels, dtype="<i8").data)
        digest.update(np.ascontiguousarray(split.images).data)
    return Data(source, train, val, num_classes, digest.hexdigest())


def iterate_batches(
    split: Split, batch_size: int, order: NDArray[np.int64] | None = None
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Batches of images, float32 [b, C, H, W] in [-1, 1], and labels, int64 [b].

    `order` gives the positions to visit, else they come as they lie. The last batch
    may be short. Pixels are scaled here, batch by batch, as the tutorial does it, so
    that the data stay uint8 in memory.
    """
    positions = np.arange(len(split)) if order is None else order
    for start in range(0, len(positions), batch_size):
        chosen = positions[start : start + batch_size]
        images = split.images[chosen].astype(np.float32)
        images /= 127.5
        images -= 1.0
        yield images, split.labels[chosen]
