"""Splits, and names that are no data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pmruntime.data import open_data
from pmruntime.data.dataset import Split
from pmruntime.problems import UserError


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
