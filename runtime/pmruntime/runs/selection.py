"""Which epoch of a run is the best, and how long ago that was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmruntime.machine.extras import not_installed
from pmruntime.problems import UserError


def check_select(select: str, classes: int, labels: NDArray[np.int64]) -> None:
    """Raise UserError where `select` of a recipe cannot be measured for a network of so
    many classes on a split `val` with these labels."""
    if select != "auc":
        return
    other = "choose `select: accuracy` or `select: loss` in the recipe"
    if classes != 2:
        raise UserError(
            f"`select: auc` is for two classes, the network tells {classes} apart",
            other,
        )
    if len(np.unique(labels)) < 2:
        raise UserError(
            "`select: auc` needs images of both classes to validate on", other
        )
    if find_spec("sklearn") is None:
        raise not_installed("sklearn", "`select: auc`")


def best_row(rows: Sequence[Mapping[str, Any]], select: str) -> Mapping[str, Any]:
    """The best line of metrics.jsonl by the metric that `select` of a recipe names;
    among equals the lower loss decides, then the earlier epoch. At least one line must
    hold metrics of `val`."""
    evaluated = [row for row in rows if "val" in row]
    return max(evaluated, key=lambda row: _rank(row, select))


def epochs_since_best(rows: Sequence[Mapping[str, Any]], select: str) -> int:
    """Epochs since the best one; 0 where the last was not evaluated, so that no run
    ends there."""
    if not rows or "val" not in rows[-1]:
        return 0
    return int(rows[-1]["epoch"]) - int(best_row(rows, select)["epoch"])


def _rank(row: Mapping[str, Any], select: str) -> tuple[float, float]:
    """Higher is better. `max` keeps the first of equals."""
    val = row["val"]
    if select == "loss":
        return -val["loss"], 0.0
    return val[select], -val["loss"]
