"""Predictions as JSON, as CSV, and as the PALM challenge takes them.

Names of files are data: whatever bytes and characters they hold, they come out
exactly. A name that begins with `=` is quoted like every text, and is not altered.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from pmruntime.inference.predict import Prediction
from pmruntime.problems import UserError

# https://palm.grand-challenge.org: classification_results.csv
SUBMISSION_HEADER = ("FileName", "PM Risk")
# The class whose probability is asked for, by its name or by its number in labels.csv.
_POSITIVE = ("pm", "1")


def as_json(predictions: Iterable[Prediction]) -> bytes:
    """A list of objects; `probabilities` has a number for each class name."""
    rows = [
        {
            "file": str(p.path),
            "label": p.label,
            "class": p.class_name,
            "probability": p.probability,
            "probabilities": dict(zip(p.class_names, p.probabilities, strict=True)),
        }
        for p in predictions
    ]
    text = json.dumps(rows, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    # A byte of a name that is not UTF-8 becomes the escape that JSON has for it.
    return text.encode("utf-8", "backslashreplace")


def as_csv(predictions: Sequence[Prediction]) -> bytes:
    """A header and a row for each file: file, label, class, probability, and `p:NAME`
    for each class. All text is quoted."""
    names = predictions[0].class_names if predictions else ()
    header = ["file", "label", "class", "probability", *(f"p:{n}" for n in names)]
    rows = (
        [str(p.path), p.label, p.class_name, p.probability, *p.probabilities]
        for p in predictions
    )
    return _table([header, *rows], csv.QUOTE_NONNUMERIC)


def as_submission(predictions: Sequence[Prediction]) -> bytes:
    """The challenge's table: base name, and the probability of the class `PM`, or `1`.

    Raises UserError for networks of other than two classes, and where neither or both
    are called so.
    """
    positive = _positive_class(predictions[0].class_names) if predictions else 0
    rows = (
        # Without an exponent, which not every reader of tables takes for a number.
        [p.path.name, np.format_float_positional(p.probabilities[positive], trim="0")]
        for p in predictions
    )
    return _table([SUBMISSION_HEADER, *rows], csv.QUOTE_MINIMAL)


def _positive_class(names: Sequence[str]) -> int:
    """The number of the class that a submission gives the probability of: sorting puts
    the folder `PM` before `non-PM`, so a place says nothing."""
    if len(names) != 2:
        raise UserError(
            f"a submission wants a network of two classes, this one has {len(names)}",
            "`--format csv` writes the probabilities of all classes",
        )
    found = [i for i, name in enumerate(names) if name.casefold() in _POSITIVE]
    if len(found) != 1:
        raise UserError(
            "a submission gives the probability of `PM`; this network tells apart "
            f"`{names[0]}` and `{names[1]}`",
            "train it on data whose classes are called `non-PM` and `PM`, or 0 and 1; "
            "`--format csv` writes the probabilities of all classes",
        )
    return found[0]


def check_submittable(files: Iterable[Path]) -> None:
    """Raise UserError where two files have one base name: a submission has no folders,
    so their rows could not be distinguished."""
    counts = Counter(file.name for file in files)
    name, count = max(counts.items(), key=lambda item: item[1], default=("", 0))
    if count > 1:
        raise UserError(
            f"{count} of the images are called `{name}`: a submission tells images by "
            "their base names alone",
            "give each image once",
        )


def _table(rows: Iterable[Sequence[object]], quoting: int) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting, lineterminator="\n").writerows(rows)  # type: ignore[arg-type]
    return text.getvalue().encode("utf-8", "surrogateescape")
