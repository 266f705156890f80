"""`expect`: published figures, compared with those of the network."""

from __future__ import annotations

from pmruntime.suggest import did_you_mean

from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.expand.graph import Graph
from pmgen.language.spec import Expectation
from pmgen.ops.definition import Shape, is_size, show_shape


def check_expectations(graph: Graph, diagnostics: Diagnostics) -> None:
    """Report every figure under `expect` that the network does not have."""
    for item in graph.spec.expect:
        if item.key in ("params", "macs"):
            _check_count(graph, item, diagnostics)
        else:
            _check_shape(graph, item, diagnostics)


def _check_count(graph: Graph, item: Expectation, diagnostics: Diagnostics) -> None:
    real = graph.params if item.key == "params" else graph.macs
    if real == item.value or not isinstance(item.value, int):
        return
    words = "trainable parameters" if item.key == "params" else "MACs"
    if real is None:
        message = f"the number of {words} is open, because the input's size is"
    else:
        message = f"the network has {real:,} {words}, not {item.value:,}"
    help_text = "correct the figure, or find the layer that differs with `pmgen show`"
    if real is not None:
        help_text += f" (it is {abs(real - item.value):,} "
        help_text += f"{'more' if real > item.value else 'less'} than expected)"
    diagnostics.error("PM401", message, item.span, help=help_text)


def _check_shape(graph: Graph, item: Expectation, diagnostics: Diagnostics) -> None:
    shape: Shape | None = graph.output
    name = "the output"
    if item.layer is not None:
        layer = item.layer.text
        shape, name = graph.layer_shapes.get(layer), f"`{layer}`"
        if shape is None:
            diagnostics.error(
                "PM206",
                f"there is no layer `{layer}` to expect a shape of",
                item.layer.span,
                help=did_you_mean(layer, graph.layer_shapes),
            )
            return
    assert shape is not None
    wanted = item.value
    if isinstance(wanted, tuple) and not _fits(shape, wanted):
        shown = ", ".join("any" if size is None else str(size) for size in wanted)
        diagnostics.error(
            "PM401",
            f"{name} is {show_shape(shape)}, not [N, {shown}]",
            item.span,
            help="`pmgen show` lists every layer's shape",
        )


def _fits(shape: Shape, wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        size is None or not is_size(real) or real == size
        for real, size in zip(shape, wanted, strict=True)
    )
