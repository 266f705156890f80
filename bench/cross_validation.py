"""How well a recipe does on images that it was not trained on, training images alone.

    python bench/cross_validation.py DATA NETWORK --recipe RECIPE --out OUT
    python bench/cross_validation.py DATA NETWORK --out OUT --set epochs=9
    python bench/cross_validation.py DATA NETWORK --out OUT --weights FILE

The training images are divided into folds with equal shares of each class; each fold is
predicted by a network that was trained on the others. The validation images take no
part, so a recipe that is chosen by these figures can still be judged on them. Folds
that are trained are not trained again. Prints each fold, and all images together with
95% intervals.
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
from pmgen.recipe import parse_recipe as resolved_recipe
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
            print(f"fold {fold}:", figures(found[-1:]), flush=True)
    if found:
        print(f"{len(found)} folds:", figures(found, intervals=True))
    return 0


def predicted(given: Any, recipe: dict[str, Any], fold: int) -> dict[str, Any]:
    """Train on the other folds; this fold's names, labels and log-probabilities."""
    from pmruntime.data import open_data
    from pmruntime.data.dataset import Split, make_data
    from pmruntime.inference.probabilities import log_probabilities
    from pmruntime.model.loading import load_model_class
    from pmruntime.recipe import parse_recipe
    from pmruntime.runs.callback import LineLogger
    from pmruntime.runs.trained import load_run
    from pmruntime.training.run import train
    from rich.console import Console
    from sklearn.model_selection import StratifiedKFold

    source = ROOT / "generated" / f"{given.network}.py"
    size = load_model_class(source).input_shape[1:]
    settings = parse_recipe(recipe)
    every = open_data(
        given.data,
        settings.preprocessing(size),
        drop_copies=settings.images["drop_copies"],
    )
    folds = StratifiedKFold(given.folds, shuffle=True, random_state=0)
    parts = list(folds.split(every.train.labels, every.train.labels))[fold]
    train_split, val_split = (
        Split(
            np.ascontiguousarray(every.train.images[part]),
            every.train.labels[part],
            tuple(every.train.names[i] for i in part),
        )
        for part in parts
    )
    data = make_data(
        f"{every.source}, without fold {fold} of {given.folds}",
        train_split,
        val_split,
        every.num_classes,
        every.class_names,
        every.preprocessing,
    )
    run = given.out / f"fold{fold}" / "run"
    callback = LineLogger(Console(file=sys.stderr))
    train(
        source,
        data,
        run,
        recipe=settings,
        force=True,
        callback=callback,
        weights=given.weights,
    )
    trained = load_run(run)
    logs = log_probabilities(
        trained.model, val_split.images, data.preprocessing, settings.views
    )
    return {
        "names": val_split.names,
        "labels": val_split.labels.tolist(),
        "log_probabilities": logs.tolist(),
    }


def figures(folds: list[dict[str, Any]], intervals: bool = False) -> str:
    """Accuracy, loss and ROC-AUC over the images of all these folds."""
    from pmruntime.evaluation.bootstrap import Measurement
    from pmruntime.evaluation.metrics import Predictions

    logs = np.concatenate([np.array(fold["log_probabilities"]) for fold in folds])
    labels = np.concatenate([np.array(fold["labels"]) for fold in folds])
    measured = Measurement(Predictions(logs, labels)).figures()
    parts = [f"{len(labels)} images"]
    for name in ("accuracy", "auc", "loss"):
        figure = measured[name]
        within = f" ({figure.low:.4f} to {figure.high:.4f})" if intervals else ""
        parts.append(f"{name} {figure.value:.4f}{within}")
    return ", ".join(parts)


if __name__ == "__main__":
    sys.exit(main())
