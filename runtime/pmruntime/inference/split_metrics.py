"""A network measured on a split: accuracy, loss and AUC, the metrics of an epoch.

What `eval` measures of a finished run is in pmruntime/evaluation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmruntime.data import Preprocessing, Split
from pmruntime.inference.probabilities import BATCH_SIZE, iterate_log_probabilities
from pmruntime.machine.world import ALONE, World


@dataclass(frozen=True)
class Metrics:
    """The share of images classified correctly, the mean loss, the number of images;
    for two classes the area under the ROC curve too, where both occur."""

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
    on_batch: Callable[[int], None] = lambda done: None,
) -> Metrics:
    """Measure the network in eval mode; every image counts the same, once.

    Several processes share the work, and each has the result. `on_batch` is called
    after each batch with the number of images that are done, and may raise.
    """
    n = len(split)
    # A slice, not a copy: the images may be more than fit into memory. A process whose
    # share is empty takes the last image.
    images = split.images[min(world.rank, n - 1) :: world.size]
    share = -(-n // world.size)
    parts = []
    # The loss shows that a network has diverged; numpy need not warn about it too.
    with np.errstate(invalid="ignore"):
        for part in iterate_log_probabilities(model, images, preprocessing, views):
            parts.append(part)
            on_batch(min(n, len(parts) * BATCH_SIZE * world.size))
    if len(parts) < -(-share // BATCH_SIZE):
        on_batch(n)  # as often as in the other processes: it may communicate with them
    rows = np.concatenate(parts)
    if len(rows) < share:
        rows = np.concatenate([rows, rows[-1:]])  # cut off again below
    return watched_metrics(world.gather(rows)[:n], split.labels)


def watched_metrics(logs: NDArray[np.float64], labels: NDArray[np.int64]) -> Metrics:
    """The metrics of log-probabilities [n, C] and true classes [n]."""
    n = len(labels)
    right = int((logs.argmax(axis=1) == labels).sum())
    loss = -logs[np.arange(n), labels].mean()
    auc = _auc(logs, labels) if logs.shape[1] == 2 else None
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
