"""Data that a tiny network learns in a second; a fixture, not a test."""

from __future__ import annotations

import numpy as np
from pmruntime.data.dataset import Data, Split


def make_tiny_data(num_classes: int = 3, train: int = 45, val: int = 37) -> Data:
    """Noise whose brightness grows with the class. Neither count is a whole batch."""
    rng = np.random.default_rng(5)

    def split(n: int) -> Split:
        labels = np.arange(n) % num_classes
        noise = rng.integers(0, 60, size=(n, 1, 4, 4))
        images = noise + (labels * 90)[:, None, None, None]
        return Split(images.astype(np.uint8), labels.astype(np.int64))

    return Data("noise", split(train), split(val), num_classes)
