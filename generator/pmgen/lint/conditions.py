"""Conditions that decide nothing, and what they leave behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pmgen.diagnostics.source import Span
from pmgen.expand.graph import Dropped, Graph
from pmgen.expressions.expression import Binary, Const, Expr, Name, NoValue, Unary
from pmgen.expressions.operators import COMPARISONS
from pmgen.expressions.substitution import substitute
from pmgen.language.spec import (
    IN_CHANNELS,
    Branch,
    Call,
    Ident,
    ModelSpec,
    Param,
    Series,
)
from pmgen.language.types import LIST
from pmgen.language.visit import series_in
from pmgen.lint.findings import Finding
from pmgen.lint.names import branches_in, heads_of
from pmgen.ops import OPS
from pmgen.ops.definition import Trait

_NUMBERS = ("int", "float", "bool")
_KEEP = ("normalisation", "activation")  # groups of ops that keep the shape


def conditions(spec: ModelSpec) -> Iterator[Finding]:
    """Each `when` that holds always or never, or compares a text with a number."""
    series = [*series_in(spec.form), *heads_of(spec)]
    yield from _of_all(series, spec.params)
    for block in spec.blocks.values():
        yield from _of_all(series_in(block.form), block.params)


def _of_all(series: Iterable[Series], params: Iterable[Param]) -> Iterator[Finding]:
    types: dict[str, str | None] = {p.name.text: p.type for p in params}
    types[IN_CHANNELS] = "int"
    for one in series:
        yield from _of_layers(one, types, ())


def _of_layers(
    series: Series, types: Mapping[str, str | None], allow: tuple[Ident, ...]
) -> Iterator[Finding]:
    for layer in series.layers:
        allowed = (*allow, *layer.allow)
        if layer.when is not None and isinstance(layer.when.value, Expr):
            yield from _of_layer(layer.when.span, layer.when.value, types, allowed)
        if not isinstance(layer.body, Call):
            for inner in series_in(layer.body):
                yield from _of_layers(inner, types, allowed)


def _of_layer(
    span: Span,
    when: Expr,
    types: Mapping[str, str | None],
    allow: tuple[Ident, ...],
) -> Iterator[Finding]:
    mixed = next(_mixed(when, types), None)
    if mixed is not None:
        name, type_ = mixed
        yield Finding(
            code="PM618",
            message=f"`${name}` is {_WORDS[type_]}, so it never equals a number",
            span=span,
            help="compare numbers, or declare a parameter that is true or false for "
            "this layer",
            allow=allow,
        )
        return
    try:
        settled = substitute(when, {})
    except NoValue:
        return
    if isinstance(settled, Const):
        holds = bool(settled.value)
        yield Finding(
            code="PM617",
            message=f"this `when` {'always' if holds else 'never'} holds",
            span=span,
            help="leave `when` out" if holds else "leave the layer out",
            allow=allow,
        )


_WORDS = {"str": "a text", "activation": "an activation", LIST: "a list"}


def _mixed(when: Expr, types: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    """The parameters that are compared with a number and are none, with their types."""
    for part in _parts(when):
        if part.op not in COMPARISONS:
            continue
        for side, other in ((part.left, part.right), (part.right, part.left)):
            type_ = types.get(side.name) if isinstance(side, Name) else None
            if type_ in _WORDS and _is_number(other, types):
                assert isinstance(side, Name)
                assert type_ is not None
                yield side.name, type_


def _parts(when: Expr) -> Iterator[Binary]:
    """The comparisons of a condition, and what joins them."""
    if isinstance(when, Unary):
        yield from _parts(when.operand)
    elif isinstance(when, Binary):
        yield when
        yield from _parts(when.left)
        yield from _parts(when.right)


def _is_number(expr: Expr, types: Mapping[str, str | None]) -> bool:
    if isinstance(expr, Name):
        return types.get(expr.name) in _NUMBERS
    return not isinstance(expr, Const) or isinstance(expr.value, int | float)


def empty_branches(graph: Graph) -> Iterator[Finding]:
    """Branches of which a `when` leaves nothing, so that what comes in is joined as it
    is. Where a projection is left out, that is a shortcut, and meant."""
    inside = {
        id(layer): (branch, form)
        for form in branches_in(graph.spec)
        for branch in form.branches
        for layer in branch.path.layers
    }
    gone: dict[tuple[str, int], list[Dropped]] = {}
    for item in graph.dropped:
        if id(item.layer) in inside:
            branch, _ = inside[id(item.layer)]
            place = item.path.rpartition(".")[0]
            gone.setdefault((place, id(branch)), []).append(item)
    for items in gone.values():
        branch, form = inside[id(items[0].layer)]
        if len(items) == len(branch.path.layers) and all(map(_keeps, items)):
            yield _empty(branch, form.merge, items)


def _keeps(item: Dropped) -> bool:
    body = item.layer.body
    op = OPS.get(body.name) if isinstance(body, Call) else None
    if op is None:
        return False
    return op.group in _KEEP or Trait.PASSES_ON in op.traits


def _empty(branch: Branch, merge: str, items: list[Dropped]) -> Finding:
    when = items[0].layer.when
    assert when is not None
    return Finding(
        code="PM619",
        message=f"`when` leaves nothing of the branch `{branch.name.text}`, so what "
        f"comes in goes into `{merge}` as it is",
        span=when.span,
        help="for a network without the branch, give the whole form a `when`, beside "
        "one with the other branches alone; an empty branch is written `{}`",
        allow=items[0].allow,
    )
