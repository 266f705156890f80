"""Residuals: a body beside a shortcut, in the model's class or in a block's.

In the model's class it is known whether the shortcut has layers. A block's class writes
the condition: where a stride is not 1 or the channels differ. That is read off the
sizes before and after the body, as a guess that every use of the class must bear out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pmgen.expand.graph import ShortcutKind
from pmgen.expressions.expression import (
    Binary,
    Choice,
    Const,
    Expr,
    as_expr,
    fold,
)
from pmgen.expressions.substitution import opposite, substitute
from pmgen.language.spec import Call, Residual, Series, Shortcut
from pmgen.ops import ADD
from pmgen.ops.definition import Dim, Shape, is_open_size, undecided
from pmgen.plan.body.calls import NotSymbolic, function
from pmgen.plan.body.flow import Flow, Place
from pmgen.plan.body.writer import BodyWriter
from pmgen.plan.layout import Code, Formula

_NEVER, _ALWAYS = Const(False), Const(True)


def write_residual(
    writer: BodyWriter, form: Residual, start: Flow, place: Place
) -> Flow:
    """The value of a residual; the last addition is left to the caller to assign.

    Raises NotSymbolic where no condition can be written.
    """
    target = writer.fresh("y", place.live)
    inner = replace(place, target=target, live=place.live | {target})
    body = writer.held(writer.series(form.body, start, inner), target)
    if body.code == start.code and body.code != target:
        body = writer.held(Flow(start.code, body.shape), target)
    inner = replace(inner, live=inner.live | {body.variable or target})
    residual = _Residual(writer, form, start, inner)
    if place.path is not None:
        return residual.in_the_model(body, place.path)
    return residual.in_a_block(body)


@dataclass(frozen=True)
class _Residual:
    """A residual whose body is written, with what comes into it."""

    writer: BodyWriter
    form: Residual
    start: Flow
    place: Place

    def in_the_model(self, body: Flow, path: str) -> Flow:
        """What the graph has at the place `path`."""
        if any(map(undecided, self.start.shape, body.shape)):
            raise NotSymbolic("a parameter of the model decides a shortcut")
        return self.known(body, self.writer.graph.shortcuts[path])

    def known(self, body: Flow, kind: ShortcutKind) -> Flow:
        """The same at every use."""
        if kind is ShortcutKind.NONE:
            return body
        if kind is ShortcutKind.IDENTITY:
            return self.added(body, self.start)
        return self.added(body, self.projected())

    def in_a_block(self, body: Flow) -> Flow:
        """The shortcut under the condition that the body changes the shape."""
        uses = self.writer.uses
        found = list(uses.shortcuts(self.place.local))
        kinds = {kind for kind, _ in found}
        before, after = self.start.shape, body.shape
        if self.form.shortcut is Shortcut.IDENTITY:
            same = as_expr(fold("==", before[0], after[0]))
            if found and not uses.assume(same):
                raise NotSymbolic("what a residual adds is not of one shape")
            return self.added(body, self.start)
        for changed in _changes(before, after):
            if all(
                substitute(changed, names) == Const(kind is not ShortcutKind.IDENTITY)
                for kind, names in found
            ):
                return self.where(changed, body)
        if len(kinds) == 1 and uses.assume(_as_at_all_uses(before, after, *kinds)):
            return self.known(body, *kinds)
        raise NotSymbolic(
            "whether the shortcut of a residual has layers differs between its uses"
        )

    def where(self, changed: Expr, body: Flow) -> Flow:
        """The shortcut where a condition holds: no condition if it always does."""
        if changed == _NEVER:
            return self.known(body, ShortcutKind.IDENTITY)
        projects = isinstance(self.form.shortcut, Series)
        if changed == _ALWAYS:
            kind = ShortcutKind.PROJECTION if projects else ShortcutKind.NONE
            return self.known(body, kind)
        writer, target = self.writer, self.place.target
        flag = f"{self.place.attr}has_shortcut"
        if not projects:
            writer.attribute(flag, Formula(opposite(changed)), self.form.span)
            writer.assign(target, body.code)
            held = Flow(target, body.shape)
            with writer.condition(flag, opposite(changed)):
                writer.assign(target, self.added(held, self.start).code)
            return held
        writer.attribute(flag, Formula(changed), self.form.span)
        name = writer.fresh("shortcut", self.place.live)
        writer.assign(name, self.start.code)
        with writer.condition(flag, changed):
            self.projected(name)
        return self.added(body, Flow(name, body.shape))

    def added(self, body: Flow, side: Flow) -> Flow:
        """The sum of the two sides."""
        codes: list[Code] = [body.code, side.code]
        return Flow(
            function(ADD, Call(ADD.name, self.form.span), codes, {}), body.shape
        )

    def projected(self, target: str | None = None) -> Flow:
        """The value of the shortcut's layers, in a variable of their own."""
        assert isinstance(self.form.shortcut, Series)
        target = target or self.writer.fresh("shortcut", self.place.live)
        inner = self.place.inner("shortcut")
        inner = replace(inner, target=target, live=inner.live | {target})
        series = self.writer.series(self.form.shortcut, self.start, inner)
        return self.writer.held(series, target)


def _changes(before: Shape, after: Shape) -> Iterator[Expr]:
    """Conditions that a body changes the shape, the simplest first.

    A layer that is there under a condition often has a stride of 1 where it is not. A
    kernel's padding usually makes up for its size, whatever the kernel, which no
    formula can tell; so what a window adds or takes counts only in the last.
    """
    if len(before) != len(after):
        yield _ALWAYS
        return
    channels = as_expr(fold("!=", before[0], after[0]))
    sizes = list(zip(before[1:], after[1:], strict=True))
    scaled = [part for pair in sizes for part in _scaled(*pair)]
    yield _any(*(w if f == _ALWAYS else f for f, w in scaled), channels)
    exact = [as_expr(fold("and", when, factor)) for factor, when in scaled]
    yield _any(*exact, channels)
    shifted = [part for pair in sizes for part in _shifted(*pair)]
    yield _any(*exact, *shifted, channels)


def _scaled(before: Dim, after: Dim) -> Iterator[tuple[Expr, Expr]]:
    """For each factor between two sizes, in the order of the layers: that it is not 1,
    and the condition under which it is there. Where the size after does not depend on
    the one before, that it always changes."""
    if not is_open_size(fold("-", after, before)):
        return
    if isinstance(after, Binary) and after.op in ("+", "-"):
        inner, other = after.left, after.right
        if is_open_size(other) and not is_open_size(inner):
            inner = other
        yield from _scaled(before, inner)
    elif isinstance(after, Binary) and after.op in ("*", "//"):
        inner, factor = after.left, after.right
        if after.op == "*" and is_open_size(factor):
            inner, factor = factor, inner
        yield from _scaled(before, inner)
        yield as_expr(fold("!=", factor, 1)), _ALWAYS
    elif isinstance(after, Choice):
        for condition, side in (
            (after.condition, after.yes),
            (opposite(after.condition), after.no),
        ):
            for factor, when in _scaled(before, side):
                yield factor, as_expr(fold("and", condition, when))
    else:
        yield _ALWAYS, _ALWAYS


def _shifted(before: Dim, after: Dim) -> Iterator[Expr]:
    """That two sizes differ, where they do by a number that is open."""
    difference = as_expr(fold("-", after, before))
    if not isinstance(difference, Const) and not is_open_size(difference):
        sides: tuple[Dim, Dim] = (difference, 0)
        for part in (difference, as_expr(fold("-", before, after))):
            if isinstance(part, Binary) and part.op == "-":
                sides = (part.left, part.right)
        yield as_expr(fold("!=", *sides))


def _any(*conditions: Expr) -> Expr:
    """One condition of several, without repeats."""
    parts = dict.fromkeys(conditions)
    found: Expr = _NEVER
    for part in parts:
        found = as_expr(fold("or", found, part))
    return found


def _as_at_all_uses(before: Shape, after: Shape, kind: ShortcutKind) -> Expr:
    """The exact condition that the body keeps the shape, or changes it."""
    pairs = zip(before, after, strict=True)
    changed = _any(*(as_expr(fold("!=", *pair)) for pair in pairs))
    return opposite(changed) if kind is ShortcutKind.IDENTITY else changed
