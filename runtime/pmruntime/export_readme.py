"""The README of an export: how to use it, as a program that runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmruntime.data.preprocessing import NORMALIZATIONS

_READ = {
    "BGR": "image = cv2.imread(path)  # blue, green, red",
    "RGB": "image = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)",
    "GRAY": "image = cv2.imread(path, cv2.IMREAD_GRAYSCALE)[:, :, None]",
}
_RUN = {
    "onnx": """\
import onnxruntime

session = onnxruntime.InferenceSession(str(folder / "model.onnx"))
[logits] = session.run(None, {session.get_inputs()[0].name: images})""",
    "paddle": """\
from paddle import inference

program = folder / "model.json"  # Paddle 2 wrote model.pdmodel
program = program if program.exists() else folder / "model.pdmodel"
config = inference.Config(str(program), str(folder / "model.pdiparams"))
predictor = inference.create_predictor(config)
handle = predictor.get_input_handle(predictor.get_input_names()[0])
handle.reshape(images.shape)
handle.copy_from_cpu(images)
predictor.run()
logits = predictor.get_output_handle(predictor.get_output_names()[0]).copy_to_cpu()""",
}


def readme(facts: Mapping[str, Any]) -> str:
    """The text, of what preprocessing.json holds."""
    p = facts["preprocessing"]
    height, width = p["size"] or ("HEIGHT", "WIDTH")
    interpolation = "cv2.INTER_AREA" if p["resize"] == "area" else "cv2.INTER_LINEAR"
    names = ", ".join(repr(name) for name in facts["class_names"])
    binary = "chance = 1 / (1 + np.exp(-logits[0, 0]))\nchances = [1 - chance, chance]"
    several = "chances = np.exp(logits[0] - logits[0].max())\nchances /= chances.sum()"
    views = (
        "\nIn validation and `pmgen predict` the probability was the mean over "
        f"{facts['views']} views of the image (its mirror images), this program takes "
        "one.\n"
        if facts["views"] > 1
        else ""
    )
    return f"""\
# {facts["network"]}, exported by pmgen

`preprocessing.json` says how images are prepared; this program does it. It takes the
path of an image and prints the probability of each class.

```python
import sys
from pathlib import Path

import cv2
import numpy as np

folder = Path(__file__).parent
path = sys.argv[1]

{_READ[p["color"]]}
image = cv2.resize(image, ({width}, {height}), interpolation={interpolation})
image = image.reshape({height}, {width}, -1)
{_scaling(p)}
images = np.ascontiguousarray(image.transpose(2, 0, 1)[None])  # [1, C, H, W]

{_RUN[facts["kind"]]}

{binary if len(facts["class_names"]) == 2 else several}
for name, chance in zip([{names}], chances):
    print(f"{{name}} {{chance:.4f}}")
```
{views}
The logits of this model and of the network that it was written from differed by at most
{facts["largest_difference"]:.2g} on random images.
"""


def _scaling(p: Mapping[str, Any]) -> str:
    if p["normalize"] == "symmetric":
        return "image = image.astype(np.float32) / 255 * 2 - 1"
    lines = ["image = image.astype(np.float32) / 255"]
    if p["normalize"] == "imagenet":
        values = NORMALIZATIONS["imagenet"]
        assert values is not None
        mean, std = (v if p["color"] == "RGB" else v[::-1] for v in values)
        lines.append(
            f"image = (image - np.float32({list(mean)})) / np.float32({list(std)})"
        )
    return "\n".join(lines)
