"""p-values of two models on the same images: right, and never too small."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("sklearn")

from numpy.typing import NDArray
from pmruntime.evaluation.bootstrap import Bootstrap
from pmruntime.evaluation.metrics import METRICS, Predictions
from pmruntime.evaluation.paired_tests import mcnemar, p_values

LEVELS = (0.05, 0.01, 0.001)


def predictions(right: NDArray[np.bool_], labels: NDArray[np.int64]) -> Predictions:
    """Two classes, told with 80% where right."""
    p = np.where(right == (labels == 1), 0.8, 0.2)
    return Predictions(np.log(np.stack([1 - p, p], axis=1)), labels)


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [
        (7, 0, 2 / 2**7),  # 0.0156
        (0, 7, 2 / 2**7),
        (0, 0, 1.0),
        (3, 3, 1.0),
        (1, 0, 1.0),
        (8, 2, 2 * (1 + 10 + 45) / 2**10),
        (15, 5, 2 * sum(math.comb(20, i) for i in range(6)) / 2**20),
    ],
)
def test_mcnemar_by_hand(first: int, second: int, p: float) -> None:
    assert mcnemar(first, second) == pytest.approx(p)


def test_seven_images_to_none() -> None:
    """On 100 images the second model gets all right but seven; both miss three."""
    labels = np.arange(100) % 2
    first = np.arange(100) >= 3
    second = first & (np.arange(100) < 93)
    a, b = (Bootstrap(predictions(right, labels)) for right in (first, second))
    difference = a.minus(b)["accuracy"]
    assert difference.value == pytest.approx(0.07)
    assert difference.p == pytest.approx(0.015625)
    assert b.minus(a)["accuracy"].p == difference.p
    # The seven are 3 positive and 4 negative images: 3 to 0 and 4 to 0.
    assert sorted(a.minus(b)[k].p for k in ("sensitivity", "specificity")) == [
        pytest.approx(2 / 2**4),
        pytest.approx(2 / 2**3),
    ]


def test_swapping_by_chance_agrees_with_mcnemar() -> None:
    """Of three classes the mean recall has no formula; of equal classes it is the
    accuracy, for which there is one."""
    labels = np.arange(90) % 3
    logs = np.log(np.full((90, 3), 0.1) + 0.7 * np.eye(3)[labels])
    worse = logs.copy()
    worse[:9] = np.roll(worse[:9], 1, axis=1)
    worse[80:82], logs[80:82] = logs[80:82], np.roll(logs[80:82], 1, axis=1)
    a, b = Predictions(logs, labels), Predictions(worse, labels)
    found = p_values(a, b, swaps=20_000, seed=0)
    assert found["accuracy"] == mcnemar(9, 2)
    assert found["balanced_accuracy"] == pytest.approx(mcnemar(9, 2), abs=0.01)


def test_two_thousand_null_pairs_of_accuracies() -> None:
    """Pairs of models that are equally good: each of 20 to 400 images is easy for both,
    or as hard for the one as for the other."""
    rng = np.random.default_rng(1)
    n = rng.integers(20, 400, size=20_000)
    discordant = rng.binomial(n, rng.uniform(0.02, 0.4, size=len(n)))
    first = rng.binomial(discordant, 0.5)
    p = mcnemar(first, discordant - first)
    for level in LEVELS:
        said = np.array([np.mean(part < level) for part in p.reshape(10, 2000)])
        assert said.mean() <= level, level
        # One set of 2,000 may be above by chance alone.
        assert said.max() <= level + 3 * math.sqrt(level / 2000), level
    assert np.mean(p < 0.05) > 0.01  # a p that is never small would pass too


def test_null_pairs_of_every_metric() -> None:
    """Also where the metric has no formula, and with few images."""
    rng = np.random.default_rng(2)
    found: dict[str, list[float]] = {name: [] for name in METRICS}
    for _ in range(400):
        labels = rng.permutation(np.arange(24) % 2)
        signal = rng.normal(size=24) + labels
        pair = [signal + rng.normal(size=24) for _ in range(2)]
        logits = [np.stack([np.zeros(24), logit], axis=1) for logit in pair]
        logs = [x - np.logaddexp.reduce(x, axis=1, keepdims=True) for x in logits]
        a, b = (Predictions(x, labels) for x in logs)
        for name, p in p_values(a, b, swaps=199, seed=0).items():
            assert p is not None
            found[name].append(p)
    for name, ps in found.items():
        for level in (0.05, 0.01):
            by_chance = 3 * math.sqrt(level / len(ps))
            assert np.mean(np.array(ps) < level) <= level + by_chance, (name, level)
    assert np.mean(np.array(found["auc"]) < 0.05) > 0.01


def test_an_undefined_metric_has_no_p() -> None:
    labels = np.zeros(20, dtype=np.int64)
    a, b = (predictions(np.arange(20) >= k, labels) for k in (2, 5))
    found = p_values(a, b, swaps=99, seed=0)
    assert found["auc"] is None
    assert found["accuracy"] == pytest.approx(2 / 2**3)
