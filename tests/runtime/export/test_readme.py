"""The program in an export's README classifies images as `predict` does."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.runs.used_run import make_run, write_images

pytest.importorskip("paddle")
pytestmark = pytest.mark.paddle

from pmruntime.data.preprocessing import Preprocessing  # noqa: E402
from pmruntime.export import export_run  # noqa: E402
from pmruntime.inference.predict import predict  # noqa: E402
from pmruntime.runs.trained import load_run  # noqa: E402

# An output for each quarter of the image and each channel, so that neither swapped
# channels nor a flip goes unseen.
QUARTERS = """
import paddle.nn.functional as F
from paddle import nn

__all__ = ["Quarters"]


class Quarters(nn.Layer):
    input_shape = ({channels}, 6, 8)

    def __init__(self, num_classes: int = 3) -> None:
        super().__init__()
        self.fc = nn.Linear({channels} * 4, num_classes)

    def forward(self, x):
        return self.fc(F.adaptive_avg_pool2d(x, 2).flatten(1)) * 3
"""


@pytest.mark.parametrize(
    ("form", "preprocessing", "views", "outputs"),
    [
        ("onnx", Preprocessing((6, 8), "linear", "BGR", "symmetric"), 1, 3),
        ("onnx", Preprocessing((6, 8), "area", "RGB", "imagenet"), 4, 2),
        ("onnx", Preprocessing((6, 8), "area", "BGR", "imagenet"), 1, 3),
        ("onnx", Preprocessing((6, 8), "linear", "GRAY", "unit"), 2, 1),
        ("paddle", Preprocessing((6, 8), "linear", "RGB", "unit"), 2, 3),
    ],
)
def test_the_program_does_as_predict(
    form: str, preprocessing: Preprocessing, views: int, outputs: int, tmp_path: Path
) -> None:
    if form == "onnx":
        pytest.importorskip("paddle2onnx")
        pytest.importorskip("onnxruntime")
    source = tmp_path / "quarters.py"
    source.write_text(QUARTERS.format(channels=preprocessing.channels))
    names = ["no", "`yes`", "\u8fd1\u89c6"][: max(outputs, 2)]
    folder = make_run(
        tmp_path / "run",
        source,
        names,
        preprocessing,
        recipe={"views": views},
        num_classes=outputs,
    )
    record = export_run(folder, tmp_path / "out", form)
    assert record["views"] == views
    (image,) = write_images(tmp_path / "images", ["\u8fd1 a.png"])
    (wanted,) = predict(load_run(folder), [image])

    lines = run_readme(tmp_path / "out", image)
    assert [line.split("  ", 1)[1] for line in lines] == names
    for line, probability in zip(lines, wanted.probabilities, strict=True):
        assert float(line.split()[0]) == pytest.approx(probability, abs=2e-6)


def run_readme(out: Path, image: Path) -> list[str]:
    """Do what the README says, in a Python that knows nothing of this package."""
    text = (out / "README.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert "pmruntime" not in program
    assert program == (out / "classify.py").read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", str(out / "classify.py"), str(image)],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        cwd=out.parent,
    )
    assert done.returncode == 0, done.stderr
    if "onnx" in program:
        assert done.stderr == ""
    return done.stdout.splitlines()


def test_the_steps_in_words_name_every_setting(tmp_path: Path) -> None:
    source = tmp_path / "quarters.py"
    source.write_text(QUARTERS.format(channels=3))
    preprocessing = Preprocessing((6, 8), "area", "BGR", "imagenet")
    folder = make_run(
        tmp_path / "run", source, "abc", preprocessing, recipe={"views": 2}
    )
    export_run(folder, tmp_path / "out", "paddle")
    record: Any = json.loads((tmp_path / "out" / "preprocessing.json").read_text())
    text = " ".join(record["steps"])
    for words in (
        "channels BGR",
        "6 rows and 8 columns with OpenCV's INTER_AREA",
        "subtract [0.406, 0.456, 0.485] and divide by [0.225, 0.224, 0.229]",
        "mirrored left to right",
        "softmax",
    ):
        assert words in text
    assert record["preprocessing"] == preprocessing.as_json()
