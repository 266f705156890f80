"""A recipe's optimizer, its state as arrays, and the learning-rate schedule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import paddle
from numpy.typing import NDArray

from pmruntime.model.finetune import set_factors
from pmruntime.recipe.recipe import Recipe


def build_optimizer(recipe: Recipe, model: Any) -> Any:
    """Paddle's optimizer of that name over the model's parameters, each with its factor
    of the learning rate.

    Its learning rate is a plain number, which every step sets from `learning_rate_at`:
    so the schedule has no state that would have to be saved and restored.
    """
    set_factors(model, recipe.learning_rates)
    arguments = dict(recipe.optimizer.arguments)
    decay = float(arguments["weight_decay"])
    # A decay of zero would add an operation for every parameter, but None means its own
    # default to AdamW.
    is_given = decay or recipe.optimizer.name == "AdamW"
    arguments["weight_decay"] = decay if is_given else None
    if recipe.clip_norm:
        arguments["grad_clip"] = paddle.nn.ClipGradByGlobalNorm(float(recipe.clip_norm))
    if decay and not recipe.decay_all:
        _exclude_vectors(model, arguments, recipe.optimizer.name)
    optimizer_class = getattr(paddle.optimizer, recipe.optimizer.name)
    return optimizer_class(parameters=model.parameters(), **arguments)


def _exclude_vectors(model: Any, arguments: dict[str, Any], optimizer: str) -> None:
    """Exclude biases and normalisation, all that has one axis, from `weight_decay`."""
    excluded = {p.name for p in model.parameters() if len(p.shape) <= 1}
    if optimizer == "AdamW":
        arguments["apply_decay_param_fun"] = lambda name: name not in excluded
        return
    for parameter in model.parameters():
        if parameter.name in excluded:
            # A parameter's own regularizer takes precedence over the optimizer's.
            parameter.regularizer = paddle.regularizer.L2Decay(0.0)


def learning_rate_at(recipe: Recipe, step: int, steps_per_epoch: int) -> float:
    """The learning rate of the `step`-th update of the run, counted from 0.

    It rises linearly over the warm-up epochs. Then Cosine falls to nearly zero at the
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


def optimizer_arrays(optimizer: Any, model: Any) -> dict[str, NDArray[Any]]:
    """The optimizer's tensors as `velocity_0/conv.weight`: a slot, and a parameter's
    structured name. (Paddle's own names count layers over the whole process, so they
    differ in the next one.)"""
    structured = {p.name: name for name, p in model.named_parameters()}
    found = {}
    for key, tensor in optimizer.state_dict().items():
        if not isinstance(tensor, paddle.Tensor):
            continue  # the (empty) tables of a scheduler and of master weights
        # `conv2d_1.w_0_velocity_0` begins with the name of its parameter. A longer
        # parameter's name may begin with a shorter one's.
        owner = max((n for n in structured if key.startswith(n + "_")), key=len)
        slot = key[len(owner) + 1 :]
        found[f"{slot}/{structured[owner]}"] = tensor.numpy()
    return found


def restore_optimizer(
    optimizer: Any, model: Any, arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Give the optimizer the tensors that `optimizer_arrays` took."""
    global_names = {name: p.name for name, p in model.named_parameters()}
    state = {}
    for key, array in arrays.items():
        slot, _, name = key.partition("/")
        full = f"{global_names[name]}_{slot}"
        tensor = paddle.to_tensor(array)
        tensor.name = full
        state[full] = tensor
    optimizer.set_state_dict(state)
