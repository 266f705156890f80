"""A loss that is no number ends the run, and leaves what was good."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

paddle = pytest.importorskip("paddle")

from pmruntime.cli import cli  # noqa: E402
from pmruntime.data.dataset import Data  # noqa: E402
from pmruntime.evaluation.evaluate import evaluate_run  # noqa: E402
from pmruntime.machine.machine import Machine  # noqa: E402
from pmruntime.problems import UserError  # noqa: E402
from pmruntime.recipe.recipe import parse_recipe  # noqa: E402
from pmruntime.runs.checkpoint import read_tensors  # noqa: E402
from pmruntime.training.run import train  # noqa: E402

from tests.support.runs.interrupting import write_idx  # noqa: E402

pytestmark = pytest.mark.paddle

RECIPE = {"optimizer": {"SGD": {"learning_rate": 0.02}}, "epochs": 4, "batch_size": 8}
# The network counts its calls while it trains; a call that `turns` is poisoned.
TURNING = """
import paddle
from paddle import nn

__all__ = ["Turning"]


class Turning(nn.Layer):
    input_shape = (1, 4, 4)
    calls = 0

    def __init__(self, num_classes: int = 3) -> None:
        super().__init__()
        self.fc = nn.Linear(16, num_classes)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        x = self.fc(x.flatten(1))
        if self.training:
            self.calls += 1
            if self.calls == TURNS:
                BAD
        return x
"""
# An infinite output (the loss shows it), or a gradient that is none (it does not).
LOSS = "x = x / paddle.zeros([1])"
GRADIENT = "x.register_hook(lambda g: g * float('nan'))"


@pytest.fixture
def turning(tmp_path: Path) -> Path:
    return tmp_path / "turning.py"


def write(path: Path, turns: int, bad: str) -> None:
    path.write_text(TURNING.replace("TURNS", str(turns)).replace("BAD", bad))


@pytest.mark.parametrize("accumulate", [1, 2])
def test_the_message_and_what_is_left(
    turning: Path, tiny_data: Data, tmp_path: Path, accumulate: int
) -> None:
    write(turning, 8, LOSS)  # the second batch of epoch 2
    out = tmp_path / "run"
    recipe = parse_recipe({**RECIPE, "accumulate": accumulate})
    with pytest.raises(UserError) as caught:
        train(
            turning,
            tiny_data,
            out,
            recipe=recipe,
            machine=Machine(device="cpu", workers=0),
        )
    message = caught.value.message
    step = 8 if accumulate == 1 else 4
    assert re.match(rf"the loss of step {step} \(epoch 2\) became (nan|inf) ", message)
    assert f"the last good checkpoint is `{out / 'checkpoint.safetensors'}`" in message
    # The images of that very batch: the second of the epoch's own order.
    order = np.random.default_rng([0, 2]).permutation(45)[8:16]
    assert f"; its images: {', '.join(f'#{i}' for i in order)}; " in message
    assert caught.value.help is not None
    assert "`learning_rate`" in caught.value.help

    tensors, facts = read_tensors(out / "checkpoint.safetensors")
    assert (facts["progress"]["epoch"], facts["progress"]["batch"]) == (2, 0)
    assert all(np.isfinite(array).all() for array in tensors.values())
    rows = [json.loads(line) for line in (out / "metrics.jsonl").open()]
    assert [row["epoch"] for row in rows] == [1]
    assert evaluate_run(out, tiny_data)["val"] == rows[0]["val"]
    assert not (out / "summary.json").exists()


def test_bad_weights_never_replace_a_good_checkpoint(
    turning: Path, tiny_data: Data, tmp_path: Path
) -> None:
    """A step may spoil the weights after a loss that was still fine."""
    write(turning, 8, GRADIENT)
    out = tmp_path / "run"
    machine = Machine(device="cpu", workers=0, checkpoint_seconds=0)
    message = r"weights after step 8 \(epoch 2\) became nan .*last good checkpoint is"
    with pytest.raises(UserError, match=message):
        train(turning, tiny_data, out, recipe=parse_recipe(RECIPE), machine=machine)
    tensors, facts = read_tensors(out / "checkpoint.safetensors")
    assert facts["progress"]["step"] == 7
    assert all(np.isfinite(array).all() for array in tensors.values())


def test_a_validation_loss_that_is_none(
    turning: Path, tiny_data: Data, tmp_path: Path
) -> None:
    write(turning, 6, GRADIENT)  # the last step of epoch 1
    out = tmp_path / "run"
    message = r"validation loss after step 6 \(epoch 1\) became nan .*no checkpoint yet"
    with pytest.raises(UserError, match=message):
        train(turning, tiny_data, out, recipe=parse_recipe(RECIPE))
    assert not (out / "weights.safetensors").exists()


def test_the_command_exits_with_1(turning: Path, tmp_path: Path) -> None:
    write(turning, 3, LOSS)
    out, data = tmp_path / "run", write_idx(tmp_path / "data")
    command = ["train", str(turning), "--data", data, "--out", str(out)]
    result = CliRunner().invoke(cli, [*command, "--device", "cpu"])
    assert result.exit_code == 1
    assert result.stderr.startswith("error: the loss of step 3 (epoch 1) became")
    assert "there was no checkpoint yet" in result.stderr
    assert "Traceback" not in result.stderr
