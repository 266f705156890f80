"""The model's own class: literal sizes, a shape check behind every layer, the heads."""

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
from pmgen.language.spec import IN_CHANNELS, Head, Param, Series
from pmgen.language.visit import inputs_named_in, layers_in, layers_of
from pmgen.ops.definition import Dim, Shape, is_open_size
from pmgen.plan.body.calls import name_of
from pmgen.plan.body.flow import Flow, Place, UseClass
from pmgen.plan.body.uses import Uses
from pmgen.plan.body.walker import FormWalker
from pmgen.plan.docs import docstring
from pmgen.plan.layout import (
    INDENT,
    METHOD_DEPTH,
    Code,
    Formula,
    Invoke,
    Listing,
    flat,
    lines,
    literal,
)
from pmgen.plan.plans import ClassPlan
from pmgen.plan.signature import signature

_TENSOR = "paddle.Tensor"


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
        self.check("x", self.graph.input, "input", spec.input_span.place)
        flow, place = self.layers()
        self.outputs(flow, place)
        lead = INDENT * METHOD_DEPTH
        names = [p.name.text for p in self.params if p.name.text in self.kept]
        keeping = [f"{lead}self.{name} = {name}" for name in names]
        title = spec.source or spec.name.text
        return ClassPlan(
            name=spec.name.text,
            doc=docstring(title, self.graph.input, flow.shape),
            attributes=tuple(self.attributes()),
            params=tuple(signature(tuple(self.params))),
            init=(*keeping, *walker.init),
            forward=tuple(walker.forward),
            returns=f"{_TENSOR} | tuple[{_TENSOR}, ...]" if spec.heads else _TENSOR,
        )

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
                flow, place = walker.step(layer, flow, place)
                if self.graph.kept.get(layer.name.text) is False:
                    continue
                self.check(
                    flow.variable or place.target,
                    flow.shape,
                    layer.name.text,
                    layer.name.span.place,
                )
        else:
            flow = walker.form(spec.form, flow, place)
        ended = walker.after(spec.norm, spec.act, flow, "", place.target)
        if ended is not flow or flow.variable is None:
            flow = walker.held(ended, place.target)
            self.check(place.target, flow.shape, "output", spec.name.span.place)
        return flow, place

    def check(self, variable: str, shape: Shape, layer: str, at: str) -> None:
        """`check_shape` on a variable; the batch and what `any` left open are free."""
        kept = {name: Name(f"self.{name}") for name in self.keep(shape)}
        sizes = ("None", *(_size_code(_substituted(size, kept)) for size in shape))
        call = Invoke(
            "check_shape", (variable, Listing(sizes, "()"), literal(layer), literal(at))
        )
        self.walker.forward += lines(call, self.walker.forward_depth)

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
        flow = self.walker.layer(head.layer, main, inner)
        variable = flow.variable or target
        self.check(variable, flow.shape, name.text, name.span.place)
        return variable

    def give(self, variable: str, heads: list[str]) -> None:
        """The return statement."""
        lead = INDENT * self.walker.forward_depth
        self.walker.forward.append(f"{lead}return {', '.join([variable, *heads])}")


def _substituted(size: Dim, names: dict[str, Name]) -> Dim:
    """A size with parameters replaced by the attributes that keep them."""
    return simplest(substitute(as_expr(size), names))


def _size_code(size: Any) -> Code:
    """A size as code; None where the input leaves it open."""
    if is_open_size(size):
        return "None"
    return Formula(size) if isinstance(size, Expr) else str(size)
