"""A finished or interrupted run, loaded for use: `eval`, `predict` and `export`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pmruntime.data.preprocessing import Preprocessing, preprocessing_from
from pmruntime.files import read_json
from pmruntime.machine.device import use_device
from pmruntime.model.classes import padded
from pmruntime.model.loading import build_model, load_model_class
from pmruntime.problems import UserError, unknown
from pmruntime.recipe.recipe import Recipe, parse_recipe
from pmruntime.runs.checkpoint import load_weights
from pmruntime.runs.folder import RunFolder

WEIGHTS = ("last", "best")


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainedRun:
    """A run's network with its weights, and all that is needed to use it.

    `record` is run.json; `epoch` that of the weights, None where they do not say.
    `class_names` are empty for a run whose record does not name its classes.
    """

    folder: RunFolder
    record: dict[str, Any]
    recipe: Recipe
    model: Any
    weights: str
    epoch: int | None
    preprocessing: Preprocessing
    class_names: tuple[str, ...]

    def file_preprocessing(self) -> Preprocessing:
        """How an image file becomes what the network learned; `size` is always set.

        It is the record's, but where training had arrays of grey images at hand
        (digits, IDX files): the record then may leave size and colour open, and a file
        is brought to the form of those arrays. Raises UserError for a network whose
        images have neither one nor three channels.
        """
        channels, height, width = self.record["data"]["image_shape"]
        if channels not in (1, 3):
            raise UserError(
                f"{self.record['model']} takes images of {channels} channels; image "
                "files have 1 or 3"
            )
        size = self.preprocessing.size or (height, width)
        return self.preprocessing.of_images((channels, *size))

    def names_of(self, classes: int) -> tuple[str, ...]:
        """The names of a network's `classes`; those that the data lacked are numbers.

        Raises UserError where the data had more.
        """
        return padded(self.class_names, classes)


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
    path = run.best if weights == "best" else run.weights
    if not path.is_file():
        raise UserError(
            f"the run in `{folder}` has no `{path.name}`: no epoch of it was "
            + ("validated" if weights == "best" and run.weights.is_file() else "ended"),
            f"go on with it: pmgen train --resume {folder}",
        )
    origin = load_weights(path, model)
    model.eval()
    return TrainedRun(
        folder=run,
        record=record,
        recipe=parse_recipe(read_json(run.recipe)),
        model=model,
        weights=weights,
        epoch=origin.get("epoch"),
        preprocessing=preprocessing_from(record["data"]["preprocessing"]),
        class_names=tuple(record["data"].get("class_names", ())),
    )
