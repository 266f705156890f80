"""How certain a metric is: 95% intervals, exact ones of shares of images, and
percentile intervals by the bootstrap of all others.

A resample draws as many images as there are, with replacement. The same images are
drawn for all predictions of the same number of images, so two models are compared in
pairs: an image that is hard for both cancels out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmruntime.evaluation.metrics import (
    METRICS,
    Metric,
    Predictions,
    UndefinedMetricError,
)
from pmruntime.evaluation.paired_tests import p_values
from pmruntime.evaluation.proportions import clopper_pearson
from pmruntime.evaluation.weighted_metrics import WeightedMetrics

RESAMPLES = 2000
SEED = 0
LEVEL = 0.95
_TAILS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
_AT_ONCE = 250_000  # weights in memory: 2 MB, which a core's cache holds


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """The value of a metric with its interval, from `low` to `high`.

    None where there is none; `reason` then says why. `left_out` counts the resamples in
    which the metric is undefined.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    left_out: int = 0
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """All fields; `reason` only where there is one."""
        return {k: v for k, v in asdict(self).items() if k != "reason" or v is not None}


@dataclass(frozen=True, kw_only=True)
class Difference(Measurement):
    """A metric of one model minus that of another, on the same images.

    `p` is two-sided (paired_tests.py); the interval is the bootstrap's.
    """

    p: float | None = None


class Bootstrap:
    """Every metric of predictions: for all images, and for each resample of them."""

    def __init__(
        self, predictions: Predictions, resamples: int = RESAMPLES, seed: int = SEED
    ) -> None:
        self.predictions, self._seed = predictions, seed
        computed = {name: _compute(m, predictions) for name, m in METRICS.items()}
        self.values = {name: value for name, (value, _) in computed.items()}
        self.reasons = {name: reason for name, (_, reason) in computed.items()}
        weighted = WeightedMetrics(predictions)
        n = len(predictions.labels)
        parts = [weighted(weights) for weights in _weights(n, resamples, seed)]
        self.resampled = {
            name: np.concatenate([part[name] for part in parts]) for name in METRICS
        }

    def measurements(self) -> dict[str, Measurement]:
        """Each metric with its interval."""
        return {name: self._measured(name, metric) for name, metric in METRICS.items()}

    def _measured(self, name: str, metric: Metric) -> Measurement:
        value, share = self.values[name], metric.share(self.predictions)
        if value is None or share is None:
            return _measurement(value, self.resampled[name], self.reasons[name])
        right, among = share
        return measured_share(int((right & among).sum()), int(among.sum()))

    def minus(self, other: Bootstrap) -> dict[str, Difference]:
        """Each metric minus that of `other`, for predictions of the same images.

        Raises ValueError for other images, or another number of resamples.
        """
        if not np.array_equal(self.predictions.labels, other.predictions.labels):
            raise ValueError("only predictions of the same images can be compared")
        resamples = len(next(iter(self.resampled.values())))
        ps = p_values(self.predictions, other.predictions, resamples, self._seed)
        return {name: self._difference(other, name, ps[name]) for name in METRICS}

    def _difference(self, other: Bootstrap, name: str, p: float | None) -> Difference:
        mine, theirs = self.values[name], other.values[name]
        value = None if mine is None or theirs is None else mine - theirs
        reason = self.reasons[name] or other.reasons[name]
        resampled = self.resampled[name] - other.resampled[name]
        measurement = _measurement(value, resampled, reason)
        p = None if value is None else p
        return Difference(**asdict(measurement), p=p)


def measured_share(right: int, among: int) -> Measurement:
    """A share of images with its exact interval; `among` is at least 1."""
    low, high = clopper_pearson(right, among, LEVEL)
    return Measurement(value=right / among, low=float(low), high=float(high))


def _compute(
    metric: Metric, predictions: Predictions
) -> tuple[float | None, str | None]:
    """The metric's value, or None and the reason why it is undefined."""
    try:
        return metric.compute(predictions), None
    except UndefinedMetricError as error:
        return None, str(error)


def _weights(n: int, resamples: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """How often each of n images is drawn, in blocks [b, n]; the b add up to
    `resamples`."""
    rng = np.random.default_rng(seed)
    while resamples:
        rows = min(resamples, max(1, _AT_ONCE // n))
        chosen = rng.integers(0, n, size=(rows, n)) + np.arange(rows)[:, None] * n
        counts = np.bincount(chosen.ravel(), minlength=rows * n)
        yield counts.reshape(rows, n).astype(np.float64)
        resamples -= rows


def _measurement(
    value: float | None, resampled: NDArray[np.float64], reason: str | None
) -> Measurement:
    """The value of a metric, None for the given `reason`, with the interval in which
    the middle 95% of the resamples lie."""
    defined = _defined(resampled)
    left_out = len(resampled) - len(defined)
    if value is None:
        return Measurement(value=None, left_out=len(resampled), reason=reason)
    if len(defined) < len(resampled) / 2:
        # The remaining resamples are no longer a fair draw.
        reason = (
            f"no interval: undefined in {left_out:,} of {len(resampled):,} resamples"
        )
        return Measurement(value=value, left_out=left_out, reason=reason)
    low, high = map(float, np.quantile(defined, _TAILS))
    return Measurement(value=value, low=low, high=high, left_out=left_out)


def _defined(resampled: NDArray[np.float64]) -> NDArray[np.float64]:
    return resampled[~np.isnan(resampled)]
