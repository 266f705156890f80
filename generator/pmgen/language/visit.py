"""Walks over a spec's forms: every layer, every name that is used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from pmgen.expressions.expression import Expr, names_in
from pmgen.language.spec import (
    Act,
    Arg,
    Block,
    Branches,
    Call,
    ChosenActivation,
    Form,
    Layer,
    Residual,
    Series,
)
from pmgen.language.types import ACTIVATION


def layers_in(form: Form) -> Iterator[Layer]:
    """Every layer of a form, those of inline forms too."""
    for series in series_in(form):
        for layer in series.layers:
            yield from layers_of(layer)


def layers_of(layer: Layer) -> Iterator[Layer]:
    """The layer, and those of the form inside it."""
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


def inputs_named_in(layers: Iterable[Layer]) -> Iterator[str]:
    """The names of layers that some `from` of these layers points at."""
    for layer in layers:
        for ident in layer.inputs or ():
            yield ident.text


def params_named_in(layers: Iterable[Layer], *behind: Act | None) -> Iterator[str]:
    """The `$names` that layers, and what stands behind them, mention, in order and with
    repeats."""
    args = chain(*map(args_of, behind), *map(_args_in, layers))
    return (name for arg in args for name in names_of(arg))


def acts_named_in(form: Form, blocks: Mapping[str, Block]) -> Iterator[str]:
    """The `$names` that stand for an activation somewhere in a form."""
    for layer in layers_in(form):
        yield from acts_named_by(layer.act)
        if isinstance(layer.body, Call) and layer.body.name in blocks:
            for param in blocks[layer.body.name].params:
                arg = layer.body.args.get(param.name.text)
                if arg is not None and param.type == ACTIVATION:
                    yield from names_of(arg)


def acts_named_by(act: Act | None) -> Iterator[str]:
    """The `$name` of one `act`, where a parameter names it."""
    if isinstance(act, ChosenActivation):
        yield from names_of(act.param)


def args_of(call: Act | None) -> Iterable[Arg]:
    """The arguments of a call, its initializers left aside; the parameter that names an
    activation."""
    if isinstance(call, ChosenActivation):
        return (call.param,)
    return call.args.values() if call else ()


def _args_in(layer: Layer) -> Iterator[Arg]:
    """All that is given in a layer, the form inside it left aside."""
    yield from (arg for arg in (layer.when, layer.repeat) if arg is not None)
    yield from layer.first.values()
    if isinstance(layer.body, Call):
        yield from args_of(layer.body)
        for init in layer.body.init.values():
            yield from args_of(init)
    yield from args_of(layer.norm)
    yield from args_of(layer.act)


def names_of(arg: Arg) -> Iterator[str]:
    """The `$names` in an argument's value."""
    for part in parts_of(arg):
        yield from names_in(part)


def parts_of(arg: Arg) -> tuple[Expr, ...]:
    """The expression of an argument, or those of its list."""
    return (arg.value,) if isinstance(arg.value, Expr) else arg.value
