"""What a class is made from, and what is made of it: how it is constructed at a place.

A block is one source; an inline form that repeats is another, as a block whose
parameters are the names that it mentions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from pmgen.expand.graph import Graph, Region, ShortcutKind, join
from pmgen.expressions.expression import (
    Const,
    Expr,
    ListName,
    as_expr,
    simplest,
    substitute,
)
from pmgen.language.names import BLOCK_CHANNELS, class_title
from pmgen.language.spec import IN_CHANNELS, Block, Ident, Param
from pmgen.language.types import ACTIVATION, LIST
from pmgen.language.visit import (
    acts_named_by,
    acts_named_in,
    layers_in,
    params_named_in,
)
from pmgen.ops.definition import OPEN_SIZES, Shape, known
from pmgen.plan.body.calls import Env, NotSymbolic, code_of
from pmgen.plan.body.flow import Inline
from pmgen.plan.layout import Code, Invoke
from pmgen.plan.plans import ClassPlan
from pmgen.plan.signature import IN_NAME, arguments, is_open


@dataclass(frozen=True)
class ClassSource:
    """What a class is made from. Of an inline form, `outer` is what `$in_channels` is
    around it, where it mentions it, and `fixed` the names that are numbers there."""

    block: Block
    outer: Any = None
    fixed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[Any, ...]:
        """What a class for all uses depends on."""
        opened = tuple(param.name.text for param in self.block.params)
        outer = None if isinstance(self.outer, Expr) else self.outer
        return id(self.block.form), opened, outer, tuple(self.fixed.items())

    def covers(self, use: Region) -> bool:
        """True where the use sees the same numbers from outside."""
        return all(use.env[name] == value for name, value in self.fixed.items()) and (
            self.outer is None
            or isinstance(self.outer, Expr)
            or use.env[IN_CHANNELS] == self.outer
        )


def captured(
    body: Inline, label: str, env: Env, blocks: Mapping[str, Block]
) -> tuple[ClassSource, dict[str, Any]]:
    """An inline form that repeats as the source of a class, and the values that its
    parameters have here."""
    values: dict[str, Any] = {}
    params: list[Param] = []
    outer: Any = None
    form = body.form
    acts = {*acts_named_in(form, blocks), *acts_named_by(body.act)}
    behind = params_named_in((), body.norm, body.act)
    for name in dict.fromkeys(chain(params_named_in(layers_in(form)), behind)):
        value = env[name]
        if name == IN_CHANNELS:
            outer = value
            if not isinstance(value, Expr):
                continue
            name = BLOCK_CHANNELS
        values[name] = simplest(value) if isinstance(value, Expr) else value
        if is_open(value):
            kind = ACTIVATION if name in acts else "int"
            kind = LIST if isinstance(value, ListName) else kind
            params.append(Param(Ident(name, form.span), kind))
    title = Ident(class_title(label.split(".")[0]), form.span)
    block = Block(
        name=title, params=tuple(params), form=form, norm=body.norm, act=body.act
    )
    fixed = {n: v for n, v in values.items() if n != BLOCK_CHANNELS and not is_open(v)}
    return ClassSource(block, outer, fixed), values


@dataclass(frozen=True, kw_only=True)
class PlannedClass:
    """A planned class: the shape that comes out, its parameters, the classes it uses,
    and the conditions of its residuals, by their places inside it."""

    plan: ClassPlan
    shape: Shape
    params: tuple[Param, ...]
    takes_input: bool
    uses: tuple[PlannedClass, ...]
    guesses: Mapping[str, Expr]

    def construct(self, values: Mapping[str, Any], shape: Shape) -> tuple[Code, Shape]:
        """How it is constructed where its parameters have these values and `shape`
        comes in, and the shape that comes out."""
        args: list[Code] = [code_of(shape[0])] if self.takes_input else []
        args += arguments(self.params, values)
        names = {**_sizes(shape), **values}
        out = tuple(simplest(substitute(as_expr(d), names)) for d in self.shape)
        return Invoke(self.plan.name, tuple(args)), out

    def hold_against(self, use: Region, graph: Graph) -> None:
        """Compare its shape and conditions with a use. Raises NotSymbolic where they
        are not those of the use."""
        names = {
            **use.env,
            BLOCK_CHANNELS: use.env.get(IN_CHANNELS, 0),
            **_sizes(use.in_shape),
        }
        if len(self.shape) != len(use.shape):
            raise NotSymbolic
        for dim, real in zip(self.shape, use.shape, strict=True):
            value = simplest(substitute(as_expr(dim), names))
            if known(value, real) and value != real:
                raise NotSymbolic
        for local, guess in self.guesses.items():
            changed = substitute(guess, names)
            if not isinstance(changed, Const):
                raise NotSymbolic
            kind = graph.shortcuts.get(join(use.path, local))
            if kind is None:
                continue  # a `when` left the residual out
            if bool(changed.value) != (kind is not ShortcutKind.IDENTITY):
                raise NotSymbolic


def _sizes(shape: Shape) -> dict[str, Any]:
    """The names that a class has for what comes in, with their values here."""
    names: dict[str, Any] = {IN_NAME[len(shape)]: shape[0]}
    for name, size in zip(OPEN_SIZES, shape[1:], strict=False):
        names[name.name] = size
    return names
