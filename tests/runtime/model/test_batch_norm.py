"""Batches too small for a batch norm: said before the first step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

paddle = pytest.importorskip("paddle")

from pmruntime.machine.machine import Machine  # noqa: E402
from pmruntime.model.batch_norm import check_batches, idle_norms  # noqa: E402
from pmruntime.model.finetune import freeze  # noqa: E402
from pmruntime.model.loading import build_model, load_model_class  # noqa: E402
from pmruntime.problems import UserError  # noqa: E402
from pmruntime.recipe.recipe import parse_recipe  # noqa: E402
from pmruntime.runs.callback import Callback  # noqa: E402
from pmruntime.training import session  # noqa: E402
from pmruntime.training.run import train  # noqa: E402

from tests.support.runs.tiny_data import make_tiny_data  # noqa: E402

pytestmark = pytest.mark.paddle

POOLED = """
from paddle import nn

__all__ = ["Pooled"]


class Pooled(nn.Layer):
    input_shape = (1, 4, 4)

    def __init__(self, num_classes: int = 3) -> None:
        super().__init__()
        self.conv = nn.Conv2D(1, 4, 3)
        self.conv_norm = nn.BatchNorm2D(4)
        self.pool = nn.AdaptiveAvgPool2D(1)
        self.pool_norm = nn.BatchNorm2D(4)
        self.flatten = nn.Flatten()
        self.fc_norm = nn.BatchNorm1D(4)
        self.fc = nn.Linear(4, num_classes)

    def forward(self, x):
        x = self.pool_norm(self.pool(self.conv_norm(self.conv(x))))
        return self.fc(self.fc_norm(self.flatten(x)))
"""
IDLE = ["pool_norm", "fc_norm"]
IMAGE = np.zeros((1, 1, 4, 4), np.float32)


@pytest.fixture(autouse=True)
def no_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing it takes longer than training here."""
    monkeypatch.setattr(session, "draw_curve", lambda *_: True)


@pytest.fixture
def pooled(tmp_path: Path) -> Path:
    path = tmp_path / "pooled.py"
    path.write_text(POOLED)
    return path


@pytest.fixture
def model(pooled: Path) -> Any:
    return build_model(load_model_class(pooled), {})


def test_norms_of_single_values_are_found_and_nothing_moves(model: Any) -> None:
    before = {name: x.numpy().copy() for name, x in model.state_dict().items()}
    assert idle_norms(model, IMAGE) == IDLE
    assert model.training
    assert all(layer.training for layer in model.sublayers())
    for name, x in model.state_dict().items():
        assert (x.numpy() == before[name]).all(), name


def test_paddle_leaves_just_these_as_they_are(model: Any) -> None:
    outputs = model(paddle.randn([1, 1, 4, 4]))
    (outputs * paddle.to_tensor([1.0, -2.0, 3.0])).sum().backward()
    still = [
        name
        for name, x in model.named_parameters()
        if not x.stop_gradient and float(x.grad.abs().max()) == 0
    ]
    assert still == [f"{name}.{x}" for name in IDLE for x in ("weight", "bias")]


def test_norms_that_use_their_statistics_are_not_meant(model: Any) -> None:
    freeze(model, ["pool_norm"]).hold()
    assert idle_norms(model, IMAGE) == ["fc_norm"]


@pytest.mark.parametrize(
    ("images", "batch_size", "processes"),
    [(45, 8, 1), (46, 2, 1), (2, 8, 1), (48, 8, 4), (45, 9, 1), (46, 8, 3)],
)
def test_batches_that_are_enough(images: int, batch_size: int, processes: int) -> None:
    assert check_batches(IDLE, images, batch_size, processes) is None


@pytest.mark.parametrize(
    ("images", "batch_size", "processes", "better"),
    [(45, 4, 1, 5), (45, 44, 1, 45), (47, 8, 4, 12), (31, 3, 1, 4), (45, 11, 1, 12)],
)
def test_a_last_batch_that_is_too_small(
    images: int, batch_size: int, processes: int, better: int
) -> None:
    note = check_batches(IDLE, images, batch_size, processes)
    assert note is not None
    assert "`pool_norm` and 1 more" in note
    assert f"with `batch_size: {better}` every batch has enough" in note
    assert check_batches(IDLE, images, better, processes) is None
    assert check_batches([], images, batch_size, processes) is None


@pytest.mark.parametrize(
    ("images", "batch_size", "processes", "help_"),
    [
        (45, 1, 1, "with `batch_size: 3` every batch has enough"),
        (45, 7, 4, "with `batch_size: 9` every batch has enough"),
        (1, 8, 1, "train on more images, or in fewer processes"),
    ],
)
def test_batches_that_are_all_too_small(
    images: int, batch_size: int, processes: int, help_: str
) -> None:
    with pytest.raises(UserError) as caught:
        check_batches(["norm"], images, batch_size, processes)
    assert "too small for `norm`:" in caught.value.message
    assert caught.value.help == help_
    assert check_batches([], images, batch_size, processes) is None


class Listener(Callback):
    def __init__(self) -> None:
        self.said: list[str] = []

    def log(self, text: str) -> None:
        self.said.append(text)


def trained(pooled: Path, out: Path, **settings: Any) -> list[str]:
    listener = Listener()
    recipe = parse_recipe({"epochs": 1, **settings})
    machine = Machine(device="cpu", workers=0)
    train(pooled, make_tiny_data(), out, recipe=recipe, machine=machine,
          callback=listener)  # fmt: skip
    return [line for line in listener.said if line.startswith("note:")]


def test_a_run_says_it_and_goes_on(pooled: Path, tmp_path: Path) -> None:
    (note,) = trained(pooled, tmp_path / "run", batch_size=11)
    assert "the last batch of an epoch has 1 image, too few for `pool_norm`" in note
    assert trained(pooled, tmp_path / "other", batch_size=12) == []
    assert (
        trained(
            pooled, tmp_path / "still", batch_size=11, freeze=["pool_norm", "fc_norm"]
        )
        == []
    )


def test_a_run_that_could_not_learn_does_not_begin(
    pooled: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="batches of 1 image are too small"):
        trained(pooled, tmp_path / "run", batch_size=1)
    assert not (tmp_path / "run").exists()
