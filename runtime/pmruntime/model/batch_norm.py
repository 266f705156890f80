"""Batch norms that a batch is too small for.

Where a batch holds one image and a map is 1 x 1, a batch norm has a single value a
channel. There is nothing to normalise by: Paddle returns the value unchanged, and gives
the norm's parameters a gradient of zero, silently.
"""

from __future__ import annotations

import math
from contextlib import ExitStack
from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray
from paddle import nn

from pmruntime.model.modes import in_eval_mode
from pmruntime.problems import UserError

# Not SyncBatchNorm, which normalises over the images of all processes.
_BATCH_NORMS = (nn.BatchNorm1D, nn.BatchNorm2D)


def idle_norms(model: Any, image: NDArray[np.float32]) -> list[str]:
    """The batch norms that have one value a channel where a batch is `image` alone,
    float32 [1, C, H, W]; those that use their statistics (`eval`) are left out."""
    names: list[str] = []
    with ExitStack() as hooks:
        for name, layer in model.named_sublayers():
            if isinstance(layer, _BATCH_NORMS) and layer.training:
                hook = layer.register_forward_pre_hook(_recorder(name, names))
                hooks.callback(hook.remove)
        with in_eval_mode(model), paddle.no_grad():
            model(paddle.to_tensor(image))
    return names


def _recorder(name: str, names: list[str]) -> Any:
    def hook(layer: Any, inputs: Any) -> None:
        n, _, *sizes = inputs[0].shape
        if n * math.prod(sizes) == 1:
            names.append(name)

    return hook


def check_batches(
    norms: list[str], images: int, batch_size: int, processes: int
) -> str | None:
    """A note on batches in which one of so many processes has a single image, where
    these norms would be idle; None if there is no such batch.

    Raises UserError where every batch is one, since the norms could never learn.
    """
    if not norms:
        return None
    full = min(images, batch_size)
    last = images % batch_size or full
    if _leaves_one(full, processes):
        raise UserError(
            f"batches of {_count(full)}{_over(processes)} are too small for "
            f"{_named(norms)}: a batch norm learns nothing from one value a channel",
            _way_out(images, batch_size, processes),
        )
    if _leaves_one(last, processes):
        return (
            f"note: the last batch of an epoch has {_count(last)}{_over(processes)}, "
            f"too few for {_named(norms)}: one value a channel is handed on as it is; "
            f"{_way_out(images, batch_size, processes)}"
        )
    return None


def _leaves_one(batch: int, processes: int) -> bool:
    """Whether some process has a single image of a batch, or is kept busy by one."""
    return batch // processes < 2


def _way_out(images: int, batch_size: int, processes: int) -> str:
    for size in range(batch_size + 1, images + 1):
        if not _leaves_one(min(size, images % size or size), processes):
            return f"with `batch_size: {size}` every batch has enough"
    return "train on more images, or in fewer processes"


def _named(norms: list[str]) -> str:
    more = f" and {len(norms) - 1} more" if len(norms) > 1 else ""
    return f"`{norms[0]}`{more}"


def _count(images: int) -> str:
    return f"{images} image{'s' * (images != 1)}"


def _over(processes: int) -> str:
    return f" over {processes} processes" if processes > 1 else ""
