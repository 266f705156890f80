"""Residuals: a body beside a shortcut, in a class for one use or for many.

For one use it is known whether the shortcut has layers. A class for many writes the
condition: where a stride is not 1 or the channels differ. That is a guess, which the
planner holds against every use of the block.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pmgen.expand.graph import ShortcutKind
from pmgen.expressions.expression import Binary, Const, Expr, as_expr, fold
from pmgen.language.spec import Call, Residual, Series, Shortcut
from pmgen.ops import ADD
from pmgen.ops.definition import Shape, undecided
from pmgen.plan.body.calls import NotSymbolic, function
from pmgen.plan.body.flow import Flow, Place
from pmgen.plan.body.writer import BodyWriter
from pmgen.plan.layout import Code, Formula

_OPPOSITE = {"!=": "==", "==": "!="}
_NEVER, _ALWAYS = Const(False), Const(True)


def write_residual(
    writer: BodyWriter, form: Residual, start: Flow, place: Place
) -> Flow:
    """The value of a residual; the last addition is left to the caller to assign.

    Raises NotSymbolic where no condition can be written.
    """
    target = writer.fresh("y", place.live)
    inner = replace(place, target=target, live=place.live | {target})
    with writer.collecting_strides() as strides:
        body = writer.held(writer.series(form.body, start, inner), target)
    if body.code == start.code and body.code != target:
        body = writer.held(Flow(start.code, body.shape), target)
    inner = replace(inner, live=inner.live | {body.variable or target})
    residual = _Residual(writer, form, start, inner)
    if place.path is not None:
        return residual.of_one_use(body, place.path)
    return residual.of_many_uses(body, strides)


@dataclass(frozen=True)
class _Residual:
    """A residual whose body is written, with what comes into it."""

    writer: BodyWriter
    form: Residual
    start: Flow
    place: Place

    def of_one_use(self, body: Flow, path: str) -> Flow:
        """What the graph has at the place `path`."""
        if any(map(undecided, self.start.shape, body.shape)):
            raise NotSymbolic
        kind = self.writer.graph.shortcuts[path]
        if kind is ShortcutKind.NONE:
            return body
        if kind is ShortcutKind.IDENTITY:
            return self.added(body, self.start)
        return self.added(body, self.projected())

    def of_many_uses(self, body: Flow, strides: list[Expr]) -> Flow:
        """The shortcut under the condition that the body changes the shape."""
        writer, shortcut, target = self.writer, self.form.shortcut, self.place.target
        changed = _changes(self.start.shape, body.shape, strides)
        writer.guesses[self.place.local] = changed
        flag = f"{self.place.attr}has_shortcut"
        if shortcut is Shortcut.IDENTITY or changed == _NEVER:
            if changed == _ALWAYS:
                raise NotSymbolic
            return self.added(body, self.start)
        if shortcut is Shortcut.WHERE_EQUAL:
            if changed == _ALWAYS:
                return body
            writer.attribute(flag, Formula(_negated(changed)), self.form.span)
            writer.assign(target, body.code)
            held = Flow(target, body.shape)
            with writer.condition(flag):
                writer.assign(target, self.added(held, self.start).code)
            return held
        if changed == _ALWAYS:
            return self.added(body, self.projected())
        writer.attribute(flag, Formula(changed), self.form.span)
        name = writer.fresh("shortcut", self.place.live)
        writer.assign(name, self.start.code)
        with writer.condition(flag):
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


def _changes(before: Shape, after: Shape, strides: list[Expr]) -> Expr:
    """The condition that a body with these strides changes the shape."""
    if before == after:
        return _NEVER
    if len(before) != len(after):
        return _ALWAYS
    found: Expr = _NEVER
    for stride in dict.fromkeys(strides):
        found = as_expr(fold("or", found, as_expr(fold("!=", stride, 1))))
    return as_expr(fold("or", found, as_expr(fold("!=", before[0], after[0]))))


def _negated(expr: Expr) -> Expr:
    if isinstance(expr, Binary) and expr.op in _OPPOSITE:
        return Binary(_OPPOSITE[expr.op], expr.left, expr.right)
    if isinstance(expr, Binary) and expr.op == "or":
        return Binary("and", _negated(expr.left), _negated(expr.right))
    raise NotSymbolic
