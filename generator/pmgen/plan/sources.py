"""What a class is made from, and what is made of it: how it is constructed at a place.

A block is one source; an inline form that repeats is another, as a block whose
parameters are the names that it mentions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeAlias

from pmgen.diagnostics.source import Span
from pmgen.expand.graph import Region
from pmgen.expressions.expression import Expr, ListName, as_expr, simplest
from pmgen.expressions.printer import show
from pmgen.expressions.substitution import substitute
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
from pmgen.plan.body.calls import MAX_ITEMS, Env, NotSymbolic, code_of, item_of
from pmgen.plan.body.flow import Inline
from pmgen.plan.body.uses import Uses, settled_by
from pmgen.plan.layout import Code, Invoke
from pmgen.plan.plans import ClassPlan, Note
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

    def facts(self, values: Mapping[str, Any], shape: Shape) -> dict[str, Any]:
        """All that may differ between two uses, by what it is called: the height and
        width, the channels or features, the parameters."""
        found = {SIZES: shape[1:], IN_NAME[len(shape)]: shape[0]}
        return found | {p.name.text: values[p.name.text] for p in self.block.params}

    def facts_of(self, use: Region) -> dict[str, Any]:
        """The same of a place in the network."""
        return self.facts(names_of(use), use.in_shape)


@dataclass(frozen=True)
class Decision:
    """Which facts the classes of a source have as numbers: none, or those that decide
    what no formula can say; why not with all open, and in which layer."""

    fixed: tuple[str, ...] = ()
    why: str = ""
    span: Span | None = None

    def told(self, facts: Mapping[str, Any]) -> str:
        """Why a class has these facts as numbers, as a sentence of its docstring."""
        shown = (f"{_called(name)} = {_shown(value)}" for name, value in facts.items())
        return f"For {', '.join(shown)}, because {self.why.replace('`', '')}."

    def note(self, block: Block, count: int) -> Note:
        """Why a block became so many classes."""
        each = " and ".join(f"`{_called(name)}`" for name in self.fixed)
        return Note(
            self.span or block.name.span,
            f"block `{block.name.text}` becomes {count} classes, one for each {each}, "
            f"because {self.why}",
        )


def _called(name: str) -> str:
    return "H x W" if name == SIZES else name


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return " x ".join(show(as_expr(item)) for item in value)
    return show(value)


Decisions: TypeAlias = "dict[tuple[Any, ...], Decision]"  # by source and rank

# What a fact about the height and width is called; no name of a spec can be.
SIZES = "<size>"


def names_of(use: Region) -> dict[str, Any]:
    """The names that a class has for what differs, with their values at a use."""
    outer = use.env.get(IN_CHANNELS, 0)
    names = {**use.env, BLOCK_CHANNELS: outer, **sizes_named(use.in_shape)}
    return names | _items_named(names)


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
    """A planned class: the block that it came from, whether for images (3) or features
    (1), and by which decision; the shape that comes out, its parameters, the classes it
    uses, and what it assumes of the names that it has."""

    plan: ClassPlan
    block: Block
    rank: int
    decision: Decision
    shape: Shape
    params: tuple[Param, ...]
    takes_input: bool
    uses: tuple[PlannedClass, ...]
    assumed: tuple[Expr, ...]

    def construct(
        self, values: Mapping[str, Any], shape: Shape, around: Uses
    ) -> tuple[Code, Shape]:
        """How it is constructed where its parameters have these values and `shape`
        comes in, and the shape that comes out. Raises NotSymbolic where the class
        around it cannot assume what this one does."""
        args: list[Code] = [code_of(shape[0])] if self.takes_input else []
        args += arguments(self.params, values)
        names = {**values, **_items_named(values), **sizes_named(shape)}
        for condition in self.assumed:
            left = settled_by(condition, names)
            if left is not None and not around.assume(left):
                raise NotSymbolic(f"`{self.plan.name}` is not written for all sizes")
        out = tuple(simplest(substitute(as_expr(d), names)) for d in self.shape)
        return Invoke(self.plan.name, tuple(args)), out

    def hold_against(self, uses: Uses) -> None:
        """Compare the shape that comes out with its uses. Raises NotSymbolic where it
        is not theirs."""
        for use, names in zip(uses.regions, uses.names, strict=True):
            found = [simplest(substitute(as_expr(d), names)) for d in self.shape]
            if len(found) != len(use.shape) or any(
                known(value, real) and value != real
                for value, real in zip(found, use.shape, strict=True)
            ):
                raise NotSymbolic("its uses differ in shape")


def _items_named(values: Mapping[str, Any]) -> dict[str, Any]:
    """The items of those values that are lists, by the names that a class has for
    them."""
    names: dict[str, Any] = {}
    for name, value in values.items():
        items = value if isinstance(value, tuple) else ()
        if isinstance(value, ListName):
            items = tuple(item_of(value, index) for index in range(MAX_ITEMS))
        for index, item in enumerate(items):
            names[item_of(ListName(name), index).name] = item
    return names


def sizes_named(shape: Shape) -> dict[str, Any]:
    """The names that a class has for what comes in, with their values here."""
    names: dict[str, Any] = {IN_NAME[len(shape)]: shape[0]}
    for name, size in zip(OPEN_SIZES, shape[1:], strict=False):
        names[name.name] = size
    return names
