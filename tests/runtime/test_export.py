"""What is exported gives what the network gives, and its README's program runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from palm_folder import VAL, make_palm

paddle = pytest.importorskip("paddle")

import pmruntime.export as exporting  # noqa: E402
from pmruntime.checkpoint import save_weights  # noqa: E402
from pmruntime.data import open_data  # noqa: E402
from pmruntime.data.preprocessing import Preprocessing  # noqa: E402
from pmruntime.export import export  # noqa: E402
from pmruntime.loading import all_arguments, build_model, load_model_class  # noqa: E402
from pmruntime.predict import Prediction, predict  # noqa: E402
from pmruntime.problems import UserError  # noqa: E402
from pmruntime.recipe import Recipe, parse_recipe  # noqa: E402
from pmruntime.run_folder import RunFolder  # noqa: E402
from pmruntime.trained import TrainedRun, load_run  # noqa: E402

pytestmark = pytest.mark.paddle
GENERATED = Path(__file__).parents[2] / "generated"

SMALL = """
import paddle
from paddle import nn

__all__ = ["Small"]


class Small(nn.Layer):
    input_shape = (3, 32, 24)

    def __init__(self, num_classes: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2D(3, 4, 3)
        self.norm = nn.BatchNorm2D(4)
        self.pool = nn.AdaptiveAvgPool2D(2)
        self.out = nn.Linear(16, num_classes)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return self.out(self.pool(self.norm(self.conv(x))).flatten(1))
"""


def untrained(folder: Path, data_folder: Path, name: str, **recipe: Any) -> TrainedRun:
    """A run's folder of a generated network with its initial weights."""
    source = GENERATED / f"{name}.py"
    if name == "small":
        source = folder.with_name("small.py")
        source.write_text(SMALL)
    model_class = load_model_class(source)
    arguments = all_arguments(model_class, {})
    paddle.seed(0)
    model = build_model(model_class, arguments)
    parsed = parse_recipe(recipe) if recipe else Recipe()
    height, width = model_class.input_shape[1:]
    data = open_data(str(data_folder), parsed.preprocessing((height, width)))
    record = {
        "model": model_class.__name__, "arguments": arguments, "data": data.as_json(),
    }  # fmt: skip
    run = RunFolder(folder)
    run.begin(record, parsed.as_json(), source.read_bytes(), {})
    save_weights(run.weights, model, {"epoch": 1})
    return load_run(folder)


@pytest.fixture
def palm(tmp_path: Path) -> Path:
    return make_palm(tmp_path / "palm")


def needed(form: str) -> None:
    if form == "onnx":
        pytest.importorskip("paddle2onnx")
        pytest.importorskip("onnxruntime")


def chances(program: Path, image: Path) -> dict[str, float]:
    """What the README's program prints."""
    done = subprocess.run(
        [sys.executable, str(program), str(image)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    lines = [line.rsplit(" ", 1) for line in done.stdout.strip().splitlines()]
    return {name: float(value) for name, value in lines[-2:]}


@pytest.mark.parametrize("form", ["onnx", "paddle"])
@pytest.mark.parametrize(
    "recipe",
    [
        {},
        {"images": {"resize": "area", "color": "RGB", "normalize": "imagenet"}},
        {"images": {"normalize": "imagenet"}},
    ],
    ids=["tutorial", "rgb", "bgr"],
)
def test_the_program_of_the_readme_runs(
    tmp_path: Path, palm: Path, form: str, recipe: dict[str, Any]
) -> None:
    needed(form)
    run = untrained(tmp_path / "run", palm, "small", **recipe)
    out = tmp_path / "export"
    assert export(run, out, form) < 1e-4
    facts = json.loads((out / "preprocessing.json").read_text())
    assert facts["class_names"] == ["non-PM", "PM"]
    assert facts["input"]["shape"] == [None, 3, 32, 24]
    text = (out / "README.md").read_text()
    program = out / "classify.py"
    program.write_text(text.split("```python\n")[1].split("```")[0])
    image = palm / VAL / "V0001.jpg"
    [expected] = predict(run, [image])
    assert isinstance(expected, Prediction)
    found = chances(program, image)
    assert found["PM"] == pytest.approx(expected.probabilities[1], abs=2e-4)


def test_heads_and_dropout_are_left_behind(tmp_path: Path, palm: Path) -> None:
    run = untrained(tmp_path / "run", palm, "googlenet_paper")
    assert export(run, tmp_path / "export", "paddle") < 1e-4


def test_nothing_is_installed_on_the_way(
    tmp_path: Path, palm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed("onnx")

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError(f"a process was started: {args}")

    for name in ("run", "Popen", "call", "check_call", "check_output"):
        monkeypatch.setattr(subprocess, name, refuse)
    monkeypatch.setattr(os, "system", refuse)
    run = untrained(tmp_path / "run", palm, "resnet18")
    assert export(run, tmp_path / "export", "onnx") < 1e-4
    assert (tmp_path / "export" / "model.onnx").exists()


def test_a_difference_is_refused(
    tmp_path: Path, palm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = untrained(tmp_path / "run", palm, "small")
    monkeypatch.setattr(exporting, "TOLERANCE", -1.0)
    with pytest.raises(UserError, match=r"differs from the network by .*nothing was"):
        export(run, tmp_path / "export", "paddle")
    assert sorted(os.listdir(tmp_path)) == ["palm", "run", "small.py"]


def test_only_exports_are_replaced(tmp_path: Path, palm: Path) -> None:
    run = untrained(tmp_path / "run", palm, "small")
    out = tmp_path / "export"
    out.mkdir()
    export(run, out, "paddle")
    with pytest.raises(UserError, match=r"(?s)already holds an export.*--force"):
        export(run, out, "paddle")
    export(run, out, "paddle", force=True)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="no export wrote"):
        export(run, tmp_path / "mine", "paddle", force=True)
    with pytest.raises(UserError, match=r"(?s)unknown format `onx`.*mean `onnx`"):
        export(run, out, "onx")


def test_the_record_says_what_arrays_were(tmp_path: Path, palm: Path) -> None:
    run = untrained(tmp_path / "run", palm, "small")
    assert run.preprocessing == Preprocessing(size=(32, 24))
