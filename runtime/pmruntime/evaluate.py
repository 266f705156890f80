"""Accuracy and loss over a split, and the whole of `eval RUN`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import paddle

from pmruntime.checkpoint import load_weights
from pmruntime.data import Data, Split, iterate_batches
from pmruntime.device import use_device
from pmruntime.files import write_json
from pmruntime.loading import build_model, load_model_class
from pmruntime.losses import loss_per_image, main_output, predicted_classes
from pmruntime.matching import check_fits
from pmruntime.problems import unknown
from pmruntime.run_folder import RunFolder

# One size for training's validation and for `eval`: the last bits of a convolution
# depend on the batch it is computed in, and both must give the same figures.
BATCH_SIZE = 32
WEIGHTS = ("last", "best")


@dataclass(frozen=True)
class Metrics:
    """The share of images classified rightly, the mean loss, the number of images."""

    accuracy: float
    loss: float
    n: int

    def as_json(self) -> dict[str, Any]:
        """{"accuracy": ..., "loss": ..., "n": ...}."""
        return asdict(self)


def evaluate(model: Any, split: Split) -> Metrics:
    """Measure the network in eval mode; every image counts the same.

    Only the main output counts. The network's mode is restored.
    """
    was_training = model.training
    model.eval()
    right, total_loss = 0, 0.0
    with paddle.no_grad():
        for images, labels in iterate_batches(split, BATCH_SIZE):
            logits = main_output(model(paddle.to_tensor(images)))
            losses = loss_per_image(logits, paddle.to_tensor(labels)).numpy()
            right += int((predicted_classes(logits).numpy() == labels).sum())
            total_loss += float(losses.sum(dtype=np.float64))
    if was_training:
        model.train()
    return Metrics(right / len(split), total_loss / len(split), len(split))


def evaluate_run(
    folder: Path, data: Data, *, weights: str = "last", device: str = "auto"
) -> dict[str, Any]:
    """Rebuild the network of a run, measure it on the validation split of `data`.

    `weights` is `last` or `best`. The result, also written to RUN/eval.json, says with
    `same_data` whether these are the images that the run was validated on. Raises
    UserError where the folder holds no run, or model and data do not fit.
    """
    if weights not in WEIGHTS:
        raise unknown("choice of weights", weights, WEIGHTS)
    run = RunFolder(folder)
    record = run.read_record()
    use_device(device)
    model = build_model(load_model_class(run.model), record["arguments"])
    origin = load_weights(run.best if weights == "best" else run.weights, model)
    check_fits(model, data)
    result = {
        "model": record["model"],
        "weights": weights,
        "epoch": origin.get("epoch"),
        "val": evaluate(model, data.val).as_json(),
        "data": data.as_json(),
        "same_data": data.fingerprint == record["data"]["fingerprint"],
    }
    write_json(run.eval, result)
    return result
