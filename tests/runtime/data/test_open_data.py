"""Names and folders that hold no data."""

from __future__ import annotations

from pathlib import Path

import pytest
from pmruntime.data import open_data
from pmruntime.problems import UserError


def test_unknown_sources(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"(?s)no data `digit`.*`digits`"):
        open_data("digit")
    with pytest.raises(UserError, match=r"(?s)no data of a known kind.*IDX"):
        open_data(str(tmp_path))
