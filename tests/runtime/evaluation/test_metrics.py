"""Metrics of predictions against values by hand and against scikit-learn."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest

pytest.importorskip("sklearn")

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pmruntime.evaluation.metrics import (
    METRICS,
    Predictions,
    UndefinedMetricError,
    calibration_bins,
)
from pmruntime.evaluation.weighted_metrics import WeightedMetrics
from pmruntime.problems import UserError
from sklearn.metrics import balanced_accuracy_score, log_loss, roc_auc_score


def of(probabilities: list[float], labels: list[int]) -> Predictions:
    """Predictions for two classes from the probabilities of class 1."""
    p = np.array(probabilities)
    return Predictions(np.log(np.stack([1 - p, p], axis=1)), np.array(labels))


@st.composite
def predictions(draw: st.DrawFn, classes: int | None = None) -> Predictions:
    """Up to 12 images of 2 to 4 classes; few different logits, so that ties are had."""
    n = draw(st.integers(1, 12))
    count = classes or draw(st.integers(2, 4))
    logits = draw(
        arrays(np.float64, (n, count), elements=st.sampled_from([-3.0, -1.0, 0.0, 2.0]))
    )
    labels = draw(arrays(np.int64, n, elements=st.integers(0, count - 1)))
    logs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return Predictions(logs, labels)


def value(name: str, p: Predictions) -> float:
    """The metric, NaN where it is undefined."""
    try:
        return METRICS[name].compute(p)
    except UndefinedMetricError:
        return math.nan


def test_two_classes_by_hand() -> None:
    p = of([0.9, 0.8, 0.4, 0.35, 0.6, 0.1], [1, 1, 1, 0, 0, 0])
    assert p.confusion.tolist() == [[2, 1], [1, 2]]
    assert METRICS["accuracy"].compute(p) == pytest.approx(4 / 6)
    assert METRICS["sensitivity"].compute(p) == pytest.approx(2 / 3)
    assert METRICS["specificity"].compute(p) == pytest.approx(2 / 3)
    assert METRICS["f1"].compute(p) == pytest.approx(2 / 3)
    # Of nine pairs one is the wrong way round: 0.4 below 0.6.
    assert METRICS["auc"].compute(p) == pytest.approx(8 / 9)
    # The positives stand on ranks 1, 2 and 4.
    assert METRICS["average_precision"].compute(p) == pytest.approx((1 + 1 + 3 / 4) / 3)
    by_hand = -np.log([0.9, 0.8, 0.4, 0.65, 0.4, 0.9]).mean()
    assert METRICS["loss"].compute(p) == pytest.approx(by_hand)
    # One image a bin: distances 0.1, 0.2, 0.6, 0.35, 0.6 and 0.1.
    assert METRICS["calibration_error"].compute(p) == pytest.approx(1.95 / 6)


def test_calibration_compares_means_within_a_bin() -> None:
    # 0.62 and 0.68 share a bin of which half is positive: |0.65 - 0.5|.
    assert METRICS["calibration_error"].compute(
        of([0.62, 0.68], [1, 0])
    ) == pytest.approx(0.15)
    assert calibration_bins(np.array([0.0, 0.1, 0.999, 1.0])).tolist() == [0, 1, 9, 9]


def test_three_classes_are_means_over_classes() -> None:
    logs = np.log([[0.7, 0.2, 0.1], [0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.1, 0.2, 0.7]])
    p = Predictions(logs, np.array([0, 1, 1, 2]))
    assert p.confusion.tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]
    assert METRICS["sensitivity"].compute(p) == pytest.approx((1 + 1 / 2 + 1) / 3)
    assert METRICS["specificity"].compute(p) == pytest.approx((2 / 3 + 1 + 1) / 3)
    assert METRICS["f1"].compute(p) == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    # The confidences 0.7, 0.5, 0.6 (wrong) and 0.7, each bin's gap.
    assert METRICS["calibration_error"].compute(p) == pytest.approx(
        (0.6 + 0.5 + 0.6) / 4
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 4), st.integers(1, 30), st.integers(0, 2**32))
def test_the_whole_agrees_with_scikit_learn(classes: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, classes))  # no two alike: a last bit decides no rank
    logs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = Predictions(logs, rng.integers(0, classes, size=n))
    labels = list(range(classes))
    loss = log_loss(p.labels, p.probabilities, labels=labels)
    assert METRICS["loss"].compute(p) == pytest.approx(loss)
    if set(p.labels) != set(labels):
        return
    recall = balanced_accuracy_score(p.labels, p.predicted)
    if classes > 2:
        assert METRICS["sensitivity"].compute(p) == pytest.approx(recall)
        auc = roc_auc_score(p.labels, p.probabilities, multi_class="ovr")
    else:
        both = METRICS["sensitivity"].compute(p) + METRICS["specificity"].compute(p)
        assert both / 2 == pytest.approx(recall)
        auc = roc_auc_score(p.labels, p.probabilities[:, 1])
    assert METRICS["auc"].compute(p) == pytest.approx(auc)


@settings(max_examples=25, deadline=None)
@given(predictions(), st.randoms(use_true_random=False))
def test_the_order_of_images_makes_no_difference(p: Predictions, random) -> None:
    order = list(range(len(p.labels)))
    random.shuffle(order)
    shuffled = Predictions(p.logs[order], p.labels[order])
    for name in METRICS:
        expected = pytest.approx(value(name, p), nan_ok=True)
        assert value(name, shuffled) == expected, name


@settings(max_examples=25, deadline=None)
@given(predictions(), st.data())
def test_weights_are_repeated_images(p: Predictions, data: st.DataObject) -> None:
    """The vectorised metrics of a resample are scikit-learn's of its images."""
    n = len(p.labels)
    rows = [[data.draw(st.integers(0, n - 1)) for _ in range(n)] for _ in range(2)]
    weights = np.array([np.bincount(row, minlength=n) for row in rows], dtype=float)
    fast = WeightedMetrics(p)(weights)
    assert set(fast) == set(METRICS)
    for i, row in enumerate(rows):
        drawn = Predictions(p.logs[row], p.labels[row])
        for name in METRICS:
            expected = pytest.approx(value(name, drawn), nan_ok=True)
            assert fast[name][i] == expected, name


@settings(max_examples=25, deadline=None)
@given(predictions(classes=2))
def test_metrics_stay_in_their_range(p: Predictions) -> None:
    for name in METRICS:
        found = value(name, p)
        assert math.isnan(found) or found >= 0
        assert math.isnan(found) or name == "loss" or found <= 1


def test_what_is_undefined_says_why() -> None:
    only_negative = Predictions(
        of([0.2, 0.7], [0, 0]).logs, np.array([0, 0]), ("healthy", "ill")
    )
    for name in ("auc", "average_precision", "sensitivity"):
        with pytest.raises(UndefinedMetricError, match="no image of class `ill`"):
            METRICS[name].compute(only_negative)
    assert METRICS["specificity"].compute(only_negative) == 0.5
    assert METRICS["f1"].compute(only_negative) == 0
    with pytest.raises(UndefinedMetricError, match="no image of class `1`"):
        METRICS["f1"].compute(of([0.2], [0]))
    for name in ("auc", "specificity"):
        with pytest.raises(UndefinedMetricError, match="all images are of class `1`"):
            METRICS[name].compute(of([0.2, 0.7], [1, 1]))


def test_a_rank_does_not_drown_near_one() -> None:
    # Both probabilities are 1.0 in float64; the log-odds tell them apart.
    logits = np.array([[0.0, 50.0], [0.0, 60.0]])
    logs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = Predictions(logs, np.array([0, 1]))
    assert p.probabilities[0, 1] == p.probabilities[1, 1] == 1
    assert METRICS["auc"].compute(p) == 1


@pytest.mark.parametrize(
    ("logs", "labels"),
    [([[0.0]], [0]), ([[0.0, 0.0]], [0, 1]), ([[0.0, math.nan]], [0])],
)
def test_what_are_no_predictions(logs: list[list[float]], labels: list[int]) -> None:
    with pytest.raises(ValueError, match="log-probabilities"):
        Predictions(np.array(logs), np.array(labels))


def test_without_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(UserError, match=r"(?s)scikit-learn.*pmgen\[cpu\]"):
        METRICS["auc"].compute(of([0.2, 0.7], [0, 1]))
