"""How certain a share of images is: Clopper and Pearson's interval.

It inverts the binomial distribution itself, so it holds for few images too: of 0 right
of 4 it says 0 to 60%, where drawing the 4 again can only say 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


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
