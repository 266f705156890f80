"""Cross-validation of a recipe on the training images alone.

    python bench/cross_validation.py DATA NETWORK --recipe RECIPE --out OUT
    python bench/cross_validation.py DATA NETWORK --out OUT --set epochs=9
    python bench/cross_validation.py DATA NETWORK --out OUT --weights FILE

The training images are divided into folds with equal shares of each class; each fold is
predicted by a network that was trained on the others. The validation images are not
used, so a recipe that is chosen by these metrics can be evaluated on them. Folds that
are trained already are not trained again. Prints the metrics of each fold, and of all
images together with 95% intervals.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from pmgen.catalogue import find_recipe
from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.recipe.parse import parse_recipe as resolved_recipe
from pmruntime.machine.cpu import apply_cpu_settings, import_paddle

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data")
    parser.add_argument("network", help="a network of generated/, as resnet18_half")
    parser.add_argument("--recipe", default="palm")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", type=int, nargs="*", help="train these folds alone")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", type=Path, help="what each fold starts from")
    parser.add_argument("--threads", type=int)
    given = parser.parse_args()
    diagnostics = Diagnostics()
    recipe = resolved_recipe(find_recipe(given.recipe), diagnostics, given.set)
    if recipe is None:
        print(*(item.message for item in diagnostics.items), sep="\n")
        return 1
    apply_cpu_settings(given.threads)
    import_paddle()
    found = []
    for fold in range(given.folds):
        place = given.out / f"fold{fold}" / "fold.json"
        if not place.is_file() and (given.only is None or fold in given.only):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(json.dumps(predicted(given, recipe, fold)))
        if place.is_file():
            found.append(json.loads(place.read_text()))
            print(f"fold {fold}:", metrics_line(found[-1:]), flush=True)
    if found:
        print(f"{len(found)} folds:", metrics_line(found, intervals=True))
    return 0


def predicted(given: Any, recipe: dict[str, Any], fold: int) -> dict[str, Any]:
    """Train on the other folds; this fold's names, labels and log-probabilities."""
    from pmruntime.data import Preprocessing, open_data
    from pmruntime.inference.probabilities import log_probabilities
    from pmruntime.model.loading import load_model_class
    from pmruntime.recipe.recipe import parse_recipe
    from pmruntime.runs.callback import LineLogger
    from pmruntime.runs.trained import load_run
    from pmruntime.training.run import train
    from rich.console import Console

    source = ROOT / "generated" / f"{given.network}.py"
    size = load_model_class(source).input_shape[1:]
    settings = parse_recipe(recipe)
    every = open_data(
        given.data,
        Preprocessing.chosen(settings.images, size),
        drop_copies=settings.images["drop_copies"],
    )
    data = without_fold(every, fold, given.folds)
    run = given.out / f"fold{fold}" / "run"
    train(
        source,
        data,
        run,
        recipe=settings,
        force=True,
        callback=LineLogger(Console(file=sys.stderr)),
        weights=given.weights,
    )
    logs = log_probabilities(
        load_run(run).model, data.val.images, data.preprocessing, settings.views
    )
    return {
        "names": data.val.names,
        "labels": data.val.labels.tolist(),
        "log_probabilities": logs.tolist(),
    }


def without_fold(every: Any, fold: int, folds: int) -> Any:
    """The training images as data of their own: this fold to validate on, the other
    folds to train on."""
    from pmruntime.data.dataset import Data, Split
    from sklearn.model_selection import StratifiedKFold

    whole = every.train
    splitter = StratifiedKFold(folds, shuffle=True, random_state=0)
    train_split, val_split = (
        Split(
            np.ascontiguousarray(whole.images[part]),
            whole.labels[part],
            tuple(whole.names[i] for i in part),
        )
        for part in list(splitter.split(whole.labels, whole.labels))[fold]
    )
    return Data(
        f"{every.source}, without fold {fold} of {folds}",
        train_split,
        val_split,
        every.num_classes,
        every.class_names,
        every.preprocessing,
    )


def metrics_line(folds: list[dict[str, Any]], intervals: bool = False) -> str:
    """Accuracy, ROC-AUC and loss for the images of all these folds, as text."""
    from pmruntime.evaluation.bootstrap import Bootstrap
    from pmruntime.evaluation.metrics import Predictions

    logs = np.concatenate([np.array(fold["log_probabilities"]) for fold in folds])
    labels = np.concatenate([np.array(fold["labels"]) for fold in folds])
    measurements = Bootstrap(Predictions(logs, labels)).measurements()
    parts = [f"{len(labels)} images"]
    for name in ("accuracy", "auc", "loss"):
        m = measurements[name]
        interval = f" ({m.low:.4f} to {m.high:.4f})" if intervals else ""
        parts.append(f"{name} {m.value:.4f}{interval}")
    return ", ".join(parts)


if __name__ == "__main__":
    sys.exit(main())
