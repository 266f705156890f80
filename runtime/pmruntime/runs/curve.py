"""Loss and accuracy over the epochs, as a picture."""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pmruntime.files import write_atomic

_TRAIN, _VAL = "#4c78a8", "#e45756"


def new_figure(width: float, height: float) -> Any:
    """An empty figure of so many inches, without a display."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Paddle lowers the level of the root logger; matplotlib then logs its font cache.
    logging.getLogger("matplotlib").setLevel(logging.WARNING)
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def as_png(figure: Any, **options: Any) -> bytes:
    """The content of a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", **options)
    return buffer.getvalue()


def draw_curve(
    path: Path, title: str, rows: Sequence[Mapping[str, Any]], best: Mapping[str, Any]
) -> bool:
    """Draw the lines of metrics.jsonl into a PNG; False where matplotlib is missing.

    Needs no display. `best` is the row of the best epoch.
    """
    try:
        from matplotlib.ticker import MaxNLocator, PercentFormatter
    except ImportError:
        return False
    figure = new_figure(9, 3.8)
    loss_axes, accuracy_axes = figure.subplots(1, 2)
    for axes, measure in ((loss_axes, "loss"), (accuracy_axes, "accuracy")):
        for part, color in (("train", _TRAIN), ("val", _VAL)):
            drawn = [row for row in rows if part in row]
            epochs = [row["epoch"] for row in drawn]
            values = [row[part][measure] for row in drawn]
            axes.plot(epochs, values, color=color, marker="o", markersize=3, label=part)
        axes.set_xlabel("epoch")
        axes.set_ylabel(measure)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
    accuracy_axes.yaxis.set_major_formatter(PercentFormatter(xmax=1.0))
    accuracy_axes.set_title(
        f"best val accuracy {best['val']['accuracy']:.2%} in epoch {best['epoch']}",
        fontsize=10,
    )
    loss_axes.set_title("mean over the images of an epoch", fontsize=10)
    figure.suptitle(title)
    write_atomic(path, as_png(figure, dpi=110))
    return True
