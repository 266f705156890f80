"""PyTorch's files without PyTorch: views of storages, and what is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from pmruntime.model.weights.reading import TORCH, read_weights
from pmruntime.problems import UserError

from tests.support.networks import torch_format as fmt

SEEN = np.arange(24, dtype="float32")


def test_a_state_dict(tmp_path: Path) -> None:
    arrays = {
        "features.0.weight": np.arange(54, dtype="float32").reshape(2, 3, 3, 3),
        "bn.running_mean": np.ones(2, "float64"),
        "bn.num_batches_tracked": np.array(7, "int64"),
        "half": np.array([1.5], "float16"),
    }
    fmt.write(tmp_path / "a.pth", arrays)
    found = read_weights(tmp_path / "a.pth")
    assert (found.layout, found.ordered) == (TORCH, True)
    assert list(found.tensors) == list(arrays)
    for name, array in arrays.items():
        assert found.tensors[name].shape == array.shape
        np.testing.assert_array_equal(found.tensors[name], array)


def test_bfloat16_widens(tmp_path: Path) -> None:
    values = np.array([1.0, -2.5, 0.15625], "float32")
    fmt.write(tmp_path / "a.pth", {"w": (values.view("uint32") >> 16).astype("uint16")})
    np.testing.assert_array_equal(read_weights(tmp_path / "a.pth").tensors["w"], values)


def one_tensor(path: Path, **changes: object) -> Path:
    view = {"key": "0", "kind": "FloatStorage", "count": 24, "shape": [2, 3]}
    view |= {"stride": [3, 1], "offset": 0} | changes
    pickle = fmt.EMPTY_ORDERED + fmt.text("w") + fmt.tensor(**view) + b"s"  # type: ignore[arg-type]
    fmt.write_parts(path, pickle, {"0": SEEN.tobytes()})
    return path


@pytest.mark.parametrize(
    ("shape", "stride", "offset"),
    [
        ([2, 3], [3, 1], 0),
        ([2, 3], [3, 1], 18),
        ([3, 2], [1, 3], 0),  # transposed
        ([4], [6], 2),
        ([], [], 5),
        ([0, 4], [4, 1], 0),
    ],
)
def test_views(
    shape: list[int], stride: list[int], offset: int, tmp_path: Path
) -> None:
    path = one_tensor(tmp_path / "a.pth", shape=shape, stride=stride, offset=offset)
    found = read_weights(path).tensors["w"]
    steps = [4 * step for step in stride]
    wanted = np.lib.stride_tricks.as_strided(SEEN[offset:], shape, steps)
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    "changes",
    [
        {"offset": 19},
        {"offset": -1},
        {"shape": [2, 13]},
        {"shape": [2, -3]},
        {"stride": [3]},
        {"shape": [1000, 1000], "stride": [0, 0]},  # a small file, a large tensor
        {"stride": [10**6, 1]},
        {"count": 23},
        {"kind": "DoubleStorage"},
        {"kind": "UntypedStorage"},
        {"key": "../0"},
        {"key": "1"},
    ],
    ids=str,
)
def test_tensors_that_are_no_views_are_refused(
    changes: dict[str, object], tmp_path: Path
) -> None:
    path = one_tensor(tmp_path / "a.pth", **changes)
    with pytest.raises(UserError, match=r"is refused|holds no weights"):
        read_weights(path)


def calls(module: str, name: str, *arguments: str) -> bytes:
    """The steps that call a function with texts."""
    given = b"".join(map(fmt.text, arguments))
    return f"c{module}\n{name}\n".encode() + fmt.MARK + given + fmt.TUPLE + fmt.REDUCE


@pytest.mark.parametrize(
    ("module", "name", "argument"),
    [
        ("os", "system", "touch {}"),
        ("__builtin__", "eval", "open('{}', 'w')"),
        ("builtins", "exec", "open('{}', 'w')"),
        ("io", "open", "{}"),
        ("torch.serialization", "load", "{}"),
        ("torch", "load", "{}"),
        ("torch._utils", "_import_dotted_name", "os.system"),
    ],
)
def test_hostile_files_are_refused_and_run_nothing(
    module: str, name: str, argument: str, tmp_path: Path
) -> None:
    target, path = tmp_path / "touched", tmp_path / "evil.pth"
    steps = calls(module, name, argument.format(target))
    for pickle in (steps, b"}" + fmt.text("w") + steps + b"s"):
        fmt.write_parts(path, pickle, {})
        with pytest.raises(UserError, match=f"asks for `{module}.{name}`"):
            read_weights(path)
        assert not target.exists()


def test_compressed_and_other_zips_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    fmt.write_parts(path, b"}", {}, zipfile.ZIP_DEFLATED)
    with pytest.raises(UserError, match="compressed"):
        read_weights(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.txt", "text")
    with pytest.raises(UserError, match="none that PyTorch wrote"):
        read_weights(path)


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04broken", b"\x80", b"text"])
def test_what_is_no_file_of_weights(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    path.write_bytes(data)
    with pytest.raises(UserError):
        read_weights(path)
    with pytest.raises(UserError, match="no such weights"):
        read_weights(tmp_path / "none.pth")
