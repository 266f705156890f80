"""Layers and parameters that nothing uses: a mistake in a name, or a leftover.

A layer takes the one before it unless `from` names another. So one is lost where the
next one looks elsewhere and no later `from` names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from pmruntime.suggest import nearest

from pmgen.diagnostics.diagnostic import Diagnostics, Label
from pmgen.diagnostics.source import SourceFile
from pmgen.expand.graph import INPUT, Dropped, Graph
from pmgen.language.spec import Call, Form, Head, Ident, Layer, ModelSpec, Param, Series
from pmgen.language.visit import (
    inputs_named_in,
    layers_in,
    layers_of,
    params_named_in,
    series_in,
)


def check_used(spec: ModelSpec, diagnostics: Diagnostics) -> None:
    """Report every layer whose output neither a layer nor a head takes."""
    _check_form(spec.form, spec.heads, diagnostics)
    for block in spec.blocks.values():
        _check_form(block.form, (), diagnostics)
    for head in spec.heads:
        _check_inline(head.layer, diagnostics)


def check_fed(graph: Graph, diagnostics: Diagnostics) -> None:
    """Report every layer that a join would have taken, had its `when` held: a join that
    is left out passes on its first input alone."""
    alive = _alive(graph)
    for dropped in graph.dropped:
        named = dropped.layer.inputs or ()
        for ident, index in list(zip(named, dropped.inputs, strict=False))[1:]:
            if index != INPUT and index not in alive:
                _report_unfed(dropped, named[0].text, ident, diagnostics)


def _alive(graph: Graph) -> set[int]:
    """The nodes on which an output of the network depends."""
    found: set[int] = set()
    waiting = [graph.end, *graph.head_ends.values()]
    while waiting:
        index = waiting.pop()
        if index != INPUT and index not in found:
            found.add(index)
            waiting += graph.nodes[index].inputs
    return found


def _report_unfed(
    dropped: Dropped, passed_on: str, lost: Ident, diagnostics: Diagnostics
) -> None:
    when, name = dropped.layer.when, dropped.layer.name.text
    assert when is not None
    diagnostics.error(
        "PM209",
        f"`when` leaves `{name}` out, so `{passed_on}` alone is passed on, and nothing "
        f"uses what `{lost.text}` gives",
        when.span,
        related=[Label(lost.span, "taken by nothing")],
        help=f"give `{lost.text}` the same `when`; or write `{passed_on}` beside "
        f"`{lost.text}` as `branches`, whose form has the `when`",
    )


def check_params_named(spec: ModelSpec, diagnostics: Diagnostics) -> None:
    """Report every parameter of the model and of its blocks that no value names."""
    heads = (layers_of(head.layer) for head in spec.heads)
    layers = chain(layers_in(spec.form), *heads)
    named = set(params_named_in(layers, spec.norm, spec.act))
    _check_params(spec.params, named, "the model", diagnostics, spec.name.span.file)
    for block in spec.blocks.values():
        named = set(params_named_in(layers_in(block.form), block.norm, block.act))
        owner = f"block `{block.name.text}`"
        _check_params(block.params, named, owner, diagnostics)


def _check_params(
    params: tuple[Param, ...],
    named: set[str],
    owner: str,
    diagnostics: Diagnostics,
    variant: SourceFile | None = None,
) -> None:
    for param in params:
        name = param.name.text
        if name in named:
            continue
        near = nearest(name, [p.name.text for p in params if p is not param])
        leave_out = "or leave it out"
        if variant is not None and param.name.span.file is not variant:
            leave_out = f"or take it from the variant: `params: {{{name}: null}}`"
        diagnostics.error(
            "PM210",
            f"nothing in {owner} uses the parameter `{name}`",
            param.name.span,
            help=f"did you mean `{near}`?"
            if near
            else f"write `${name}` where it is meant, {leave_out}",
        )


def _check_form(form: Form, heads: tuple[Head, ...], diagnostics: Diagnostics) -> None:
    for series in series_in(form):
        named = {i for head in heads for i in inputs_named_in(layers_of(head.layer))}
        for layer, following in _pairs_from_the_end(series):
            if following is not None:
                named.update(inputs_named_in(layers_of(following)))
                if following.inputs is not None and layer.name.text not in named:
                    diagnostics.error(
                        "PM209",
                        f"nothing uses what `{layer.name.text}` gives",
                        layer.name.span,
                        related=[
                            Label(following.inputs[0].span, "the next looks elsewhere")
                        ],
                        help=f"name `{layer.name.text}` in a `from`, or leave it out",
                    )
            _check_inline(layer, diagnostics)


def _check_inline(layer: Layer, diagnostics: Diagnostics) -> None:
    if not isinstance(layer.body, Call):
        _check_form(layer.body, (), diagnostics)


def _pairs_from_the_end(series: Series) -> Iterator[tuple[Layer, Layer | None]]:
    """Each layer with the one behind it, the last first."""
    following: Layer | None = None
    for layer in reversed(series.layers):
        yield layer, following
        following = layer
