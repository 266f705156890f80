"""Labelled images in memory: one form for every source."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmruntime.data.preprocessing import TUTORIAL, Preprocessing


@dataclass(frozen=True, eq=False)
class Split:
    """Images, uint8 [n, C, H, W], their class numbers, int64 [n], and their names.

    The arrays may be memory-mapped files: only batches are copied. A name is that of
    the file, relative to the data's folder; without files, the position. Raises
    ValueError for other shapes and types.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.images.ndim != 4 or self.images.dtype != np.uint8:
            raise ValueError("images must be uint8 [n, C, H, W]")
        if self.labels.shape != (len(self.images),) or self.labels.dtype != np.int64:
            raise ValueError("labels must be int64 [n], one for each image")
        if not self.names:
            numbers = tuple(f"#{i}" for i in range(len(self.labels)))
            object.__setattr__(self, "names", numbers)
        if len(self.names) != len(self.labels):
            raise ValueError("names must be as many as images")

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Data:
    """A source read completely: the training split and the validation split.

    `source` says in words where they come from. Without names, classes are numbers.
    """

    source: str
    train: Split
    val: Split
    num_classes: int
    class_names: tuple[str, ...] = ()
    preprocessing: Preprocessing = TUTORIAL

    def __post_init__(self) -> None:
        if not self.class_names:
            numbers = tuple(map(str, range(self.num_classes)))
            object.__setattr__(self, "class_names", numbers)

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the shapes, labels and pixels of both splits, in hex, by which
        a run recognises its data."""
        digest = hashlib.sha256()
        for split in (self.train, self.val):
            digest.update(repr(split.images.shape).encode())
            # In a fixed byte order, so that it is the same on every machine.
            digest.update(np.ascontiguousarray(split.labels, dtype="<i8").data)
            digest.update(np.ascontiguousarray(split.images).data)
        return digest.hexdigest()

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
            "class_names": list(self.class_names),
            "image_shape": list(self.image_shape),
            "preprocessing": self.preprocessing.as_json(),
        }
