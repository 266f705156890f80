"""The model's own class: literal sizes, the shape behind every layer, the heads.

The shapes are a table. Most layers are sublayers, whose values `checked` compares with
it; a layer that is none, such as a join, is compared by a call of `check_layer`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from pmgen.expand.graph import Graph
from pmgen.expressions.expression import (
    Expr,
    Name,
    Value,
    as_expr,
    names_in,
    simplest,
)
from pmgen.expressions.substitution import substitute
from pmgen.language.spec import IN_CHANNELS, Head, Layer, Param, Series
from pmgen.language.visit import inputs_named_in, layers_in, layers_of
from pmgen.ops.definition import Dim, Shape, is_open_size
from pmgen.plan.body.calls import name_of, settled
from pmgen.plan.body.flow import Flow, Place, UseClass
from pmgen.plan.body.uses import Uses
from pmgen.plan.body.walker import FormWalker
from pmgen.plan.docs import docstring, outputs, shape_text
from pmgen.plan.layout import (
    INDENT,
    METHOD_DEPTH,
    Code,
    Formula,
    Invoke,
    Listing,
    commented,
    flat,
    lines,
    literal,
)
from pmgen.plan.plans import ClassPlan
from pmgen.plan.signature import signature

_TENSOR = "paddle.Tensor"
_WHOLE = "forward"  # in the table: what the network gives; no layer has this name


def plan_model(graph: Graph, use_class: UseClass, free: frozenset[str]) -> ClassPlan:
    """The plan of the model's class; `use_class` constructs its blocks, and the
    parameters in `free` stay open."""
    return _ModelPlanner(graph, use_class, free).plan()


class _ModelPlanner:
    def __init__(self, graph: Graph, use_class: UseClass, free: frozenset[str]) -> None:
        self.graph, self.spec = graph, graph.spec
        env: dict[str, Value | Expr] = dict(graph.env)
        env[IN_CHANNELS] = as_expr(graph.input[0])
        self.params: list[Param] = []
        for param in self.spec.params:
            name = param.name.text
            if name in free:
                env[name] = name_of(param)
                self.params.append(Param(param.name, param.type, graph.env[name]))
        self.kept: list[str] = []
        self.shapes: list[str] = []
        self.comments: dict[int, str] = {}
        self.head_shapes: dict[str, Shape] = {}
        layers = chain(
            layers_in(self.spec.form),
            *(layers_of(head.layer) for head in self.spec.heads),
        )
        self.walker = FormWalker(
            graph,
            env,
            use_class,
            frozenset(inputs_named_in(layers)),
            frozenset(param.name.text for param in self.params),
            Uses(graph),
        )

    def plan(self) -> ClassPlan:
        spec, walker = self.spec, self.walker
        self.row("input", self.graph.input, spec.input_span.place)
        flow, place = self.layers()
        self.outputs(flow, place)
        lead = INDENT * METHOD_DEPTH
        names = [p.name.text for p in self.params if p.name.text in self.kept]
        keeping = [f"{lead}self.{name} = {name}" for name in names]
        title = spec.source or spec.name.text
        return ClassPlan(
            name=spec.name.text,
            doc=docstring(title, *self.signatures(flow.shape)),
            attributes=tuple(self.attributes()),
            params=tuple(signature(tuple(self.params))),
            init=(*keeping, *walker.init),
            forward=tuple(commented(walker.forward, self.comments)),
            returns=f"{_TENSOR} | tuple[{_TENSOR}, ...]" if spec.heads else _TENSOR,
            shapes=tuple(self.shapes),
        )

    def signatures(self, main: Shape) -> Iterator[str]:
        """Shapes for the docstring, those of training where they differ."""
        heads = {h.layer.name.text: h.train_only for h in self.spec.heads}
        shapes = {name: self.head_shapes[name] for name in heads}
        always = {name: shapes[name] for name in heads if not heads[name]}
        yield f"{shape_text(self.graph.input)} -> {outputs(main, always)}"
        if always != shapes:
            yield f"in training: {outputs(main, shapes)}"

    def attributes(self) -> Iterator[str]:
        sizes = tuple(_size_code(size) for size in self.graph.input)
        yield f"input_shape = {flat(Listing(sizes, '()'))}"
        if self.spec.heads:
            weights = tuple(repr(head.loss_weight) for head in self.spec.heads)
            yield f"loss_weights = {flat(Listing(('1.0', *weights), '()'))}"

    def layers(self) -> tuple[Flow, Place]:
        """The model's form, each of its layers checked."""
        spec, walker = self.spec, self.walker
        flow, place = walker.start("", self.graph.input)
        if isinstance(spec.form, Series):
            place = walker.inside(place, walker.referenced)
            for layer in spec.form.layers:
                written = len(walker.forward)
                flow, place = walker.step(layer, flow, place)
                if self.graph.kept.get(layer.name.text) is not False:
                    self.check(layer, flow, written)
        else:
            flow = walker.form(spec.form, flow, place)
        ended = walker.after(spec.norm, spec.act, flow, "", place.target)
        if ended is not flow or flow.variable is None:
            flow = walker.held(ended, place.target)
            self.row(_WHOLE, flow.shape, spec.name.span.place, None)
            self.check_here(_WHOLE, flow)
        return flow, place

    def check(self, layer: Layer, flow: Flow, written: int) -> None:
        """A layer in the table, and its shape behind its statement, which was written
        behind line `written` of `forward`."""
        name, forward = layer.name, self.walker.forward
        own, further = self.sublayers(layer)
        at = name.span.place
        self.row(name.text, flow.shape, at, *([] if own else [None]), *further)
        if len(forward) > written:
            self.comments[len(forward) - 1] = shape_text(flow.shape)
        if not own and not further:
            self.check_here(name.text, flow)

    def check_here(self, layer: str, flow: Flow) -> None:
        """The call that compares the value of a layer that is no sublayer."""
        assert flow.variable is not None
        call = Invoke("check_layer", ("self", literal(layer), flow.variable))
        self.walker.forward += lines(call, self.walker.forward_depth)

    def sublayers(self, layer: Layer) -> tuple[bool, list[str]]:
        """Which sublayers give the shape of the layer: whether it has one of its name,
        and others: those of its normalisation and activation, and in a form written
        inline that ends with a sublayer, that one."""
        name = layer.name.text
        nodes = [n for n in self.graph.nodes if n.path.partition(".")[0] == name]
        found: list[str] = []
        if layer.repeat is None:
            for part in (settled(layer.act, self.walker.env), layer.norm):
                if part is None:
                    continue
                node = nodes.pop()
                if node.module is not None:
                    found.insert(0, node.module)
                if node.shape != node.in_shapes[0]:
                    return False, found
        if self.walker.attributes.get(name) == layer.name.span:
            return True, found
        for node in reversed(nodes):
            if "." in (node.module or "") or node.role == "merge":
                break
            if node.module is not None:
                found.insert(0, node.module)
            if node.role == "op" or node.shape != node.in_shapes[0]:
                break
        return False, found

    def row(self, layer: str, shape: Shape, at: str, *further: str | None) -> None:
        """A row of the table: the shape without N, where what `any` left open is None;
        the place in the spec; and further sublayers that give the shape, after None
        where none of the layer's name does."""
        kept = {name: Name(f"self.{name}") for name in self.keep(shape)}
        sizes = tuple(_size_code(_substituted(size, kept)) for size in shape)
        texts = ("None" if text is None else literal(text) for text in (at, *further))
        row = Listing((Listing(sizes, "()"), *texts), "()")
        self.shapes += lines(row, METHOD_DEPTH + 1, f"{literal(layer)}: ", ",")

    def keep(self, shape: Shape) -> Iterator[str]:
        """The parameters that a shape mentions, kept as attributes for the checks."""
        names = {param.name.text: param for param in self.params}
        for size in shape:
            for name in names_in(as_expr(size)):
                if name in names:
                    if name not in self.kept:
                        self.walker.claim(name, names[name].name.span)
                        self.kept.append(name)
                    yield name

    def outputs(self, main: Flow, place: Place) -> None:
        """The heads and the return; heads for training only stand under a condition."""
        walker = self.walker
        variable = main.variable or place.target
        results: dict[str, str] = {}
        place = replace(place, live=place.live | {variable})
        always = [head for head in self.spec.heads if not head.train_only]
        training = [head for head in self.spec.heads if head.train_only]
        for head in always:
            name = head.layer.name.text
            results[name] = self.head(head, main, place, results.values())
        if training:
            lead = INDENT * walker.forward_depth
            walker.forward.append(f"{lead}if self.training:")
            walker.forward_depth += 1
            for head in training:
                name = head.layer.name.text
                results[name] = self.head(head, main, place, results.values())
            self.give(variable, [results[h.layer.name.text] for h in self.spec.heads])
            walker.forward_depth -= 1
        self.give(variable, [results[h.layer.name.text] for h in always])

    def head(self, head: Head, main: Flow, place: Place, others: Iterable[str]) -> str:
        """One head, in a variable of its own; gives the variable."""
        name = head.layer.name
        live = place.live | {*others}
        target = self.walker.fresh(name.text, live)
        inner = Place(path="", target=target, live=live | {target}, named=place.named)
        written = len(self.walker.forward)
        flow = self.walker.layer(head.layer, main, inner)
        self.check(head.layer, flow, written)
        self.head_shapes[name.text] = flow.shape
        return flow.variable or target

    def give(self, variable: str, heads: list[str]) -> None:
        """The return statement; it takes in the one that gives its only value, with
        its comment."""
        before = list(self.walker.forward)
        self.walker.give(", ".join([variable, *heads]))
        after = self.walker.forward
        if after[:-1] != before and len(before) - 1 in self.comments:
            self.comments[len(after) - 1] = self.comments.pop(len(before) - 1)


def _substituted(size: Dim, names: dict[str, Name]) -> Dim:
    """A size with parameters replaced by the attributes that keep them."""
    return simplest(substitute(as_expr(size), names))


def _size_code(size: Any) -> Code:
    """A size as code; None where the input leaves it open."""
    if is_open_size(size):
        return "None"
    return Formula(size) if isinstance(size, Expr) else str(size)
