"""Weights of elsewhere in our classes: the same predictions."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest
from pmgen.compile import compile_spec
from pmgen.settings import Settings
from pmruntime.model.weights.pretrained import load_pretrained
from pmruntime.problems import UserError
from pmruntime.runs.checkpoint import load_weights, save_weights
from safetensors import safe_open
from safetensors.numpy import save_file

from tests.support.networks import judge, oracle, torch_format
from tests.support.networks.oracle import Case
from tests.support.paths import SPECS

pytestmark = pytest.mark.paddle


def ours(name: str, folder: Path, size: int = 64, **params: Any) -> Any:
    spec = SPECS / f"{name}.yaml"
    compiled = compile_spec(spec, settings=Settings(params, (3, size, size)))
    return judge.build(compiled, folder)


def predictions(net: Any, size: int = 64) -> np.ndarray:
    net.eval()
    with paddle.no_grad():
        found = net(judge.random_images((3, size, size), batch=2, seed=9))
    return found.numpy()


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3_small", "densenet121"])
def test_what_paddle_saved_predicts_the_same(name: str, tmp_path: Path) -> None:
    case = Case(name)
    theirs = case.paddle()
    oracle.shake(theirs, judge.random_images((3, 64, 64), batch=2, seed=1))
    path = tmp_path / "weights.pdparams"
    paddle.save(theirs.state_dict(), str(path))
    net = ours(f"paddle/{name}", tmp_path)
    report = load_pretrained(net, path)
    assert len(report.matched) == len(theirs.state_dict())
    assert (report.initial, report.left, report.transposed) == ((), (), 0)
    assert (predictions(net) == predictions(theirs)).all()


def as_torch(state: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """A Paddle state dict as PyTorch would have it."""
    arrays: dict[str, np.ndarray] = {}
    for name, tensor in state.items():
        array = tensor.numpy()
        path, _, last = name.rpartition(".")
        last = {"_mean": "running_mean", "_variance": "running_var"}.get(last, last)
        arrays[f"{path}.{last}"] = array.T if array.ndim == 2 else array
        if last == "running_var":
            arrays[f"{path}.num_batches_tracked"] = np.array(3, "int64")
    return arrays


@pytest.mark.parametrize("kind", ["pth", "safetensors", "safetensors of torch"])
def test_what_pytorch_saved_predicts_the_same(kind: str, tmp_path: Path) -> None:
    theirs = Case("resnet18").paddle()
    oracle.shake(theirs, judge.random_images((3, 64, 64), batch=2, seed=1))
    arrays = as_torch(theirs.state_dict())
    path = tmp_path / "weights"
    if kind == "pth":
        torch_format.write(path, arrays)
    else:  # this format forgets the order
        arrays = {name: np.ascontiguousarray(a) for name, a in arrays.items()}
        save_file(arrays, path, {"format": "pt"} if "torch" in kind else None)
    net = ours("paddle/resnet18", tmp_path)
    report = load_pretrained(net, path)
    assert (report.layout, report.transposed) == ("torch", 1)
    assert len(report.left) == 20  # counters of batches
    assert (predictions(net) == predictions(theirs)).all()


@pytest.mark.parametrize("name", ["resnet18", "vgg16"])
def test_what_pytorch_itself_saved(name: str, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    from tests.support.networks import torch_networks as networks

    size = 64 if name == "resnet18" else 32
    made = networks.resnet18(5) if name == "resnet18" else networks.vgg16(5, 512)
    net, theirs = ours(name, tmp_path, size, num_classes=5), networks.shaken(made)
    images = judge.random_images((3, size, size), batch=2, seed=9)
    with torch.no_grad():
        wanted = theirs(torch.from_numpy(images.numpy())).numpy()
    path = tmp_path / "weights.pth"
    torch.save(theirs.state_dict(), path)
    report = load_pretrained(net, path)
    assert report.transposed == (1 if name == "resnet18" else 3)
    assert wanted.std() > 0
    np.testing.assert_allclose(predictions(net, size), wanted, rtol=1e-5, atol=1e-5)


def test_a_classifier_of_other_classes(tmp_path: Path) -> None:
    theirs = ours("paddle/resnet18", tmp_path, num_classes=7)
    path = tmp_path / "weights.pdparams"
    paddle.save(theirs.state_dict(), str(path))
    net = ours("paddle/resnet18", tmp_path, num_classes=3)
    before = {name: tensor.numpy() for name, tensor in net.state_dict().items()}
    with pytest.raises(UserError, match="the classifier has other classes"):
        load_pretrained(net, path)
    state = net.state_dict()
    assert all((state[name].numpy() == before[name]).all() for name in before)
    report = load_pretrained(net, path, skip_classifier=True)
    assert [name for name, _ in report.initial] == ["out.weight", "out.bias"]
    assert [name for name, _ in report.left] == ["out.weight", "out.bias"]
    assert (state["out.weight"].numpy() == before["out.weight"]).all()
    given = theirs.state_dict()
    for name in before:
        if not name.startswith("out."):
            assert (state[name].numpy() == given[name].numpy()).all()


@pytest.mark.parametrize(
    ("file", "network", "message"),
    [("resnet18", "resnet34", "has no weights for"),
     ("resnet34", "resnet18", "is of a larger network")],
)  # fmt: skip
def test_another_network_is_refused(
    file: str, network: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "weights.pdparams"
    paddle.save(Case(file).paddle().state_dict(), str(path))
    for skip in (False, True):
        with pytest.raises(UserError, match=message):
            load_pretrained(
                ours(f"paddle/{network}", tmp_path), path, skip_classifier=skip
            )


def test_linear_weights_that_fit_both_ways(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(
        "pmgen: 1\nmodel: Square\ninput: [1, 2, 2]\nlayers:\n"
        "  flatten: {op: Flatten}\n  fc: {op: Linear, out_features: 4}\n"
    )
    net = judge.build(compile_spec(spec), tmp_path)
    path = tmp_path / "weights.safetensors"
    weight = np.arange(16, dtype="float32").reshape(4, 4)
    save_file({"a.weight": weight, "a.bias": np.zeros(4, "float32")}, path)
    with pytest.raises(UserError, match="both would fit"):
        load_pretrained(net, path)
    load_pretrained(net, path, layout="torch")
    assert (net.fc.weight.numpy() == weight.T).all()
    load_pretrained(net, path, layout="paddle")
    assert (net.fc.weight.numpy() == weight).all()
    save_weights(path, net, {})  # its own names leave no doubt
    assert load_pretrained(net, path).layout == "paddle"


def test_the_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from click.testing import CliRunner
    from pmruntime.cli import cli

    spec = SPECS / "paddle" / "lenet.yaml"
    compiled = compile_spec(spec)
    assert compiled.code is not None
    (tmp_path / "lenet.py").write_text(compiled.code)
    theirs = Case("lenet").paddle()
    paddle.save(theirs.state_dict(), str(tmp_path / "lenet.pdparams"))
    out = tmp_path / "lenet.safetensors"
    words = ["weights", "import", str(tmp_path / "lenet.py")]
    words += [str(tmp_path / "lenet.pdparams"), "-o", str(out)]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    assert "LeNet: 10 tensors matched, 0 transposed" in done.output
    net = judge.build(compiled, tmp_path)
    assert load_weights(out, net)["imported_from"] == "lenet.pdparams"
    for mine, given in zip(net.parameters(), theirs.parameters(), strict=True):
        assert oracle.same_bits(mine, given)
    with safe_open(out, framework="numpy") as file:
        assert json.loads(file.metadata()["pmruntime"])["layout"] == "paddle"
    again = CliRunner().invoke(cli, words)
    assert again.exit_code == 1
    assert "is there already" in again.output


def test_the_command_refuses_a_hostile_file(tmp_path: Path) -> None:
    from click.testing import CliRunner
    from pmruntime.cli import cli

    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return open, (str(tmp_path / "touched"), "w")

    compiled = compile_spec(SPECS / "paddle" / "lenet.yaml")
    assert compiled.code is not None
    (tmp_path / "lenet.py").write_text(compiled.code)
    (tmp_path / "evil.pdparams").write_bytes(pickle.dumps({"weight": Evil()}))
    words = ["weights", "import", str(tmp_path / "lenet.py")]
    words += [str(tmp_path / "evil.pdparams"), "-o", str(tmp_path / "out")]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 1
    assert "io.open`, which is no part of an array" in done.output
    assert not (tmp_path / "touched").exists()
    assert not (tmp_path / "out").exists()


def test_from_the_spec_to_the_file(tmp_path: Path) -> None:
    """`pmgen weights import`: the class is built, then filled."""
    theirs = Case("lenet").paddle()
    paddle.save(theirs.state_dict(), str(tmp_path / "lenet.pdparams"))
    words = ["weights", "import", "paddle/lenet", "lenet.pdparams", "-o", "out"]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "pmgen", *words],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "wrote generated/paddle_lenet.py" in done.stdout
    assert "LeNet: 10 tensors matched" in done.stdout
    net = judge.build(compile_spec(SPECS / "paddle/lenet.yaml"), tmp_path)
    load_weights(tmp_path / "out", net)
    for mine, given in zip(net.parameters(), theirs.parameters(), strict=True):
        assert oracle.same_bits(mine, given)
