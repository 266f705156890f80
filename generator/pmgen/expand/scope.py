"""What the expansion carries along: signals, scopes, and what is built so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pmgen.diagnostics.source import Span
from pmgen.expand.graph import (
    Dropped,
    Node,
    ReceptiveField,
    Region,
    ShortcutKind,
    join,
)
from pmgen.expressions.expression import Value
from pmgen.language.spec import Form, Ident, Layer
from pmgen.ops.definition import Shape, is_size


@dataclass(frozen=True)
class Signal:
    """A tensor between two layers: the node that gives it, and its shape without N,
    None if unknown. `span` is the place of the layer."""

    node: int
    shape: Shape | None
    receptive_field: ReceptiveField | None
    span: Span


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Where the expansion stands.

    `path` is the place in the words of the spec, `module` the attribute path of the
    class instance, ending in a dot, and `attr` the prefix of attributes inside it.
    `outer` are the layers that `from` can name besides those of the series itself,
    `hidden` those around a form that repeats, which it cannot. `allow` are the codes of
    warnings that the layers around do not want.
    """

    env: Mapping[str, Value]
    path: str = ""
    module: str = ""
    attr: str = ""
    blocks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    outer: tuple[Mapping[str, Signal], ...] = ()
    hidden: tuple[Mapping[str, Signal], ...] = ()
    allow: tuple[Ident, ...] = ()

    def inline(self, name: str, named: Mapping[str, Signal]) -> Scope:
        """The scope of a form written inside the layer or branch `name`."""
        return replace(
            self,
            path=join(self.path, name),
            attr=f"{self.attr}{name}_",
            outer=(*self.outer, named),
        )

    def repeated(self, name: str, named: Mapping[str, Signal], module: str) -> Scope:
        """The scope of a form that repeats: a class of its own, which sees nothing
        but what comes in."""
        inner = self.inline(name, named)
        hidden = (*self.hidden, *inner.outer)
        return replace(inner, module=f"{module}.", attr="", outer=(), hidden=hidden)


@dataclass
class GraphBuilder:
    """The parts of a Graph as they come; its attributes are named as those of Graph."""

    nodes: list[Node] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    layer_shapes: dict[str, Shape] = field(default_factory=dict)
    shortcuts: dict[str, ShortcutKind] = field(default_factory=dict)
    kept: dict[str, bool] = field(default_factory=dict)
    dropped: list[Dropped] = field(default_factory=list)

    def drop(self, layer: Layer, inputs: list[Signal], scope: Scope) -> None:
        """Note a layer that its `when` leaves out."""
        self.dropped.append(
            Dropped(
                layer=layer,
                path=join(scope.path, layer.name.text),
                inputs=tuple(signal.node for signal in inputs),
                allow=scope.allow,
            )
        )

    def add_region(
        self,
        form: Form,
        scope: Scope,
        start: Signal,
        end: Signal,
        *,
        title: str,
        span: Span,
        first: int,
        own_class: bool,
    ) -> None:
        """The nodes from number `first` on, as one part of the network; nothing where a
        mistake left a shape unknown."""
        if start.shape is None or end.shape is None:
            return
        region = Region(
            form=form,
            path=scope.path,
            title=title,
            span=span,
            env=scope.env,
            start=first,
            stop=len(self.nodes),
            in_shape=start.shape,
            shape=end.shape,
            own_class=own_class,
        )
        self.regions.append(region)


def lost(signal: Signal) -> Signal:
    """The signal with its shape unknown, which silences what follows from it."""
    return Signal(signal.node, None, signal.receptive_field, signal.span)


def channels_of(shape: Shape) -> int:
    """The channels or features of a shape; 0 where they are not known."""
    return shape[0] if shape and is_size(shape[0]) else 0
