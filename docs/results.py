"""The tables of docs/results.md, from the results that bench/results.py recorded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from docs.markdown import table

RESULTS = Path(__file__).with_name("results.json")
# As every block that cannot be run everywhere begins (docs/examples.py).
_LIMIT = "# takes hours, and needs iChallenge-PM in DATA"


def _results() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return found


def _measurement(measurement: Mapping[str, Any], form: str) -> str:
    """A value with its interval, numbers in the given format, as `.1%`."""
    if measurement["value"] is None:
        return "-"
    value, low, high = (format(measurement[k], form) for k in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def _accuracy_and_auc(metrics: Mapping[str, Any]) -> tuple[str, str]:
    accuracy, auc = metrics["accuracy"], metrics["auc"]
    return _measurement(accuracy, ".1%"), _measurement(auc, ".3f")


def _result_table(rows: Iterable[Mapping[str, Any]]) -> str:
    heads = ("network", "seed:", "accuracy", "ROC-AUC", "by epoch", "less the baseline")
    cells = [
        (
            f"`{row['network']}`",
            str(row["seed"]),
            *_accuracy_and_auc(row["metrics"]),
            " ".join(f"{value:.1%}" for value in row["epochs"][-5:]),
            _difference(row["baseline"]),
        )
        for row in rows
    ]
    return table(heads, cells)


def _of_recipe(recipe: str) -> str:
    """A table of the runs with a recipe, and the commands that train them."""
    rows = [row for row in _results() if row["recipe"] == recipe]
    commands = "\n".join(row["command"] for row in rows)
    return _result_table(rows) + f"\n```sh\n{_LIMIT}\n{commands}\n```\n"


def _difference(baseline: Mapping[str, Any] | None) -> str:
    if baseline is None:
        return "-"
    return _measurement(baseline["difference"]["accuracy"], "+.1%")


def results_baseline() -> str:
    """The metrics of the baseline, one line for each set of images."""
    found = {
        row["n"]: row["baseline"]["metrics"]
        for row in _results()
        if row["baseline"] is not None
    }
    rows = [
        (str(n), *_accuracy_and_auc(metrics))
        for n, metrics in sorted(found.items(), reverse=True)
    ]
    return table(("validation images:", "accuracy", "ROC-AUC"), rows)


def results_tutorial() -> str:
    """The rows of the tutorial's recipe."""
    return _of_recipe("tutorial")


def results_palm() -> str:
    """The rows of the recipe palm."""
    return _of_recipe("palm")
