"""Constructor arguments: of the emitted classes, and in calls of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmgen.expressions.expression import Expr
from pmgen.language.spec import Call, Param
from pmgen.language.types import ACTIVATION, ANNOTATIONS, NO_ACTIVATION
from pmgen.ops import ACTIVATIONS, NO_LAYER
from pmgen.plan.body.calls import Env, code_of, same_value, symbolic
from pmgen.plan.layout import Code, Keyword, Listing, flat
from pmgen.plan.plans import ParamPlan

# What a class calls its incoming size, by the number of axes without N.
IN_NAME = {3: "in_channels", 1: "in_features"}
MANY = 4  # required arguments: a call of more, all by name, fills a page


def signature(params: tuple[Param, ...]) -> list[ParamPlan]:
    """The arguments of `__init__`."""
    return [_param_plan(param) for param in _ordered(params)]


def _ordered(params: tuple[Param, ...]) -> list[Param]:
    """Those without a default first, as Python needs."""
    return sorted(params, key=lambda param: param.default is not None)


def _param_plan(param: Param) -> ParamPlan:
    assert param.type is not None
    default = None if param.default is None else flat(_argument(param, param.default))
    return ParamPlan(param.name.text, ANNOTATIONS[param.type], default)


def arguments(params: tuple[Param, ...], values: Mapping[str, Any]) -> list[Code]:
    """The arguments of a call, in the order of the signature; those that have their
    default are left out. They are given by name, but many required ones by place."""
    by_place = sum(param.default is None for param in params) > MANY
    found: list[Code] = []
    for param in _ordered(params):
        value = values[param.name.text]
        if param.default is None and by_place:
            found.append(_argument(param, value))
        elif param.default is None or not same_value(value, param.default):
            found.append(Keyword(param.name.text, _argument(param, value)))
    return found


def call_values(params: tuple[Param, ...], call: Call, env: Env) -> dict[str, Any]:
    """What each parameter of a block is at one place."""
    return {
        p.name.text: symbolic(call.args[p.name.text], env)
        if p.name.text in call.args
        else p.default
        for p in params
    }


def is_open(value: Any) -> bool:
    """True where a value is, or holds, an expression."""
    items = value if isinstance(value, tuple) else (value,)
    return any(isinstance(item, Expr) for item in items)


def _argument(param: Param, value: Any) -> Code:
    """A value for a class of ours: lists as tuples, which cannot be changed, and an
    activation as its class."""
    if param.type == ACTIVATION and isinstance(value, str):
        layer = NO_LAYER if value == NO_ACTIVATION else ACTIVATIONS[value].layer
        assert layer is not None
        return layer
    if isinstance(value, tuple):
        return Listing(tuple(code_of(item) for item in value), "()")
    return code_of(value)
