"""What a recipe can say: one definition per optimizer, schedule and setting.

The runtime keeps its own table of the same, since it can be called without the
compiler; a test holds the two together.
"""

from __future__ import annotations

from typing import Any

from pmgen.language.keys import VERSION_KEYS, Key, Keys
from pmgen.ops.definition import ArgDef, OpDef
from pmgen.ops.kinds import Kind, any_of, integer, list_of, number, one_of, truth

_POSITIVE = number(0, open_minimum=True)


def _one_of_numbers(*options: int) -> Kind:
    words = "one of " + ", ".join(map(str, options))
    return Kind(
        words,
        lambda v: None if type(v) is int and v in options else words,
        {"type": "integer", "enum": list(options)},
    )


def _span() -> Kind:
    words = "a list [low, high] of two numbers above 0, in order"

    def check(value: Any) -> str | None:
        fits = isinstance(value, tuple) and len(value) == 2
        fits = fits and all(_POSITIVE.check(item) is None for item in value)
        return None if fits and value[0] <= value[1] else words

    # that they are in order is more than a schema can say
    return Kind(words, check, list_of(_POSITIVE.schema, 2))


def _size() -> Kind:
    words = "a list [height, width] of two whole numbers from 1 up"
    item = integer(1)

    def check(value: Any) -> str | None:
        fits = isinstance(value, tuple) and len(value) == 2
        return None if fits and all(item.check(v) is None for v in value) else words

    return Kind(words, check, list_of(item.schema, 2))


def _class_weights() -> Kind:
    words = "none, balanced, or a list of numbers above 0, one a class"
    named = ("none", "balanced")

    def check(value: Any) -> str | None:
        if isinstance(value, tuple):
            fits = all(_POSITIVE.check(item) is None for item in value)
            return None if fits and len(value) >= 2 else words
        return None if value in named else words

    one_each = {**list_of(_POSITIVE.schema), "minItems": 2}
    return Kind(words, check, any_of({"enum": list(named)}, one_each))


def _names() -> Kind:
    words = "a list of names"

    def check(value: Any) -> str | None:
        fits = isinstance(value, tuple)
        return None if fits and all(_is_name(item) for item in value) else words

    return Kind(words, check, list_of({"type": "string", "minLength": 1}))


def _factors() -> Kind:
    words = "a mapping of names to numbers above 0"

    def check(value: Any) -> str | None:
        fits = isinstance(value, dict) and all(map(_is_name, value))
        fits = fits and all(_POSITIVE.check(item) is None for item in value.values())
        return None if fits else words

    each = {"propertyNames": {"minLength": 1}, "additionalProperties": _POSITIVE.schema}
    return Kind(words, check, {"type": "object", **each})


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value != ""


_RATE = ArgDef(
    "learning_rate", number(0, open_minimum=True), "Step size at its highest.", 0.001
)
_DECAY = ArgDef("weight_decay", number(0), "L2 penalty.", 0.0)
_BETAS = (
    ArgDef("beta1", number(0, 1), "Decay of the mean of gradients.", 0.9),
    ArgDef("beta2", number(0, 1), "Decay of the mean of their squares.", 0.999),
    ArgDef("epsilon", number(0, open_minimum=True), "Keeps from dividing by 0.", 1e-8),
)

OPTIMIZERS = {
    op.name: op
    for op in (
        OpDef("SGD", "Plain gradient descent.", args=(_RATE, _DECAY)),
        OpDef(
            "Momentum",
            "Gradient descent with a velocity.",
            args=(
                _RATE,
                ArgDef("momentum", number(0, 1), "How much velocity is kept.", 0.9),
                ArgDef("use_nesterov", truth(), "Look ahead by the velocity.", False),
                _DECAY,
            ),
        ),
        OpDef("Adam", "Steps scaled by gradients seen.", args=(_RATE, *_BETAS, _DECAY)),
        OpDef(
            "AdamW",
            "Adam with decoupled weight decay.",
            args=(
                _RATE,
                *_BETAS,
                ArgDef("weight_decay", number(0), "Pull of weights to 0.", 0.01),
            ),
        ),
    )
}
_WARMUP = ArgDef("warmup_epochs", integer(0), "Epochs of linear rise before.", 0)
SCHEDULES = {
    op.name: op
    for op in (
        OpDef("Constant", "The same learning rate throughout.", args=(_WARMUP,)),
        OpDef("Cosine", "Falls along half a cosine to 0.", args=(_WARMUP,)),
        OpDef(
            "Step",
            "Multiplied by gamma every few epochs.",
            args=(
                ArgDef("step_epochs", integer(1), "Epochs between two steps.", 10),
                ArgDef("gamma", number(0, 1, open_minimum=True), "The factor.", 0.1),
                _WARMUP,
            ),
        ),
    )
}
SECTIONS = {
    op.name: op
    for op in (
        OpDef(
            "images",
            "How images are prepared. Kept with the run: `eval`, `predict` and "
            "`export` prepare theirs in the same way.",
            args=(
                ArgDef("size", _size(), "Left out: the network's input.", None),
                ArgDef(
                    "resize",
                    one_of("linear", "area"),
                    "OpenCV's interpolation; `area` is the better one for shrinking.",
                    "linear",
                ),
                ArgDef(
                    "color", one_of("BGR", "RGB", "GRAY"), "Order of channels.", "BGR"
                ),
                ArgDef(
                    "normalize",
                    one_of("symmetric", "unit", "imagenet"),
                    "Pixels to [-1, 1], to [0, 1], or by ImageNet's mean and standard "
                    "deviation.",
                    "symmetric",
                ),
                ArgDef(
                    "drop_copies",
                    truth(),
                    "Leave out validation images that are byte for byte in the "
                    "training set, and later copies within a split.",
                    False,
                ),
            ),
        ),
        OpDef(
            "augment",
            "How training images are varied, anew in every epoch. What is left out is "
            "not done.",
            args=(
                ArgDef("flip_horizontal", number(0, 1), "Probability of it.", 0.0),
                ArgDef("flip_vertical", number(0, 1), "Probability of it.", 0.0),
                ArgDef("rotate", number(0, 180), "Up to so many degrees.", 0.0),
                ArgDef("scale", _span(), "A factor from this range.", (1.0, 1.0)),
                ArgDef("shift", number(0, 1), "Up to this share of a side.", 0.0),
                ArgDef(
                    "crop",
                    number(0, 1, open_minimum=True),
                    "A random part of at least this share of the area, resized.",
                    1.0,
                ),
                ArgDef("brightness", number(0, 1), "Up to this share of white.", 0.0),
                ArgDef(
                    "contrast", number(0, 1), "A factor of 1 plus or minus it.", 0.0
                ),
                ArgDef(
                    "tint",
                    number(0, 1),
                    "A factor of 1 plus or minus, one a channel.",
                    0.0,
                ),
            ),
        ),
        OpDef(
            "loss",
            "Cross entropy; binary for a network of one output.",
            args=(
                ArgDef(
                    "label_smoothing",
                    number(0, 1, open_maximum=True),
                    "Share of the target spread over all classes.",
                    0.0,
                ),
                ArgDef(
                    "class_weights",
                    _class_weights(),
                    "What an image of each class counts; `balanced`: inversely to the "
                    "number of its images.",
                    "none",
                ),
            ),
        ),
    )
}
SETTINGS = (
    ArgDef("epochs", integer(1), "Times over all training images.", 5),
    ArgDef("batch_size", integer(1), "Images a batch, over all processes.", 10),
    ArgDef("accumulate", integer(1), "Batches whose gradients make one step.", 1),
    ArgDef(
        "clip_norm", number(0), "Largest norm of all gradients; 0 for no limit.", 0.0
    ),
    ArgDef(
        "decay_all",
        truth(),
        "Whether `weight_decay` reaches biases and normalisation too.",
        True,
    ),
    ArgDef(
        "ema",
        number(0, 1, open_maximum=True),
        "Decay of a running average of the weights, which is then what is validated "
        "and saved; 0 for none.",
        0.0,
    ),
    ArgDef(
        "validate_every",
        integer(1),
        "Validate after every so many epochs; after the last in any case.",
        1,
    ),
    ArgDef(
        "early_stopping",
        integer(0),
        "Stop after so many epochs without a better one; 0 for never.",
        0,
    ),
    ArgDef(
        "select",
        one_of("accuracy", "loss", "auc"),
        "Validation figure that makes an epoch the best.",
        "accuracy",
    ),
    ArgDef(
        "views",
        _one_of_numbers(1, 2, 4),
        "Predict by the mean over the image, its mirror (2), and both upside down (4).",
        1,
    ),
    ArgDef(
        "amp",
        one_of("none", "bfloat16", "float16"),
        "Mixed precision, on a GPU only.",
        "none",
    ),
    ArgDef(
        "sync_batch_norm",
        truth(),
        "BatchNorm over the images of all processes.",
        False,
    ),
    ArgDef(
        "freeze",
        _names(),
        "Layers and stages that stay as they are: parameters, and BatchNorm's running "
        "statistics.",
        (),
    ),
    ArgDef(
        "learning_rates",
        _factors(),
        "Factors of the learning rate, by layer or stage.",
        {},
    ),
)
# What a recipe that names none of them is trained with: the tutorial's.
DEFAULTS = {"optimizer": "Momentum", "schedule": "Constant"}
# The keys that take one of several names, each with arguments of its own.
CHOICES = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES}
HEAD: Keys = {
    **VERSION_KEYS,
    "recipe": Key("A name for the recipe. Left out: the file's.", "text"),
    "optimizer": Key("How weights follow their gradients.", "choice"),
    "schedule": Key("How the learning rate goes over the epochs.", "choice"),
}
KEYS = (*HEAD, *SECTIONS, *(setting.name for setting in SETTINGS))
