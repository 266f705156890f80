"""Losses and predictions. One output means two classes; k outputs mean k classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import paddle.nn.functional as F

from pmruntime.problems import UserError


def loss_per_image(logits: Any, labels: Any) -> Any:
    """The loss of each image, float32 [n], of logits [n, k] and labels int64 [n].

    Binary cross entropy with logits where k is 1, else cross entropy.
    """
    if logits.shape[1] == 1:
        return F.binary_cross_entropy_with_logits(
            logits.reshape([-1]), labels.astype(logits.dtype), reduction="none"
        )
    return F.cross_entropy(logits, labels, reduction="none").reshape([-1])


def predicted_classes(logits: Any) -> Any:
    """The likeliest class of each image, int64 [n], of logits [n, k]."""
    if logits.shape[1] == 1:
        return (logits.reshape([-1]) > 0).astype("int64")
    return logits.argmax(axis=1)


def main_output(outputs: Any) -> Any:
    """The logits that count: the first output of a network with auxiliary heads."""
    return outputs[0] if isinstance(outputs, (list, tuple)) else outputs


def training_loss(outputs: Any, labels: Any, weights: Sequence[float]) -> Any:
    """The mean loss of a batch, a scalar: each output's, weighed by `loss_weights`.

    Raises UserError where the network gives another number of outputs.
    """
    heads = outputs if isinstance(outputs, (list, tuple)) else (outputs,)
    if len(heads) != len(weights):
        raise UserError(
            f"the network gives {len(heads)} outputs while it trains, but its "
            f"`loss_weights` are {len(weights)}: {tuple(weights)}",
            "build the generated file again with `pmgen build`",
        )
    total = loss_per_image(heads[0], labels).mean() * weights[0]
    for head, weight in zip(heads[1:], weights[1:], strict=True):
        total = total + loss_per_image(head, labels).mean() * weight
    return total
