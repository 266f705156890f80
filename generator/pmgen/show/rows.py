"""A graph as rows: one per layer, in the order in which they run."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import groupby
from math import prod

from pmgen.expand.graph import BYTES_PER_VALUE, Graph, Node, ReceptiveField, sum_known
from pmgen.ops.definition import Shape, is_size


@dataclass(frozen=True, kw_only=True)
class Row:
    """One layer with its normalisation and activation, or one merge.

    `name` is the layer's path, `module` its attribute path in the emitted class (None
    for a function). Shapes are without N. `memory` is what the layer's outputs take
    for one image in training, in bytes of float32. Sizes that are open are None.
    """

    name: str
    op: str
    extras: tuple[str, ...]
    module: str | None
    inputs: tuple[Shape, ...]
    output: Shape
    params: int
    buffers: int
    macs: int | None
    memory: int | None
    receptive_field: ReceptiveField | None
    file: str
    line: int
    nodes: tuple[int, int]


def layer_rows(graph: Graph) -> list[Row]:
    """A row for every layer of the expanded network."""
    regions = {region.path for region in graph.regions}
    # What stands behind a block has the name of what stands last in it.
    ends = sorted({region.stop for region in graph.regions})

    def row(node: Node) -> tuple[str, int]:
        return _row_name(node, regions), bisect_right(ends, node.index)

    return [_row(list(nodes), regions) for _, nodes in groupby(graph.nodes, key=row)]


def _row_name(node: Node, regions: set[str]) -> str:
    """A layer's path; what stands behind a whole block has its role for a name."""
    if node.role in ("norm", "act") and (node.path in regions or not node.path):
        return f"{node.path}.{node.role}".lstrip(".")
    return node.path


def _row(nodes: list[Node], regions: set[str]) -> Row:
    first, last = nodes[0], nodes[-1]
    return Row(
        name=_row_name(first, regions),
        op=first.op.name,
        extras=tuple(node.op.name for node in nodes[1:]),
        module=first.module,
        inputs=first.in_shapes,
        output=last.shape,
        params=sum(node.params for node in nodes),
        buffers=sum(node.buffers for node in nodes),
        macs=sum_known(node.macs for node in nodes),
        memory=sum_known(memory(node) for node in nodes),
        receptive_field=last.receptive_field,
        file=first.span.file.name,
        line=first.span.line,
        nodes=(first.index, last.index + 1),
    )


def memory(node: Node) -> int | None:
    """Bytes of one image's output in float32; None where a size is open."""
    sizes = [size for size in node.shape if is_size(size)]
    return BYTES_PER_VALUE * prod(sizes) if len(sizes) == len(node.shape) else None


def total_memory(graph: Graph) -> int | None:
    """Bytes of all outputs of one image in training."""
    return sum_known(memory(node) for node in graph.nodes)
