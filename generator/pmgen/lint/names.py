"""Names that mean nothing, or something else than they seem to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pmgen.diagnostics.diagnostic import Label
from pmgen.language.spec import (
    Branches,
    Call,
    Form,
    Ident,
    Layer,
    ModelSpec,
    Series,
)
from pmgen.language.visit import layers_in, layers_of, series_in
from pmgen.lint.findings import Finding
from pmgen.ops import ACTIVATIONS, NORMS

_Names = Mapping[str, Ident]


def unused(spec: ModelSpec) -> Iterator[Finding]:
    """Blocks that no layer calls, and defaults that no layer takes, of the file."""
    own = spec.files[0]
    called = _called(spec)
    for name, block in spec.blocks.items():
        if name not in called and block.name.span.file is own:
            yield Finding(
                code="PM614",
                message=f"nothing calls the block `{name}`",
                span=block.name.span,
                help=f"call it with `op: {name}`, or leave it out; a file of blocks "
                "for several networks has no `model`, and they name it under `use`",
            )
    for ident in spec.defaults:
        if ident.text not in called and ident.span.file is own:
            behind = ident.text in NORMS or ident.text in ACTIVATIONS
            yield Finding(
                code="PM614",
                message=f"no layer takes these defaults: none is `op: {ident.text}`",
                span=ident.span,
                help="what stands behind a layer has its arguments there, as in "
                f"`{{{ident.text}: {{...}}}}` under `norm` or `act`"
                if behind
                else "leave them out",
            )


def _called(spec: ModelSpec) -> set[str]:
    """The ops and blocks that the network's layers call, through blocks too."""
    found: set[str] = set()
    waiting = [*layers_in(spec.form)]
    waiting += [layer for head in spec.heads for layer in layers_of(head.layer)]
    while waiting:
        body = waiting.pop().body
        if isinstance(body, Call) and body.name not in found:
            found.add(body.name)
            if body.name in spec.blocks:
                waiting += layers_in(spec.blocks[body.name].form)
    return found


def inputs(spec: ModelSpec) -> Iterator[Finding]:
    """Inputs that are named twice, or whose name stands for a nearer layer."""
    forms = [spec.form, *(block.form for block in spec.blocks.values())]
    for form in forms:
        yield from _inputs_of(form, (), ())
    for head in heads_of(spec):
        yield from _inputs_in(head, (), ())


def heads_of(spec: ModelSpec) -> Iterator[Series]:
    """Each head as a series of one layer: none sees another."""
    for head in spec.heads:
        yield Series((head.layer,), head.layer.name.span)


def _inputs_of(
    form: Form, outer: tuple[_Names, ...], allow: tuple[Ident, ...]
) -> Iterator[Finding]:
    for series in series_in(form):
        yield from _inputs_in(series, outer, allow)


def _inputs_in(
    series: Series, outer: tuple[_Names, ...], allow: tuple[Ident, ...]
) -> Iterator[Finding]:
    named: dict[str, Ident] = {}
    for layer in series.layers:
        allowed = (*allow, *layer.allow)
        yield from _twice(layer, allowed)
        yield from _shadowed(layer, named, outer, allowed)
        if not isinstance(layer.body, Call):
            # a form that repeats sees nothing but what comes in
            around = () if layer.repeat else (*outer, dict(named))
            yield from _inputs_of(layer.body, around, allowed)
        named[layer.name.text] = layer.name


def _twice(layer: Layer, allow: tuple[Ident, ...]) -> Iterator[Finding]:
    first: dict[str, Ident] = {}
    for ident in layer.inputs or ():
        if ident.text in first:
            yield Finding(
                code="PM615",
                message=f"`{ident.text}` comes in twice",
                span=ident.span,
                related=(Label(first[ident.text].span, "here too"),),
                help="name the other layer that was meant",
                allow=allow,
            )
        first[ident.text] = ident


def _shadowed(
    layer: Layer, near: _Names, outer: tuple[_Names, ...], allow: tuple[Ident, ...]
) -> Iterator[Finding]:
    for ident in layer.inputs or ():
        far = [names[ident.text] for names in outer if ident.text in names]
        if ident.text in near and far:
            yield Finding(
                code="PM616",
                message=f"there are two layers `{ident.text}` here, and the nearer one "
                "is taken",
                span=ident.span,
                related=(
                    Label(near[ident.text].span, "this one"),
                    Label(far[-1].span, "not this one"),
                ),
                help="rename one of the two",
                allow=allow,
            )


def branches_in(spec: ModelSpec) -> Iterator[Branches]:
    """Every form of branches of a spec, inline ones too."""
    forms = [spec.form, *(block.form for block in spec.blocks.values())]
    layers = [layer for form in forms for layer in layers_in(form)]
    layers += [layer for head in spec.heads for layer in layers_of(head.layer)]
    for form in (*forms, *(layer.body for layer in layers)):
        if isinstance(form, Branches):
            yield form
