"""How certain a metric is: 95% percentile intervals by the bootstrap.

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

    `p` is two-sided: twice the share of resamples on the other side of zero.
    """

    p: float | None = None


class Bootstrap:
    """Every metric of predictions: for all images, and for each resample of them."""

    def __init__(
        self, predictions: Predictions, resamples: int = RESAMPLES, seed: int = SEED
    ) -> None:
        self.predictions = predictions
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
        return {
            name: _measurement(
                self.values[name], self.resampled[name], self.reasons[name]
            )
            for name in METRICS
        }

    def minus(self, other: Bootstrap) -> dict[str, Difference]:
        """Each metric minus that of `other`, for predictions of the same images.

        Raises ValueError for other images, or another number of resamples.
        """
        if not np.array_equal(self.predictions.labels, other.predictions.labels):
            raise ValueError("only predictions of the same images can be compared")
        return {name: self._difference(other, name) for name in METRICS}

    def _difference(self, other: Bootstrap, name: str) -> Difference:
        mine, theirs = self.values[name], other.values[name]
        value = None if mine is None or theirs is None else mine - theirs
        reason = self.reasons[name] or other.reasons[name]
        resampled = self.resampled[name] - other.resampled[name]
        measurement = _measurement(value, resampled, reason)
        p = None if measurement.low is None else _p_value(_defined(resampled))
        return Difference(**asdict(measurement), p=p)


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


def _p_value(resampled: NDArray[np.float64]) -> float:
    """Two-sided; never 0, since 2,000 resamples cannot show less than one in 2,001."""
    below, above = int((resampled <= 0).sum()), int((resampled >= 0).sum())
    return min(1.0, 2 * (min(below, above) + 1) / (len(resampled) + 1))
