"""All lints, and what of their findings is reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.diagnostics.source import Span
from pmgen.expand.graph import Graph
from pmgen.language.spec import Ident, Layer, ModelSpec
from pmgen.language.visit import layers_in, layers_of
from pmgen.lint import arguments, conditions, names, order, sizes, variants
from pmgen.lint.findings import Finding, report
from pmgen.lint.network import Network
from pmgen.load.tree import Sources

_OF_THE_NETWORK = (
    order.outputs,
    order.linear_maps,
    order.activations,
    order.biases,
    arguments.windows,
    arguments.values,
    arguments.initial_weights,
    sizes.input_order,
    sizes.image_output,
    sizes.memory,
    sizes.open_sizes,
)
_OF_THE_SPEC = (names.unused, names.inputs, conditions.conditions)
_NEEDLESS = "PM626"


def lint(
    graph: Graph, sources: Sources, diagnostics: Diagnostics, *, changed: bool
) -> None:
    """Warn of what can be built and is probably not meant. `changed` where the command
    line has other values than the spec, which an `allow` was written for."""
    network = Network(graph)
    spec = graph.spec
    found: Iterable[Finding] = chain(
        chain.from_iterable(one(network) for one in _OF_THE_NETWORK),
        conditions.empty_branches(graph),
        variants.variants(graph, sources),
        chain.from_iterable(one(spec) for one in _OF_THE_SPEC),
    )
    used = report(found, spec.allow, diagnostics)
    if not changed:
        report(_needless(spec, used), spec.allow, diagnostics)


def _needless(spec: ModelSpec, used: set[Span]) -> Iterator[Finding]:
    """The codes under `allow`, in the spec's own file, that no warning has."""
    for allow in (spec.allow, *(layer.allow for layer in _layers(spec))):
        yield from _unused_in(allow, spec, used)


def _layers(spec: ModelSpec) -> Iterator[Layer]:
    """Every layer that is there whatever the parameters are."""
    forms = [spec.form, *(block.form for block in spec.blocks.values())]
    heads = (layers_of(head.layer) for head in spec.heads)
    for layer in chain(*map(layers_in, forms), *heads):
        if layer.when is None:
            yield layer


def _unused_in(
    allow: Sequence[Ident], spec: ModelSpec, used: set[Span]
) -> Iterator[Finding]:
    for ident in allow:
        own = ident.span.file is spec.files[0]
        if own and ident.span not in used and ident.text != _NEEDLESS:
            yield Finding(
                code=_NEEDLESS,
                message=f"there is no {ident.text} here to allow",
                span=ident.span,
                help=f"leave it out; `pmgen explain {ident.text}` says what it is",
            )
