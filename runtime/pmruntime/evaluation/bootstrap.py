"""How sure a figure is: percentile intervals by drawing the images again.

A resample draws as many images as there are, with replacement. The same images are
drawn for all predictions of a number of images, so two networks are compared pair by
pair: an image that is hard for both cancels out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmruntime.evaluation.metrics import METRICS, Predictions, UndefinedError, measure
from pmruntime.evaluation.weighted_metrics import WeightedMetrics

RESAMPLES = 2000
SEED = 0
LEVEL = 0.95
_TAILS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
_AT_ONCE = 250_000  # weights in memory: 2 MB, what a core's cache holds


@dataclass(frozen=True)
class Figure:
    """A figure with its interval; None with a `reason` where there is none.

    `left_out` counts the resamples in which the figure was undefined.
    """

    value: float | None
    low: float | None
    high: float | None
    left_out: int = 0
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """All fields; `reason` only where there is one."""
        return {k: v for k, v in asdict(self).items() if k != "reason" or v is not None}


@dataclass(frozen=True)
class Difference(Figure):
    """A figure of one network less that of another, on the same images.

    `p` is two-sided: how often resamples fall on the other side of zero, twice.
    """

    p: float | None = None


class Measurement:
    """Every figure of predictions: over all images, and over every resample."""

    def __init__(
        self, predictions: Predictions, resamples: int = RESAMPLES, seed: int = SEED
    ) -> None:
        self.predictions = predictions
        self.values: dict[str, float | None] = {}
        self.reasons: dict[str, str] = {}
        for name in METRICS:
            self._measure(name)
        weighted = WeightedMetrics(predictions)
        n = len(predictions.labels)
        parts = [weighted(weights) for weights in _weights(n, resamples, seed)]
        self.drawn = {
            name: np.concatenate([part[name] for part in parts]) for name in METRICS
        }

    def figures(self) -> dict[str, Figure]:
        """Each metric with its interval."""
        return {name: self._figure(name) for name in METRICS}

    def minus(self, other: Measurement) -> dict[str, Difference]:
        """Each metric less that of `other`, which was measured on the same images.

        Raises ValueError where it was not, or with other resamples.
        """
        if not np.array_equal(self.predictions.labels, other.predictions.labels):
            raise ValueError("only predictions of the same images can be compared")
        return {name: self._difference(other, name) for name in METRICS}

    def _measure(self, name: str) -> None:
        try:
            self.values[name] = measure(name, self.predictions)
        except UndefinedError as error:
            self.values[name] = None
            self.reasons[name] = str(error)

    def _figure(self, name: str) -> Figure:
        value = self.values[name]
        if value is None:
            return Figure(None, None, None, len(self.drawn[name]), self.reasons[name])
        low, high, left_out, reason = _interval(self.drawn[name])
        return Figure(value, low, high, left_out, reason)

    def _difference(self, other: Measurement, name: str) -> Difference:
        mine, its = self.values[name], other.values[name]
        drawn = self.drawn[name] - other.drawn[name]
        if mine is None or its is None:
            missing = self.reasons.get(name) or other.reasons[name]
            return Difference(None, None, None, len(drawn), missing)
        low, high, left_out, reason = _interval(drawn)
        p = None if low is None else _p_value(drawn[~np.isnan(drawn)])
        return Difference(mine - its, low, high, left_out, reason, p)


def paired_difference(
    logs_a: NDArray[np.float64],
    logs_b: NDArray[np.float64],
    labels: NDArray[np.int64],
    metric: str,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Difference:
    """One metric of predictions a less that of b, on the same images, by the bootstrap.

    Log-probabilities are [n, C], labels [n].
    """
    a = Measurement(Predictions(logs_a, labels), resamples, seed)
    b = Measurement(Predictions(logs_b, labels), resamples, seed)
    return a.minus(b)[metric]


def _weights(n: int, resamples: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """How often each of n images is drawn, [b, n], until b add up to `resamples`."""
    rng = np.random.default_rng(seed)
    while resamples:
        rows = min(resamples, max(1, _AT_ONCE // n))
        chosen = rng.integers(0, n, size=(rows, n)) + np.arange(rows)[:, None] * n
        counts = np.bincount(chosen.ravel(), minlength=rows * n)
        yield counts.reshape(rows, n).astype(np.float64)
        resamples -= rows


def _interval(
    drawn: NDArray[np.float64],
) -> tuple[float | None, float | None, int, str | None]:
    """Low, high, resamples left out, and why there is no interval."""
    defined = drawn[~np.isnan(drawn)]
    left_out = len(drawn) - len(defined)
    if len(defined) < len(drawn) / 2:
        # What is left is no longer a fair draw.
        reason = f"no interval: undefined in {left_out:,} of {len(drawn):,} resamples"
        return None, None, left_out, reason
    low, high = np.quantile(defined, _TAILS)
    return float(low), float(high), left_out, None


def _p_value(drawn: NDArray[np.float64]) -> float:
    """Two-sided; never 0, since 2,000 resamples cannot show less than one in 2,001."""
    below, above = int((drawn <= 0).sum()), int((drawn >= 0).sum())
    return min(1.0, 2 * (min(below, above) + 1) / (len(drawn) + 1))
