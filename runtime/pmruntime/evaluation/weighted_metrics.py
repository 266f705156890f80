"""The metrics of metrics.py for many resamples at once.

A resample is a row of weights: how often each image was drawn. scikit-learn takes some
milliseconds for one metric of one resample, and so a minute for eight metrics of 2,000
resamples; here it is a product of matrices. Tests compare the two.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pmruntime.evaluation.metrics import CALIBRATION_BINS, Predictions, calibration_bins

Rows = NDArray[np.float64]


class WeightedMetrics:
    """Every metric of the predictions as a function of the weights of images."""

    def __init__(self, predictions: Predictions) -> None:
        p = predictions
        self._classes = len(p.classes)
        actual = np.stack([p.labels == c for c in p.classes], axis=1)
        predicted = np.stack([p.predicted == c for c in p.classes], axis=1)
        confidence, came_true = p.confidence
        in_bin = calibration_bins(confidence)[:, None] == np.arange(CALIBRATION_BINS)
        # Each column is summed over the images, with their weights.
        self._columns = np.column_stack(
            [
                p.predicted == p.labels,
                p.losses,
                actual & predicted,
                actual,
                predicted,
                in_bin * (confidence - came_true)[:, None],
            ]
        ).astype(np.float64)
        self._ranked = [_Ranked(p.margin(c), p.labels == c) for c in p.classes]

    def __call__(self, weights: Rows) -> dict[str, Rows]:
        """Metrics by name, float64 [b], NaN where undefined, of b resamples, given by
        their weights [b, n]."""
        n, k = weights.sum(axis=1), self._classes
        right, loss, *_ = sums = (weights @ self._columns).T
        hits, actual, predicted = (sums[2 + i * k : 2 + (i + 1) * k] for i in range(3))
        # 0 / 0 is NaN, which stands for "undefined".
        with np.errstate(divide="ignore", invalid="ignore"):
            areas = [ranked(weights) for ranked in self._ranked]
            found = (hits / actual).mean(axis=0)
            left_alone = ((n - actual - predicted + hits) / (n - actual)).mean(axis=0)
            return {
                "accuracy": right / n,
                # Of two classes only one is in the columns.
                "balanced_accuracy": found if k > 1 else (found + left_alone) / 2,
                "auc": np.mean([auc for auc, _ in areas], axis=0),
                "average_precision": np.mean([ap for _, ap in areas], axis=0),
                "sensitivity": found,
                "specificity": left_alone,
                "f1": (2 * hits / (actual + predicted)).mean(axis=0),
                "loss": loss / n,
                "calibration_error": np.abs(sums[2 + 3 * k :]).sum(axis=0) / n,
            }


class _Ranked:
    """Images in descending order of a score, equal scores in one group."""

    def __init__(self, score: Rows, positive: NDArray[np.bool_]) -> None:
        self._order = np.argsort(-score, kind="stable")
        ordered = score[self._order]
        first = np.r_[True, ordered[1:] != ordered[:-1]]
        self._starts = np.flatnonzero(first)
        self._positive = positive[self._order].astype(np.float64)

    def __call__(self, weights: Rows) -> tuple[Rows, Rows]:
        """ROC-AUC and average precision, float64 [b] each, for weights [b, n]."""
        ordered = weights[:, self._order]
        all_ = np.add.reduceat(ordered, self._starts, axis=1)
        ordered *= self._positive
        positive = np.add.reduceat(ordered, self._starts, axis=1)
        negative = all_ - positive
        above = np.cumsum(positive, axis=1)
        positives, negatives = above[:, -1], negative.sum(axis=1)
        # Pairs in which the positive image has the higher score; a tie counts half.
        pairs = (negative * (above - positive / 2)).sum(axis=1)
        # The sum is 0 only where `positive` is 0 too, whose quotient must be 0.
        shown = np.maximum(np.cumsum(all_, axis=1), 1)
        precision = (positive * above / shown).sum(axis=1)
        return pairs / (positives * negatives), precision / positives
