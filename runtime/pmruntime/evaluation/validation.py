"""The whole of `eval RUN`: a run measured on its validation images, and compared."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from pmruntime.data import Data, open_data
from pmruntime.evaluation.baseline import DESCRIPTION, fit_baseline
from pmruntime.evaluation.bootstrap import LEVEL, RESAMPLES, SEED, Measurement
from pmruntime.evaluation.metrics import Predictions
from pmruntime.evaluation.report.page import columns, write_report
from pmruntime.evaluation.report.plots import draw_figures
from pmruntime.files import read_json, write_atomic, write_json
from pmruntime.inference.probabilities import iterate_log_probabilities
from pmruntime.inference.split_metrics import watched_metrics
from pmruntime.model.matching import check_fits
from pmruntime.problems import UserError
from pmruntime.runs.callback import Callback, console_callback
from pmruntime.runs.folder import RunFolder
from pmruntime.runs.progress import counted
from pmruntime.runs.trained import TrainedRun, load_run

_FORMAT = "pmruntime eval 1"


@dataclass(frozen=True)
class Comparison:
    """What a run is held against: the simple `baseline`, another run, both or none."""

    baseline: bool = False
    against: Path | None = None


def evaluate_run(
    folder: Path,
    data: Data | str,
    *,
    weights: str = "last",
    device: str = "auto",
    comparison: Comparison = Comparison(),
    report: bool = False,
    out: Path | None = None,
    console: Console | None = None,
) -> dict[str, Any]:
    """Rebuild the network of a run, measure it on the validation split of its data.

    `weights` is `last` or `best`; `data` may be what `open_data` takes: its images are
    then prepared as they were for training. Returns what eval.json holds; `same_data`
    in it says whether these are the images that the run was validated on. The files
    (RunFolder.EVAL_FILES; pictures and report.html only with `report`) go into the
    run's folder, or into `out`. `console` shows what takes long. Raises UserError where
    the folder holds no run, or model and data do not fit.
    """
    run = load_run(folder, weights, device)
    other = None
    if comparison.against is not None:
        other = load_run(comparison.against, weights, device)
    place = _place(run.folder, out)
    named = data if isinstance(data, str) else None
    data = _opened(data, run, run, console)
    network = _measured(run, data, console)
    name = run.record["model"]
    result: dict[str, Any] = {
        "format": _FORMAT,
        "model": name,
        "weights": weights,
        "epoch": run.epoch,
        "views": run.recipe.views,
        "val": watched_metrics(network.predictions.logs, data.val.labels).as_json(),
        "metrics": _figures(network),
        "confusion": {
            "classes": list(network.predictions.class_names),
            "counts": network.predictions.confusion.tolist(),
        },
        "bootstrap": {"resamples": RESAMPLES, "seed": SEED, "level": LEVEL},
        "data": data.as_json(),
        "same_data": data.fingerprint == run.record["data"]["fingerprint"],
    }
    contenders = {name: network.predictions}
    if comparison.baseline:
        if len(data.train) == 0:
            raise UserError(
                "the baseline is trained on the data's training images; there are none",
                "give the whole data, or leave `--baseline` away",
            )
        if console is not None:
            console.print("fitting the baseline", highlight=False)
        fitted = fit_baseline(data)
        measured = Measurement(_predictions(fitted.logs, run, data))
        result["baseline"] = {"what": DESCRIPTION, "C": fitted.strength} | _against(
            network, measured
        )
        contenders["baseline"] = measured.predictions
    if other is not None:
        its_data = data if named is None else _opened(named, other, run, console)
        _check_same_images(data, its_data, run.folder, other.folder)
        measured = _measured(other, its_data, console)
        result["against"] = {
            # Its name only: a page that is sent away tells nothing of a disk.
            "run": other.folder.folder.resolve().name,
            "model": other.record["model"],
            "epoch": other.epoch,
        } | _against(network, measured)
        contenders[columns(result)[-1]] = measured.predictions
    _write(place, run, data, result, contenders, report)
    return result


def _opened(
    data: Data | str, run: TrainedRun, copies_as: TrainedRun, console: Console | None
) -> Data:
    """The data as `run` is shown them, fitting its network. Which copies are left out
    is as for another run's, so that both are shown the same images."""
    if isinstance(data, str):
        drop_copies = copies_as.recipe.images["drop_copies"]
        callback = Callback() if console is None else console_callback(console)
        try:
            data = open_data(
                data,
                run.preprocessing,
                drop_copies=drop_copies,
                progress=callback.on_images_read,
            )
        finally:
            callback.close()
    check_fits(run.model, data, needed=("val",))
    return data


def _measured(run: TrainedRun, data: Data, console: Console | None) -> Measurement:
    parts = []
    batches = iterate_log_probabilities(
        run.model, data.val.images, data.preprocessing, run.recipe.views
    )
    counting = counted(console, run.record["model"], len(data.val))
    # A network that gives no numbers is told of below, in words.
    with counting as advance, np.errstate(invalid="ignore"):
        for part in batches:
            parts.append(part)
            advance(len(part))
    return Measurement(_predictions(np.concatenate(parts), run, data))


def _predictions(logs: Any, run: TrainedRun, data: Data) -> Predictions:
    broken = np.flatnonzero(~np.isfinite(logs).all(axis=1))
    if len(broken):
        raise UserError(
            f"the network gives no number for {len(broken):,} of {len(logs):,} images, "
            f"the first `{data.val.names[broken[0]]}`",
            "its weights are damaged, or its training diverged: train it again",
        )
    # A network may have more outputs than the data have classes.
    names = [*run.class_names, *map(str, range(len(run.class_names), logs.shape[1]))]
    return Predictions(logs, data.val.labels, tuple(names[: logs.shape[1]]))


def _figures(measurement: Measurement) -> dict[str, Any]:
    return {name: f.as_json() for name, f in measurement.figures().items()}


def _against(network: Measurement, other: Measurement) -> dict[str, Any]:
    """The other's figures, and the network's less its."""
    if network.predictions.logs.shape != other.predictions.logs.shape:
        raise UserError(
            f"a network for {network.predictions.logs.shape[1]} classes cannot be held "
            f"against one for {other.predictions.logs.shape[1]}"
        )
    differences = network.minus(other)
    return {
        "metrics": _figures(other),
        "difference": {name: d.as_json() for name, d in differences.items()},
    }


def _check_same_images(
    mine: Data, its: Data, run: RunFolder, its_run: RunFolder
) -> None:
    same = mine.val.names == its.val.names
    if not same or not np.array_equal(mine.val.labels, its.val.labels):
        raise UserError(
            f"`{run.folder}` and `{its_run.folder}` would be measured on different "
            "images",
            "compare runs of the same data",
        )


def _place(run: RunFolder, out: Path | None) -> Path:
    """The folder to write into. Raises UserError where something would be lost."""
    if out is None:
        return run.folder
    if out.exists() and not out.is_dir():
        raise UserError(
            f"`{out}` is a file, not a folder", "give a folder with `--out`"
        )
    present = [name for name in RunFolder.EVAL_FILES if (out / name).exists()]
    if present and not _is_ours(out / "eval.json"):
        raise UserError(
            f"`{out}` holds `{present[0]}`, but no measurement: it would be lost",
            "choose another folder with `--out`",
        )
    return out


def _is_ours(path: Path) -> bool:
    try:
        return read_json(path).get("format") == _FORMAT
    except UserError:
        return False


def _write(
    place: Path,
    run: TrainedRun,
    data: Data,
    result: dict[str, Any],
    contenders: dict[str, Predictions],
    report: bool,
) -> None:
    """Every file of this measurement, and none of an earlier one."""
    network = next(iter(contenders.values()))
    figures: dict[str, bytes] = {}
    page = None
    if report:
        figures = _figures_or_none(lambda: draw_figures(contenders))
        page = write_report(run, data, result, network, figures)
    place.mkdir(parents=True, exist_ok=True)
    for name in RunFolder.EVAL_FILES:
        (place / name).unlink(missing_ok=True)
    write_json(place / "eval.json", result)
    write_atomic(place / "predictions.csv", _predictions_csv(network, data))
    for name, content in figures.items():
        write_atomic(place / name, content)
    if page is not None:
        write_atomic(place / "report.html", page)


def _figures_or_none(draw: Callable[[], dict[str, bytes]]) -> dict[str, bytes]:
    try:
        return draw()
    except ImportError:
        return {}  # no matplotlib; the report says so


def _predictions_csv(p: Predictions, data: Data) -> bytes:
    """A line for each image: its name, true class, likeliest class, and the probability
    of each class."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", "label", "predicted", *(f"p({c})" for c in p.class_names)])
    rows = zip(data.val.names, p.labels, p.predicted, p.probabilities, strict=True)
    for name, label, predicted, probabilities in rows:
        chosen = [p.class_names[label], p.class_names[predicted]]
        writer.writerow([name, *chosen, *(repr(float(v)) for v in probabilities)])
    return text.getvalue().encode("utf-8")
