"""How certain a share of images is: Clopper and Pearson's interval.

It inverts the binomial distribution itself, so it holds for few images too: of 0 right
of 4 it says 0 to 60%, where drawing the 4 again can only say 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmruntime.evaluation.metrics import Predictions


def clopper_pearson(
    right: ArrayLike, among: ArrayLike, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lower and the upper end, from 0 to 1, for so many `right` of `among` images,
    counts of any one shape; 0 and 1 for none of none. The truth lies between them at
    least as often as `level` says."""
    # scikit-learn, without which nothing is measured, needs SciPy.
    from scipy.special import betaincinv

    k, n = np.asarray(right, dtype=np.float64), np.asarray(among, dtype=np.float64)
    tail = (1 - level) / 2
    # betaincinv is for positive parameters: at the ends the interval is closed.
    low = np.where(k > 0, betaincinv(np.maximum(k, 1), n - k + 1, tail), 0.0)
    high = np.where(k < n, betaincinv(k + 1, np.maximum(n - k, 1), 1 - tail), 1.0)
    return low, high


def per_class(p: Predictions) -> list[dict[str, Any]]:
    """For each class, as eval.json has it: its name, how many `images` are of it and
    how many are `predicted` to be; `sensitivity`, the share of the former that are
    found, and `precision`, the share of the latter that are right, with their
    intervals. A share of nothing is null, with a reason."""
    found, of_class, predicted = (
        p.confusion.diagonal(),
        p.confusion.sum(axis=1),
        p.confusion.sum(axis=0),
    )
    return [
        {
            "name": name,
            "images": int(of_class[i]),
            "predicted": int(predicted[i]),
            "sensitivity": _share(found[i], of_class[i], "no image of it"),
            "precision": _share(found[i], predicted[i], "never predicted"),
        }
        for i, name in enumerate(p.class_names)
    ]


def _share(right: int, among: int, reason: str) -> dict[str, Any]:
    if not among:
        return {"value": None, "low": None, "high": None, "reason": reason}
    low, high = clopper_pearson(right, among)
    return {"value": float(right / among), "low": float(low), "high": float(high)}
