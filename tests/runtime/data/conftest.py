"""A small folder in the layout of iChallenge-PM, for the tests of each room."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.runs.palm_folder import make_palm


@pytest.fixture
def palm(tmp_path: Path) -> Path:
    return make_palm(tmp_path / "palm")
