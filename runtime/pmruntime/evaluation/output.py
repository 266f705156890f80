"""The files of an evaluation: eval.json, predictions.csv, plots and report.html."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pmruntime.data import Data
from pmruntime.evaluation.metrics import Predictions
from pmruntime.evaluation.report.page import write_report
from pmruntime.evaluation.report.plots import draw_plots
from pmruntime.files import check_replaceable, read_json, write_atomic, write_json
from pmruntime.problems import UserError
from pmruntime.runs.folder import RunFolder
from pmruntime.runs.trained import TrainedRun

FORMAT = "pmruntime eval 1"


def check_output(out: Path | None) -> None:
    """Raise UserError where `out` is a file, or holds a file of one of these names that
    `pmgen eval` did not write."""
    if out is None:
        return
    if out.exists() and not out.is_dir():
        raise UserError(
            f"`{out}` is a file, not a folder", "give a folder with `--out`"
        )
    present = [name for name in RunFolder.EVAL_FILES if (out / name).exists()]
    check_replaceable(out / "eval.json", FORMAT, "measurement", present, force=True)


def output_folder(
    run: RunFolder, out: Path | None, measured: Mapping[str, Any]
) -> Path:
    """The folder of what was `measured`, the content of eval.json: `out`, or the run's
    own, where other data do not replace the figures of the data that the run was
    validated on: they have a folder of their own in it."""
    if out is not None:
        return out
    if measured["same_data"] or not _is_of_own_data(run.folder / "eval.json"):
        return run.folder
    return run.other_data / str(measured["data"]["fingerprint"])[:12]


def write_files(
    folder: Path,
    run: TrainedRun,
    data: Data,
    result: dict[str, Any],
    predictions: Mapping[str, Predictions],
    report: bool,
) -> None:
    """Write every file of this evaluation and remove those of an earlier one; without
    `report` its page and plots stay, and say themselves what they show.

    `predictions` are those of each model by name, the network's first.
    """
    network = next(iter(predictions.values()))
    plots: dict[str, bytes] = {}
    page = None
    if report:
        # Without matplotlib there are none, and the report says so.
        with suppress(ImportError):
            plots = draw_plots(predictions)
        page = write_report(run, data, result, network, plots)
    folder.mkdir(parents=True, exist_ok=True)
    for name in RunFolder.EVAL_FILES if report else ():
        (folder / name).unlink(missing_ok=True)
    write_json(folder / "eval.json", result)
    write_atomic(folder / "predictions.csv", _predictions_csv(network, data))
    for name, content in plots.items():
        write_atomic(folder / name, content)
    if page is not None:
        write_atomic(folder / "report.html", page)


def _is_of_own_data(path: Path) -> bool:
    try:
        found = read_json(path)
    except UserError:
        return False
    return found.get("format") == FORMAT and found.get("same_data") is True


def _predictions_csv(p: Predictions, data: Data) -> bytes:
    """A line for each image: its name, its true and its predicted class, and the
    probability of each class."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", "label", "predicted", *(f"p({c})" for c in p.class_names)])
    rows = zip(data.val.names, p.labels, p.predicted, p.probabilities, strict=True)
    for name, label, predicted, probabilities in rows:
        classes = [p.class_names[label], p.class_names[predicted]]
        writer.writerow([name, *classes, *(repr(float(v)) for v in probabilities)])
    return text.getvalue().encode("utf-8")
