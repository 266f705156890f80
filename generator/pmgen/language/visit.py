"""Walks over a spec's forms: every layer, every name that is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pmgen.expressions.expression import Expr, names_in
from pmgen.language.spec import (
    Arg,
    Block,
    Branches,
    Call,
    Form,
    Layer,
    Residual,
    Series,
    chosen_by,
)
from pmgen.language.types import ACTIVATION


def layers_in(form: Form) -> Iterator[Layer]:
    """Every layer of a form, those of inline forms too."""
    for series in series_in(form):
        for layer in series.layers:
            yield layer
            if not isinstance(layer.body, Call):
                yield from layers_in(layer.body)


def series_in(form: Form) -> Iterator[Series]:
    """The series that a form is made of, inline forms left aside."""
    if isinstance(form, Series):
        yield form
    elif isinstance(form, Branches):
        yield from (branch.path for branch in form.branches)
    elif isinstance(form, Residual):
        yield form.body
        if isinstance(form.shortcut, Series):
            yield form.shortcut


def inputs_named_in(form: Form) -> Iterator[str]:
    """The names of layers that some `from` of the form points at."""
    for layer in layers_in(form):
        yield from inputs_named_by(layer)


def inputs_named_by(layer: Layer) -> Iterator[str]:
    """The names of layers in the layer's own `from`."""
    for ident in layer.inputs or ():
        yield ident.text


def params_named_in(form: Form, *behind: Call | None) -> Iterator[str]:
    """The `$names` that a form and what stands behind it mention, in order, repeats
    too."""
    for call in behind:
        for arg in call.args.values() if call else ():
            yield from names_of(arg)
    for layer in layers_in(form):
        for arg in _args_of(layer):
            yield from names_of(arg)


def acts_named_in(form: Form, blocks: Mapping[str, Block]) -> Iterator[str]:
    """The `$names` that stand for an activation somewhere in a form."""
    for layer in layers_in(form):
        yield from acts_named_by(layer.act)
        if isinstance(layer.body, Call) and layer.body.name in blocks:
            for param in blocks[layer.body.name].params:
                arg = layer.body.args.get(param.name.text)
                if arg is not None and param.type == ACTIVATION:
                    yield from names_of(arg)


def acts_named_by(act: Call | None) -> Iterator[str]:
    """The `$name` of one `act`, where a parameter names it."""
    named = chosen_by(act) if act else None
    if named is not None:
        yield from names_of(named)


def _args_of(layer: Layer) -> Iterator[Arg]:
    yield from (arg for arg in (layer.when, layer.repeat) if arg is not None)
    yield from layer.first.values()
    for call in (layer.body, layer.norm, layer.act):
        if isinstance(call, Call):
            yield from call.args.values()
            for init in call.init.values():
                yield from init.args.values()


def names_of(arg: Arg) -> Iterator[str]:
    """The `$names` in an argument's value."""
    for part in parts_of(arg):
        yield from names_in(part)


def parts_of(arg: Arg) -> tuple[Expr, ...]:
    """The expression of an argument, or those of its list."""
    return (arg.value,) if isinstance(arg.value, Expr) else arg.value
