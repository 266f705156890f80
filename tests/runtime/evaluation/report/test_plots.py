"""Plots of predictions: which there are, and that they show what they are given."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("sklearn")

from numpy.typing import NDArray
from pmruntime.evaluation.metrics import Predictions
from pmruntime.evaluation.report.plots import draw_plots

ALL = {"roc.png", "precision_recall.png", "calibration.png", "confusion.png"}


def sample(classes: int, seed: int = 0, n: int = 60) -> Predictions:
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % classes
    logits = rng.normal(size=(n, classes))
    logits[np.arange(n), labels] += 2
    logs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return Predictions(logs, labels, tuple(f"$c_{i}$ <b>" for i in range(classes)))


def pixels(content: bytes) -> NDArray[np.uint8]:
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image


@pytest.mark.parametrize("classes", [2, 3, 15])
def test_all_plots(classes: int) -> None:
    plots = draw_plots({"net": sample(classes), "other": sample(classes, 1)})
    assert set(plots) == ALL
    for name, content in plots.items():
        assert min(pixels(content).shape[:2]) > 400, name


def test_one_class_alone_has_no_curves() -> None:
    p = sample(2)
    alone = Predictions(p.logs, np.zeros_like(p.labels), p.class_names)
    assert set(draw_plots({"net": alone})) == {"calibration.png", "confusion.png"}


def test_equal_predictions_give_equal_files_and_others_others() -> None:
    first, again = (draw_plots({"net": sample(2)}) for _ in range(2))
    assert first == again
    other = draw_plots({"net": sample(2, seed=1)})
    assert all(first[name] != other[name] for name in ALL)


def test_a_perfect_confusion_matrix_is_dark_on_its_diagonal() -> None:
    p = sample(2)
    sure = np.where(np.eye(2, dtype=bool)[p.labels], -0.01, -5.0)
    image = pixels(draw_plots({"net": Predictions(sure, p.labels)})["confusion.png"])
    dark = (image.max(axis=2) < 140).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(dark)
    large = [stats[i, cv2.CC_STAT_AREA] > 10_000 for i in range(1, count)]
    assert sum(large) in (1, 2)  # two squares, which may touch at a corner
    assert 0.2 < dark.mean() < 0.5
