"""Training that starts from weights, with parts that stand still or learn slowly."""

from __future__ import annotations

import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

paddle = pytest.importorskip("paddle")

from pmruntime.cli import cli  # noqa: E402
from pmruntime.machine.machine import Machine  # noqa: E402
from pmruntime.model.finetune import freeze  # noqa: E402
from pmruntime.model.loading import build_model, load_model_class  # noqa: E402
from pmruntime.problems import UserError  # noqa: E402
from pmruntime.recipe.definition import OPTIMIZERS  # noqa: E402
from pmruntime.recipe.recipe import parse_recipe  # noqa: E402
from pmruntime.runs.checkpoint import read_tensors  # noqa: E402
from pmruntime.training import session  # noqa: E402
from pmruntime.training.ema import EMA  # noqa: E402
from pmruntime.training.optim import build_optimizer  # noqa: E402
from pmruntime.training.run import TrainingStoppedError, resume, train  # noqa: E402
from safetensors.numpy import save_file  # noqa: E402

from tests.support.runs.interrupting import StopAt, assert_same_run, write_idx  # noqa: E402
from tests.support.runs.tiny_data import make_tiny_data  # noqa: E402

pytestmark = pytest.mark.paddle

STAGED = """
import paddle
import paddle.nn.functional as F
from paddle import nn

__all__ = ["Staged"]


class Unit(nn.Layer):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2D(4, 4, 3, padding=1)
        self.conv_norm = nn.BatchNorm2D(4)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return F.relu(self.conv_norm(self.conv(x)))


class Staged(nn.Layer):
    input_shape = (1, 4, 4)

    def __init__(self, num_classes: int = 3) -> None:
        super().__init__()
        self.conv = nn.Conv2D(1, 4, 3, padding=1)
        self.conv_norm = nn.BatchNorm2D(4)
        self.stage = nn.Sequential(Unit(), Unit())
        self.flatten = nn.Flatten()
        self.drop = nn.Dropout(0.3)
        self.fc = nn.Linear(64, num_classes)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        x = self.stage(F.relu(self.conv_norm(self.conv(x))))
        return self.fc(self.drop(self.flatten(x)))
"""
MACHINE = Machine(device="cpu", workers=0)
STILL = ("conv.", "conv_norm.", "stage.0.")
# Whatever could move a parameter without a gradient of its own.
THOROUGH: dict[str, Any] = {
    "optimizer": {"AdamW": {"learning_rate": 0.02, "weight_decay": 0.1}},
    "schedule": {"Cosine": {"warmup_epochs": 1}},
    "epochs": 3,
    "batch_size": 8,
    "accumulate": 2,
    "clip_norm": 0.5,
    "ema": 0.9,
    "augment": {"flip_horizontal": 0.5},
    "freeze": ["conv", "stage.0"],
    "learning_rates": {"stage": 0.1, "fc": 2},
}


@pytest.fixture(autouse=True)
def no_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing it takes longer than training here."""
    monkeypatch.setattr(session, "draw_curve", lambda *_: True)


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    path = tmp_path / "staged.py"
    path.write_text(STAGED)
    return path


def built(staged: Path, seed: int = 0, **arguments: Any) -> Any:
    paddle.seed(seed)
    return build_model(load_model_class(staged), arguments)


def arrays(model: Any) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in model.state_dict().items()}


@pytest.fixture
def weights(staged: Path, tmp_path: Path) -> Path:
    """Weights of a network of 7 classes, its statistics no longer the initial ones."""
    model = built(staged, seed=8, num_classes=7)
    for _ in range(3):
        model(paddle.randn([16, 1, 4, 4]) * 2 + 1)
    path = tmp_path / "weights.safetensors"
    save_file(arrays(model), path)
    return path


def test_what_is_frozen_keeps_every_bit(
    staged: Path, weights: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    recipe = parse_recipe(THOROUGH)
    train(staged, make_tiny_data(), run, recipe=recipe, machine=MACHINE,
          weights=weights)  # fmt: skip
    start, _ = read_tensors(weights)
    kept, _ = read_tensors(run / "weights.safetensors")
    state, _ = read_tensors(run / "checkpoint.safetensors")
    fixed = [name for name in start if name.startswith(STILL)]
    assert len(fixed) == 2 * 6  # two norms with weight, bias and both statistics
    for name in fixed:
        for found in (kept[name], state[f"model/{name}"], state[f"average/{name}"]):
            assert found.tobytes() == start[name].tobytes(), name
        assert not [key for key in state if key.startswith("optimizer/")
                    and key.endswith(f"/{name}")]  # fmt: skip
    for name in start.keys() - set(fixed):
        if not name.startswith("fc."):
            assert (kept[name] != start[name]).any(), name
    summary = json.loads((run / "summary.json").read_text())
    assert summary["params"] == sum(
        array.size
        for name, array in kept.items()
        if not name.endswith(("_mean", "_variance"))
    )


def test_without_freezing_all_of_it_moves(
    staged: Path, weights: Path, tmp_path: Path
) -> None:
    """So nothing above is kept by chance."""
    run = tmp_path / "run"
    recipe = parse_recipe({**THOROUGH, "freeze": []})
    train(staged, make_tiny_data(), run, recipe=recipe, machine=MACHINE,
          weights=weights)  # fmt: skip
    start, _ = read_tensors(weights)
    kept, _ = read_tensors(run / "weights.safetensors")
    for name in start:
        if name.startswith(STILL):
            assert (kept[name] != start[name]).any(), name


def test_an_average_of_equal_numbers_would_move(staged: Path) -> None:
    """Why the average leaves out what is frozen."""
    model, twin, other = (built(staged) for _ in range(3))
    still = freeze(model, ["conv"]).names
    before = arrays(model)["conv.weight"]
    averages = EMA(model, twin, 0.9), EMA(model, other, 0.9, still)
    for step in range(1, 60):
        for average in averages:
            average.update(step)
    assert (arrays(twin)["conv.weight"] != before).any()
    assert (arrays(other)["conv.weight"] == before).all()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_factor_scales_the_step(staged: Path, name: str) -> None:
    """One step without decay: exactly so many times the step without factors."""

    def step(factors: dict[str, float]) -> dict[str, np.ndarray]:
        model = built(staged)
        before = arrays(model)
        arguments = {"learning_rate": 0.5, "weight_decay": 0.0}
        recipe = {"optimizer": {name: arguments}, "learning_rates": factors}
        optimizer = build_optimizer(parse_recipe(recipe), model)
        optimizer.set_lr(0.25)
        for parameter in model.parameters():
            if not parameter.stop_gradient:  # so that the step is exact in float32
                parameter.set_value(paddle.zeros(parameter.shape))
        sum(p.sum() * 0.5 for p in model.parameters()).backward()
        optimizer.step()
        assert before.keys() == arrays(model).keys()
        return arrays(model)

    plain = step({})
    scaled = step({"stage": 0.5, "stage.1": 0.125, "fc": 2})
    wanted = {"conv": 1, "stage.0": 0.5, "stage.1": 0.125, "fc": 2}
    seen = set()
    for key, array in plain.items():
        if key.endswith(("_mean", "_variance")):
            continue
        [part] = [p for p in wanted if key.startswith((f"{p}.", f"{p}_norm."))]
        assert (array < 0).all()
        if name == "SGD":
            assert (array == -0.125).all()
        assert (scaled[key] == array * wanted[part]).all(), key
        seen.add(part)
    assert seen == set(wanted)


@pytest.mark.parametrize("name", ["SGD", "AdamW"])
def test_a_factor_scales_the_decay_too(staged: Path, name: str) -> None:
    model = built(staged)
    recipe = {
        "optimizer": {name: {"learning_rate": 0.5, "weight_decay": 0.5}},
        "learning_rates": {"fc": 0.5},
    }
    optimizer = build_optimizer(parse_recipe(recipe), model)
    before = arrays(model)
    sum(p.sum() * 0 for p in model.parameters()).backward()
    optimizer.step()
    for key, share in (("conv.weight", 0.75), ("fc.weight", 0.875)):
        np.testing.assert_allclose(arrays(model)[key], before[key] * share, rtol=1e-6)


def test_a_head_of_another_size(
    staged: Path, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run begins with the file's layers and its own head, and says so."""
    monkeypatch.setattr(session.Session, "run", lambda *_: {})
    run, said = tmp_path / "run", []

    class Listener(StopAt):
        def log(self, text: str) -> None:
            said.append(text)

    train(staged, make_tiny_data(), run, machine=MACHINE, seed=4, weights=weights,
          callback=Listener(0))  # fmt: skip
    begun, _ = read_tensors(run / "checkpoint.safetensors")
    given, _ = read_tensors(weights)
    own = arrays(built(staged, seed=4))
    for name, array in own.items():
        wanted = array if name.startswith("fc.") else given[name]
        assert begun[f"model/{name}"].tobytes() == wanted.tobytes(), name
    record = json.loads((run / "run.json").read_text())["weights"]
    assert record["sha256"] == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert record["file"] == "weights.safetensors"
    assert record["initial"] == dict.fromkeys(("fc.weight", "fc.bias"), "other classes")
    assert record["matched"] == {n: n for n in own if not n.startswith("fc.")}
    assert f"from {weights}: 18 tensors matched, 0 transposed, 2 at their" in said[0]
    assert "fc.weight keeps its initial values: other classes" in said[0]


def test_resumed_without_the_file(staged: Path, weights: Path, tmp_path: Path) -> None:
    """To the bit, wherever it was stopped; the weights are needed no more."""
    data, recipe = write_idx(tmp_path / "data"), parse_recipe(THOROUGH)
    whole, stopped, at_once = (tmp_path / n for n in ("whole", "stopped", "at_once"))
    train(staged, data, whole, recipe=recipe, machine=MACHINE, weights=weights)
    with pytest.raises(TrainingStoppedError):
        train(staged, data, stopped, recipe=recipe, machine=MACHINE, weights=weights,
              callback=StopAt(9))  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:  # lost power before the first step
        patch.setattr(session.Session, "run", lambda *_: {})
        train(staged, data, at_once, recipe=recipe, machine=MACHINE, weights=weights)
    weights.unlink()
    for run in (stopped, at_once):
        resume(run, machine=MACHINE)
        assert_same_run(whole, run)
    (at_once / "summary.json").unlink()
    (at_once / "checkpoint.safetensors").unlink()
    with pytest.raises(UserError, match="before it had kept the weights"):
        resume(at_once, machine=MACHINE)


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ({"freeze": ["stagge"]}, "unknown layer in `freeze` `stagge`.*mean `stage`"),
        ({"freeze": ["stage.2"]}, "known here: `stage.0`, `stage.1`$"),
        ({"freeze": ["x"]}, "known here: `conv`, `conv_norm`, `fc`, `stage`$"),
        ({"learning_rates": {"f": 1}}, "unknown layer in `learning_rates` `f`"),
        ({"freeze": ["flatten"]}, "`flatten` in `freeze` has no parameters"),
        ({"freeze": ["conv", "stage", "fc"]}, "leaves no parameter to train"),
        (
            {"freeze": ["stage"], "learning_rates": {"stage.1": 0.1}},
            "`stage.1` has a factor in `learning_rates`, but is frozen",
        ),
    ],
)
def test_names_that_cannot_be(
    staged: Path, tmp_path: Path, recipe: dict[str, Any], words: str
) -> None:
    run = tmp_path / "run"
    with pytest.raises(UserError, match=f"(?s){words}"):
        train(staged, make_tiny_data(), run, recipe=parse_recipe(recipe),
              machine=MACHINE)  # fmt: skip
    assert not run.exists()


def test_a_hostile_file_is_refused(staged: Path, tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return open, (str(tmp_path / "touched"), "w")

    file, run = tmp_path / "evil.pdparams", tmp_path / "run"
    file.write_bytes(pickle.dumps({"conv.weight": Evil()}))
    with pytest.raises(UserError, match=r"is refused: it asks for `_?io\.open`"):
        train(staged, make_tiny_data(), run, machine=MACHINE, weights=file)
    assert not run.exists()
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize(
    ("tensors", "words"),
    [
        (None, "no such weights"),
        ({"a": (3, 3)}, "has no weights for"),
        ({"fc.weight": (64, 3), "fc.bias": (3,)}, "has no weights for"),
    ],
)
def test_weights_that_do_not_fit(
    staged: Path, tmp_path: Path, tensors: dict[str, tuple[int, ...]] | None, words: str
) -> None:
    file, run = tmp_path / "given", tmp_path / "run"
    if tensors is not None:
        save_file({n: np.zeros(s, "float32") for n, s in tensors.items()}, file)
    with pytest.raises(UserError, match=words):
        train(staged, make_tiny_data(), run, machine=MACHINE, weights=file)
    assert not run.exists()


def test_a_classifier_alone_is_nothing_to_start_from(tmp_path: Path) -> None:
    source, file = tmp_path / "one.py", tmp_path / "given"
    source.write_text(
        "from paddle import nn\n\n__all__ = ['One']\n\n\nclass One(nn.Layer):\n"
        "    input_shape = (1, 4, 4)\n\n    def __init__(self):\n"
        "        super().__init__()\n        self.fc = nn.Linear(16, 3)\n\n"
        "    def forward(self, x):\n        return self.fc(x.flatten(1))\n"
    )
    shapes = {"fc.weight": (16, 9), "fc.bias": (9,)}
    save_file({n: np.zeros(s, "float32") for n, s in shapes.items()}, file)
    with pytest.raises(UserError, match=r"nothing of .* fits the network"):
        train(source, make_tiny_data(), tmp_path / "run", machine=MACHINE, weights=file)
    assert not (tmp_path / "run").exists()


def test_the_command(staged: Path, weights: Path, tmp_path: Path) -> None:
    data, run = write_idx(tmp_path / "data"), str(tmp_path / "run")
    recipe = json.dumps({**THOROUGH, "epochs": 1, "schedule": "Constant"})
    words = ["train", str(staged), "--data", data, "--out", run, "--device", "cpu"]
    words += ["--recipe-json", recipe, "--weights", str(weights)]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    assert "18 tensors matched" in done.output
    assert "fc.bias keeps its initial values: other classes" in done.output
    assert "Staged: 555 parameters (204 of them frozen)" in done.output
    done = CliRunner().invoke(cli, ["train", "--resume", run, "--weights", "x"])
    assert done.exit_code == 2
    assert "takes everything but --data from RUN" in done.output
