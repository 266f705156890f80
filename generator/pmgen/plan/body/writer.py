"""What a class's body is written with: attributes, assignments, conditions, variables.

`repeated` and `write_residual` write with it and know no more of the walk than the
three methods that are abstract here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

from pmgen.diagnostics.source import Span
from pmgen.expand.graph import Graph
from pmgen.expressions.expression import Expr
from pmgen.language.names import MODULE_NAMES
from pmgen.language.spec import Call, Series
from pmgen.ops.definition import OpDef, Shape
from pmgen.plan.body.calls import Env
from pmgen.plan.body.flow import Flow, Inline, Place
from pmgen.plan.body.uses import Uses
from pmgen.plan.layout import INDENT, METHOD_DEPTH, Code, flat, lines
from pmgen.plan.plans import NameClash


class BodyWriter(ABC):
    """The lines of one class. `env` holds its parameters, by value or by name.

    `init` and `forward` are the lines of the two methods so far, `uses` the places that
    the class serves, `span` is the layer that is being written.
    """

    def __init__(
        self,
        graph: Graph,
        env: Env,
        referenced: frozenset[str],
        params: frozenset[str],
        uses: Uses,
    ) -> None:
        self.graph = graph
        self.uses = uses
        self.span: Span | None = None
        self.env = env
        self.referenced = referenced
        self.taken = params | MODULE_NAMES
        self.init: list[str] = []
        self.forward: list[str] = []
        self.last: tuple[int, str, Code] = (0, "", "")
        self.attributes: dict[str, Span] = {}
        self.init_depth = METHOD_DEPTH
        self.forward_depth = METHOD_DEPTH

    @abstractmethod
    def series(self, form: Series, start: Flow, place: Place) -> Flow:
        """Layers one after the other."""

    @abstractmethod
    def instance(
        self, body: Call | Inline, shape: Shape, place: Place, label: str
    ) -> tuple[Code, Shape]:
        """The construction of a block or of an inline form that repeats, and the shape
        that comes out."""

    @abstractmethod
    def shape_of(self, op: OpDef, call: Call, shapes: tuple[Shape, ...]) -> Shape:
        """The op's shape rule on what is known here. Raises NotSymbolic."""

    def attribute(self, name: str, code: Code, span: Span) -> None:
        """`self.name = code` in `__init__`. Raises NameClash."""
        self.claim(name, span)
        self.init += lines(code, self.init_depth, f"self.{name} = ")

    def claim(self, name: str, span: Span) -> None:
        """Take the name of an attribute. Raises NameClash where it is taken."""
        if name in self.attributes:
            raise NameClash(name, span, self.attributes[name])
        self.attributes[name] = span

    def assign(self, target: str, code: Code) -> None:
        """`target = code` in `forward`, unless the target has that value already."""
        if flat(code) != target:
            self.last = (len(self.forward), target, code)
            self.forward += lines(code, self.forward_depth, f"{target} = ")

    def give(self, code: Code) -> None:
        """The `return`; what was assigned just before is returned itself."""
        start, target, assigned = self.last
        if code == target:
            written = lines(assigned, self.forward_depth, f"{target} = ")
            if self.forward[start:] == written:
                del self.forward[start:]
                code = assigned
        self.forward += lines(code, self.forward_depth, "return ")

    def held(self, flow: Flow, target: str) -> Flow:
        """The value in a variable: the one that it has, or `target`."""
        if flow.variable is None:
            self.assign(target, flow.code)
            return Flow(target, flow.shape)
        return flow

    @contextmanager
    def condition(self, flag: str, held: Expr) -> Iterator[None]:
        """Both methods indented under `if self.flag:`, which says whether `held`."""
        around, self.uses = self.uses, self.uses.where(held)
        self.init.append(f"{INDENT * self.init_depth}if self.{flag}:")
        self.forward.append(f"{INDENT * self.forward_depth}if self.{flag}:")
        counts = len(self.init), len(self.forward)
        self.init_depth += 1
        self.forward_depth += 1
        yield
        self.uses = around
        self.init_depth -= 1
        self.forward_depth -= 1
        for written, count in zip((self.init, self.forward), counts, strict=True):
            if len(written) == count:  # nothing to do on this side
                written.pop()

    def fresh(self, base: str, live: frozenset[str]) -> str:
        """A variable name near `base` that hides nothing."""
        name = base
        number = 2
        while name in live or name in self.taken or name in self.referenced:
            name, number = f"{base}{number}", number + 1
        return name
