"""What an op is: its arguments, its shape rule, its cost, its Paddle class.

A shape rule is written once and serves twice. In the check, dimensions and arguments
are ints; a size that the input leaves open (`any`) is an expression over `H` or `W`.
In the plan of a block's class, channels and arguments may be expressions too
(`in_channels`, `width * 4`). So a rule computes with what it is given and compares
only what is known: `known()` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from math import gcd
from typing import Any, TypeAlias, TypeGuard

from pmgen.expressions.expression import Expr, Name, as_expr, names_in
from pmgen.expressions.substitution import evaluate
from pmgen.ops.kinds import Kind

Dim: TypeAlias = "int | Expr"
Shape: TypeAlias = "tuple[Dim, ...]"  # without N: (C, H, W) or (features,)
Args: TypeAlias = "Mapping[str, Any]"  # bound: every argument of the op, defaults too

# (bound arguments, shapes that come in) -> shape that comes out; raises ShapeIssue
ShapeRule: TypeAlias = "Callable[[Args, tuple[Shape, ...]], Shape]"
# (extent, stride) of a window, for height and for width
Extents: TypeAlias = "tuple[tuple[int, int], tuple[int, int]]"

REQUIRED = object()
# What `any` in the input stands for. No parameter can have such a name.
OPEN_SIZES = (Name("<H>"), Name("<W>"))
OPEN_NAMES = frozenset(name.name for name in OPEN_SIZES)
_COARSE = 32


class ShapeIssue(ValueError):
    """A shape rule refuses. `arg` names the argument at fault, where one is."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        arg: str | None = None,
        help: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.arg, self.help = code, message, arg, help


@dataclass(frozen=True)
class ArgDef:
    """One argument. `free`: it changes sizes of tensors and never the structure, so a
    parameter of the model that only reaches such arguments stays a constructor
    argument of the emitted class. `fixed`: the shape rule needs it as a number, so a
    block whose parameter reaches it becomes a class per value. `real`: Paddle takes a
    float and refuses an int."""

    name: str
    kind: Kind
    doc: str
    default: Any = REQUIRED
    _: KW_ONLY
    free: bool = False
    fixed: bool = False
    real: bool = False

    def settled(self, value: Any) -> Any:
        """A value as Paddle takes it."""
        return float(value) if self.real and is_size(value) else value

    @property
    def required(self) -> bool:
        """True where the user must give the argument."""
        return self.default is REQUIRED


@dataclass(frozen=True)
class WholeImage:
    """The window of an op each of whose values depends on the whole image."""


@dataclass(frozen=True)
class Weights:
    """What an op learns: the shape of each parameter by its Paddle attribute."""

    shapes: Callable[[Args, tuple[Shape, ...], Shape], Mapping[str, tuple[int, ...]]]
    names: tuple[str, ...] = ("weight", "bias")


def same_shape(args: Args, inputs: tuple[Shape, ...]) -> Shape:
    """The rule of an op that takes every shape and gives it back."""
    return inputs[0]


@dataclass(frozen=True)
class OpDef:
    """One op of the language.

    `layer` is its Paddle class and `positional` the order of that constructor's
    leading arguments; what the user does not write is worked out by `inferred`.
    `function` is its form without a layer object, called with the input, or the list
    of several; `infix` the operator that stands between several instead. `window` gives
    what the receptive field grows by; None where it does not grow. `own_class`
    is the layer's class where Paddle has none and `pmruntime.layers` has it, as text
    for a file that needs Paddle alone.
    """

    name: str
    doc: str
    _: KW_ONLY
    args: tuple[ArgDef, ...] = ()
    infer: ShapeRule = same_shape
    layer: str | None = None
    positional: tuple[str, ...] = ()
    inferred: Mapping[str, Callable[[Shape], Any]] = field(default_factory=dict)
    function: str | None = None
    function_args: Mapping[str, Any] = field(default_factory=dict)
    infix: str | None = None
    own_class: str | None = None
    many_inputs: bool = False
    weights: Weights | None = None
    buffers: Callable[[Args, tuple[Shape, ...]], int] | None = None
    macs: Callable[[Args, tuple[Shape, ...], Shape], int | None] | None = None
    window: Callable[[Args], Extents] | WholeImage | None = None
    group: str = "other"

    @property
    def keeps_shape(self) -> bool:
        """True where whatever comes in goes out in the same shape."""
        return self.infer is same_shape

    def arg(self, name: str) -> ArgDef | None:
        """The argument of that name, or None."""
        return next((a for a in self.args if a.name == name), None)


def known(*values: object) -> bool:
    """True where every value is a plain number, so that it may be compared."""
    return all(type(value) is int for value in values)


def parted(a: Dim, b: Dim) -> bool:
    """True where two sizes cannot be one: different numbers, or formulas over the
    input's open sizes that part even at multiples of 32, as two strides do."""
    if is_size(a) and is_size(b):
        return a != b
    exprs = as_expr(a), as_expr(b)
    names = {name for expr in exprs for name in names_in(expr)}
    if not names <= OPEN_NAMES:
        return False
    return any(
        evaluate(exprs[0], dict.fromkeys(names, size))
        != evaluate(exprs[1], dict.fromkeys(names, size))
        for size in (_COARSE, 3 * _COARSE, 8 * _COARSE)
    )


def undecided(a: Dim, b: Dim) -> bool:
    """True where it depends on a parameter whether two sizes are one."""
    names = {name for dim in (a, b) for name in names_in(as_expr(dim))}
    return a != b and not names <= OPEN_NAMES


def is_open_size(value: object) -> bool:
    """True for a formula over the height or width that `any` leaves open."""
    return isinstance(value, Expr) and not OPEN_NAMES.isdisjoint(names_in(value))


def is_size(value: object) -> TypeGuard[int]:
    """True for a plain integer."""
    return type(value) is int


def as_pair(value: Any) -> tuple[Any, Any]:
    """One value for height and width, or the two that were given."""
    return (value[0], value[1]) if isinstance(value, tuple) else (value, value)


def show_shape(shape: Shape) -> str:
    """A shape as people write it: `[N, 64, 56, 56]`, `?` for what is open."""
    parts = [str(d) if is_size(d) else "?" for d in shape]
    return f"[{', '.join(['N', *parts])}]"


def need_image(inputs: tuple[Shape, ...], op: str) -> tuple[Dim, Dim, Dim]:
    """The (C, H, W) of the first input. Raises ShapeIssue where it is no image."""
    shape = inputs[0]
    if len(shape) != 3:
        raise ShapeIssue(
            "PM306",
            f"`{op}` takes an image [N, C, H, W], but {show_shape(shape)} arrives",
            help="put it before the layer that flattens the image",
        )
    return shape[0], shape[1], shape[2]


def keeps_image(op: str) -> ShapeRule:
    """The rule of an op that keeps the shape of an image and takes nothing else."""

    def shape(args: Args, inputs: tuple[Shape, ...]) -> Shape:
        need_image(inputs, op)
        return inputs[0]

    return shape


def with_bias(
    args: Args, weight: tuple[int, ...], bias: int
) -> Mapping[str, tuple[int, ...]]:
    """The shape of a weight, and of `bias` values where the arguments ask for them."""
    return {"weight": weight, "bias": (bias,)} if args["bias"] else {"weight": weight}


def in_order(low: str, high: str) -> ShapeRule:
    """The rule of what keeps a shape and needs two arguments in order."""

    def shape(args: Args, inputs: tuple[Shape, ...]) -> Shape:
        least, most = args[low], args[high]
        are_known = isinstance(least, int | float) and isinstance(most, int | float)
        if are_known and least > most:
            message = f"`{low}` is {least}, more than `{high}`, which is {most}"
            raise ShapeIssue("PM301", message, arg=low)
        return inputs[0]

    return shape


def equal_groups(op: str, arg: str) -> ShapeRule:
    """The rule of an op that keeps an image's shape and needs `arg` equal groups of
    its channels."""

    def shape(args: Args, inputs: tuple[Shape, ...]) -> Shape:
        channels, _, _ = need_image(inputs, op)
        groups = args[arg]
        if is_size(channels) and is_size(groups) and channels % groups:
            raise ShapeIssue(
                "PM305",
                f"{channels} channels cannot be divided into {groups} groups",
                arg=arg,
                help=f"`{arg}: {divisor_near(groups, channels)}` divides {channels}",
            )
        return inputs[0]

    return shape


def divisor_near(value: int, *counts: int) -> int:
    """The common divisor of the counts that is nearest to the value."""
    common = gcd(*counts)
    divisors = (d for d in range(1, min(common, 4 * value) + 1) if common % d == 0)
    return min(divisors, key=lambda d: abs(d - value))


def product(values: tuple[Dim, ...]) -> Dim:
    """The product of dimensions."""
    total: Dim = 1
    for value in values:
        total = total * value
    return total
