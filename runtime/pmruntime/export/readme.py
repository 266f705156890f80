"""Files beside an exported network: classify.py, which uses it, and README.md."""

from __future__ import annotations

from typing import Any

from pmruntime.data.preprocessing import preprocessing_from
from pmruntime.export.folder import PROGRAM, RECORD
from pmruntime.export.steps import as_python

_PACKAGES = {
    "onnx": "numpy opencv-python-headless onnxruntime",
    "paddle": "numpy opencv-python-headless paddlepaddle",
}
_IMPORTS = {"onnx": "import onnxruntime", "paddle": "from paddle import inference"}
_TEXT = """\
# {model}, exported for {title}

A network that classifies images, with the weights of epoch {epoch}. `{record}` holds
how an image must be prepared, the names of the classes, and the input and output.

```sh
pip install {packages}
python {program_name} IMAGE
```

`{program_name}` reads:

```python
{program}```

The exported network was run when it was written: its output differs from the
checkpoint's by at most {difference:.1e} ({allowed:.1e} was allowed).
"""
_PROGRAM = """\
import json
import sys
from pathlib import Path

import cv2
import numpy as np
{imports}

here = Path(__file__).parent
path = sys.argv[1]
classes = json.loads((here / "{record}").read_text("utf-8"))["class_names"]

{before}

{network}

{after}
for name, probability in zip(classes, probabilities):
    print(f"{{probability:.6f}}  {{name}}")
"""


def program(record: dict[str, Any]) -> str:
    """The text of classify.py, for the content of preprocessing.json beside it."""
    form = record["export"]
    before, after = as_python(
        preprocessing_from(record["preprocessing"]),
        record["views"],
        record["output"]["shape"][1],
    )
    return _PROGRAM.format(
        imports=_IMPORTS[form],
        record=RECORD,
        before=before,
        network=_network(form, record["files"], record["input"]["name"]),
        after=after,
    )


def readme(record: dict[str, Any]) -> str:
    """The text of README.md, which shows classify.py."""
    return _TEXT.format(
        model=record["model"],
        title={"onnx": "ONNX Runtime", "paddle": "Paddle Inference"}[record["export"]],
        epoch=record["epoch"] if record["epoch"] is not None else "unknown",
        record=RECORD,
        packages=_PACKAGES[record["export"]],
        program_name=PROGRAM,
        program=program(record),
        **record["check"],
    )


def _network(form: str, files: list[str], name: str) -> str:
    if form == "onnx":
        return (
            f'session = onnxruntime.InferenceSession(str(here / "{files[0]}"))\n'
            f'logits = session.run(None, {{"{name}": x}})[0]'
        )
    program, weights = files
    return (
        "config = inference.Config(\n"
        f'    str(here / "{program}"), str(here / "{weights}")\n)\n'
        "config.disable_gpu()\n"
        "config.disable_glog_info()\n"
        "predictor = inference.create_predictor(config)\n"
        f'images = predictor.get_input_handle("{name}")\n'
        "images.reshape(x.shape)\n"
        "images.copy_from_cpu(x)\n"
        "predictor.run()\n"
        "output = predictor.get_output_names()[0]\n"
        "logits = predictor.get_output_handle(output).copy_to_cpu()"
    )
