"""Sizes of mobile networks: the runtime's, Paddle's, a standalone file's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from paddle.vision.models._utils import _make_divisible
from pmgen.compile import compile_spec
from pmruntime import sizes

from tests.support.networks import judge
from tests.support.paths import ROOT

pytestmark = pytest.mark.paddle

FACTORS = (0.25, 0.28, 0.35, 0.5, 0.75, 1.0, 1.3, 1.4, 2.0)


def standalone(folder: Path):
    case = ROOT / "tests/cases/size_functions_standalone/spec.yaml"
    code = compile_spec(case, standalone=True).code
    assert code is not None
    assert "import divisible" not in code
    return judge.load_module(code, folder)


def test_all_round_alike(tmp_path: Path) -> None:
    module = standalone(tmp_path)
    for width in range(1, 400):
        for by in (1, 4, 8, 16):
            wanted = _make_divisible(width, by)
            for place in (sizes, module):
                assert place.divisible(width, by) == wanted, (place, width, by)
        for factor in FACTORS:
            wanted = _make_divisible(width * factor, 8)
            for place in (sizes, module):
                assert place.scaled(width, factor, 8) == wanted, (place, width, factor)
                assert place.scaled(width, factor) == int(width * factor)


def test_a_standalone_file_runs_with_its_own(tmp_path: Path) -> None:
    module = standalone(tmp_path)
    found = module.Alone()(judge.random_images((3, 16, 16), batch=2))
    assert found.shape == [2, 24, 14, 14]
