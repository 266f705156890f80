"""Files of other tools: said to be what they are, in one error."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from pmgen.compile import compile_spec
from pmgen.diagnostics.diagnostic import Diagnostic

TEXTS = {
    "caffe": (
        "train.prototxt",
        'name: "Small"\n'
        'input: "data"\n'
        "layer {\n"
        '  name: "conv1"\n'
        '  type: "Convolution"\n'
        '  bottom: "data"\n'
        "  convolution_param { num_output: 8 kernel_size: 3 }\n"
        "}\n",
        3,
        "a network of Caffe",
        "docs/coming-from.md",
    ),
    "caffe_of_old": (
        "old.prototxt",
        "name: 'Old'\nlayers {\n  name: 'relu'\n  type: RELU\n  bottom: 'conv'\n}\n",
        2,
        "a network of Caffe",
        "docs/coming-from.md",
    ),
    "solver": (
        "solver.prototxt",
        'net: "train.prototxt"\nbase_lr: 0.01\nlr_policy: "step"\nmax_iter: 9000\n',
        1,
        "a solver of Caffe",
        "a recipe",
    ),
    "darknet": (
        "tiny.cfg",
        "# a comment\n[net]\nwidth=416\n\n[convolutional]\nfilters=16\n",
        2,
        "a network of Darknet",
        "docs/coming-from.md",
    ),
    "keras_json": (
        "model.json",
        '{\n "class_name": "Sequential",\n "config": {"name": "m", "layers": []}\n}\n',
        2,
        "Keras as JSON",
        "docs/coming-from.md",
    ),
    "keras_json_in_one_line": (
        "model.json",
        '{"module": "keras", "class_name": "Functional", "config": {"layers": []}}',
        1,
        "Keras as JSON",
        "docs/coming-from.md",
    ),
    "keras_yaml": (
        "model.yaml",
        "class_name: Sequential\nconfig:\n- class_name: Dense\n",
        1,
        "Keras as YAML",
        "docs/coming-from.md",
    ),
    "yolo": (
        "yolo.yaml",
        "nc: 80\nbackbone:\n  # [from, n, module, args]\n  - [-1, 1, Conv, [64]]\n"
        "head:\n  - [-1, 1, Detect, [nc]]\n",
        2,
        "Ultralytics",
        "docs/coming-from.md",
    ),
    "paddleclas": (
        "ResNet50.yaml",
        "Global:\n  epochs: 120\nArch:\n  name: ResNet50\nLoss:\n  Train: []\n",
        3,
        "PaddleClas",
        "docs/coming-from.md",
    ),
    "paddledetection": (
        "ppyolo.yml",
        "_BASE_: ['../runtime.yml']\narchitecture: YOLOv3\nmetric: COCO\n",
        1,
        "PaddleDetection",
        "docs/coming-from.md",
    ),
    "hugging_face": (
        "config.json",
        '{"architecture": "resnet18", "num_classes": 1000}\n',
        1,
        "timm",
        "docs/coming-from.md",
    ),
    "xml": (
        "net.xml",
        '<?xml version="1.0"?>\n<net name="m"></net>\n',
        1,
        "XML",
        "docs/coming-from.md",
    ),
    "python": (
        "net.py",
        "import torch\nfrom torch import nn\n\nclass Net(nn.Module):\n    pass\n",
        1,
        "a program in Python",
        "docs/coming-from.md",
    ),
    "python_config": (
        "net.yaml",
        "model = dict(\n    type='ResNet',\n)\n",
        1,
        "a program in Python",
        "docs/coming-from.md",
    ),
}


def zipped(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, b"")
    return buffer.getvalue()


BINARIES = {
    "torch": (zipped("net/data.pkl"), "PyTorch", "pmgen weights import"),
    "keras": (zipped("config.json"), "Keras", "docs/coming-from.md"),
    "archive": (zipped("specs/net.yaml"), "an archive", "unpack"),
    "pickle": (b"\x80\x02}q\x00.", "a pickle", "pmgen weights import"),
    "pickle_4": (b"\x80\x04\x95\x00", "a pickle", "pmgen weights import"),
    "hdf5": (b"\x89HDF\r\n\x1a\n\x00", "HDF5", "docs/coming-from.md"),
    "safetensors": (
        (60).to_bytes(8, "little") + b'{"a.weight":{}}',
        "safetensors",
        "pmgen weights import",
    ),
    "tflite": (b"\x1c\x00\x00\x00TFL3", "TensorFlow Lite", "docs/coming-from.md"),
    "onnx": (b"\x08\x07\x12\x07pytorch\x1a", "ONNX", "docs/coming-from.md"),
    "image": (b"\x89PNG\r\n\x1a\n", "an image", "pmgen predict"),
}


def only(path: Path) -> Diagnostic:
    [item] = compile_spec(path).diagnostics.ordered()
    return item


@pytest.mark.parametrize(
    ("name", "text", "line", "what", "help_text"), TEXTS.values(), ids=TEXTS
)
def test_texts(
    name: str, text: str, line: int, what: str, help_text: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text)
    item = only(path)
    assert (item.code, item.span.line) == ("PM114", line)
    assert what in item.message
    assert name in item.message
    assert help_text in (item.help or "")


@pytest.mark.parametrize(("data", "what", "help_text"), BINARIES.values(), ids=BINARIES)
def test_binaries(data: bytes, what: str, help_text: str, tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(data)
    item = only(path)
    assert item.code == "PM114"
    assert what in item.message
    assert help_text in (item.help or "")


def test_a_large_file_of_weights_is_not_called_large(tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    path.write_bytes(zipped("net/data.pkl") + bytes(2**21))
    assert only(path).code == "PM114"


@pytest.mark.parametrize("text", [text for _, text, *_ in TEXTS.values()])
def test_with_our_version_it_is_ours(text: str, tmp_path: Path) -> None:
    """Whoever writes `pmgen: 1` above means a spec, and hears what is wrong there."""
    path = tmp_path / "spec.yaml"
    path.write_text(f"pmgen: 1\n{text}")
    found = {item.code for item in compile_spec(path).diagnostics.items}
    assert found
    assert "PM114" not in found


def test_what_a_spec_names_is_reported_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_bytes(b"\x80\x02}q\x00.")
    path = tmp_path / "spec.yaml"
    path.write_text("pmgen: 1\nextends: base.yaml\nmodel: Net\n")
    item = only(path)
    assert (item.code, item.span.file.name, item.span.line) == (
        "PM114",
        "spec.yaml",
        2,
    )
