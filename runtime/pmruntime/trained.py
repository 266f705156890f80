"""A finished or interrupted run, loaded for use: `eval`, `predict` and `export`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pmruntime.checkpoint import load_weights
from pmruntime.data.preprocessing import Preprocessing, preprocessing_from
from pmruntime.device import use_device
from pmruntime.files import read_json
from pmruntime.loading import build_model, load_model_class
from pmruntime.problems import unknown
from pmruntime.recipe import Recipe, parse_recipe
from pmruntime.run_folder import RunFolder

WEIGHTS = ("last", "best")


@dataclass(frozen=True, eq=False)
class TrainedRun:
    """A run's network with its weights, and all that is needed to use it.

    `record` is run.json; `epoch` that of the weights, None where they do not say.
    """

    folder: RunFolder
    record: dict[str, Any]
    recipe: Recipe
    model: Any
    weights: str
    epoch: int | None
    preprocessing: Preprocessing
    class_names: tuple[str, ...]


def load_run(folder: Path, weights: str = "last", device: str = "auto") -> TrainedRun:
    """Rebuild the network of a run's folder; it is in eval mode.

    `weights` is `last` or `best`. Raises UserError where the folder holds no run or
    its files do not fit together.
    """
    if weights not in WEIGHTS:
        raise unknown("choice of weights", weights, WEIGHTS)
    run = RunFolder(folder)
    record = run.read_record()
    use_device(device)
    model = build_model(load_model_class(run.model), record["arguments"])
    origin = load_weights(run.best if weights == "best" else run.weights, model)
    model.eval()
    return TrainedRun(
        run,
        record,
        parse_recipe(read_json(run.recipe)),
        model,
        weights,
        origin.get("epoch"),
        _preprocessing(record["data"]),
        tuple(record["data"]["class_names"]),
    )


def _preprocessing(data: Mapping[str, Any]) -> Preprocessing:
    """How image files are prepared like the run's data, which may have been arrays."""
    recorded = preprocessing_from(data["preprocessing"])
    if recorded.size is not None:
        return recorded
    channels, height, width = data["image_shape"]
    color = "GRAY" if channels == 1 else recorded.color
    return replace(recorded, size=(height, width), color=color)
