"""The tables of what a recipe can say, with defaults.

The compiler has the same tables with words for people (pmgen.recipe.definition), since
neither imports the other; a test holds the two together. Names and defaults are
Paddle's own where Paddle has them (paddle.optimizer.*), but for weight_decay, whose
None is written 0.0 here.
"""

from __future__ import annotations

from pmruntime.data.preprocessing import COLORS, NORMALIZATIONS, RESIZES
from pmruntime.recipe.kinds import (
    Arg,
    class_weights,
    factors,
    integer,
    names,
    number,
    one_of,
    size,
    span,
    truth,
)

Table = dict[str, Arg]

_RATE = Arg(number(0, above=True), 0.001)
_DECAY = Arg(number(0), 0.0)
_ADAM: Table = {
    "learning_rate": _RATE,
    "beta1": Arg(number(0, 1), 0.9),
    "beta2": Arg(number(0, 1), 0.999),
    "epsilon": Arg(number(0, above=True), 1e-8),
}
_WARMUP = Arg(integer(0), 0)

OPTIMIZERS: dict[str, Table] = {
    "SGD": {"learning_rate": _RATE, "weight_decay": _DECAY},
    "Momentum": {
        "learning_rate": _RATE,
        "momentum": Arg(number(0, 1), 0.9),
        "use_nesterov": Arg(truth(), False),
        "weight_decay": _DECAY,
    },
    "Adam": {**_ADAM, "weight_decay": _DECAY},
    "AdamW": {**_ADAM, "weight_decay": Arg(number(0), 0.01)},
}
SCHEDULES: dict[str, Table] = {
    "Constant": {"warmup_epochs": _WARMUP},
    "Cosine": {"warmup_epochs": _WARMUP},
    "Step": {
        "step_epochs": Arg(integer(1), 10),
        "gamma": Arg(number(0, 1, above=True), 0.1),
        "warmup_epochs": _WARMUP,
    },
}
SECTIONS: dict[str, Table] = {
    "images": {
        "size": Arg(size(), None),
        "resize": Arg(one_of(*RESIZES), "linear"),
        "color": Arg(one_of(*COLORS), "BGR"),
        "normalize": Arg(one_of(*NORMALIZATIONS), "symmetric"),
        "drop_copies": Arg(truth(), False),
    },
    "augment": {
        "flip_horizontal": Arg(number(0, 1), 0.0),
        "flip_vertical": Arg(number(0, 1), 0.0),
        "rotate": Arg(number(0, 180), 0.0),
        "scale": Arg(span(0), [1.0, 1.0]),
        "shift": Arg(number(0, 1), 0.0),
        "crop": Arg(number(0, 1, above=True), 1.0),
        "brightness": Arg(number(0, 1), 0.0),
        "contrast": Arg(number(0, 1), 0.0),
        "tint": Arg(number(0, 1), 0.0),
    },
    "loss": {
        "label_smoothing": Arg(number(0, 1, below=True), 0.0),
        "class_weights": Arg(class_weights(), "none"),
    },
}
SETTINGS: Table = {
    "epochs": Arg(integer(1), 5),
    "batch_size": Arg(integer(1), 10),
    "accumulate": Arg(integer(1), 1),
    "clip_norm": Arg(number(0), 0.0),
    "decay_all": Arg(truth(), True),
    "ema": Arg(number(0, 1, below=True), 0.0),
    "validate_every": Arg(integer(1), 1),
    "early_stopping": Arg(integer(0), 0),
    "select": Arg(one_of("accuracy", "loss", "auc"), "accuracy"),
    "views": Arg(one_of(1, 2, 4), 1),
    "amp": Arg(one_of("none", "bfloat16", "float16"), "none"),
    "sync_batch_norm": Arg(truth(), False),
    "freeze": Arg(names(), []),
    "learning_rates": Arg(factors(), {}),
}
