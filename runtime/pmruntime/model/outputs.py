"""What a network's outputs mean: one logit, two classes; k logits, k classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def main_output(outputs: Any) -> Any:
    """The logits that count: the first output of a network with auxiliary heads."""
    return outputs[0] if isinstance(outputs, (list, tuple)) else outputs


def predicted_classes(logits: Any) -> Any:
    """The likeliest class of each image, an int64 tensor [n], of logits [n, k]."""
    if logits.shape[1] == 1:
        return (logits.reshape([-1]) > 0).astype("int64")
    return logits.argmax(axis=1)


def log_softmax(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Log-probabilities [n, classes] of logits [n, k]; a single logit is class 1's."""
    wide = logits.astype(np.float64)
    if wide.shape[1] == 1:
        wide = np.concatenate([np.zeros_like(wide), wide], axis=1)
    result: NDArray[np.float64] = wide - np.logaddexp.reduce(
        wide, axis=1, keepdims=True
    )
    return result
