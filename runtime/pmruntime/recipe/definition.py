"""What a recipe can say: every optimizer, schedule, section and setting.

Names and defaults are Paddle's own where Paddle has them (paddle.optimizer.*), but for
weight_decay, whose None is written 0.0 here. The compiler reads recipes by the same
tables, and docs and JSON Schema are made of them; so this imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from pmruntime.kinds import Kind, integer, number, one_of, size_pair, truth
from pmruntime.recipe.images import COLORS, NORMALIZATIONS, RESIZES
from pmruntime.recipe.kinds import (
    class_weights,
    factors,
    names,
    one_integer_of,
    span,
)


@dataclass(frozen=True)
class Argument:
    """One value of a recipe: what it accepts, what it does, what it is if left out."""

    name: str
    kind: Kind
    doc: str
    default: Any


Arguments: TypeAlias = Mapping[str, Argument]


@dataclass(frozen=True)
class Configurable:
    """Something of a recipe that has arguments: its name, what it does, and those."""

    name: str
    doc: str
    arguments: Arguments


class Optimizer(Configurable):
    """How weights follow their gradients: the class of that name in paddle.optimizer,
    with arguments of its constructor."""


class Schedule(Configurable):
    """How the learning rate goes over the epochs (pmruntime.training.optim)."""


class Section(Configurable):
    """Settings of one part of training, under a key of their own."""


_N = TypeVar("_N", Argument, Optimizer, Schedule, Section)


def _by_name(*items: _N) -> dict[str, _N]:
    return {item.name: item for item in items}


_RATE = Argument(
    "learning_rate", number(0, open_minimum=True), "Step size at its highest.", 0.001
)
_DECAY = Argument("weight_decay", number(0), "L2 penalty.", 0.0)
_ADAM = (
    _RATE,
    Argument("beta1", number(0, 1), "Decay of the mean of gradients.", 0.9),
    Argument("beta2", number(0, 1), "Decay of the mean of their squares.", 0.999),
    Argument(
        "epsilon", number(0, open_minimum=True), "Keeps from dividing by 0.", 1e-8
    ),
)
OPTIMIZERS = _by_name(
    Optimizer("SGD", "Plain gradient descent.", _by_name(_RATE, _DECAY)),
    Optimizer(
        "Momentum",
        "Gradient descent with a velocity.",
        _by_name(
            _RATE,
            Argument("momentum", number(0, 1), "How much velocity is kept.", 0.9),
            Argument("use_nesterov", truth(), "Look ahead by the velocity.", False),
            _DECAY,
        ),
    ),
    Optimizer("Adam", "Steps scaled by gradients seen.", _by_name(*_ADAM, _DECAY)),
    Optimizer(
        "AdamW",
        "Adam with decoupled weight decay.",
        _by_name(
            *_ADAM, Argument("weight_decay", number(0), "Pull of weights to 0.", 0.01)
        ),
    ),
)
_WARMUP = Argument("warmup_epochs", integer(0), "Epochs of linear rise before.", 0)
SCHEDULES = _by_name(
    Schedule("Constant", "The same learning rate throughout.", _by_name(_WARMUP)),
    Schedule("Cosine", "Falls along half a cosine to 0.", _by_name(_WARMUP)),
    Schedule(
        "Step",
        "Multiplied by gamma every few epochs.",
        _by_name(
            Argument("step_epochs", integer(1), "Epochs between two steps.", 10),
            Argument("gamma", number(0, 1, open_minimum=True), "The factor.", 0.1),
            _WARMUP,
        ),
    ),
)
SECTIONS = _by_name(
    Section(
        "images",
        "How images are prepared. Kept with the run: `eval`, `predict` and "
        "`export` prepare theirs in the same way.",
        _by_name(
            Argument("size", size_pair(1), "Left out: the network's input.", None),
            Argument(
                "resize",
                one_of(*RESIZES),
                "OpenCV's interpolation; `area` is the better one for shrinking.",
                "linear",
            ),
            Argument("color", one_of(*COLORS), "Order of channels.", "BGR"),
            Argument(
                "normalize",
                one_of(*NORMALIZATIONS),
                "Pixels to [-1, 1], to [0, 1], or by ImageNet's mean and standard "
                "deviation.",
                "symmetric",
            ),
            Argument(
                "drop_copies",
                truth(),
                "Leave out validation images that are byte for byte in the "
                "training set, and later copies within a split.",
                False,
            ),
        ),
    ),
    Section(
        "augment",
        "How training images are varied, anew in every epoch. What is left out is "
        "not done.",
        _by_name(
            Argument("flip_horizontal", number(0, 1), "Probability of it.", 0.0),
            Argument("flip_vertical", number(0, 1), "Probability of it.", 0.0),
            Argument("rotate", number(0, 180), "Up to so many degrees.", 0.0),
            Argument("scale", span(), "A factor from this range.", [1.0, 1.0]),
            Argument("shift", number(0, 1), "Up to this share of a side.", 0.0),
            Argument(
                "crop",
                number(0, 1, open_minimum=True),
                "A random part of at least this share of the area, resized.",
                1.0,
            ),
            Argument("brightness", number(0, 1), "Up to this share of white.", 0.0),
            Argument("contrast", number(0, 1), "A factor of 1 plus or minus it.", 0.0),
            Argument(
                "tint", number(0, 1), "A factor of 1 plus or minus, one a channel.", 0.0
            ),
        ),
    ),
    Section(
        "loss",
        "Cross entropy; binary for a network of one output.",
        _by_name(
            Argument(
                "label_smoothing",
                number(0, 1, open_maximum=True),
                "Share of the target spread over all classes.",
                0.0,
            ),
            Argument(
                "class_weights",
                class_weights(),
                "What an image of each class counts; `balanced`: inversely to the "
                "number of its images.",
                "none",
            ),
        ),
    ),
)
SETTINGS = _by_name(
    Argument("epochs", integer(1), "Times over all training images.", 5),
    Argument("batch_size", integer(1), "Images a batch, over all processes.", 10),
    Argument("accumulate", integer(1), "Batches whose gradients make one step.", 1),
    Argument(
        "clip_norm", number(0), "Largest norm of all gradients; 0 for no limit.", 0.0
    ),
    Argument(
        "decay_all",
        truth(),
        "Whether `weight_decay` reaches biases and normalisation too.",
        True,
    ),
    Argument(
        "ema",
        number(0, 1, open_maximum=True),
        "Decay of a running average of the weights, which is then what is validated "
        "and saved; 0 for none.",
        0.0,
    ),
    Argument(
        "validate_every",
        integer(1),
        "Validate after every so many epochs; after the last in any case.",
        1,
    ),
    Argument(
        "early_stopping",
        integer(0),
        "Stop after so many epochs without a better one; 0 for never.",
        0,
    ),
    Argument(
        "select",
        one_of("accuracy", "loss", "auc"),
        "Validation figure that makes an epoch the best.",
        "accuracy",
    ),
    Argument(
        "views",
        one_integer_of(1, 2, 4),
        "Predict by the mean over the image, its mirror (2), and both upside down (4).",
        1,
    ),
    Argument(
        "amp",
        one_of("none", "bfloat16", "float16"),
        "Mixed precision, on a GPU only.",
        "none",
    ),
    Argument(
        "sync_batch_norm", truth(), "BatchNorm over the images of all processes.", False
    ),
    Argument(
        "freeze",
        names(),
        "Layers and stages that stay as they are: parameters, and BatchNorm's running "
        "statistics.",
        [],
    ),
    Argument(
        "learning_rates",
        factors(),
        "Factors of the learning rate, by layer or stage.",
        {},
    ),
)
# What a recipe that names none of them is trained with: the tutorial's.
DEFAULTS = {"optimizer": "Momentum", "schedule": "Constant"}
# The keys that take one of several names, each with arguments of its own.
CHOICES: dict[str, Mapping[str, Configurable]] = {
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}
KEYS = (*CHOICES, *SECTIONS, *SETTINGS)
