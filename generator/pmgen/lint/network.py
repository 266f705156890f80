"""A network as lints see it: which node takes what which other gives."""

from __future__ import annotations

from collections.abc import Iterator

from pmgen.expand.graph import INPUT, Graph, Node
from pmgen.ops.definition import Trait


class Network:
    """A graph with the ways between its nodes."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes = graph.nodes
        self.ends = (graph.end, *graph.head_ends.values())
        self._takers: dict[int, list[int]] = {}
        # for each node the one whose values it passes on, itself where it makes them
        self._makers: list[int] = []
        for node in graph.nodes:
            self._makers.append(
                self._maker(node.inputs[0])
                if Trait.PASSES_ON in node.op.traits
                else node.index
            )
            for index in node.inputs:
                self._takers.setdefault(index, []).append(node.index)

    def taker(self, node: Node) -> Node | None:
        """The one node that takes what this one gives; None where there are several,
        or where it is an output."""
        takers = self._takers.get(node.index, [])
        if len(takers) != 1 or node.index in self.ends:
            return None
        return self.nodes[takers[0]]

    def source(self, node: Node) -> Node | None:
        """The node whose values arrive first, however they were passed on; None for
        the input of the network."""
        return self._node(self._maker(node.inputs[0]))

    def sole_source(self, node: Node) -> Node | None:
        """The same where nothing else takes these values on their way."""
        index = node.inputs[0]
        while index != INPUT:
            found = self.nodes[index]
            if self.taker(found) is None:
                return None
            if Trait.PASSES_ON not in found.op.traits:
                return found
            index = found.inputs[0]
        return None

    def outputs(self) -> Iterator[tuple[Node, Node | None]]:
        """For each output that is features the node that gives it, and the one whose
        values these are."""
        for index in self.ends:
            if index != INPUT and len(self.nodes[index].shape) == 1:
                yield self.nodes[index], self._node(self._maker(index))

    def _maker(self, index: int) -> int:
        return index if index == INPUT else self._makers[index]

    def _node(self, index: int) -> Node | None:
        return None if index == INPUT else self.nodes[index]


def fan_in(node: Node) -> int:
    """How many values each value of an op with weights is a sum of."""
    bias = node.shape[0] if node.args.get("bias") else 0
    assert isinstance(bias, int)
    assert isinstance(node.shape[0], int)
    return (node.params - bias) // node.shape[0]
