"""Fine-tuning: which parts of a network are frozen, and how fast the others learn.

A recipe names layers and stages (`freeze`, `learning_rates`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pmruntime.problems import UserError, unknown
from pmruntime.recipe.layers import members, similar


@dataclass(frozen=True, eq=False)
class Frozen:
    """What is not trained: `names` of the network's state dict, `norms`, the layers
    among them that keep running statistics, and `params`, the number of parameters that
    would otherwise be trained."""

    names: frozenset[str]
    norms: tuple[Any, ...]
    params: int

    def hold(self) -> None:
        """Let the norms use their statistics and not move them. To be called again
        after each `train()` of the network, which undoes it."""
        for norm in self.norms:
            norm.eval()


def freeze(model: Any, names: Sequence[str]) -> Frozen:
    """Take the layers of these names out of training.

    Their parameters get no gradient, so neither decay nor momentum moves them. Raises
    UserError for a name that the network does not have, and where nothing is left to
    train.
    """
    layers = dict(model.named_sublayers())
    chosen = {layer for name in names for layer in _members_of(model, name, "freeze")}
    frozen = frozenset(
        name for name in model.state_dict() if name.rpartition(".")[0] in chosen
    )
    parameters = [
        parameter
        for name, parameter in model.named_parameters()
        if name in frozen and not parameter.stop_gradient
    ]
    for parameter in parameters:
        parameter.stop_gradient = True
    if all(parameter.stop_gradient for parameter in model.parameters()):
        raise UserError(
            "`freeze` leaves no parameter to train",
            "leave out at least the last layer",
        )
    norms = (layers[name] for name in layers if name in chosen)
    return Frozen(
        frozen,
        tuple(norm for norm in norms if hasattr(norm, "_variance")),
        sum(int(parameter.size) for parameter in parameters),
    )


def set_factors(model: Any, factors: Mapping[str, float]) -> None:
    """Give the parameters of these layers their factors of the learning rate; of two
    names that mean one layer, the longer one decides. To be called after `freeze`.

    Raises UserError for a name that the network does not have, and for a frozen layer.
    """
    members = {
        name: set(_members_of(model, name, "learning_rates")) for name in factors
    }
    used = set()
    for path, parameter in model.named_parameters():
        names = [name for name in members if path.rpartition(".")[0] in members[name]]
        if names and not parameter.stop_gradient:
            used |= set(names)
            factor = float(factors[max(names, key=len)])
            parameter.optimize_attr = {
                **parameter.optimize_attr,
                "learning_rate": factor,
            }
    idle = [name for name in factors if name not in used]
    if idle:
        raise UserError(
            f"`{idle[0]}` has a factor in `learning_rates`, but is frozen",
            "take it out of `freeze` or of `learning_rates`",
        )


def _members_of(model: Any, name: str, setting: str) -> list[str]:
    """The layers that a name in a recipe means. Raises UserError where there are none,
    or none with parameters."""
    paths = [path for path, _ in model.named_sublayers()]
    found = members(name, paths)
    owners = {path.rpartition(".")[0] for path, _ in model.named_parameters()}
    if not found:
        raise unknown(f"layer in `{setting}`", name, similar(name, paths, owners))
    if not owners.intersection(found):
        raise UserError(
            f"`{name}` in `{setting}` has no parameters",
            "name layers that learn; `pmgen show` lists them",
        )
    return found
