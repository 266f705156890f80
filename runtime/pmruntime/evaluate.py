"""A network's predictions over a split, and the two or three figures that training
watches. What `eval` says of a finished run is in validation.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmruntime.data import Preprocessing, Split
from pmruntime.inference import iterate_log_probabilities
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
    return watched_figures(world.gather(np.concatenate(parts))[:n], split.labels)


def watched_figures(logs: NDArray[np.float64], labels: NDArray[np.int64]) -> Metrics:
    """The figures of log-probabilities [n, C] and true classes [n]."""
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
