"""Residuals: a body beside a shortcut, in a class for one use or for many.

For one use it is known whether the shortcut has layers. A class for many writes the
condition: where a stride is not 1 or the channels differ. That is a guess, which the
planner holds against every use of the block.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pmgen.expressions.expression import Binary, Const, Expr, as_expr, fold
from pmgen.expressions.printer import show
from pmgen.language.spec import Call, Residual, Series
from pmgen.ops import MERGES, OPS
from pmgen.ops.definition import Shape, undecided
from pmgen.plan.body.flow import Flow, Place
from pmgen.plan.calls import NotSymbolic, function
from pmgen.plan.layout import Code

if TYPE_CHECKING:
    from pmgen.plan.body.walker import FormWalker

_SUM = OPS[MERGES["add"]]
_OPPOSITE = {"!=": "==", "==": "!="}


def write_residual(
    walker: FormWalker, form: Residual, start: Flow, place: Place
) -> Flow:
    """The value of a residual; the last addition is left to the caller to assign.

    Raises NotSymbolic where no condition can be written.
    """
    target = walker.fresh("y", place.live)
    inner = replace(place, target=target, live=place.live | {target})
    outside, walker.strides = walker.strides, []
    body = walker.held(walker.series(form.body, start, inner), target)
    strides, walker.strides = walker.strides, outside + walker.strides
    if body.code == start.code and body.code != target:
        body = walker.held(Flow(start.code, body.shape), target)
    inner = replace(inner, live=inner.live | {body.variable or target})
    if place.path is not None:
        return _known(walker, form, start, body, inner)
    return _open(walker, form, start, body, inner, strides)


def _known(
    walker: FormWalker, form: Residual, start: Flow, body: Flow, place: Place
) -> Flow:
    path = place.path or ""
    if any(map(undecided, start.shape, body.shape)):
        raise NotSymbolic
    if not walker.graph.added[path]:
        return body
    side = start
    if walker.graph.projected[path]:
        assert isinstance(form.shortcut, Series)
        side = _shortcut(walker, form.shortcut, start, place)
    return _added(form, body, side)


def _open(
    walker: FormWalker,
    form: Residual,
    start: Flow,
    body: Flow,
    place: Place,
    strides: list[Expr],
) -> Flow:
    changed = _changes(start.shape, body.shape, strides)
    walker.body.guesses[place.local] = changed
    flag = f"{place.attr}has_shortcut"
    if form.shortcut == "identity" or changed == Const(False):
        if changed == Const(True):
            raise NotSymbolic
        return _added(form, body, start)
    if form.shortcut == "where_equal":
        if changed == Const(True):
            return body
        walker.attribute(flag, show(_negated(changed)), form.span)
        walker.assign(place.target, body.code)
        held = Flow(place.target, body.shape)
        with walker.condition(flag):
            walker.assign(place.target, _added(form, held, start).code)
        return held
    assert isinstance(form.shortcut, Series)
    if changed == Const(True):
        return _added(form, body, _shortcut(walker, form.shortcut, start, place))
    walker.attribute(flag, show(changed), form.span)
    name = walker.fresh("shortcut", place.live)
    walker.assign(name, start.code)
    with walker.condition(flag):
        _shortcut(walker, form.shortcut, start, place, name)
    return _added(form, body, Flow(name, body.shape))


def _added(form: Residual, body: Flow, side: Flow) -> Flow:
    codes: list[Code] = [body.code, side.code]
    return Flow(function(_SUM, Call(_SUM.name, form.span), codes, {}), body.shape)


def _shortcut(
    walker: FormWalker,
    form: Series,
    start: Flow,
    place: Place,
    target: str | None = None,
) -> Flow:
    """The layers of a shortcut, in a variable of their own."""
    target = target or walker.fresh("shortcut", place.live)
    inner = place.inner("shortcut")
    inner = replace(inner, target=target, live=inner.live | {target})
    return walker.held(walker.series(form, start, inner), target)


def _changes(before: Shape, after: Shape, strides: list[Expr]) -> Expr:
    if before == after:
        return Const(False)
    if len(before) != len(after):
        return Const(True)
    found: Expr = Const(False)
    for stride in dict.fromkeys(strides):
        found = as_expr(fold("or", found, as_expr(fold("!=", stride, 1))))
    return as_expr(fold("or", found, as_expr(fold("!=", before[0], after[0]))))


def _negated(expr: Expr) -> Expr:
    if isinstance(expr, Binary) and expr.op in _OPPOSITE:
        return Binary(_OPPOSITE[expr.op], expr.left, expr.right)
    if isinstance(expr, Binary) and expr.op == "or":
        return Binary("and", _negated(expr.left), _negated(expr.right))
    raise NotSymbolic
