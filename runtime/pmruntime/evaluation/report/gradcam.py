"""Grad-CAM (Selvaraju et al. 2017): which parts of an image speak for a class.

Hooks during one forward pass find the last layer whose output has height and width, so
nothing about the network has to be known. A sum or an activation after that layer that
is no layer of its own counts as part of the head. Where a network ends in parallel
layers that its `forward` merges, the map is that of the last of them only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray

from pmruntime.machine.opencv import cv2
from pmruntime.model.modes import in_eval_mode
from pmruntime.model.outputs import main_output
from pmruntime.problems import UserError


@dataclass(frozen=True, eq=False)
class HeatMap:
    """How much each pixel speaks for a class, float32 [H, W] from 0 to 1, and the name
    of the layer. All zeros: nothing in the image speaks for the class."""

    heat: NDArray[np.float32]
    class_: int
    layer: str


def grad_cam(model: Any, image: NDArray[np.float32]) -> HeatMap:
    """The heat map of a normalized image, float32 [C, H, W], for the predicted class.

    Runs in eval mode; the modes and gradients of the network do not change. Raises
    UserError where no layer's output is an image of more than one pixel.
    """
    batch = paddle.to_tensor(image[None])
    # Lets gradients flow even where every parameter is frozen.
    batch.stop_gradient = False
    with _watched(model) as seen:
        logits = main_output(model(batch))[0]
    if not seen:
        raise UserError(
            "no layer of the network gives an image: Grad-CAM has nothing to show"
        )
    name, activation = seen[-1]
    if logits.shape[0] == 1:
        class_ = int(logits.item() > 0)
        score = logits[0] if class_ else -logits[0]
    else:
        class_ = int(logits.argmax().item())
        score = logits[class_]
    (gradient,) = paddle.grad(score, [activation], allow_unused=True)
    height, width = image.shape[1:]
    if gradient is None:
        return HeatMap(np.zeros((height, width), np.float32), class_, name)
    maps = activation.detach().astype("float32").numpy()[0]
    weights = gradient.astype("float32").numpy()[0].mean(axis=(1, 2))
    heat = np.maximum(np.tensordot(weights, maps, axes=1), 0.0)
    if heat.max() > 0:
        heat = heat / heat.max()
    large = cv2.resize(heat, (width, height), interpolation=cv2.INTER_LINEAR)
    return HeatMap(large.astype(np.float32), class_, name)


def overlay(picture: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The picture, uint8 [H, W, 3] BGR, blended with its heat map in viridis: the more
    heat, the less of the picture. Viridis increases evenly in lightness, for the
    colour-blind too."""
    colors = cv2.applyColorMap(
        (heat * 255).round().astype(np.uint8), cv2.COLORMAP_VIRIDIS
    )
    share = (0.15 + 0.45 * heat)[:, :, None]
    mixed: NDArray[np.uint8] = (
        (picture * (1 - share) + colors * share).round().astype(np.uint8)
    )
    return mixed


@contextmanager
def _watched(model: Any) -> Iterator[list[tuple[str, Any]]]:
    """In eval mode, a list that gets the name and output of the last layer to give an
    image [1, C, H, W], H * W > 1. A layer runs after the layers within it."""
    seen: list[tuple[str, Any]] = []

    def watcher(name: str) -> Any:
        def watch(layer: Any, inputs: Any, output: Any) -> None:
            # Only the last output is needed; the memory of the others is released.
            if isinstance(output, paddle.Tensor):
                shape = output.shape
                if len(shape) == 4 and shape[2] * shape[3] > 1:
                    seen[:] = [(name, output)]

        return watch

    with ExitStack() as hooks, in_eval_mode(model):
        for name, layer in model.named_sublayers():
            hooks.callback(layer.register_forward_post_hook(watcher(name)).remove)
        yield seen
