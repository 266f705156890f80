"""Small networks and data for the runtime's tests."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from pmruntime.data.dataset import Data
from pmruntime.machine.cpu import apply_cpu_settings, import_paddle
from pmruntime.problems import UserError

from tests.support.paths import ROOT, real_images
from tests.support.runs.palm_folder import make_palm
from tests.support.runs.tiny_data import make_tiny_data

# Before any test module imports paddle, and for the commands that tests start. The
# networks here are too small to gain by a second thread.
apply_cpu_settings(threads=1)
with contextlib.suppress(UserError):  # the modules that need paddle skip themselves
    import_paddle()

TINY = """
import paddle
import paddle.nn.functional as F
from paddle import nn

__all__ = ["Tiny"]


class Tiny(nn.Layer):
    input_shape = (1, 4, 4)

    def __init__(self, num_classes: int = 3) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2D(1)
        self.fc = nn.Linear(16, num_classes)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return self.fc(self.norm(x).flatten(1))
"""


@pytest.fixture
def lenet() -> Path:
    return ROOT / "tests/support/runs/lenet.py"


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.py"
    path.write_text(TINY)
    return path


@pytest.fixture
def tiny_data() -> Data:
    return make_tiny_data()


@pytest.fixture
def palm(tmp_path: Path) -> Path:
    """A small folder in the layout of iChallenge-PM."""
    return make_palm(tmp_path / "palm")


@pytest.fixture
def mnist10k() -> Path:
    """Real MNIST images in IDX form, which the repository does not carry."""
    return real_data("mnist10k")


@pytest.fixture
def palm224() -> Path:
    """Real fundus photographs, which the repository may not carry."""
    return real_data("palm224")


def real_data(name: str) -> Path:
    folder = real_images(name)
    if folder is None:
        pytest.skip(f"no real images: set PMGEN_DATA to a folder with {name}")
    return folder
