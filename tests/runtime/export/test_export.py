"""Exported networks compute what their checkpoints compute, and nothing else leaks."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from pmruntime.files import read_json
from pmruntime.problems import UserError
from pmruntime.runs.trained import load_run

from tests.support.paths import CASES, ROOT
from tests.support.runs.used_run import make_run

paddle = pytest.importorskip("paddle")
pytestmark = pytest.mark.paddle

from pmruntime import export  # noqa: E402
from pmruntime.export import export_run, onnx_format, paddle_format  # noqa: E402

LENET = ROOT / "generated" / "lenet.py"
RESNET = ROOT / "generated" / "resnet18.py"
BESIDE = ("preprocessing.json", "classify.py", "README.md")


@pytest.fixture
def onnxruntime() -> Any:
    pytest.importorskip("paddle2onnx")
    return pytest.importorskip("onnxruntime")


def run_onnx(onnxruntime: Any, out: Path, images: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(str(out / "model.onnx"))
    assert [output.name for output in session.get_outputs()] == ["logits"]
    (logits,) = session.run(None, {"image": images})
    return np.asarray(logits)


def run_paddle(out: Path, images: np.ndarray) -> np.ndarray:
    """By Paddle's own loader, which is not what the export was checked with."""
    network = paddle.jit.load(str(out / "model"))
    network.eval()
    return network(paddle.to_tensor(images)).numpy()


def wanted(folder: Path, images: np.ndarray) -> np.ndarray:
    with paddle.no_grad():
        outputs = load_run(folder).model(paddle.to_tensor(images))
    return (outputs[0] if isinstance(outputs, (list, tuple)) else outputs).numpy()


def images(*shape: int) -> np.ndarray:
    return np.random.default_rng(2).uniform(-1, 1, shape).astype(np.float32)


@pytest.mark.parametrize(
    ("source", "classes", "free"),
    [
        pytest.param(LENET, 10, (), id="lenet"),
        pytest.param(RESNET, 2, (), id="resnet18"),
        # Two outputs of three are of no use, one of them while training only.
        pytest.param(CASES / "heads" / "expected.py", 10, (), id="heads"),
        pytest.param(CASES / "any_input" / "expected.py", 10, (2, 3), id="any size"),
    ],
)
def test_onnx_gives_the_outputs_of_the_checkpoint(
    source: Path, classes: int, free: tuple[int, ...], onnxruntime: Any, tmp_path: Path
) -> None:
    shape = (3, 20, 24) if free else None
    names = [str(i) for i in range(classes)]
    folder = make_run(tmp_path / "run", source, names, image_shape=shape)
    out = tmp_path / "exports" / "onnx"
    record = export_run(folder, out, "onnx")

    assert set(os.listdir(out)) == {"model.onnx", *BESIDE}
    assert os.listdir(out.parent) == ["onnx"]
    assert record == read_json(out / "preprocessing.json")
    assert record["class_names"] == names
    assert 0 <= record["check"]["difference"] <= record["check"]["allowed"]
    _, channels, height, width = record["input"]["shape"]
    open_axes = [axis for axis, size in enumerate(record["input"]["shape"]) if not size]
    assert open_axes == [0, *free]
    for batch in (1, 2, 5):
        x = images(batch, channels, height or 31, width or 45)
        got = run_onnx(onnxruntime, out, x)
        assert got.shape == (batch, record["output"]["shape"][1])
        assert np.abs(got - wanted(folder, x)).max() <= 2e-4


@pytest.mark.parametrize(
    ("source", "shape"),
    [
        pytest.param(LENET, (1, 28, 28), id="lenet"),
        pytest.param(CASES / "heads" / "expected.py", (3, 32, 32), id="heads"),
        pytest.param(CASES / "any_input" / "expected.py", (3, 31, 45), id="any size"),
    ],
)
def test_paddle_gives_the_outputs_of_the_checkpoint(
    source: Path, shape: tuple[int, int, int], tmp_path: Path
) -> None:
    names = [str(i) for i in range(10)]
    folder = make_run(tmp_path / "run", source, names, image_shape=shape)
    out = tmp_path / "paddle"
    record = export_run(folder, out, "paddle")
    assert set(os.listdir(out)) == {*record["files"], *BESIDE}
    for batch in (1, 4):
        x = images(batch, *shape)
        assert np.abs(run_paddle(out, x) - wanted(folder, x)).max() <= 2e-4


def test_an_export_is_silent_and_starts_and_fetches_nothing(
    tiny: Path,
    onnxruntime: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """paddle2onnx's default optimizer would run `pip install` meanwhile."""
    import paddle2onnx

    def refused(*arguments: Any, **options: Any) -> NoReturn:
        raise AssertionError(f"an export must not do this: {arguments}")

    asked: dict[str, Any] = {}

    def converted(*arguments: Any, **options: Any) -> bytes:
        asked.update(options)
        content: bytes = original(*arguments, **options)
        return content

    original = paddle2onnx.export
    folder = make_run(tmp_path / "run", tiny)
    for owner, name in (
        (subprocess, "Popen"), (os, "system"), (os, "execv"), (os, "execve"),
        (os, "fork"), (socket, "create_connection"), (socket.socket, "connect"),
    ):  # fmt: skip
        monkeypatch.setattr(owner, name, refused)
    monkeypatch.setattr(paddle2onnx, "export", converted)
    monkeypatch.delitem(sys.modules, "polygraphy", raising=False)
    export_run(folder, tmp_path / "onnx", "onnx")
    assert asked["optimize_tool"] == "None"
    assert "polygraphy" not in sys.modules
    assert "POLYGRAPHY_AUTOINSTALL_DEPS" not in os.environ
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


@pytest.mark.parametrize("change", [2e-4, np.nan])
def test_an_export_that_differs_is_not_written(
    change: float, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(folder: Path, files: list[str]) -> Any:
        run, output = paddle_format.load_paddle(folder, files)

        def changed(x: np.ndarray) -> np.ndarray:
            logits = run(x)
            logits[-1, 1] += change * (len(x) > 1)  # in one image of the larger batch
            return logits

        return changed, output

    folder = make_run(tmp_path / "run", tiny)
    formats = {"paddle": (paddle_format.write_paddle, load)}
    monkeypatch.setattr(export, "FORMATS", formats)
    with pytest.raises(UserError, match="differs from the checkpoint"):
        export_run(folder, tmp_path / "new" / "out", "paddle")
    assert sorted(os.listdir(tmp_path)) == ["run", "tiny.py"]


def test_weights_without_finite_outputs_are_told(tiny: Path, tmp_path: Path) -> None:
    from pmruntime.runs.checkpoint import save_weights

    folder = make_run(tmp_path / "run", tiny)
    run = load_run(folder)
    run.model.fc.bias.set_value(np.full(3, np.inf, np.float32))
    save_weights(run.folder.weights, run.model, {})
    with pytest.raises(UserError, match="no finite numbers"):
        export_run(folder, tmp_path / "out", "paddle")
    assert sorted(os.listdir(tmp_path)) == ["run", "tiny.py"]


@pytest.mark.parametrize(
    ("version", "help_"),
    [((3, 12), r"pip install 'pmgen\[export\]'"), ((3, 13), r"3\.10 to 3\.12 only")],
)
def test_missing_packages_are_named(
    version: tuple[int, int],
    help_: str,
    tiny: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = make_run(tmp_path / "run", tiny)
    monkeypatch.setitem(sys.modules, "paddle2onnx", None)
    monkeypatch.setattr(onnx_format.sys, "version_info", version)
    with pytest.raises(UserError, match=f"needs paddle2onnx(.|\n)*{help_}"):
        export_run(folder, tmp_path / "out", "onnx")
    assert not (tmp_path / "out").exists()
