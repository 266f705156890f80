"""Whether two models differ on the same images: p-values that are not too small.

Were there no difference, it would be chance which of the two said what of an image. So
what they say is swapped image by image, at random, and p is the share of such swaps in
which the models differ by as much as they do. For shares of images that share is known
without drawing: it is McNemar's exact test.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmruntime.evaluation.metrics import METRICS, Predictions
from pmruntime.evaluation.weighted_metrics import WeightedMetrics

_AT_ONCE = 250_000  # weights in memory: 2 MB, which a core's cache holds
_EQUAL = 1e-12  # metrics are at most some units; sums in another order differ by less


def mcnemar(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """The two-sided p-values of McNemar's exact test, for so many images that the first
    model alone and that the second alone gets right, counts of any one shape.

    An image that both or neither get right says nothing of a difference.
    """
    from scipy.special import bdtr

    b, c = np.asarray(first, dtype=np.int64), np.asarray(second, dtype=np.int64)
    tail = bdtr(np.minimum(b, c).astype(np.float64), b + c, 0.5)
    return np.asarray(np.minimum(1.0, 2 * tail))


def p_values(
    a: Predictions, b: Predictions, swaps: int, seed: int
) -> dict[str, float | None]:
    """The two-sided p-value of each metric's difference, of predictions of the same
    images; None where the metric is undefined for these images."""
    drawn = _swapped_differences(a, b, swaps, seed)
    found: dict[str, float | None] = {}
    for name, metric in METRICS.items():
        ours, theirs = metric.share(a), metric.share(b)
        if ours is not None and theirs is not None:
            (mine, among), (others, _) = ours, theirs
            only_a, only_b = mine & ~others & among, others & ~mine & among
            found[name] = float(mcnemar(only_a.sum(), only_b.sum()))
            continue
        observed, *differences = drawn[name]
        sizes = np.abs([d for d in differences if not np.isnan(d)])
        as_large = int((sizes >= abs(observed) - _EQUAL).sum())
        # What was observed is one of the swaps, so that p is never 0.
        p = (1 + as_large) / (1 + len(sizes))
        found[name] = None if np.isnan(observed) else p
    return found


def _swapped_differences(
    a: Predictions, b: Predictions, swaps: int, seed: int
) -> dict[str, NDArray[np.float64]]:
    """Each metric of a minus that of b, float64 [1 + swaps]: first as they are, then
    with their predictions swapped for a random half of the images."""
    n = len(a.labels)
    # A row for what each model says of each image; a weight chooses one of the two.
    both = WeightedMetrics(
        Predictions(
            np.concatenate([a.logs, b.logs]), np.tile(a.labels, 2), a.class_names
        )
    )
    rng = np.random.default_rng(seed)
    swapped = np.concatenate([np.zeros((1, n)), rng.integers(0, 2, size=(swaps, n))])
    parts = []
    rows = max(1, _AT_ONCE // (2 * n))
    for start in range(0, len(swapped), rows):
        chosen = swapped[start : start + rows]
        first = both(np.concatenate([1 - chosen, chosen], axis=1))
        second = both(np.concatenate([chosen, 1 - chosen], axis=1))
        parts.append({name: first[name] - second[name] for name in METRICS})
    return {name: np.concatenate([part[name] for part in parts]) for name in METRICS}
