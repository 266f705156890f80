"""Exact intervals of shares of images, and where they are used."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("sklearn")

from pmruntime.evaluation.bootstrap import Bootstrap
from pmruntime.evaluation.metrics import Predictions
from pmruntime.evaluation.proportions import clopper_pearson, per_class


def at_most(k: int, n: int, p: float) -> float:
    """The chance of k right or fewer of n."""
    return sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1))


@pytest.mark.parametrize(
    ("right", "among", "low", "high"),
    [
        (0, 4, 0.0, 1 - 0.025**0.25),  # 0 to 60%
        (4, 4, 0.025**0.25, 1.0),
        (0, 0, 0.0, 1.0),
        (90, 100, 0.8238, 0.9510),  # as the tables have it
    ],
)
def test_known_intervals(right: int, among: int, low: float, high: float) -> None:
    assert clopper_pearson(right, among) == (
        pytest.approx(low, abs=5e-5),
        pytest.approx(high, abs=5e-5),
    )


@pytest.mark.parametrize("among", [1, 2, 7, 30])
def test_the_ends_are_where_the_tails_are_two_and_a_half_percent(among: int) -> None:
    right = np.arange(among + 1)
    low, high = clopper_pearson(right, among)
    for k in right:
        if k > 0:
            assert 1 - at_most(k - 1, among, low[k]) == pytest.approx(0.025)
        if k < among:
            assert at_most(k, among, high[k]) == pytest.approx(0.025)


def test_shares_of_two_classes_have_exact_intervals() -> None:
    """None of 4 positive images found, 5 of 6 negative ones left alone."""
    labels = np.array([1] * 4 + [0] * 6)
    p = np.where(labels == 1, 0.2, 0.3)
    p[-1] = 0.9
    predictions = Predictions(np.log(np.stack([1 - p, p], axis=1)), labels)
    found = Bootstrap(predictions).measurements()
    for name, right, among in (
        ("sensitivity", 0, 4),
        ("specificity", 5, 6),
        ("accuracy", 5, 10),
    ):
        low, high = clopper_pearson(right, among)
        measured = found[name]
        assert (measured.value, measured.low, measured.high) == (
            right / among,
            low,
            high,
        ), name
    assert found["sensitivity"].high == pytest.approx(0.602, abs=0.001)


def test_of_more_classes_accuracy_alone_is_one_share() -> None:
    labels = np.arange(12) % 3
    logs = np.log(np.full((12, 3), 0.1) + 0.7 * np.eye(3)[labels])
    found = Bootstrap(Predictions(logs, labels)).measurements()
    assert found["accuracy"].low == clopper_pearson(12, 12)[0]
    assert found["sensitivity"].low == 1.0  # every draw of the bootstrap says so


def test_class_by_class() -> None:
    """Of four classes one is never predicted, and one has no image."""
    labels = np.array([0, 0, 0, 0, 1, 1, 2, 2])
    predicted = np.array([0, 0, 0, 3, 0, 0, 2, 2])
    logs = np.log(np.full((8, 4), 0.1) + 0.6 * np.eye(4)[predicted])
    names = ("a", "b", "c", "d")
    a, b, c, d = per_class(Predictions(logs, labels, names))
    low, high = clopper_pearson(3, 4)
    assert a["sensitivity"] == {"value": 0.75, "low": low, "high": high}
    assert a["precision"]["value"] == 3 / 5
    assert (a["name"], a["images"], a["predicted"]) == ("a", 4, 5)
    assert b["sensitivity"]["value"] == 0
    assert b["sensitivity"]["high"] == pytest.approx(1 - 0.025**0.5)
    assert b["precision"]["reason"] == "never predicted"
    assert c["sensitivity"]["value"] == c["precision"]["value"] == 1
    assert (d["sensitivity"]["value"], d["precision"]["value"]) == (None, 0)
