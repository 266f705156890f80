"""A network as data, for `pmgen show --format json`."""

from __future__ import annotations

import json
from typing import Any

from pmgen.expand.graph import Graph
from pmgen.ops.definition import Shape, is_size
from pmgen.show.rows import Row, layer_rows, total_memory


def as_data(graph: Graph) -> dict[str, Any]:
    """Everything that is known of a network before a tensor exists.

    Shapes are lists without N; an open size is None. `macs` is one image's in
    inference, `training_macs` with the heads for training only.
    """
    return {
        "model": graph.spec.name.text,
        "source": graph.spec.source,
        "input": sizes(graph.input),
        "output": sizes(graph.output),
        "heads": {name: sizes(shape) for name, shape in graph.heads.items()},
        "params": graph.params,
        "buffers": graph.buffers,
        "macs": graph.macs,
        "training_macs": graph.training_macs,
        "memory": total_memory(graph),
        "layers": [_layer(row) for row in layer_rows(graph)],
    }


def as_json(graph: Graph) -> str:
    """`as_data` as text."""
    return json.dumps(as_data(graph), indent=2) + "\n"


def sizes(shape: Shape) -> list[int | None]:
    """A shape as plain numbers; None for a size that is open."""
    return [size if is_size(size) else None for size in shape]


def _layer(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "op": row.op,
        "followed_by": list(row.extras),
        "module": row.module,
        "input": sizes(row.inputs[0]),
        "inputs": [sizes(shape) for shape in row.inputs],
        "output": sizes(row.output),
        "params": row.params,
        "buffers": row.buffers,
        "macs": row.macs,
        "memory": row.memory,
        "receptive_field": list(row.receptive_field.size)
        if row.receptive_field
        else None,
        "file": row.file,
        "line": row.line,
    }
