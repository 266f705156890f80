"""An interrupted run goes on to the very bits of one that nothing interrupted."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

paddle = pytest.importorskip("paddle")

from pmruntime.cli import cli  # noqa: E402
from pmruntime.machine.machine import Machine  # noqa: E402
from pmruntime.problems import UserError  # noqa: E402
from pmruntime.recipe.definition import OPTIMIZERS  # noqa: E402
from pmruntime.recipe.recipe import Recipe, parse_recipe  # noqa: E402
from pmruntime.runs.checkpoint import read_tensors  # noqa: E402
from pmruntime.training import session  # noqa: E402
from pmruntime.training.run import TrainingStoppedError, resume, train  # noqa: E402

from tests.support.runs.interrupting import (  # noqa: E402
    NOISY,
    StopAt,
    assert_same_run,
    environment,
    resume_in_fresh_processes,
    stopping_evaluation,
    write_idx,
)
from tests.support.runs.tiny_data import make_tiny_data  # noqa: E402

pytestmark = [
    pytest.mark.paddle,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
]

# 45 images: 6 batches of 8, the last of 5, and so 3 steps an epoch.
EVERYTHING = {
    "schedule": {"Cosine": {"warmup_epochs": 1}},
    "epochs": 3,
    "batch_size": 8,
    "accumulate": 2,
    "clip_norm": 0.5,
    "decay_all": False,
    "ema": 0.9,
    "views": 2,
    "augment": {
        "flip_horizontal": 0.5,
        "rotate": 20,
        "scale": [0.9, 1.1],
        "shift": 0.1,
        "crop": 0.8,
        "brightness": 0.1,
        "contrast": 0.2,
        "tint": 0.1,
    },
    "loss": {"label_smoothing": 0.1, "class_weights": [1.0, 2.0, 0.5]},
}
PLAIN = {"epochs": 3, "batch_size": 8}
# A rate so high that the best epoch is soon behind.
EARLY = {**PLAIN, "epochs": 30, "early_stopping": 2, "select": "loss"}


def recipe(optimizer: str, settings: dict[str, Any], rate: float = 0.02) -> Recipe:
    arguments = {"learning_rate": rate, "weight_decay": 0.05}
    return parse_recipe({**settings, "optimizer": {optimizer: arguments}})


RECIPES = {
    **{name: recipe(name, EVERYTHING) for name in OPTIMIZERS},
    "plain": recipe("Momentum", PLAIN),
    "early": recipe("Adam", EARLY, rate=0.5),
}
# Every recipe at two places of four, every place with three recipes or more. (All 24
# pairs have been tried, and hold; they take twice the time.)
WITHIN, END, VALIDATING, TWICE = (
    "in an epoch", "at an epoch's end", "while validating", "twice",
)  # fmt: skip
CASES = [
    ("SGD", VALIDATING), ("SGD", TWICE),
    ("Momentum", WITHIN), ("Momentum", END),
    ("Adam", END), ("Adam", TWICE),
    ("AdamW", WITHIN), ("AdamW", VALIDATING),
    ("plain", END), ("plain", TWICE),
    ("early", WITHIN), ("early", VALIDATING),
]  # fmt: skip
MACHINE = Machine(device="cpu", workers=0)


def interrupt(place: str, start: Callable[..., Any], resume: Callable[..., Any]) -> int:
    """Start a run, have it stopped at the place, and say after which step."""
    with pytest.MonkeyPatch.context() as patch:
        callback = StopAt({END: 12, VALIDATING: 0}.get(place, 9))
        if place == VALIDATING:
            stopping = stopping_evaluation(session.evaluate, at=2)
            patch.setattr(session, "evaluate", stopping)
        with pytest.raises(TrainingStoppedError) as stopped:
            start(callback)
        if place == TWICE:
            with pytest.raises(TrainingStoppedError) as stopped:
                resume(StopAt(3))
    return int(stopped.value.message.split(" steps;")[0].split()[-1])


@pytest.fixture(autouse=True, scope="module")
def no_curve() -> Iterator[None]:
    """Drawing it takes longer than training here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "draw_curve", lambda *_: True)
        yield


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """RECIPE/whole and RECIPE/PLACE: without interruption, and resumed elsewhere."""
    folder = tmp_path_factory.mktemp("runs")
    data = write_idx(folder / "data")
    source = folder / "noisy.py"
    source.write_text(NOISY)
    interrupted = []
    for name, recipe in RECIPES.items():
        train(source, data, folder / name / "whole", recipe=recipe, machine=MACHINE)
        steps = 3 if recipe.accumulate == 2 else 6
        for place in (place for case, place in CASES if case == name):
            out = folder / name / place

            def start(
                callback: StopAt, out: Path = out, recipe: Recipe = recipe
            ) -> None:
                train(
                    source, data, out, recipe=recipe, machine=MACHINE, callback=callback
                )

            def again(callback: StopAt, out: Path = out) -> None:
                resume(out, machine=MACHINE, callback=callback)

            step = interrupt(place, start, again)
            # Stops wait for the end of a step: 9 batches are 5 steps of 2.
            first = 2 * steps if place in (END, VALIDATING) else 5 if steps == 3 else 9
            assert step == first + (2 if steps == 3 else 3) * (place == TWICE)
            assert not (out / "summary.json").exists()
            interrupted.append(out)
    resume_in_fresh_processes(interrupted)
    return folder


@pytest.mark.parametrize(("name", "place"), CASES)
def test_resumed_in_another_process(runs: Path, name: str, place: str) -> None:
    assert_same_run(runs / name / "whole", runs / name / place)


def test_the_comparison_means_something(runs: Path) -> None:
    """The runs compared differ from one another, use what they say, and end early."""
    weights = {
        name: (runs / name / "whole" / "weights.safetensors").read_bytes()
        for name in RECIPES
    }
    assert len(set(weights.values())) == len(RECIPES)
    tensors, _ = read_tensors(runs / "Adam" / "whole" / "checkpoint.safetensors")
    assert "optimizer/moment1_0/fc.weight" in tensors
    assert "average/norm._mean" in tensors
    summary = json.loads((runs / "early" / "whole" / "summary.json").read_text())
    assert summary["epochs"] == summary["best"]["epoch"] + 2 < 30


@pytest.mark.parametrize("changed", ["optimizer/", "average/", "model/norm._mean"])
def test_the_state_is_needed(runs: Path, tmp_path: Path, changed: str) -> None:
    """Without a part of its state a run ends elsewhere: so nothing above is idle."""
    from pmruntime.runs.checkpoint import write_tensors

    data, source = str(runs / "data"), runs / "noisy.py"
    out = tmp_path / "run"
    with pytest.raises(TrainingStoppedError):
        train(source, data, out, recipe=RECIPES["Adam"], machine=MACHINE,
              callback=StopAt(9))  # fmt: skip
    path = out / "checkpoint.safetensors"
    tensors, facts = read_tensors(path)
    hit = [name for name in tensors if name.startswith(changed)]
    assert hit
    write_tensors(
        path, {n: t * (0 if n in hit else 1) for n, t in tensors.items()}, facts
    )
    resume(out, machine=MACHINE)
    whole = runs / "Adam" / "whole"
    # The optimizer's own state is not in the weights of the average alone.
    ended, _ = read_tensors(path)
    expected, _ = read_tensors(whole / "checkpoint.safetensors")
    assert any((ended[name] != expected[name]).any() for name in expected)


def test_the_command_itself(runs: Path, tmp_path: Path) -> None:
    """The user's way, the data moved in between: `python -m pmruntime`."""
    out, moved = tmp_path / "run", tmp_path / "moved"
    data = write_idx(tmp_path / "data")
    with pytest.raises(TrainingStoppedError):
        train(runs / "noisy.py", data, out, recipe=RECIPES["AdamW"], machine=MACHINE,
              callback=StopAt(3))  # fmt: skip
    shutil.move(data, moved)
    with pytest.raises(UserError, match=f"no data `{data}`"):
        resume(out, machine=MACHINE)
    done = subprocess.run(
        [sys.executable, "-m", "pmruntime", "train", "--resume", str(out),
         "--data", str(moved), "--device", "cpu", "--threads", "1"],
        capture_output=True, text=True, env=environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert_same_run(runs / "AdamW" / "whole", out)


@pytest.mark.parametrize(
    "more",
    [
        ["--epochs", "9"],
        ["--set", "num_classes=4"],
        ["--force"],
        ["--out", "x"],
        ["--seed", "0"],
    ],
)
def test_what_is_settled_cannot_be_said_again(runs: Path, more: list[str]) -> None:
    """Silently without effect, they would seem to work."""
    out = str(runs / "plain" / "whole")
    result = CliRunner().invoke(cli, ["train", "--resume", out, *more])
    assert result.exit_code == 2
    assert "takes everything but --data from RUN" in result.stderr


def test_other_images_are_refused(runs: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    with pytest.raises(TrainingStoppedError):
        train(runs / "noisy.py", make_tiny_data(), out, recipe=RECIPES["plain"],
              machine=MACHINE, callback=StopAt(3))  # fmt: skip
    before = (out / "checkpoint.safetensors").read_bytes()
    with pytest.raises(UserError, match="does not say which data"):
        resume(out)
    with pytest.raises(UserError, match="not the images"):
        resume(out, make_tiny_data(train=44))
    assert (out / "checkpoint.safetensors").read_bytes() == before


def test_a_checkpoint_of_something_else_is_refused(runs: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    with pytest.raises(TrainingStoppedError):
        train(runs / "noisy.py", make_tiny_data(), out, recipe=RECIPES["plain"],
              machine=MACHINE, callback=StopAt(3))  # fmt: skip
    record = (out / "recipe.json").read_text()
    (out / "recipe.json").write_text(record.replace('"Momentum"', '"SGD"').replace(
        '"momentum": 0.9,', "").replace('"use_nesterov": false,', ""))  # fmt: skip
    with pytest.raises(UserError, match="of another network or recipe"):
        resume(out, make_tiny_data())
    (out / "recipe.json").write_text(record.replace('"ema": 0.0', '"ema": 0.5'))
    with pytest.raises(UserError, match="of another network or recipe"):
        resume(out, make_tiny_data())
    (out / "recipe.json").write_text(record)
    checkpoint = out / "checkpoint.safetensors"
    checkpoint.write_bytes(checkpoint.read_bytes()[:-9])
    with pytest.raises(UserError, match=r"checkpoint\.safetensors` is no readable"):
        resume(out, make_tiny_data())


def test_a_complete_run_is_left_alone(runs: Path) -> None:
    whole = runs / "plain" / "whole"
    before = {path: path.stat().st_mtime_ns for path in whole.iterdir()}
    summary = resume(whole, str(runs / "data"))
    assert summary == json.loads((whole / "summary.json").read_text())
    assert {path: path.stat().st_mtime_ns for path in whole.iterdir()} == before


def test_a_run_stopped_before_its_first_checkpoint_starts_anew(
    runs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    shutil.copytree(runs / "plain" / TWICE, out)
    kept = ("model.py", "recipe.json", "run.json")
    for path in out.iterdir():
        if path.name not in kept:
            path.unlink()
    resume(out, machine=MACHINE)
    assert_same_run(runs / "plain" / "whole", out)
