"""Intervals and differences by drawing images again."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

pytest.importorskip("sklearn")

from numpy.typing import NDArray
from pmruntime.evaluation.bootstrap import Bootstrap, Difference
from pmruntime.evaluation.metrics import METRICS, Predictions


def sample(
    n: int, signal: float, seed: int = 0, labels: NDArray[np.int64] | None = None
) -> Predictions:
    """Two classes in equal parts, told apart better the larger the signal."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2 if labels is None else labels
    logit = rng.normal(size=n) + signal * (labels - 0.5)
    logits = np.stack([np.zeros(n), logit], axis=1)
    return Predictions(logits - np.logaddexp.reduce(logits, 1, keepdims=True), labels)


def paired_difference(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    labels: NDArray[np.int64],
    metric: str,
    resamples: int = 2000,
) -> Difference:
    """The metric of log-probabilities a minus that of b, for the same images."""
    first, second = (Bootstrap(Predictions(logs, labels), resamples) for logs in (a, b))
    return first.minus(second)[metric]


def test_intervals_cover_the_truth_nineteen_times_in_twenty() -> None:
    truth = Bootstrap(sample(40_000, 2.0), resamples=1).values["auc"]
    covered = 0
    for seed in range(100):
        bootstrap = Bootstrap(sample(80, 2.0, seed + 1), resamples=300)
        auc = bootstrap.measurements()["auc"]
        covered += auc.low <= truth <= auc.high
    assert 83 <= covered <= 99  # percentile intervals are a little too narrow


def test_more_images_make_intervals_narrower() -> None:
    few, many = (Bootstrap(sample(n, 1.5)).measurements() for n in (50, 800))
    for name in METRICS:
        narrow, wide = (f[name].high - f[name].low for f in (many, few))
        assert narrow < wide / 2, name


def test_equal_seeds_give_equal_measurements_and_other_seeds_others() -> None:
    p = sample(60, 1.0)
    found = [Bootstrap(p, seed=seed).measurements() for seed in (0, 0, 1)]
    assert found[0] == found[1]
    assert found[0]["loss"] != found[2]["loss"]
    assert found[0]["loss"].value == found[2]["loss"].value


def test_a_metric_that_is_undefined_is_null_with_a_reason() -> None:
    p = sample(20, 1.0, labels=np.zeros(20, dtype=np.int64))
    found = {k: f.as_json() for k, f in Bootstrap(p).measurements().items()}
    json.dumps(found, allow_nan=False)
    assert found["auc"] == {
        "value": None,
        "low": None,
        "high": None,
        "left_out": 2000,
        "reason": "no image of class `1`",
    }
    assert found["specificity"]["value"] is not None


def test_resamples_of_one_class_are_left_out_and_counted() -> None:
    labels = np.array([1, 1] + [0] * 18)
    auc = Bootstrap(sample(20, 1.0, labels=labels)).measurements()["auc"]
    # A resample misses both positives with probability 0.9^20 = 12%.
    assert auc.left_out == pytest.approx(2000 * 0.9**20, rel=0.2)
    assert auc.low is not None


def test_too_few_fair_resamples_give_no_interval() -> None:
    # One image of each of three classes: all three are drawn 6 times in 27.
    logs = np.log(np.full((3, 3), 1 / 3))
    auc = Bootstrap(Predictions(logs, np.arange(3))).measurements()["auc"]
    assert auc.value == 0.5
    assert auc.low is None
    assert auc.high is None
    assert auc.left_out == pytest.approx(2000 * 21 / 27, rel=0.05)
    assert (
        auc.reason == f"no interval: undefined in {auc.left_out:,} of 2,000 resamples"
    )


def test_a_difference_from_oneself_is_nothing() -> None:
    a = Bootstrap(sample(50, 1.0))
    for name, difference in a.minus(a).items():
        assert (difference.value, difference.low, difference.high) == (0, 0, 0), name
        assert difference.p == 1


def test_pairs_are_surer_than_two_intervals() -> None:
    # b is a, but for 12 images that it alone mistakes: half a chance in 2^12.
    a = sample(200, 3.0)
    right = np.flatnonzero(a.predicted == a.labels)[:12]
    logs = a.logs.copy()
    logs[right] = logs[right][:, ::-1]
    mine = Bootstrap(a)
    its = Bootstrap(Predictions(logs, a.labels))
    difference = mine.minus(its)["accuracy"]
    assert difference.value == pytest.approx(12 / 200)
    assert difference.low > 0
    assert difference.p < 0.01
    # Looked at one by one the intervals overlap.
    assert mine.measurements()["accuracy"].low < its.measurements()["accuracy"].high
    assert paired_difference(a.logs, logs, a.labels, "accuracy") == difference
    back = paired_difference(logs, a.logs, a.labels, "accuracy")
    assert back.value == -difference.value
    assert (back.low, back.high) == pytest.approx((-difference.high, -difference.low))
    assert back.p == difference.p


def test_no_difference_is_rarely_found() -> None:
    labels = np.arange(100) % 2
    ps = [
        paired_difference(
            sample(100, 1.0, 2 * seed, labels).logs,
            sample(100, 1.0, 2 * seed + 1, labels).logs,
            labels,
            "auc",
            resamples=200,
        ).p
        for seed in range(40)
    ]
    assert sum(p < 0.05 for p in ps) <= 7
    assert np.mean(ps) == pytest.approx(0.5, abs=0.18)


def test_only_the_same_images_can_be_compared() -> None:
    a, b = (Bootstrap(sample(n, 1.0), resamples=5) for n in (50, 52))
    with pytest.raises(ValueError, match="same images"):
        a.minus(b)


def test_four_hundred_images_take_no_time() -> None:
    Bootstrap(sample(10, 1.0), resamples=1)  # what is imported late, is by now
    started = time.process_time()
    Bootstrap(sample(400, 2.0))
    assert time.process_time() - started < 3
