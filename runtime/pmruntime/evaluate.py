"""Accuracy and loss over a split, and the whole of `eval RUN`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmruntime.data import Data, Preprocessing, Split, open_data
from pmruntime.files import write_json
from pmruntime.inference import iterate_log_probabilities
from pmruntime.matching import check_fits
from pmruntime.trained import load_run
from pmruntime.world import ALONE, World


@dataclass(frozen=True)
class Metrics:
    """The share of images classified rightly, the mean loss, the number of images; for
    two classes the area under the ROC curve too, where both occur."""

    accuracy: float
    loss: float
    n: int
    auc: float | None = None

    def as_json(self) -> dict[str, Any]:
        """{"accuracy": ..., "loss": ..., "n": ...}, and "auc" where there is one."""
        return {key: v for key, v in asdict(self).items() if v is not None}


def evaluate(
    model: Any,
    split: Split,
    preprocessing: Preprocessing,
    views: int = 1,
    world: World = ALONE,
    stop: Callable[[], None] = lambda: None,
) -> Metrics:
    """Measure the network in eval mode; every image counts the same, once.

    Several processes share the work, and each has the result. `stop` is called between
    batches and may raise.
    """
    n = len(split)
    # Equal shares for all processes: some images come twice, and are cut off again.
    share = np.arange(-(-n // world.size) * world.size)[world.rank :: world.size] % n
    images = split.images if world.size == 1 else split.images[share]
    parts = []
    for part in iterate_log_probabilities(model, images, preprocessing, views):
        parts.append(part)
        stop()
    logs = world.gather(np.concatenate(parts))[:n]
    right = int((logs.argmax(axis=1) == split.labels).sum())
    loss = -logs[np.arange(n), split.labels].mean()
    auc = _auc(logs, split.labels) if logs.shape[1] == 2 else None
    return Metrics(right / n, float(loss), n, auc)


def _auc(logs: NDArray[np.float64], labels: NDArray[np.int64]) -> float | None:
    """Area under the ROC curve; None with one class, or without scikit-learn."""
    try:
        from sklearn.metrics import roc_auc_score
    except ImportError:
        return None
    if len(np.unique(labels)) < 2 or not np.isfinite(logs).all():
        return None
    return float(roc_auc_score(labels, logs[:, 1] - logs[:, 0]))


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
        drop_copies = run.recipe.images["drop_copies"]
        data = open_data(data, run.preprocessing, drop_copies=drop_copies)
    check_fits(run.model, data, needed=("val",))
    result = {
        "model": run.record["model"],
        "weights": weights,
        "epoch": run.epoch,
        "val": evaluate(
            run.model, data.val, data.preprocessing, run.recipe.views
        ).as_json(),
        "data": data.as_json(),
        "same_data": data.fingerprint == run.record["data"]["fingerprint"],
    }
    write_json(run.folder.eval, result)
    return result
