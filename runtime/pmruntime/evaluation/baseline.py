"""The baseline: a logistic regression on a small picture and its histograms.

A network that is not better has learned nothing that needs a network. Myopia in fundus
photographs, for example, can be predicted quite well from brightness alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pmruntime.data import Data
from pmruntime.machine.extras import not_installed
from pmruntime.machine.opencv import cv2
from pmruntime.model.outputs import log_softmax
from pmruntime.problems import UserError

SIZE = 24  # pixels along each side
BINS = 8  # of each channel's histogram
STRENGTHS = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
FOLDS = 5
DESCRIPTION = (
    f"logistic regression on {SIZE} x {SIZE} pixels and {BINS} histogram bins a channel"
)
_LOG_ZERO = -34.5  # log of 1e-15, for classes without training images


def fit_baseline(data: Data) -> tuple[NDArray[np.float64], float]:
    """Fit on the training images, and predict the validation images.

    Returns their log-probabilities, float64 [n, classes], and the inverse
    regularisation strength (scikit-learn's `C`) that cross-validation chose. Equal data
    give equal predictions. Raises UserError where scikit-learn is missing,
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
    # The scaler is cross-validated too, because it is fitted to images.
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    search = GridSearchCV(
        model,
        {"logisticregression__C": STRENGTHS},
        scoring="neg_log_loss",
        cv=StratifiedKFold(folds, shuffle=True, random_state=0),
    )
    search.fit(features(data.train.images), data.train.labels)
    scores = search.decision_function(features(data.val.images))
    logs = np.full((len(data.val), data.num_classes), _LOG_ZERO)
    # Of two classes there is one column, the log-odds of the second.
    logs[:, classes] = log_softmax(scores.reshape(len(scores), -1))
    return logs, float(search.best_params_["logisticregression__C"])


def features(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Features of images, uint8 [n, C, H, W]: a small picture, values from 0 to 1, and
    a histogram of each channel, as shares of its pixels; float64 [n, features]."""
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
