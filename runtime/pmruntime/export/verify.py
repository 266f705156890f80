"""The outputs of an exported network compared with those of its checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray

from pmruntime.data.preprocessing import Preprocessing
from pmruntime.export.paddle_format import Run
from pmruntime.machine.opencv import cv2
from pmruntime.model.outputs import main_output
from pmruntime.problems import UserError

BATCHES = (1, 3)
# Float32 has 7 digits; another order of additions loses one or two.
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Agreement:
    """The largest absolute difference of a logit, the allowed one, and the number of
    outputs."""

    difference: float
    allowed: float
    outputs: int


def verify(
    run: Run, model: Any, preprocessing: Preprocessing, input_shape: tuple[Any, ...]
) -> Agreement:
    """Run both on synthetic images, in batches of 1 and 3, and where height or width is
    open, at twice the size too. TOLERANCE times the largest logit (at least 1) is
    allowed.

    Raises UserError where they differ by more, or the checkpoint gives other than
    finite logits [N, classes].
    """
    difference, largest, outputs = 0.0, 1.0, 0
    for images in _trials(preprocessing, input_shape):
        with paddle.no_grad():
            wanted = main_output(model(paddle.to_tensor(images))).numpy()
        if wanted.ndim != 2:
            raise UserError(
                f"the network's output has shape {list(wanted.shape)}, not [N, classes]"
            )
        if not np.isfinite(wanted).all():
            raise UserError(
                "the checkpoint itself gives values that are no finite numbers",
                "export other weights (`--weights`), or train again",
            )
        got = run(images)
        if got.shape != wanted.shape:
            raise UserError(
                f"the exported network gives {list(got.shape)}, the checkpoint "
                f"{list(wanted.shape)}: nothing was written"
            )
        largest = max(largest, float(np.abs(wanted).max()))
        # NaN counts as infinite: `max` would ignore it.
        change = float(np.nan_to_num(np.abs(got - wanted), nan=np.inf).max())
        difference, outputs = max(difference, change), wanted.shape[1]
    allowed = TOLERANCE * largest
    if difference > allowed:
        raise UserError(
            f"the exported network differs from the checkpoint by {difference:.1e}; "
            f"{allowed:.1e} is allowed: nothing was written"
        )
    return Agreement(difference, allowed, outputs)


def _trials(
    preprocessing: Preprocessing, input_shape: tuple[Any, ...]
) -> Iterator[NDArray[np.float32]]:
    assert preprocessing.size is not None
    size = preprocessing.size
    rng = np.random.default_rng(11)
    for count in BATCHES:
        yield preprocessing.normalized(_images(rng, count, input_shape[0], size))
    if None in input_shape[1:]:
        height, width = (
            given if open_ is not None else 2 * given
            for given, open_ in zip(size, input_shape[1:], strict=True)
        )
        images = _images(rng, 1, input_shape[0], (height, width))
        yield preprocessing.normalized(images)


def _images(
    rng: np.random.Generator, count: int, channels: int, size: tuple[int, int]
) -> NDArray[np.uint8]:
    """Smooth shades with a little noise, like photographs: uint8
    [count, channels, *size]."""
    height, width = size
    images = np.empty((count, channels, height, width), dtype=np.uint8)
    for plane in images.reshape(-1, height, width):
        shades = rng.uniform(0, 255, (5, 5)).astype(np.float32)
        smooth = cv2.resize(shades, (width, height), interpolation=cv2.INTER_LINEAR)
        plane[:] = np.clip(smooth + rng.normal(0, 8, (height, width)), 0, 255)
    return images
