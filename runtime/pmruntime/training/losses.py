"""The training loss: of one output or several, smoothed, weighted by class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import paddle
import paddle.nn.functional as F
from numpy.typing import NDArray

from pmruntime.model.outputs import main_output
from pmruntime.problems import UserError

# What Paddle calls the gradient of a function that the losses apply themselves.
_APPLIED = {"SoftmaxGradNode": "Softmax", "SigmoidGradNode": "Sigmoid"}


@dataclass(frozen=True, eq=False)
class Loss:
    """The training loss that a recipe asks for.

    `loss_weights` are those of the outputs of a network with auxiliary heads,
    `label_smoothing` is the share of the target that is spread over all classes, and
    `class_weights` (float32 [classes], or None) are the weights of each class's images.
    """

    loss_weights: Sequence[float] = (1.0,)
    label_smoothing: float = 0.0
    class_weights: NDArray[np.float32] | None = None

    def __call__(self, outputs: Any, labels: Any) -> Any:
        """The loss of each image, float32 [n]: the weighted sum over the outputs.

        Raises UserError where the network has another number of outputs.
        """
        given = outputs if isinstance(outputs, (list, tuple)) else (outputs,)
        weights = tuple(self.loss_weights)
        if len(given) != len(weights):
            raise UserError(
                f"the network gives {len(given)} outputs while it trains, but its "
                f"`loss_weights` are {len(weights)}: {weights}",
                "build the generated file again with `pmgen build`",
            )
        total = self._of_output(given[0], labels) * weights[0]
        for logits, weight in zip(given[1:], weights[1:], strict=True):
            total = total + self._of_output(logits, labels) * weight
        if self.class_weights is not None:
            total = total * paddle.to_tensor(self.class_weights)[labels]
        return total

    def _of_output(self, logits: Any, labels: Any) -> Any:
        logits = logits.astype("float32")  # whatever precision the network computes in
        smoothing = self.label_smoothing
        if logits.shape[1] == 1:
            targets = labels.astype("float32")
            if smoothing:
                targets = targets * (1 - smoothing) + smoothing / 2
            return F.binary_cross_entropy_with_logits(
                logits.reshape([-1]), targets, reduction="none"
            )
        if smoothing:
            targets = F.one_hot(labels, logits.shape[1])
            targets = F.label_smooth(targets, epsilon=smoothing)
            losses = F.cross_entropy(logits, targets, soft_label=True, reduction="none")
        else:
            losses = F.cross_entropy(logits, labels, reduction="none")
        return losses.reshape([-1])


def loss_for(
    settings: Mapping[str, Any],
    loss_weights: Sequence[float],
    labels: NDArray[np.int64],
    num_classes: int,
) -> Loss:
    """The loss of a recipe's `loss` for training images with these labels.

    Raises UserError where `class_weights` do not fit the data's classes.
    """
    weights = settings["class_weights"]
    classes = None
    if weights == "balanced":
        counts = np.bincount(labels, minlength=num_classes)
        if not counts.all():
            raise UserError(
                "`class_weights: balanced` needs images of every class to train on; "
                f"there is none of class {int(np.argmin(counts))}"
            )
        classes = len(labels) / (num_classes * counts)
    elif weights != "none":
        if len(weights) != num_classes:
            raise UserError(
                f"`class_weights` holds {len(weights)} numbers for {num_classes} "
                "classes of the data"
            )
        classes = np.array(weights)
    return Loss(
        tuple(loss_weights),
        settings["label_smoothing"],
        None if classes is None else classes.astype(np.float32),
    )


def check_logits(model: Any, image: NDArray[np.float32]) -> None:
    """Raise UserError where the output for an image, float32 [1, C, H, W], is made of
    logits by what every loss applies once more: it would learn slowly and badly, and
    nothing else would say why."""
    model.eval()
    try:
        output = main_output(model(paddle.to_tensor(image)))
    finally:
        model.train()
    gradient = getattr(output, "grad_fn", None)
    applied = _APPLIED.get(gradient.name()) if gradient is not None else None
    if applied is not None:
        raise UserError(
            f"the network's output is `{applied}` of its logits, and the loss applies "
            "that itself",
            "leave it out of the spec, and train anew; `pmgen explain PM601` says more",
        )
