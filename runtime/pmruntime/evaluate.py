"""Accuracy and loss over a split, and the whole of `eval RUN`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pmruntime.data import Data, Preprocessing, Split, open_data
from pmruntime.files import write_json
from pmruntime.inference import log_probabilities
from pmruntime.matching import check_fits
from pmruntime.trained import load_run


@dataclass(frozen=True)
class Metrics:
    """The share of images classified rightly, the mean loss, the number of images."""

    accuracy: float
    loss: float
    n: int

    def as_json(self) -> dict[str, Any]:
        """{"accuracy": ..., "loss": ..., "n": ...}."""
        return asdict(self)


def evaluate(
    model: Any, split: Split, preprocessing: Preprocessing, views: int = 1
) -> Metrics:
    """Measure the network in eval mode; every image counts the same."""
    logs = log_probabilities(model, split.images, preprocessing, views)
    right = int((logs.argmax(axis=1) == split.labels).sum())
    loss = -logs[np.arange(len(split)), split.labels].mean()
    return Metrics(right / len(split), float(loss), len(split))


def evaluate_run(
    folder: Path, data: Data | str, *, weights: str = "last", device: str = "auto"
) -> dict[str, Any]:
    """Rebuild the network of a run, measure it on the validation split of its data.

    `weights` is `last` or `best`; `data` may be what `open_data` takes: its images are
    then prepared as they were for training. The result, also written to RUN/eval.json,
    says with `same_data` whether these are the images that the run was validated on.
    Raises UserError where the folder holds no run, or model and data do not fit.
    """
    run = load_run(folder, weights, device)
    if isinstance(data, str):
        data = open_data(data, run.preprocessing)
    check_fits(run.model, data)
    result = {
        "model": run.record["model"],
        "weights": weights,
        "epoch": run.epoch,
        "val": evaluate(run.model, data.val, data.preprocessing).as_json(),
        "data": data.as_json(),
        "same_data": data.fingerprint == run.record["data"]["fingerprint"],
    }
    write_json(run.folder.eval, result)
    return result
