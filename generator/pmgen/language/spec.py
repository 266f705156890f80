"""A spec as the parser understood it: names resolved, values typed, every place kept.

Nothing is expanded here: blocks are still blocks and `$names` still open. `expand`
gives it shapes; `plan` turns it into classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TypeAlias

from pmgen.diagnostics.source import SourceFile, Span
from pmgen.expressions.expression import Expr, Value
from pmgen.load.tree import Lost

IN_CHANNELS = "in_channels"  # the `$name` of the channels that come in
WHAT_COMES_IN = "input"  # in a `from`: into the network, block or repeated form
MAX_SIZE = 65_536  # of an input: channels, height, width
MAX_JOINED = 256  # inputs of one layer, and branches of one form
MAX_HEADS = 256


@dataclass(frozen=True)
class Ident:
    """A name that the user gave, and where."""

    text: str
    span: Span


@dataclass(frozen=True)
class Arg:
    """The value of one argument: an expression, or a list of them."""

    value: Expr | tuple[Expr, ...]
    span: Span


@dataclass(frozen=True)
class Call:
    """An op, block, activation, normalisation or initializer with its arguments.

    `init` holds the initializers of the op's own parameters by `weight` and `bias`.
    """

    name: str
    span: Span
    args: Mapping[str, Arg] = field(default_factory=dict)
    init: Mapping[str, Call] = field(default_factory=dict)


@dataclass(frozen=True)
class ChosenActivation:
    """`act: $act`: the activation that a parameter names, where it names one."""

    param: Arg

    @property
    def span(self) -> Span:
        """Where the parameter is named."""
        return self.param.span


Act: TypeAlias = "Call | ChosenActivation"


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One named layer: an op or block call, or a form written inline.

    `inputs` are the layers named by `from`; None means the layer before. `first` are
    other arguments for the first of a `repeat`. `allow` are the codes of warnings that
    are not to be given for it, nor for what stands in it. `broken` after a mistake in
    it, so that nothing is said about the shapes that follow.
    """

    name: Ident
    body: Call | Form
    norm: Call | None = None
    act: Act | None = None
    inputs: tuple[Ident, ...] | None = None
    when: Arg | None = None
    repeat: Arg | None = None
    first: Mapping[str, Arg] = field(default_factory=dict)
    allow: tuple[Ident, ...] = ()
    broken: bool = False

    def body_at(self, index: int) -> Call | Form:
        """What stands as number `index` of a `repeat`, counted from 0."""
        if index > 0 or not self.first or not isinstance(self.body, Call):
            return self.body
        return replace(self.body, args={**self.body.args, **self.first})


@dataclass(frozen=True)
class Series:
    """Layers one after the other. Empty, it is the identity."""

    layers: tuple[Layer, ...]
    span: Span


@dataclass(frozen=True)
class Branch:
    """One of the parallel paths."""

    name: Ident
    path: Series


@dataclass(frozen=True)
class Branches:
    """Parallel paths, merged; `merge` is concat, add or multiply.

    With `split`, each path gets an equal part of the channels.
    """

    branches: tuple[Branch, ...]
    merge: str
    span: Span
    split: bool = False


class Shortcut(Enum):
    """A shortcut that is a word. Where the body changes the shape, `identity` is an
    error and `where_equal` leaves the addition out."""

    IDENTITY = "identity"
    WHERE_EQUAL = "where_equal"


@dataclass(frozen=True)
class Residual:
    """A body beside a shortcut, added. A Series as `shortcut` is built only where the
    body changes the shape."""

    body: Series
    shortcut: Series | Shortcut
    span: Span


Form: TypeAlias = "Series | Branches | Residual"


@dataclass(frozen=True)
class Param:
    """A parameter of a block or model: its type, and its default where it has one. The
    type is None where it is wrong and reported."""

    name: Ident
    type: str | None
    default: Value | None = None


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block: a form with parameters, which becomes a class of its own."""

    name: Ident
    params: tuple[Param, ...]
    form: Form
    norm: Call | None = None
    act: Act | None = None
    doc: str | None = None

    def param(self, name: str) -> Param | None:
        """The parameter of that name, or None."""
        return next((p for p in self.params if p.name.text == name), None)


@dataclass(frozen=True)
class Head:
    """A further output: a layer with `from`, its weight in the loss."""

    layer: Layer
    train_only: bool
    loss_weight: float


@dataclass(frozen=True)
class Expectation:
    """A figure under `expect` and its place."""

    key: str
    value: int | tuple[int | None, ...]
    span: Span
    layer: Ident | None = None


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """A whole spec. `files` are all the files that it was read from, its own first;
    `allow` the codes of warnings that are not to be given for any part of it,
    `defaults` the ops that it sets arguments for, each where that stands, and `lost`
    the layers that its files name and a variant took away."""

    name: Ident
    source: str | None
    input: tuple[int | None, ...]
    input_span: Span
    params: tuple[Param, ...]
    blocks: Mapping[str, Block]
    form: Form
    norm: Call | None
    act: Act | None
    heads: tuple[Head, ...]
    expect: tuple[Expectation, ...]
    files: tuple[SourceFile, ...]
    allow: tuple[Ident, ...] = ()
    defaults: tuple[Ident, ...] = ()
    lost: Mapping[str, Lost] = field(default_factory=dict)
