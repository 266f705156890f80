"""Which of the model's parameters can stay constructor arguments.

A parameter that only sets sizes of tensors (`out_features: $num_classes`) stays open in
the emitted class. One that decides structure (`repeat`, `when`, a kernel) is fixed when
the class is built.
"""

from __future__ import annotations

from collections.abc import Iterator

from pmgen.expressions.expression import names_in_functions
from pmgen.language.spec import Call, Form, Layer, ModelSpec
from pmgen.language.visit import names_of, params_named_in, parts_of, series_in
from pmgen.ops import OPS


def free_params(spec: ModelSpec) -> frozenset[str]:
    """The names of the model's parameters that the emitted class can leave open."""
    finder = _Finder(spec)
    fixed = set(finder.in_form(spec.form))
    fixed.update(params_named_in((), spec.norm, spec.act))
    for head in spec.heads:
        fixed |= set(finder.in_layer(head.layer))
    return frozenset(p.name.text for p in spec.params) - fixed


class _Finder:
    """Finds the names that reach something other than a size."""

    def __init__(self, spec: ModelSpec) -> None:
        self.spec = spec
        self.known: dict[str, frozenset[str]] = {}

    def in_block(self, name: str) -> frozenset[str]:
        if name not in self.known:
            self.known[name] = frozenset()  # a block inside itself adds nothing
            block = self.spec.blocks[name]
            found = set(self.in_form(block.form))
            found.update(params_named_in((), block.norm, block.act))
            self.known[name] = frozenset(found)
        return self.known[name]

    def in_form(self, form: Form) -> Iterator[str]:
        for series in series_in(form):
            for layer in series.layers:
                yield from self.in_layer(layer)

    def in_layer(self, layer: Layer) -> Iterator[str]:
        for arg in (layer.when, layer.repeat):
            if arg is not None:
                yield from names_of(arg)
        if isinstance(layer.body, Call):
            yield from self.in_call(layer.body)
            yield from self.in_call(Call(layer.body.name, layer.body.span, layer.first))
        else:
            yield from self.in_form(layer.body)
        yield from params_named_in((), layer.norm, layer.act)

    def in_call(self, call: Call) -> Iterator[str]:
        if call.name in self.spec.blocks:
            fixed = self.in_block(call.name)
            sizes = {name for name in call.args if name not in fixed}
        else:
            sizes = {arg.name for arg in OPS[call.name].args if arg.free}
        for name, arg in call.args.items():
            if name not in sizes:
                yield from names_of(arg)
            else:  # a function rounds: what goes into it is settled by the spec
                for part in parts_of(arg):
                    yield from names_in_functions(part)
        yield from params_named_in((), *call.init.values())
