"""Plots of predictions: ROC, precision and recall, calibration, confusion matrix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pmruntime.evaluation.metrics import CALIBRATION_BINS, Predictions, calibration_bins
from pmruntime.runs.curve import as_png, new_figure

# One colour for each model in every plot; they suit the colour-blind too.
COLORS = ("#1f5f99", "#d1702a", "#5b8c3e")
_GREY = "#8a8f98"
# More than these could not be read.
_MAX_CURVES, _MAX_NUMBERS = 10, 12


def draw_plots(predictions: Mapping[str, Predictions]) -> dict[str, bytes]:
    """PNG files by name, without plots that are undefined for these images.

    `predictions` of the same images are given by the name of their model, the network's
    first; the confusion matrix is that of the first. Needs no display. Raises
    ImportError without matplotlib.
    """
    first = next(iter(predictions.values()))
    side = float(min(max(4.6, 0.5 * first.logs.shape[1] + 1.5), 8.0))
    plots = {
        "calibration.png": _png(_calibration, predictions),
        "confusion.png": _png(_confusion, predictions, side),
    }
    present = np.bincount(first.labels, minlength=first.logs.shape[1]) > 0
    if present.sum() > 1:
        plots["roc.png"] = _png(_roc, predictions)
        plots["precision_recall.png"] = _png(_precision_recall, predictions)
    return plots


Draw = Callable[[Any, Mapping[str, Predictions]], None]


def _png(
    draw: Draw, predictions: Mapping[str, Predictions], side: float = 4.6
) -> bytes:
    figure = new_figure(side, side)
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    draw(axes, predictions)
    # Without the version of matplotlib, so that equal plots are equal files.
    return as_png(figure, dpi=140, metadata={"Software": None})


def _curves(
    axes: Any,
    predictions: Mapping[str, Predictions],
    points: Callable[[Any, Any], tuple[Any, Any, float]],
) -> None:
    """A line for each model; with more than two classes, one for each class of the
    first model."""
    first = next(iter(predictions.values()))
    if len(first.classes) == 1:
        lines = {name: (p.labels == 1, p.margin(1)) for name, p in predictions.items()}
    else:
        lines = {
            first.class_names[c]: (first.labels == c, first.margin(c))
            for c in first.classes[:_MAX_CURVES]
            if (first.labels == c).any() and not (first.labels == c).all()
        }
    for i, (name, (truth, score)) in enumerate(lines.items()):
        x, y, area = points(truth, score)
        color = COLORS[i] if len(first.classes) == 1 else f"C{i}"
        label = f"{_short(name)}  {area:.3f}"
        axes.plot(x, y, color=color, linewidth=1.8, label=label)
    axes.set_aspect("equal")


def _describe(axes: Any, title: str, x: str, y: str) -> None:
    """Title and names of the axes, which both go from 0 to 1."""
    axes.set_title(title, fontsize=11)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.grid(alpha=0.25)


def _roc(axes: Any, predictions: Mapping[str, Predictions]) -> None:
    from sklearn.metrics import auc, roc_curve

    def points(truth: Any, score: Any) -> tuple[Any, Any, float]:
        x, y, _ = roc_curve(truth, score, drop_intermediate=False)
        return x, y, auc(x, y)

    axes.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1)
    _curves(axes, predictions, points)
    _describe(axes, "ROC", "1 − specificity", "sensitivity")
    _legend(axes, "area", "lower right")


def _precision_recall(axes: Any, predictions: Mapping[str, Predictions]) -> None:
    from sklearn.metrics import average_precision_score, precision_recall_curve

    def points(truth: Any, score: Any) -> tuple[Any, Any, float]:
        precision, recall, _ = precision_recall_curve(truth, score)
        return recall, precision, average_precision_score(truth, score)

    _curves(axes, predictions, points)
    _describe(axes, "precision and recall", "recall (sensitivity)", "precision")
    _legend(axes, "average precision", "lower left")


def _calibration(axes: Any, predictions: Mapping[str, Predictions]) -> None:
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1)
    shares = axes.twinx()
    shares.set_ylim(0, 4)  # keeps the bars in the lowest quarter
    shares.axis("off")
    width = 1 / CALIBRATION_BINS
    for i, (name, p) in enumerate(predictions.items()):
        confidence, came_true = p.confidence
        bins = calibration_bins(confidence)
        counts = np.bincount(bins, minlength=CALIBRATION_BINS)
        filled = counts > 0
        x = np.bincount(bins, confidence, CALIBRATION_BINS)[filled] / counts[filled]
        y = np.bincount(bins, came_true, CALIBRATION_BINS)[filled] / counts[filled]
        axes.plot(x, y, color=COLORS[i], linewidth=1.2, alpha=0.6)
        # A bin of few images is uncertain, so its point is small.
        area = 12 + 300 * counts[filled] / counts.sum()
        axes.scatter(x, y, area, COLORS[i], label=_short(name), zorder=3, clip_on=False)
        bar = width * 0.9 / len(predictions)
        left = np.arange(CALIBRATION_BINS) * width + width * 0.05 + i * bar
        shares.bar(
            left, counts / counts.sum(), bar, align="edge", color=COLORS[i], alpha=0.22
        )
    two = len(p.classes) == 1
    what = f"probability of `{p.class_names[1]}`" if two else "confidence"
    right = f"share of `{p.class_names[1]}`" if two else "share right"
    title = "calibration (bars and points: images in a bin)"
    _describe(axes, title, f"{what}, in ten bins", right)
    axes.set_box_aspect(1)
    _legend(axes, None, "upper left")


def _confusion(axes: Any, predictions: Mapping[str, Predictions]) -> None:
    p = next(iter(predictions.values()))
    counts = p.confusion
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.spines[:].set_visible(False)
    axes.set_title("confusion (shade: share of the row)", fontsize=11)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    size = len(counts)
    if size > _MAX_NUMBERS:
        return
    names = [_short(name) for name in p.class_names]
    axes.set_xticks(range(size), names, rotation=30 if max(map(len, names)) > 6 else 0)
    axes.set_yticks(range(size), names)
    axes.tick_params(length=0)
    for row, column in np.ndindex(size, size):
        count, share = counts[row, column], shares[row, column]
        text = f"{count:,}\n{share:.1%}" if size <= 4 else f"{count:,}"
        color = "white" if share > 0.5 else "black"
        axes.text(column, row, text, ha="center", va="center", color=color)


def _legend(axes: Any, title: str | None, place: str) -> None:
    legend = axes.legend(
        title=title, loc=place, frameon=False, fontsize=9, title_fontsize=9
    )
    for handle in legend.legend_handles:
        if hasattr(handle, "set_sizes"):
            handle.set_sizes([30])  # not the size of the first point


def _short(name: str) -> str:
    """A name, shortened, as plain text: matplotlib would take `$` for mathematics."""
    kept = name if len(name) <= 24 else name[:23] + "…"
    return kept.replace("$", r"\$")
