"""Ops as code: constructors of Paddle's layers and calls of its functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmgen.diagnostics.source import Span
from pmgen.expressions.expression import (
    Const,
    Expr,
    ListName,
    Name,
    NoValue,
    Value,
    simplest,
)
from pmgen.expressions.substitution import substitute
from pmgen.language.spec import Act, Arg, Call, ChosenActivation, Param
from pmgen.language.types import LIST, NO_ACTIVATION
from pmgen.ops import INITIALIZERS
from pmgen.ops.definition import OpDef, Shape, ShapeIssue, is_open_size
from pmgen.plan.layout import Code, Formula, Infix, Invoke, Keyword, Listing, literal

Env = Mapping[str, "Value | Expr"]


def name_of(param: Param) -> Name:
    """A parameter that stays open, in the expressions of its class."""
    kind = ListName if param.type == LIST else Name
    return kind(param.name.text)


MAX_ITEMS = 4  # of a list that an op takes: a padding on four sides


def item_of(name: ListName, index: int) -> Name:
    """One number of a parameter that is a list."""
    return Name(f"{name.name}[{index}]")


class NotSymbolic(Exception):
    """A block's class cannot be written once for all uses. `why` says what needs a
    number, `span` the layer where."""

    def __init__(self, why: str, span: Span | None = None) -> None:
        super().__init__(why)
        self.why, self.span = why, span


# Why something cannot be written without its numbers. A ShapeIssue is one too: the
# network is sound, so only a part that no use reaches can be refused.
UNDECIDED = (NotSymbolic, NoValue, ShapeIssue)


def symbolic(arg: Arg, env: Env) -> Any:
    """An argument's value as far as it is known: numbers, texts, or expressions."""
    if isinstance(arg.value, tuple):
        return tuple(_plain(substitute(item, env)) for item in arg.value)
    return _plain(substitute(arg.value, env))


def _plain(expr: Expr) -> Any:
    found = simplest(expr)
    return found.value if isinstance(found, Const) else found


def bind(op: OpDef, call: Call, env: Env) -> dict[str, Any]:
    """Every argument of the op, defaults too. Raises NotSymbolic."""
    bound: dict[str, Any] = {}
    for arg in op.args:
        given = call.args.get(arg.name)
        value = arg.default if given is None else symbolic(given, env)
        if (arg.fixed or arg.real) and isinstance(value, Expr):
            raise NotSymbolic(f"`{op.name}` needs its `{arg.name}` as a number")
        bound[arg.name] = arg.settled(value)
    return bound


def code_of(value: Any) -> Code:
    """A value as code. Raises NotSymbolic for a size that is open here."""
    if isinstance(value, tuple):
        return Listing(tuple(code_of(item) for item in value), "()")
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, Expr):
        if is_open_size(value):
            raise NotSymbolic("a layer has a size of the image that comes in")
        return Formula(value)
    return _number(value) if isinstance(value, float) else repr(value)


def _number(value: float) -> str:
    """A float as people write it: `1e-6` for Python's `1e-06`."""
    mantissa, exponential, exponent = repr(value).partition("e")
    return f"{mantissa}e{int(exponent)}" if exponential else mantissa


def constructor(op: OpDef, call: Call, shape: Shape, env: Env) -> Invoke:
    """`nn.Conv2D(3, 64, 7, stride=2)`: the op as a layer object.

    `shape` is what comes in, without N.
    """
    assert op.layer is not None
    bound = bind(op, call, env)
    args: list[Code] = []
    for name in op.positional:
        rule = op.inferred.get(name)
        args.append(code_of(bound[name] if rule is None else rule(shape)))
    args += _keywords(op, bound, skip=(*op.positional, "bias"))
    args += _attributes(op, call, bound, env)
    return Invoke(op.layer, tuple(args))


def settled(given: Act | None, env: Env) -> Call | Name | None:
    """What stands behind a layer: the call itself, or what a parameter names instead;
    the parameter where that is open."""
    if not isinstance(given, ChosenActivation):
        return given
    value = symbolic(given.param, env)
    if isinstance(value, Name):
        return value
    return None if value == NO_ACTIVATION else Call(value, given.span)


def function(op: OpDef, call: Call, inputs: list[Code], env: Env) -> Code:
    """`F.relu(x)`, `paddle.concat([a, b], axis=1)` or `a + b`."""
    if op.infix is not None:
        return Infix(op.infix, tuple(_operand(item) for item in inputs))
    assert op.function is not None
    bound = bind(op, call, env)
    if any(isinstance(value, Expr) for value in bound.values()):
        # A parameter of __init__ is not a name in forward.
        raise NotSymbolic(f"`{op.name}` is called in `forward`, with numbers")
    args: list[Code] = [Listing(tuple(inputs)) if op.many_inputs else inputs[0]]
    args += [code_of(bound[name]) for name in op.positional]
    args += _keywords(op, bound, skip=op.positional)
    args += [Keyword(name, repr(v)) for name, v in op.function_args.items()]
    return Invoke(op.function, tuple(args))


def _operand(code: Code) -> str:
    if not isinstance(code, str):
        raise TypeError("an operand is a variable")
    return code


def _keywords(op: OpDef, bound: Mapping[str, Any], skip: tuple[str, ...]) -> list[Code]:
    return [
        Keyword(arg.name, code_of(bound[arg.name]))
        for arg in op.args
        if arg.name not in skip and not same_value(bound[arg.name], arg.default)
    ]


def same_value(value: Any, default: Any) -> bool:
    """True where a value is its default, of the same type too: 1 is not True."""
    return type(value) is type(default) and bool(value == default)


def _attributes(
    op: OpDef, call: Call, bound: Mapping[str, Any], env: Env
) -> list[Code]:
    """`weight_attr` and `bias_attr`: initializers, and whether there is a bias."""
    found: list[Code] = []
    if "weight" in call.init:
        found.append(Keyword("weight_attr", _initializer(call.init["weight"], env)))
    bias = bound.get("bias", True)
    if bias is not True:
        if isinstance(bias, Expr) and "bias" in call.init:
            raise NotSymbolic("a bias that may be left out has an initializer")
        found.append(Keyword("bias_attr", code_of(bias)))
    elif "bias" in call.init:
        found.append(Keyword("bias_attr", _initializer(call.init["bias"], env)))
    return found


def _initializer(call: Call, env: Env) -> Code:
    op = INITIALIZERS[call.name]
    assert op.layer is not None
    return Invoke(op.layer, tuple(_keywords(op, bind(op, call, env), skip=())))
