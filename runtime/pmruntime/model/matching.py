"""Whether a network and data fit together; checked before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import paddle

from pmruntime.checks import ShapeError
from pmruntime.data import Data, Preprocessing, Split
from pmruntime.model.modes import in_eval_mode
from pmruntime.model.outputs import main_output
from pmruntime.problems import UserError

_PURPOSES = {"train": "train", "val": "validate"}


def check_fits(model: Any, data: Data, needed: Sequence[str] = ("train", "val")) -> int:
    """Compare image sizes, then run one image, then compare outputs with labels;
    returns how many classes the network distinguishes.

    Of the splits only those that are `needed` must hold images and are looked at.
    The image runs in eval mode without gradients, so neither BatchNorm's statistics
    nor the random numbers of the run change. Raises UserError.
    """
    wanted, given = model.input_shape, data.image_shape
    if any(w is not None and w != g for w, g in zip(wanted, given, strict=True)):
        raise UserError(
            f"the model takes {_by(wanted)}, the data are {_by(given)}: "
            "channels x height x width differ",
            f"set `input: [{', '.join(map(str, given))}]` in the spec, "
            "or train on data of the model's size",
        )
    splits = [getattr(data, name) for name in needed]
    for split, name in zip(splits, needed, strict=True):
        if len(split) == 0:
            raise UserError(
                f"the data hold no images to {_PURPOSES[name]} on",
                f"{data.source}: the {name} split is missing or empty",
            )
    logits = _try_one_image(model, splits[0], data.preprocessing)
    if len(logits.shape) != 2:
        raise UserError(
            f"the network's output has shape {list(logits.shape)}, not [N, classes]",
            "end the spec with Flatten and Linear",
        )
    outputs = int(logits.shape[1])
    classes = 2 if outputs == 1 else outputs
    for split in splits:
        low, high = int(split.labels.min()), int(split.labels.max())
        if low < 0 or high >= classes:
            raise UserError(
                f"the model has {outputs} output{'s' * (outputs != 1)} for {classes} "
                f"classes, the labels of the data go from {low} to {high}",
                f"train it with `--set num_classes={data.num_classes}`",
            )
    return classes


def _try_one_image(model: Any, split: Split, preprocessing: Preprocessing) -> Any:
    images = preprocessing.normalized(split.images[:1])
    try:
        with in_eval_mode(model), paddle.no_grad():
            return main_output(model(paddle.to_tensor(images)))
    except ShapeError as error:
        raise UserError(
            f"the network does not keep to its spec: {error}",
            "build the generated file again with `pmgen build`",
        ) from error


def _by(shape: Sequence[int | None]) -> str:
    return "x".join("any" if size is None else str(size) for size in shape)
