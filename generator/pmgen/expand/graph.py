"""The expanded network: every op with its shapes, its cost and its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, Literal, TypeAlias

from pmgen.diagnostics.source import Span
from pmgen.expressions.expression import Value
from pmgen.language.spec import Form, Ident, Layer, ModelSpec
from pmgen.ops.definition import OpDef, Shape

INPUT = -1
BYTES_PER_VALUE = 4  # float32
Role: TypeAlias = Literal["op", "norm", "act", "merge"]


@dataclass(frozen=True)
class ReceptiveField:
    """What one value of an image depends on: `size` pixels of the input, and `jump`
    pixels to that of the next value. Both are (height, width).

    Where a value depends on the whole image, None stands for the receptive field.
    """

    size: tuple[int, int] = (1, 1)
    jump: tuple[int, int] = (1, 1)


@dataclass(frozen=True)
class Initial:
    """How a parameter starts: an initializer with its arguments, and its place."""

    op: OpDef
    args: Mapping[str, Any]
    span: Span


@dataclass(frozen=True, kw_only=True)
class Node:
    """One op. `path` names the layer it belongs to, `role` its part in that layer.

    `module` is its attribute path in the emitted class, None for a function. Shapes
    are without N. `macs` is None where a size is open. `given` says where each argument
    that the user wrote stands, `initial` how its parameters start where that is given.
    `allow` are the codes of warnings that its layer, or one around it, does not want.
    """

    index: int
    path: str
    role: Role
    op: OpDef
    args: Mapping[str, Any]
    inputs: tuple[int, ...]
    in_shapes: tuple[Shape, ...]
    shape: Shape
    module: str | None
    span: Span
    receptive_field: ReceptiveField | None
    params: int = 0
    buffers: int = 0
    macs: int | None = 0
    given: Mapping[str, Span] = field(default_factory=dict)
    initial: Mapping[str, Initial] = field(default_factory=dict)
    allow: tuple[Ident, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """A layer that its `when` leaves out at one place, and the nodes that it would
    have taken: the first of them is passed on."""

    layer: Layer
    path: str
    inputs: tuple[int, ...]
    allow: tuple[Ident, ...]


class ShortcutKind(Enum):
    """What is added to the body of a residual at one place of the network."""

    IDENTITY = "what comes in, as it is"
    PROJECTION = "what comes in, through the layers of the shortcut"
    NONE = "nothing"


@dataclass(frozen=True, kw_only=True)
class Region:
    """A use of a block, or an inline form: the nodes `start` to `stop` (exclusive), the
    names that the form saw, and its shapes in and out. `own_class` where the emitted
    code has a class for it: for blocks, and for inline forms that repeat.
    """

    form: Form
    path: str
    title: str
    span: Span
    env: Mapping[str, Value]
    start: int
    stop: int
    in_shape: Shape
    shape: Shape
    own_class: bool


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A network with all its shapes.

    `shortcuts` has for each residual, by its path, what is added to its body; `kept`
    has for each layer with a `when`, by its path, whether it is there, and `dropped`
    the layers that are not. `end` is the node that gives the output, and `head_ends`
    has those of the heads.
    """

    spec: ModelSpec
    env: Mapping[str, Value]
    input: Shape
    output: Shape
    heads: Mapping[str, Shape]
    nodes: tuple[Node, ...]
    regions: tuple[Region, ...]
    layer_shapes: Mapping[str, Shape]
    shortcuts: Mapping[str, ShortcutKind]
    kept: Mapping[str, bool]
    dropped: tuple[Dropped, ...]
    end: int
    head_ends: Mapping[str, int]

    @cached_property
    def params(self) -> int:
        """Trainable parameters."""
        return sum(node.params for node in self.nodes)

    @cached_property
    def buffers(self) -> int:
        """Values kept but not trained: running statistics."""
        return sum(node.buffers for node in self.nodes)

    @cached_property
    def macs(self) -> int | None:
        """Multiply-accumulates of one image in inference; None where a size is open.

        Heads for training only are left out: they do not run then.
        """
        return sum_known(n.macs for n in self.nodes if not self.trains_only(n))

    @cached_property
    def training_macs(self) -> int | None:
        """The same with the heads that run in training only."""
        return sum_known(node.macs for node in self.nodes)

    @cached_property
    def _training_heads(self) -> frozenset[str]:
        heads = self.spec.heads
        return frozenset(h.layer.name.text for h in heads if h.train_only)

    def trains_only(self, node: Node) -> bool:
        """True for a node of a head that runs in training only."""
        return node.path.partition(".")[0] in self._training_heads


def sum_known(values: Iterable[int | None]) -> int | None:
    """The sum; None where a value is open."""
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def join(*parts: str) -> str:
    """Path parts joined by dots; empty ones left out."""
    return ".".join(part for part in parts if part)
