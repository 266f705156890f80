"""The log-probabilities that a network gives images, float64."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray

from pmruntime.data.preprocessing import Preprocessing
from pmruntime.model.modes import in_eval_mode
from pmruntime.model.outputs import log_softmax, main_output

# One size for training, `eval` and `predict`: the last bits of a convolution depend on
# the batch it is computed in, and all must give equal metrics.
BATCH_SIZE = 32
# The views of an image that a prediction is the mean of, as (flip rows, flip columns).
VIEWS: dict[int, tuple[tuple[bool, bool], ...]] = {
    1: ((False, False),),
    2: ((False, False), (False, True)),
    4: ((False, False), (False, True), (True, False), (True, True)),
}


def log_probabilities(
    model: Any,
    images: NDArray[np.uint8],
    preprocessing: Preprocessing,
    views: int = 1,
) -> NDArray[np.float64]:
    """The log-probability of every class, [n, classes], of images, uint8 [n, C, H, W].

    The network runs in eval mode without gradients and keeps its mode. Only its main
    output counts; one output means two classes. With 2 `views` a probability is the
    mean over the image and its mirror, with 4 over both of them upside down too.
    """
    parts = list(iterate_log_probabilities(model, images, preprocessing, views))
    return np.concatenate(parts)


def iterate_log_probabilities(
    model: Any,
    images: NDArray[np.uint8],
    preprocessing: Preprocessing,
    views: int = 1,
) -> Iterator[NDArray[np.float64]]:
    """The same batch by batch, so that progress can be shown."""
    with in_eval_mode(model):
        for start in range(0, len(images), BATCH_SIZE):
            batch = preprocessing.normalized(images[start : start + BATCH_SIZE])
            seen = [_one_view(model, batch, *flips) for flips in VIEWS[views]]
            yield np.logaddexp.reduce(seen, axis=0) - np.log(len(seen))


def _one_view(
    model: Any, batch: NDArray[np.float32], rows: bool, columns: bool
) -> NDArray[np.float64]:
    view = batch[:, :, :: -1 if rows else 1, :: -1 if columns else 1]
    with paddle.no_grad():
        logits = main_output(model(paddle.to_tensor(np.ascontiguousarray(view))))
    return log_softmax(logits.astype("float32").numpy())
