"""A recipe's optimizer, and its learning rate at each step."""

from __future__ import annotations

import math
from typing import Any

import paddle

from pmruntime.recipe import Recipe


def build_optimizer(recipe: Recipe, model: Any) -> Any:
    """Paddle's optimizer of that name over the model's parameters.

    Its learning rate is a plain number, which the training loop sets anew each step
    from `learning_rate_at`: so the schedule has no state that could get out of step.
    """
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
    optimizer_class = getattr(paddle.optimizer, recipe.optimizer.name)
    return optimizer_class(parameters=model.parameters(), **arguments)


def learning_rate_at(recipe: Recipe, step: int, steps_per_epoch: int) -> float:
    """The learning rate of the `step`-th update of the run, counted from 0.

    Cosine rises in a line over the warm-up epochs, then falls to nearly zero at the
    last step. Step multiplies by `gamma` after every `step_epochs` epochs.
    """
    base = float(recipe.optimizer.arguments["learning_rate"])
    arguments = recipe.schedule.arguments
    if recipe.schedule.name == "Cosine":
        warmup = arguments["warmup_epochs"] * steps_per_epoch
        if step < warmup:
            return float(base * (step + 1) / warmup)
        rest = recipe.epochs * steps_per_epoch - warmup
        return base * 0.5 * (1 + math.cos(math.pi * (step - warmup) / rest))
    if recipe.schedule.name == "Step":
        drops = step // steps_per_epoch // arguments["step_epochs"]
        return float(base * arguments["gamma"] ** drops)
    return base
