"""The body of one class: attributes in `__init__`, statements in `forward`.

The forms are walked once more, now with expressions for what is open: `in_channels`
and the parameters of a block's class, `num_classes` in a model's. In the model's class
the walk knows its place in the expanded network (`path`), and takes from there which
shortcut has layers. In a block's class it writes the condition, which its `uses` must
bear out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pmgen.diagnostics.source import Span
from pmgen.expand.graph import Graph
from pmgen.expressions.expression import (
    Binary,
    Choice,
    Const,
    Expr,
    ListName,
    Name,
    as_expr,
    fold,
    simplest,
)
from pmgen.expressions.operators import DUAL
from pmgen.expressions.substitution import choose, nearly, opposite, where
from pmgen.language.names import after_attribute
from pmgen.language.spec import WHAT_COMES_IN, Act, Branches, Call, Form, Layer, Series
from pmgen.language.visit import inputs_named_in, layers_in
from pmgen.ops import MERGES, OPS
from pmgen.ops.definition import Dim, OpDef, Shape, ShapeIssue
from pmgen.plan.body.calls import (
    Env,
    NotSymbolic,
    bind,
    constructor,
    function,
    item_of,
    settled,
    symbolic,
)
from pmgen.plan.body.flow import Flow, Inline, Place, UseClass
from pmgen.plan.body.repeats import repeated
from pmgen.plan.body.residuals import write_residual
from pmgen.plan.body.uses import Uses
from pmgen.plan.body.writer import BodyWriter
from pmgen.plan.layout import Code, Formula, Invoke


class FormWalker(BodyWriter):
    """Walks the forms of one class; `use_class` constructs the classes that it uses."""

    def __init__(
        self,
        graph: Graph,
        env: Env,
        use_class: UseClass,
        referenced: frozenset[str],
        params: frozenset[str],
        uses: Uses,
    ) -> None:
        super().__init__(graph, env, referenced, params, uses)
        self.use_class = use_class

    def start(self, path: str | None, shape: Shape) -> tuple[Flow, Place]:
        """What comes into `forward` as `x`, and the place before the first layer.

        Where a `from` names it, `x` is kept, and results go to another variable.
        """
        flow, target, named = Flow("x", shape), "x", {}
        if WHAT_COMES_IN in self.referenced:
            target = self.fresh("y", frozenset({"x"}))
            named = {WHAT_COMES_IN: flow}
        return flow, Place(path=path, target=target, named=named)

    # -- forms --------------------------------------------------------------------

    def form(self, form: Form, start: Flow, place: Place) -> Flow:
        """The value of a form; the last operation is left to the caller to assign."""
        if isinstance(form, Series):
            return self.series(form, start, place)
        if isinstance(form, Branches):
            return self.branches(form, start, place)
        return write_residual(self, form, start, place)

    def series(self, form: Series, start: Flow, place: Place) -> Flow:
        """Layers one after the other."""
        flow = start
        place = self.inside(place, inputs_named_in(layers_in(form)))
        for layer in form.layers:
            flow, place = self.step(layer, flow, place)
        return flow

    def inside(self, place: Place, named: Iterable[str]) -> Place:
        """The place in a series, in which these names of layers are referred to."""
        live = place.live | {place.target}
        return replace(place, live=live, referred=frozenset(named))

    def step(self, layer: Layer, start: Flow, place: Place) -> tuple[Flow, Place]:
        """One layer, assigned; and the place after it, which knows its name."""
        flow = self.layer(layer, start, place)
        name = layer.name.text
        if name not in place.referred:
            return flow, place
        return flow, replace(
            place,
            named={**place.named, name: flow},
            live=place.live | {flow.variable or place.target},
        )

    def branches(self, form: Branches, start: Flow, place: Place) -> Flow:
        """Parallel paths and their merge."""
        names: list[str] = []
        live = place.live
        for branch in form.branches:
            names.append(self.fresh(branch.name.text, live))
            live |= {names[-1]}
        shape = start.shape
        starts = [start] * len(names)
        if form.split:
            channels = simplest(as_expr(fold("//", shape[0], len(names))))
            shape = (channels, *shape[1:])
            code = Invoke("paddle.split", (start.code, str(len(names)), "axis=1"))
            self.assign(", ".join(names), code)
            starts = [Flow(name, shape) for name in names]
        ends: list[Flow] = []
        for branch, name, begin in zip(form.branches, names, starts, strict=True):
            inner = replace(place.inner(branch.name.text), target=name, live=live)
            end = self.held(self.series(branch.path, begin, inner), name)
            ends.append(end)
            live |= {end.variable or name}
        merged = self.merge(OPS[MERGES[form.merge]], ends, form.span)
        if not form.split:
            return merged
        # No use leaves a remainder, so equal parts make the whole again.
        if self.uses.assume(as_expr(fold("==", merged.shape[0], start.shape[0]))):
            return replace(merged, shape=(start.shape[0], *merged.shape[1:]))
        return merged

    def merge(self, op: OpDef, ends: list[Flow], span: Span) -> Flow:
        """Several values joined."""
        shape = self.inferred(op, {}, tuple(end.shape for end in ends))
        call = Call(op.name, span)
        return Flow(function(op, call, [flow.code for flow in ends], {}), shape)

    # -- layers -------------------------------------------------------------------

    def layer(self, layer: Layer, start: Flow, place: Place) -> Flow:
        """One layer, its value in a variable; one of its own if a `from` names it."""
        if layer.name.text not in place.referred:
            return self._layer(layer, start, place, place.target)
        target = layer.name.text
        if target in place.live:
            target = self.fresh(target, place.live)
        flow = self._layer(layer, start, place, target)
        if flow.variable not in (None, place.target):
            return flow  # a `when` left the layer out: what it passes on has a name
        self.assign(target, flow.code)
        return Flow(target, flow.shape)

    def _layer(self, layer: Layer, start: Flow, place: Place, target: str) -> Flow:
        name = layer.name.text
        inputs = [start]
        self.span = layer.name.span
        if layer.inputs is not None:
            inputs = [place.named[ident.text] for ident in layer.inputs]
        if layer.when is None:
            return self.held(self.once(layer, inputs, place, target), target)
        condition = as_expr_of(symbolic(layer.when, self.env))
        if isinstance(condition, Const):
            if not condition.value:
                return inputs[0]
            return self.held(self.once(layer, inputs, place, target), target)
        flag = f"has_{place.attr}{name}"
        self.attribute(flag, Formula(condition), layer.name.span)
        self.assign(target, inputs[0].code)
        there = [Flow(i.code, self.where(condition, i.shape)) for i in inputs]
        with self.condition(flag, condition):
            flow = self.once(layer, there, place, target)
            self.assign(target, flow.code)
        if len(flow.shape) != len(inputs[0].shape):
            raise NotSymbolic("a `when` decides between an image and features")
        passed = self.where(opposite(condition), inputs[0].shape)
        sizes = zip(flow.shape, passed, strict=True)
        return Flow(target, tuple(self.either(condition, *pair) for pair in sizes))

    def where(self, condition: Expr, shape: Shape) -> Shape:
        """The shape where a condition holds."""
        uses = self.uses.where(condition)
        sizes = (where(condition, as_expr(size), uses.side) for size in shape)
        return tuple(map(simplest, sizes))

    def either(self, condition: Expr, yes: Dim, no: Dim) -> Dim:
        """The size behind a layer with a `when`: one formula where one is right at
        every use."""
        sides = as_expr(yes), as_expr(no)
        exact = choose(condition, *sides)
        if not isinstance(exact, Choice):
            return simplest(exact)
        for general in nearly(condition, *sides):
            if self.uses.assume(as_expr(fold("==", exact, general))):
                return simplest(general)
        # Several conditions of which one holds everywhere, or that never meet.
        together = exact.condition
        if isinstance(together, Binary) and together.op in DUAL:
            if together.op == "or" and self.uses.assume(together):
                return simplest(exact.yes)
            if together.op == "and" and self.uses.assume(opposite(together)):
                return simplest(exact.no)
        return exact

    def once(self, layer: Layer, inputs: list[Flow], place: Place, target: str) -> Flow:
        """The layer's value, its condition aside."""
        name = layer.name.text
        attr = f"{place.attr}{name}"
        if layer.repeat is not None:
            code, shape = repeated(self, layer, inputs[0].shape, place)
            self.attribute(attr, code, layer.name.span)
            return Flow(Invoke(f"self.{attr}", (inputs[0].code,)), shape)
        body = layer.body
        if isinstance(body, Call) and body.name in self.graph.spec.blocks:
            code, shape = self.instance(body, inputs[0].shape, place, name)
            self.attribute(attr, code, layer.name.span)
            flow = Flow(Invoke(f"self.{attr}", (inputs[0].code,)), shape)
        elif isinstance(body, Call):
            flow = self.op(body, inputs, attr, layer.name.span)
        else:
            inner = replace(place.inner(name), target=target)
            inner = replace(inner, live=inner.live | {target})
            flow = self.form(body, inputs[0], inner)
        return self.after(layer.norm, layer.act, flow, attr, target)

    def instance(
        self, body: Call | Inline, shape: Shape, place: Place, label: str
    ) -> tuple[Code, Shape]:
        """The construction of a block or of an inline form that repeats."""
        return self.use_class(body, self.env, shape, label, self.uses)

    def op(self, call: Call, inputs: list[Flow], attr: str, span: Span) -> Flow:
        """An op on its inputs."""
        op = OPS[call.name]
        shape = self.shape_of(op, call, tuple(flow.shape for flow in inputs))
        if op.layer is None:
            return Flow(
                function(op, call, [flow.code for flow in inputs], self.env), shape
            )
        self.attribute(attr, constructor(op, call, inputs[0].shape, self.env), span)
        return Flow(Invoke(f"self.{attr}", (inputs[0].code,)), shape)

    def after(
        self, norm: Call | None, act: Act | None, flow: Flow, attr: str, target: str
    ) -> Flow:
        """A normalisation and an activation behind a value."""
        for role, given in (("norm", norm), ("act", act)):
            call = settled(given, self.env)
            if given is None or call is None:
                continue
            if isinstance(call, Name):
                name, shape = after_attribute(attr, role), flow.shape
                self.attribute(name, Invoke(call.name), given.span)
                flow = Flow(Invoke(f"self.{name}", (flow.code,)), shape)
                continue
            op = OPS[call.name]
            shape = self.shape_of(op, call, (flow.shape,))
            if role == "act" and op.function is not None and self.settles(op, call):
                wrap = partial(self._function, op, call)
            else:
                name = after_attribute(attr, role)
                made = constructor(op, call, flow.shape, self.env)
                self.attribute(name, made, call.span)
                wrap = partial(_invoke, f"self.{name}")
            flow = Flow(wrap(flow.code), shape)
        return flow

    def settles(self, op: OpDef, call: Call) -> bool:
        """Whether all arguments are numbers here. A parameter of `__init__` is no name
        in `forward`, so what takes one becomes a layer."""
        bound = bind(op, call, self.env)
        return not any(isinstance(value, Expr) for value in bound.values())

    def _function(self, op: OpDef, call: Call, code: Code) -> Code:
        return function(op, call, [code], self.env)

    def shape_of(self, op: OpDef, call: Call, shapes: tuple[Shape, ...]) -> Shape:
        """The op's shape rule on what is known here."""
        bound = bind(op, call, self.env)
        for name, value in bound.items():
            if isinstance(value, ListName):
                items = range(self.uses.length_of(value))
                bound[name] = tuple(item_of(value, index) for index in items)
        return self.inferred(op, bound, shapes)

    def inferred(
        self, op: OpDef, bound: Mapping[str, Any], shapes: tuple[Shape, ...]
    ) -> Shape:
        """The op's shape rule. What it refuses because sizes are called differently is
        sound where they are one at every use."""
        try:
            return op.infer(bound, shapes)
        except ShapeIssue:
            agreed = self.uses.agreed(shapes)
            if agreed == shapes:
                raise
            return op.infer(bound, agreed)


def as_expr_of(value: Any) -> Expr:
    """A symbolic value as an expression again."""
    return value if isinstance(value, Expr) else Const(value)


def _invoke(function: str, code: Code) -> Code:
    return Invoke(function, (code,))
