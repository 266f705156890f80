"""Batches are the same whoever prepares them, and differ from epoch to epoch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pmruntime.data.augment import Augmentation
from pmruntime.data.batches import TrainingBatches
from pmruntime.data.dataset import Data, Split
from pmruntime.recipe.recipe import parse_recipe

Image = NDArray[np.uint8]


def noise(*shape: int) -> Image:
    return np.random.default_rng(4).integers(1, 256, shape).astype(np.uint8)


EVERYTHING = {
    "flip_horizontal": 0.5, "rotate": 30, "scale": [0.8, 1.2], "shift": 0.1,
    "crop": 0.7, "brightness": 0.2, "contrast": 0.2, "tint": 0.1,
}  # fmt: skip


def pictures(workers: int, batch_size: int, start: int = 0) -> dict[int, Image]:
    """What the network is shown of every image in epoch 3, by position."""
    train = Split(noise(23, 3, 12, 10), np.zeros(23, dtype=np.int64))
    data = Data("noise", train, train, 2)
    augment = Augmentation(parse_recipe({"augment": EVERYTHING}).augment)
    batches = TrainingBatches(
        data=data, batch_size=batch_size, augmentation=augment, seed=7, workers=workers
    )
    found = {}
    for batch in batches.epoch(3, start):
        assert len(batch.positions) == len(batch.images) == len(batch.labels)
        found.update(zip(batch.positions.tolist(), batch.images, strict=True))
    return found


def test_a_picture_is_the_same_whoever_prepares_it() -> None:
    expected = pictures(0, 4)
    assert sorted(expected) == list(range(23))
    for workers, batch_size, start in ((1, 4, 0), (5, 4, 0), (3, 7, 0), (2, 4, 3)):
        found = pictures(workers, batch_size, start)
        assert len(found) == 23 - start * batch_size
        for position, image in found.items():
            assert np.array_equal(image, expected[position])


def test_epochs_and_seeds_vary_them_anew() -> None:
    data = Data("noise", *(Split(noise(9, 1, 8, 8), np.zeros(9, "int64")),) * 2, 2)
    augment = Augmentation(parse_recipe({"augment": EVERYTHING}).augment)
    seen = set()
    for seed in (1, 2):
        for epoch in (1, 2):
            batches = TrainingBatches(
                data=data, batch_size=9, augmentation=augment, seed=seed, workers=0
            )
            [batch] = batches.epoch(epoch)
            seen.add(batch.images[np.argsort(batch.positions)].tobytes())
            seen.add(batch.positions.tobytes())
    assert len(seen) == 8
