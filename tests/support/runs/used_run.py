"""A run's folder for tests of what uses it: with weights, but without training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import paddle
from numpy.typing import NDArray
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.model.loading import all_arguments, build_model, load_model_class
from pmruntime.recipe.recipe import parse_recipe
from pmruntime.runs.checkpoint import save_weights
from pmruntime.runs.folder import RunFolder


def make_run(
    folder: Path,
    source: Path,
    class_names: Sequence[str] = ("0", "1", "2"),
    preprocessing: Preprocessing | None = None,
    image_shape: tuple[int, int, int] | None = None,
    recipe: dict[str, Any] | None = None,
    **arguments: Any,
) -> Path:
    """Write what a run of this network leaves behind; its weights are random."""
    paddle.seed(3)
    model_class = load_model_class(source)
    arguments = all_arguments(model_class, arguments)
    model = build_model(model_class, arguments)
    data = {
        "fingerprint": "",
        "class_names": list(class_names),
        "image_shape": list(image_shape or model_class.input_shape),
        "preprocessing": (preprocessing or Preprocessing()).as_json(),
    }
    run = RunFolder(folder)
    record = {"model": model_class.__name__, "arguments": arguments, "data": data}
    settings = parse_recipe(recipe or {}).as_json()
    run.begin(record, settings, source.read_bytes(), {})
    save_weights(run.weights, model, {"epoch": 7})
    return folder


def write_images(
    folder: Path, names: Sequence[str], shape: tuple[int, ...] = (12, 10, 3)
) -> list[Path]:
    """Random PNG files of this height, width and number of channels."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(8)
    paths = []
    for name in names:
        pixels: NDArray[np.uint8] = rng.integers(0, 256, shape).astype(np.uint8)
        path = folder / name
        path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
        paths.append(path)
    return paths
