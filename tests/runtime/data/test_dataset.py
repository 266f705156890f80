"""Splits, their batches, and names that are no data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pmruntime.data import open_data
from pmruntime.data.dataset import Split, iterate_batches
from pmruntime.data.preprocessing import TUTORIAL
from pmruntime.problems import UserError


def test_batches_cover_all_and_are_scaled() -> None:
    images = np.array([0, 51, 255, 102, 204], dtype=np.uint8).reshape(5, 1, 1, 1)
    split = Split(images, np.arange(5))
    batches = list(iterate_batches(split, 2, TUTORIAL))
    assert [len(labels) for _, labels in batches] == [2, 2, 1]
    assert np.concatenate([labels for _, labels in batches]).tolist() == [0, 1, 2, 3, 4]
    scaled = np.concatenate([x for x, _ in batches]).reshape(-1)
    assert scaled.dtype == np.float32
    assert scaled == pytest.approx([-1.0, -0.6, 1.0, -0.2, 0.6], abs=1e-6)


def test_a_split_refuses_other_forms() -> None:
    with pytest.raises(ValueError, match="uint8"):
        Split(np.zeros((1, 1, 2, 2)), np.zeros(1, np.int64))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="one for each"):
        Split(np.zeros((1, 1, 2, 2), np.uint8), np.zeros(2, np.int64))


def test_unknown_sources(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"(?s)no data `digit`.*`digits`"):
        open_data("digit")
    with pytest.raises(UserError, match=r"(?s)no data of a known kind.*IDX"):
        open_data(str(tmp_path))
