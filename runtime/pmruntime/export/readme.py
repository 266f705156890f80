"""The README.md of an export: what it is, and a program that uses it."""

from __future__ import annotations

from typing import Any

from pmruntime.data.preprocessing import preprocessing_from
from pmruntime.export.place import RECORD
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

Install what the program below needs:

```sh
pip install {packages}
```

Save it as `classify.py` beside `{first}`, and run `python classify.py IMAGE`:

```python
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
```

The exported network was run when it was written: its output differs from the
checkpoint's by at most {difference:.1e} ({allowed:.1e} was allowed).
"""


def readme(record: dict[str, Any]) -> str:
    """The text for the record that lies beside it as preprocessing.json."""
    form, files = record["export"], record["files"]
    before, after = as_python(
        preprocessing_from(record["preprocessing"]),
        record["views"],
        record["output"]["shape"][1],
    )
    return _TEXT.format(
        model=record["model"],
        title={"onnx": "ONNX Runtime", "paddle": "Paddle Inference"}[form],
        epoch=record["epoch"] if record["epoch"] is not None else "unknown",
        record=RECORD,
        packages=_PACKAGES[form],
        first=files[0],
        imports=_IMPORTS[form],
        before=before,
        network=_network(form, files, record["input"]["name"]),
        after=after,
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
