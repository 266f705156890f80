"""report.html: a run and its evaluation on one page that needs no other file.

Images are embedded, nothing is fetched, and no script runs. The text of the page is in
templates/report.html, which escapes everything from the data, the spec and the names of
files; its values are prepared here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from numpy.typing import NDArray

from pmruntime.data import Data
from pmruntime.evaluation.metrics import METRICS, Metric, Predictions
from pmruntime.evaluation.report.gradcam import HeatMap, grad_cam, overlay
from pmruntime.evaluation.report.pictures import as_bgr, data_uri, jpeg_uri
from pmruntime.model.architecture import layer_rows
from pmruntime.model.loading import parameter_count
from pmruntime.problems import UserError
from pmruntime.runs.trained import TrainedRun

MISTAKES = 8
_PLOTS = {
    "confusion.png": "Confusion matrix: a row for each true class",
    "roc.png": "ROC: sensitivity against false alarms over all thresholds",
    "calibration.png": "Calibration: on the diagonal a probability is what comes true",
    "precision_recall.png": "Precision against recall over all thresholds",
}


def write_report(
    run: TrainedRun,
    data: Data,
    result: Mapping[str, Any],
    predictions: Predictions,
    plots: Mapping[str, bytes],
) -> bytes:
    """The page, UTF-8. `result` is the content of eval.json, `predictions` are those of
    the network, `plots` the PNG files by name of `draw_plots`."""
    environment = Environment(
        loader=PackageLoader("pmruntime.evaluation.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pictures = [(plots[name], v) for name, v in _PLOTS.items() if name in plots]
    if run.folder.curve.is_file():
        curve = run.folder.curve.read_bytes()
        pictures.append((curve, "Loss and accuracy over the epochs"))
    chosen, are_mistakes = _chosen_examples(predictions)
    examples, layer = _examples(run, data, predictions, chosen)
    layers = layer_rows(run.model, data.image_shape)
    page = environment.get_template("report.html").render(
        model=run.record["model"],
        data=data,
        result=result,
        params=parameter_count(run.model),
        right=int(predictions.confusion.trace()),
        columns=columns(result),
        rows=metric_rows(result),
        differences=difference_rows(result),
        class_rows=class_rows(result),
        plots=[(data_uri("png", content), title) for content, title in pictures],
        no_plots=not plots,
        examples=examples,
        examples_are_mistakes=are_mistakes,
        mistakes=int((predictions.predicted != predictions.labels).sum()),
        cam_layer=layer,
        layers=layers,
        nested=any(row.depth for row in layers),
        facts=_facts(run, data, result["data"]["fingerprint"]),
        recipe=[(key, _flat(v)) for key, v in run.recipe.as_json().items()],
        summary=result,
    )
    return page.encode()


def shown_measurement(name: str, measurement: Mapping[str, Any]) -> tuple[str, str]:
    """A measurement of eval.json, formatted: value and interval, as ("94.5%",
    "91.5 – 97.5"); where there is none, a dash and the reason."""
    metric = METRICS[name]
    if measurement["value"] is None:
        return "—", str(measurement["reason"])
    value = _number(metric, measurement["value"]) + "%" * metric.percent
    if measurement["low"] is None:
        return value, str(measurement["reason"])
    low, high = (_number(metric, measurement[k]) for k in ("low", "high"))
    return value, f"{low} – {high}"


def shown_difference(name: str, difference: Mapping[str, Any]) -> tuple[str, str, str]:
    """A difference of eval.json, formatted: value, interval and p-value, as ("+1.5",
    "-1.0 to +4.0", "0.310"). Percentages differ by percentage points."""
    metric = METRICS[name]
    if difference["value"] is None:
        return "—", str(difference["reason"]), "—"
    value = _number(metric, difference["value"], "+")
    if difference["low"] is None:
        return value, str(difference["reason"]), "—"
    low, high = (_number(metric, difference[k], "+") for k in ("low", "high"))
    p = difference["p"]
    return value, f"{low} to {high}", f"{p:.3f}" if p >= 0.001 else "< 0.001"


def _number(metric: Metric, value: float, sign: str = "") -> str:
    if metric.percent:
        return f"{100 * value:{sign}.1f}"
    return f"{value:{sign}.3f}"


def columns(result: Mapping[str, Any]) -> list[str]:
    """The names of the models compared: the network, then the others."""
    return [str(result["model"]), *_others(result)]


def _others(result: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The models that the network is compared with, by name."""
    found = {"baseline": result["baseline"]} if "baseline" in result else {}
    if "against" in result:
        against = result["against"]
        found[f"{against['model']} of {against['run']}"] = against
    return found


def metric_rows(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row for each metric: title, meaning, and a cell for each model, its value and
    interval."""
    models = (result, *_others(result).values())
    return [
        {
            "title": metric.title,
            "meaning": metric.meaning,
            "cells": [shown_measurement(name, m["metrics"][name]) for m in models],
        }
        for name, metric in METRICS.items()
    ]


def difference_rows(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For each model that the network is compared with, its name and a row for each
    metric."""
    return [
        {
            "name": name,
            "rows": [
                (metric.title, *shown_difference(key, other["difference"][key]))
                for key, metric in METRICS.items()
            ],
        }
        for name, other in _others(result).items()
    ]


def class_rows(result: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A row for each class of more than two: its name, how many images are of it, and
    value and interval of sensitivity and of precision. Of two classes none: the metrics
    themselves are those of one class."""
    classes = result["classes"] if len(result["classes"]) > 2 else []
    return [
        (
            row["name"],
            f"{row['images']:,}",
            *shown_measurement("sensitivity", row["sensitivity"]),
            *shown_measurement("sensitivity", row["precision"]),
        )
        for row in classes
    ]


def _chosen_examples(p: Predictions) -> tuple[list[int], bool]:
    """The positions of the most confident mistakes, the worst first, and True; without
    mistakes those of the least certain images, and False."""
    certainty = p.logs.max(axis=1)
    wrong = p.predicted != p.labels
    if wrong.any():
        order = [int(i) for i in (-certainty).argsort(kind="stable") if wrong[i]]
    else:
        order = [int(i) for i in certainty.argsort(kind="stable")]
    return order[:MISTAKES], bool(wrong.any())


def _examples(
    run: TrainedRun, data: Data, p: Predictions, chosen: list[int]
) -> tuple[list[dict[str, Any]], str | None]:
    """The values that the page shows for each chosen image, and Grad-CAM's layer."""
    examples, layer = [], None
    for i in chosen:
        image = data.val.images[i]
        picture = as_bgr(image, data.preprocessing.color)
        found = _heat_map(run, data.preprocessing.normalized(image[None])[0])
        layer = found.layer if found else None
        examples.append(
            {
                "name": data.val.names[i],
                "label": p.class_names[p.labels[i]],
                "predicted": p.class_names[p.predicted[i]],
                "probability": f"{p.probabilities[i].max():.1%}",
                "picture": jpeg_uri(picture),
                "overlay": jpeg_uri(overlay(picture, found.heat)) if found else None,
                "pixelated": max(picture.shape[:2]) < 100,
            }
        )
    return examples, layer


def _heat_map(run: TrainedRun, image: NDArray[Any]) -> HeatMap | None:
    """None where no layer of the network gives an image."""
    try:
        return grad_cam(run.model, image)
    except UserError:
        return None


def _facts(run: TrainedRun, data: Data, fingerprint: str) -> list[tuple[str, str]]:
    """The network, the data and the training as pairs of a name and a text."""
    record = run.record
    arguments = ", ".join(f"{k} = {v}" for k, v in record["arguments"].items())
    epoch = "" if run.epoch is None else f" (epoch {run.epoch})"
    versions = {k: v for k, v in record["versions"].items() if v is not None}
    return [
        ("Network", f"{record['model']}({arguments})"),
        ("Parameters", f"{parameter_count(run.model):,}"),
        ("Weights", f"{run.weights}{epoch}"),
        ("Views of an image", str(run.recipe.views)),
        ("Data", data.source),
        ("Images", f"{len(data.train):,} to train, {len(data.val):,} to validate"),
        (
            "Image",
            " x ".join(map(str, data.image_shape)) + " (channels, height, width)",
        ),
        ("Classes", ", ".join(data.class_names)),
        ("Preparation", _flat(data.preprocessing.as_json())),
        ("Fingerprint of the data", fingerprint),
        ("Recipe", f"{run.recipe.name}, {run.recipe.epochs} epochs"),
        ("Seed", str(record["seed"])),
        ("Device", str(record["device"])),
        ("Started", str(record["started"])),
        ("Versions", _flat(versions)),
    ]


def _flat(value: Any) -> str:
    """A setting in one line: {"Adam": {"beta1": 0.9}} is `Adam (beta1 0.9)`."""
    if isinstance(value, Mapping):
        parts = []
        for key, inner in value.items():
            nested = isinstance(inner, Mapping)
            text = f"{key} ({_flat(inner)})" if nested and inner else str(key)
            parts.append(text if nested else f"{key} {_flat(inner)}")
        return ", ".join(parts) or "none"
    if isinstance(value, (list, tuple)):
        return " ".join(map(_flat, value))
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
