"""`evaluate_run`: a run's network evaluated on the validation split, and compared."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from pmruntime.data import Data, open_data
from pmruntime.evaluation.baseline import DESCRIPTION, fit_baseline
from pmruntime.evaluation.bootstrap import LEVEL, RESAMPLES, SEED, Bootstrap
from pmruntime.evaluation.metrics import Predictions
from pmruntime.evaluation.output import FORMAT, check_output, output_folder, write_files
from pmruntime.evaluation.proportions import per_class
from pmruntime.evaluation.report.page import columns
from pmruntime.inference.probabilities import iterate_log_probabilities
from pmruntime.inference.split_metrics import watched_metrics
from pmruntime.model.classes import listed, padded, with_classes_of
from pmruntime.model.matching import check_fits
from pmruntime.problems import UserError
from pmruntime.runs.callback import Callback, console_callback
from pmruntime.runs.folder import RunFolder
from pmruntime.runs.progress import counted
from pmruntime.runs.trained import TrainedRun, load_run


def evaluate_run(
    folder: Path,
    data: Data | str,
    *,
    weights: str = "last",
    device: str = "auto",
    baseline: bool = False,
    against: Path | None = None,
    subset: bool = False,
    report: bool = False,
    out: Path | None = None,
    console: Console | None = None,
) -> dict[str, Any]:
    """Rebuild the network of a run and evaluate it on the validation split of `data`.

    `weights` is `last` or `best`; `data` may be what `open_data` takes: its images are
    then prepared as they were for training. Classes are the same where their names are;
    with `subset` the data may lack some of the run's. The run is compared with the
    simple `baseline`, and with the run in the folder `against`. Returns the content of
    eval.json; `same_data` in it says whether the run was validated on these images. The
    files (RunFolder.EVAL_FILES; plots and report.html only with `report`) go into the
    run's folder, or into `out` (`output_folder`). `console` shows progress. Raises
    UserError where the folder holds no run, or model and data do not fit.
    """
    run = load_run(folder, weights, device)
    other = None if against is None else load_run(against, weights, device)
    if other is not None:
        _check_same_classes(run, other)
    check_output(out)
    given = _opened(data, run, run, console)
    opened = _fitted(given, run, run, subset)
    network = _evaluated(run, opened, console)
    result = _result(run, given, network)
    predictions = {run.record["model"]: network.predictions}
    if baseline:
        facts, fitted = _baseline(opened, console)
        result["baseline"] = facts | _compared(network, fitted)
        predictions["baseline"] = fitted.predictions
    if other is not None:
        # Arrays are the same for both; files are prepared as each run was trained.
        theirs = _opened(data, other, run, console) if isinstance(data, str) else given
        theirs = _fitted(theirs, other, run, subset)
        _check_same_images(opened, theirs, run.folder, other.folder)
        second = _evaluated(other, theirs, console)
        result["against"] = _identity(other) | _compared(network, second)
        predictions[columns(result)[-1]] = second.predictions
    target = output_folder(run.folder, out, result)
    write_files(target, run, opened, result, predictions, report)
    return result


def _result(run: TrainedRun, data: Data, network: Bootstrap) -> dict[str, Any]:
    """eval.json without comparisons; `data` with its own classes."""
    predictions = network.predictions
    missing = [name for name in run.class_names if name not in data.class_names]
    return {
        "format": FORMAT,
        "model": run.record["model"],
        "weights": run.weights,
        "epoch": run.epoch,
        "views": run.recipe.views,
        "val": watched_metrics(predictions.logs, predictions.labels).as_json(),
        "metrics": _as_json(network.measurements()),
        "classes": per_class(predictions),
        "confusion": {
            "classes": list(predictions.class_names),
            "counts": predictions.confusion.tolist(),
        },
        "bootstrap": {"resamples": RESAMPLES, "seed": SEED, "level": LEVEL},
        "data": data.as_json(),
        "classes_by": "name" if run.class_names else "number",
        "missing_classes": missing,
        "same_data": data.fingerprint == run.record["data"]["fingerprint"],
    }


def _identity(run: TrainedRun) -> dict[str, Any]:
    # The folder's name only: a page that is passed on must not show paths of a disk.
    return {
        "run": run.folder.folder.resolve().name,
        "model": run.record["model"],
        "epoch": run.epoch,
    }


def _baseline(data: Data, console: Console | None) -> tuple[dict[str, Any], Bootstrap]:
    """What the baseline is, and its metrics on the validation images."""
    if len(data.train) == 0:
        raise UserError(
            "the baseline is trained on the data's training images; there are none",
            "give the whole data, or leave `--baseline` away",
        )
    if console is not None:
        console.print("fitting the baseline", highlight=False)
    logs, strength = fit_baseline(data)
    facts = {"what": DESCRIPTION, "C": strength}
    return facts, Bootstrap(_predictions(logs, data))


def _opened(
    data: Data | str, run: TrainedRun, copies_as: TrainedRun, console: Console | None
) -> Data:
    """The data, prepared as for `run`. Copies are left out as for the run `copies_as`,
    so that two runs are evaluated on the same images."""
    if isinstance(data, str):
        drop_copies = copies_as.recipe.images["drop_copies"]
        callback = Callback() if console is None else console_callback(console)
        with closing(callback):
            data = open_data(
                data,
                run.preprocessing,
                drop_copies=drop_copies,
                progress=callback.on_images_read,
            )
    return data


def _fitted(data: Data, run: TrainedRun, numbered_as: TrainedRun, subset: bool) -> Data:
    """The data with the classes of the network of `run`, which they must fit, numbered
    as those of the run `numbered_as`."""
    for known in (run, numbered_as):
        if known.class_names:
            whose = f"the run `{known.folder.folder}`"
            data = with_classes_of(data, known.class_names, whose, subset=subset)
    classes = check_fits(run.model, data, needed=("val",))
    names = padded(numbered_as.class_names or data.class_names, classes)
    return replace(data, num_classes=classes, class_names=names)


def _check_same_classes(run: TrainedRun, other: TrainedRun) -> None:
    ours, theirs = run.class_names, other.class_names
    if ours and theirs and set(ours) != set(theirs):
        raise UserError(
            f"`{run.folder.folder}` tells apart {listed(ours)}, "
            f"`{other.folder.folder}` {listed(theirs)}: they cannot be compared",
            "compare runs of the same classes",
        )


def _evaluated(run: TrainedRun, data: Data, console: Console | None) -> Bootstrap:
    """The network on the validation images, its outputs in the order of the data's
    classes."""
    parts = []
    batches = iterate_log_probabilities(
        run.model, data.val.images, data.preprocessing, run.recipe.views
    )
    counting = counted(console, run.record["model"], len(data.val))
    # NaN is reported by _predictions, as an error; numpy need not warn too.
    with counting as advance, np.errstate(invalid="ignore"):
        for part in batches:
            parts.append(part)
            advance(len(part))
    logs = np.concatenate(parts)
    if run.class_names:
        names = run.names_of(logs.shape[1])
        logs = logs[:, [names.index(name) for name in data.class_names]]
    return Bootstrap(_predictions(logs, data))


def _predictions(logs: Any, data: Data) -> Predictions:
    broken = np.flatnonzero(~np.isfinite(logs).all(axis=1))
    if len(broken):
        raise UserError(
            f"the network gives no number for {len(broken):,} of {len(logs):,} images, "
            f"the first `{data.val.names[broken[0]]}`",
            "its weights are damaged, or its training diverged: train it again",
        )
    return Predictions(logs, data.val.labels, data.class_names)


def _as_json(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: measurement.as_json() for name, measurement in found.items()}


def _compared(network: Bootstrap, other: Bootstrap) -> dict[str, Any]:
    """The metrics of the other model, and the network's minus these."""
    if network.predictions.logs.shape != other.predictions.logs.shape:
        raise UserError(
            f"a network for {network.predictions.logs.shape[1]} classes cannot be held "
            f"against one for {other.predictions.logs.shape[1]}"
        )
    return {
        "metrics": _as_json(other.measurements()),
        "difference": _as_json(network.minus(other)),
    }


def _check_same_images(
    data: Data, other_data: Data, run: RunFolder, other: RunFolder
) -> None:
    same = data.val.names == other_data.val.names
    if not same or not np.array_equal(data.val.labels, other_data.val.labels):
        raise UserError(
            f"`{run.folder}` and `{other.folder}` would be measured on different "
            "images",
            "compare runs of the same data",
        )
