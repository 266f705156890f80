"""A recipe's optimizer, and its learning rate at each step."""

from __future__ import annotations

import math
from typing import Any

import paddle

from pmruntime.model.finetune import set_factors
from pmruntime.recipe import Recipe


def build_optimizer(recipe: Recipe, model: Any) -> Any:
    """Paddle's optimizer of that name over the model's parameters, each with its factor
    of the learning rate.

    Its learning rate is a plain number, which the training loop sets anew each step
    from `learning_rate_at`: so the schedule has no state that could get out of step.
    """
    set_factors(model, recipe.learning_rates)
    arguments = dict(recipe.optimizer.arguments)
    if not arguments["weight_decay"]:
        # A decay of zero would still add an operation for every parameter; AdamW alone
        # would take None for its own default.
        if recipe.optimizer.name == "AdamW":
            arguments["weight_decay"] = 0.0
        else:
            arguments["weight_decay"] = None
    else:
        arguments["weight_decay"] = float(arguments["weight_decay"])
    if recipe.clip_norm:
        arguments["grad_clip"] = paddle.nn.ClipGradByGlobalNorm(float(recipe.clip_norm))
    if not recipe.decay_all and arguments["weight_decay"]:
        _spare_vectors(model, arguments, recipe.optimizer.name)
    optimizer_class = getattr(paddle.optimizer, recipe.optimizer.name)
    return optimizer_class(parameters=model.parameters(), **arguments)


def _spare_vectors(model: Any, arguments: dict[str, Any], optimizer: str) -> None:
    """Keep `weight_decay` from biases and normalisation: all that has one axis."""
    spared = {p.name for p in model.parameters() if len(p.shape) <= 1}
    if optimizer == "AdamW":
        arguments["apply_decay_param_fun"] = lambda name: name not in spared
        return
    for parameter in model.parameters():
        if parameter.name in spared:
            # A parameter's own regularizer comes before the optimizer's.
            parameter.regularizer = paddle.regularizer.L2Decay(0.0)


def learning_rate_at(recipe: Recipe, step: int, steps_per_epoch: int) -> float:
    """The learning rate of the `step`-th update of the run, counted from 0.

    It rises in a line over the warm-up epochs. Then Cosine falls to nearly zero at the
    last step, and Step multiplies by `gamma` after every `step_epochs` epochs.
    """
    base = float(recipe.optimizer.arguments["learning_rate"])
    arguments = recipe.schedule.arguments
    warmup = arguments["warmup_epochs"] * steps_per_epoch
    if step < warmup:
        return float(base * (step + 1) / warmup)
    if recipe.schedule.name == "Cosine":
        rest = recipe.epochs * steps_per_epoch - warmup
        return base * 0.5 * (1 + math.cos(math.pi * (step - warmup) / rest))
    if recipe.schedule.name == "Step":
        drops = (step - warmup) // steps_per_epoch // arguments["step_epochs"]
        return float(base * arguments["gamma"] ** drops)
    return base
