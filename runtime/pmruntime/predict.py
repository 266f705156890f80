"""A trained run applied to image files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmruntime.data.decode import BadImageError
from pmruntime.data.image_folder import prepare_file
from pmruntime.data.listing import image_files
from pmruntime.inference import BATCH_SIZE, log_probabilities
from pmruntime.problems import UserError
from pmruntime.trained import TrainedRun

SUBMISSION_HEADER = ("FileName", "PM Risk")


@dataclass(frozen=True)
class Prediction:
    """What a network says of one file: the likeliest class and the probability of each
    class, in the order of the run's class names."""

    path: Path
    label: int
    class_name: str
    probabilities: tuple[float, ...]

    def as_json(self, class_names: Sequence[str]) -> dict[str, Any]:
        """{"file": ..., "class": ..., "probabilities": {class: ...}}."""
        chances = dict(zip(class_names, self.probabilities, strict=True))
        return {
            "file": str(self.path),
            "class": self.class_name,
            "probabilities": chances,
        }


@dataclass(frozen=True)
class Unreadable:
    """A file that could not be used, and why."""

    path: Path
    reason: str


def predict(
    run: TrainedRun, paths: Iterable[Path]
) -> Iterator[Prediction | Unreadable]:
    """Classify image files, in order, prepared as the run's training images were.

    Folders stand for the image files in them. Only one batch of images is in memory. A
    file that cannot be read is told as Unreadable in its place, and keeps none of the
    others from being classified.
    """
    if run.preprocessing.size is None:
        raise UserError("the run does not say to which size images are resized")
    batch: list[Any] = []
    pending: list[Path | Unreadable] = []
    for path in expanded(paths):
        try:
            batch.append(prepare_file(path, run.preprocessing))
            pending.append(path)
        except BadImageError as error:
            pending.append(Unreadable(path, str(error)))
        if len(batch) == BATCH_SIZE:
            yield from _classified(run, batch, pending)
            batch, pending = [], []
    yield from _classified(run, batch, pending)


def expanded(paths: Iterable[Path]) -> Iterator[Path]:
    """Files as they are, folders as the image files in them, sorted."""
    for path in paths:
        if path.is_dir():
            yield from image_files(path)
        else:
            yield path


def _classified(
    run: TrainedRun, batch: list[Any], pending: list[Path | Unreadable]
) -> Iterator[Prediction | Unreadable]:
    chances: Iterator[NDArray[np.float64]] = iter(())
    if batch:
        logs = log_probabilities(
            run.model, np.stack(batch), run.preprocessing, run.recipe.views
        )
        chances = iter(np.exp(logs))
    for item in pending:
        if isinstance(item, Unreadable):
            yield item
            continue
        row = next(chances)
        label = int(row.argmax())
        yield Prediction(
            item, label, run.class_names[label], tuple(float(chance) for chance in row)
        )


def as_csv(predictions: Iterable[Prediction], class_names: Sequence[str]) -> str:
    """A table: file, class, and the probability of each class."""
    rows = [["file", "class", *(f"p({name})" for name in class_names)]]
    rows += [
        [str(p.path), p.class_name, *(f"{chance:.6f}" for chance in p.probabilities)]
        for p in predictions
    ]
    return _csv(rows)


def as_submission(predictions: Sequence[Prediction], class_names: Sequence[str]) -> str:
    """The PALM challenge's classification_results.csv: a file's name and its risk, the
    probability of class 1. Raises UserError for more than two classes."""
    if len(class_names) != 2:
        raise UserError(
            f"a submission holds one risk for each image, of two classes; this run "
            f"knows {len(class_names)}",
            "write `--format csv` instead",
        )
    names = [p.path.name for p in predictions]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UserError(
            f"two of the images are called `{twice}`; a submission knows them by name",
            "give the images of one folder",
        )
    rows = [list(SUBMISSION_HEADER)]
    rows += [[p.path.name, f"{p.probabilities[1]:.6f}"] for p in predictions]
    return _csv(rows)


def _csv(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
