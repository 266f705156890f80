"""What a recipe can say: one definition per optimizer, schedule and setting.

The runtime keeps its own table of the same, since it can be called without the
compiler; a test holds the two together.
"""

from __future__ import annotations

from pmgen.ops.definition import ArgDef, OpDef
from pmgen.ops.kinds import integer, number, truth

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
SCHEDULES = {
    op.name: op
    for op in (
        OpDef("Constant", "The same learning rate throughout."),
        OpDef(
            "Cosine",
            "Falls along half a cosine to 0.",
            args=(
                ArgDef("warmup_epochs", integer(0), "Epochs of linear rise before.", 0),
            ),
        ),
        OpDef(
            "Step",
            "Multiplied by gamma every few epochs.",
            args=(
                ArgDef("step_epochs", integer(1), "Epochs between two steps.", 10),
                ArgDef("gamma", number(0, 1, open_minimum=True), "The factor.", 0.1),
            ),
        ),
    )
}
SETTINGS = (
    ArgDef("epochs", integer(1), "Times over all training images.", 5),
    ArgDef("batch_size", integer(1), "Images a step.", 10),
)
