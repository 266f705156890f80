"""Metrics: numbers that say how good predictions are. Each is defined here.

Two classes: class 1 is the positive one, and metrics refer to it. More classes: each
class is compared with all the others, and a metric is the plain mean over classes
(macro), so that a rare class counts as much as a common one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmruntime.machine.extras import not_installed

CALIBRATION_BINS = 10


class UndefinedMetricError(ValueError):
    """The metric is undefined for these images; the message says why."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """Log-probabilities, float64 [n, C], of images and their true classes, int64 [n].

    Without `class_names` classes are named by their numbers. Raises ValueError where
    the shapes do not fit, or a log-probability is not finite.
    """

    logs: NDArray[np.float64]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n, classes = self.logs.shape
        if self.labels.shape != (n,) or n == 0 or classes < 2:
            raise ValueError("log-probabilities are [n, C], C at least 2, labels [n]")
        if not np.isfinite(self.logs).all():
            raise ValueError("log-probabilities must be finite")
        if not self.class_names:
            object.__setattr__(self, "class_names", tuple(map(str, range(classes))))

    @property
    def classes(self) -> tuple[int, ...]:
        """The classes that metrics are means over: all; of two classes only class 1."""
        count = self.logs.shape[1]
        return (1,) if count == 2 else tuple(range(count))

    @cached_property
    def predicted(self) -> NDArray[np.int64]:
        """The most probable class of each image, int64 [n]; of equals the lower one."""
        predicted: NDArray[np.int64] = self.logs.argmax(axis=1)
        return predicted

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """Whether each image is classified rightly, bool [n]."""
        right: NDArray[np.bool_] = self.predicted == self.labels
        return right

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """The probability of each class, float64 [n, C]."""
        return np.exp(self.logs)

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """The cross entropy of each image, in nats, float64 [n]."""
        loss: NDArray[np.float64] = -self.logs[np.arange(len(self.labels)), self.labels]
        return loss

    def margin(self, class_: int) -> NDArray[np.float64]:
        """The log-odds of a class, float64 [n]. They rank images as the probability
        does, but keep their precision where it is near 1."""
        others = np.delete(self.logs, class_, axis=1)
        odds: NDArray[np.float64] = self.logs[:, class_] - np.logaddexp.reduce(
            others, axis=1
        )
        return odds

    @cached_property
    def confidence(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """What calibration compares: a probability, and whether it came true, [n] each.

        Two classes: the probability of class 1, because thresholds and readers act on
        this number, and because it uses every bin from 0 to 1. More classes: the
        probability of the predicted class.
        """
        if self.logs.shape[1] == 2:
            return self.probabilities[:, 1], self.labels == 1
        return self.probabilities.max(axis=1), self.predicted == self.labels

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """Counts of images, int64 [C, C]: a row for each true class, a column for each
        predicted one."""
        count = self.logs.shape[1]
        counts: NDArray[np.int64] = _sklearn().confusion_matrix(
            self.labels, self.predicted, labels=range(count)
        )
        return counts


Share = tuple[NDArray[np.bool_], NDArray[np.bool_]]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """How a metric is called, explained and computed.

    `compute` raises UndefinedMetricError where the metric does not exist, and UserError
    where it needs scikit-learn, which is not installed. `percent` is how it is shown.
    Where the metric is a share of images, `share` gives which images count as right and
    which are counted at all, bool [n] each; elsewhere None.
    """

    title: str
    meaning: str
    compute: Callable[[Predictions], float]
    percent: bool = True
    share: Callable[[Predictions], Share | None] = lambda p: None


def calibration_bins(confidence: NDArray[np.float64]) -> NDArray[np.int64]:
    """The bin of each probability, int64 from 0 to 9: ten bins of equal width, the last
    with 1.0 included."""
    bins = (confidence * CALIBRATION_BINS).astype(np.int64)
    return np.clip(bins, 0, CALIBRATION_BINS - 1)


def _accuracy(p: Predictions) -> float:
    return float(p.right.mean())


def _loss(p: Predictions) -> float:
    return float(p.losses.mean())


def _auc(p: Predictions) -> float:
    for c in p.classes:
        _need(p, c, bool((p.labels == c).any()))
        _need_other(p, c)
    return _macro(p, "roc_auc_score", lambda c: (p.labels == c, p.margin(c)))


def _average_precision(p: Predictions) -> float:
    for c in p.classes:
        _need(p, c, bool((p.labels == c).any()))
    return _macro(p, "average_precision_score", lambda c: (p.labels == c, p.margin(c)))


def _sensitivity(p: Predictions) -> float:
    for c in p.classes:
        _need(p, c, bool((p.labels == c).any()))
    return _macro(p, "recall_score", lambda c: (p.labels == c, p.predicted == c))


def _specificity(p: Predictions) -> float:
    for c in p.classes:
        _need_other(p, c)
    return _macro(p, "recall_score", lambda c: (p.labels != c, p.predicted != c))


def _f1(p: Predictions) -> float:
    for c in p.classes:
        _need(p, c, bool(((p.labels == c) | (p.predicted == c)).any()))
    return _macro(p, "f1_score", lambda c: (p.labels == c, p.predicted == c))


def _balanced_accuracy(p: Predictions) -> float:
    for c in range(p.logs.shape[1]):
        _need(p, c, bool((p.labels == c).any()))
    recalls = _sklearn().recall_score(p.labels, p.predicted, average=None)
    return float(recalls.mean())


def _share_of(class_: int) -> Callable[[Predictions], Share | None]:
    """Of two classes, the share of the images of one that are found. With more classes
    the metrics are means of shares."""

    def share(p: Predictions) -> Share | None:
        return (p.right, p.labels == class_) if p.logs.shape[1] == 2 else None

    return share


def _calibration_error(p: Predictions) -> float:
    confidence, came_true = p.confidence
    bins = calibration_bins(confidence)
    gaps = np.bincount(bins, confidence - came_true, minlength=CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / len(p.labels))


METRICS: dict[str, Metric] = {
    "accuracy": Metric(
        title="accuracy",
        meaning="images classified rightly",
        compute=_accuracy,
        share=lambda p: (p.right, np.ones_like(p.right)),
    ),
    "balanced_accuracy": Metric(
        title="balanced accuracy",
        meaning="images of a class found, the mean over all classes",
        compute=_balanced_accuracy,
    ),
    "auc": Metric(
        title="ROC-AUC",
        meaning="chance that a positive image is ranked above a negative one",
        compute=_auc,
        percent=False,
    ),
    "average_precision": Metric(
        title="average precision",
        meaning="precision, averaged over all thresholds",
        compute=_average_precision,
        percent=False,
    ),
    "sensitivity": Metric(
        title="sensitivity",
        meaning="positive images found",
        compute=_sensitivity,
        share=_share_of(1),
    ),
    "specificity": Metric(
        title="specificity",
        meaning="negative images left alone",
        compute=_specificity,
        share=_share_of(0),
    ),
    "f1": Metric(
        title="F1",
        meaning="harmonic mean of precision and sensitivity",
        compute=_f1,
    ),
    "loss": Metric(
        title="loss",
        meaning="mean cross entropy, in nats",
        compute=_loss,
        percent=False,
    ),
    "calibration_error": Metric(
        title="calibration error",
        meaning="mean distance of probabilities from what came true (ECE, 10 bins)",
        compute=_calibration_error,
    ),
}


def _macro(
    p: Predictions, score: str, of_class: Callable[[int], tuple[Any, Any]]
) -> float:
    """The mean of a score of scikit-learn over the classes; `of_class` gives the truth
    of each image, and what was predicted."""
    compute = getattr(_sklearn(), score)
    return float(np.mean([float(compute(*of_class(c))) for c in p.classes]))


def _need(p: Predictions, class_: int, present: bool) -> None:
    if not present:
        raise UndefinedMetricError(f"no image of class `{p.class_names[class_]}`")


def _need_other(p: Predictions, class_: int) -> None:
    if (p.labels == class_).all():
        raise UndefinedMetricError(f"all images are of class `{p.class_names[class_]}`")


def _sklearn() -> Any:
    try:
        from sklearn import metrics
    except ImportError as error:
        raise not_installed("sklearn", "validation") from error
    return metrics
