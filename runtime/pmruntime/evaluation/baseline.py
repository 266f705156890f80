"""What needs no network: a logistic regression on a small picture and its colours.

Where a network is not better than this, it has learned nothing that needs one. A fundus
photograph of a myopic eye, for one, can be told by its brightness alone quite well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmruntime.data import Data
from pmruntime.data.opencv import cv2
from pmruntime.machine.extras import not_installed
from pmruntime.model.outputs import log_softmax
from pmruntime.problems import UserError

SIZE = 24  # pixels along each side
BINS = 8  # of each channel's histogram
STRENGTHS = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
FOLDS = 5
DESCRIPTION = (
    f"logistic regression on {SIZE} x {SIZE} pixels and {BINS} histogram bins a channel"
)
_NO_CHANCE = -34.5  # log of 1e-15, for classes that training images do not show


@dataclass(frozen=True, eq=False)
class Baseline:
    """Its log-probabilities for the validation images, float64 [n, classes], and the
    `C` (the inverse of the penalty's strength) that cross-validation chose."""

    logs: NDArray[np.float64]
    strength: float


def fit_baseline(data: Data) -> Baseline:
    """Learn from the training images alone, and predict the validation images.

    Equal data give equal predictions. Raises UserError where scikit-learn is missing,
    or where the training images are of one class, or too few to cross-validate.
    """
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import GridSearchCV, StratifiedKFold
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
    except ImportError as error:
        raise not_installed("sklearn", "the baseline") from error
    classes, counts = np.unique(data.train.labels, return_counts=True)
    folds = min(FOLDS, int(counts.min()))
    if len(classes) < 2 or folds < 2:
        raise UserError(
            "the baseline needs two training images of each of two classes or more",
            "leave `--baseline` out",
        )
    # The scaler is part of what is cross-validated: it too learns from images.
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    search = GridSearchCV(
        model,
        {"logisticregression__C": STRENGTHS},
        scoring="neg_log_loss",
        cv=StratifiedKFold(folds, shuffle=True, random_state=0),
    )
    search.fit(features(data.train.images), data.train.labels)
    scores = search.decision_function(features(data.val.images))
    logs = np.full((len(data.val), data.num_classes), _NO_CHANCE)
    # Of two classes there is one column, the log-odds of the second.
    logs[:, classes] = log_softmax(scores.reshape(len(scores), -1))
    return Baseline(logs, float(search.best_params_["logisticregression__C"]))


def features(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """A small picture and a histogram of each channel, float64 [n, features], of
    images, uint8 [n, C, H, W]. Every channel value is from 0 to 1, every histogram a
    share of the pixels."""
    rows = [_features(image) for image in images]
    return np.stack(rows)


def _features(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    channels, height, width = image.shape
    small = [
        cv2.resize(channel, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
        for channel in image
    ]
    bins = image.reshape(channels, -1) // (256 // BINS)
    histograms = [np.bincount(row, minlength=BINS) for row in bins]
    return np.concatenate(
        [np.ravel(small) / 255.0, np.ravel(histograms) / (height * width)]
    )
