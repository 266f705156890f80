"""The body of one class: attributes in `__init__`, statements in `forward`.

The forms are walked once more, now with expressions for what is open: `in_channels`
and the parameters of a block's class, `num_classes` in a model's. Where the walk knows
its place in the expanded network (`path`), it takes the facts from there: which
shortcut has layers, which `when` holds. Without a place, it writes the condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from pmgen.expand import after_attribute
from pmgen.expressions import Binary, Const, Expr, as_expr, choose, fold, show, simplest
from pmgen.graph import Graph, join
from pmgen.layout import INDENT, WIDTH, Code, Invoke, flat, lines
from pmgen.names import MODULE_NAMES
from pmgen.ops import MERGES, OPS
from pmgen.ops.definition import OpDef, Shape, undecided
from pmgen.plan.calls import Env, NotSymbolic, bind, constructor, function, symbolic
from pmgen.source import Span
from pmgen.spec import (
    Branches,
    Call,
    Form,
    Layer,
    Residual,
    Series,
)

METHOD_DEPTH = 2  # the body of a method of a class


@dataclass(frozen=True)
class Inline:
    """An inline form that repeats, with what stands behind it: a class of its own."""

    form: Form
    norm: Call | None
    act: Call | None


# (call of a block or inline form, its shape in, where it stands) -> code, shape out
UseClass = Callable[
    ["Call | Inline", Env, Shape, "str | None", str], tuple[Code, Shape]
]


@dataclass(frozen=True)
class Flow:
    """A value in `forward`: the code that gives it, and its shape."""

    code: Code
    shape: Shape

    @property
    def variable(self) -> str | None:
        """The variable that holds it, where it has one."""
        return self.code if isinstance(self.code, str) and _is_name(self.code) else None


@dataclass(frozen=True)
class Place:
    """Where the walk stands inside the class.

    `path` is the place in the expanded network, None where the class serves many;
    `local` the place inside the class; `attr` prefixes attributes;
    `target` takes results; `named` are values by name.
    """

    path: str | None
    local: str = ""
    attr: str = ""
    target: str = "x"
    live: frozenset[str] = frozenset({"x"})
    named: Mapping[str, Flow] = field(default_factory=dict)

    def inner(self, name: str) -> Place:
        """The place of a form inside the layer or branch `name`."""
        path = None if self.path is None else join(self.path, name)
        return replace(
            self,
            path=path,
            local=join(self.local, name),
            attr=f"{self.attr}{name}_",
        )


@dataclass
class Body:
    """What the walk has written so far, and the residual conditions that it guessed."""

    init: list[str] = field(default_factory=list)
    forward: list[str] = field(default_factory=list)
    guesses: dict[str, Expr] = field(default_factory=dict)


class FormWalker:
    """Writes one class. `env` holds what its parameters are, literally or by name."""

    def __init__(
        self,
        graph: Graph,
        env: Env,
        use_class: UseClass,
        referenced: frozenset[str],
        params: frozenset[str],
    ) -> None:
        self.graph = graph
        self.env = env
        self.use_class = use_class
        self.referenced = referenced
        self.taken = params | MODULE_NAMES
        self.body = Body()
        self.attributes: dict[str, Span] = {}
        self.init_depth = METHOD_DEPTH
        self.forward_depth = METHOD_DEPTH
        self.strides: list[Expr] = []

    # -- writing ------------------------------------------------------------------

    def attribute(self, name: str, code: Code, span: Span) -> None:
        """`self.name = code` in `__init__`. Raises NameClash."""
        if isinstance(code, str) and not self._fits(f"self.{name}", code):
            raise NotSymbolic  # a condition that is too long
        self.claim(name, span)
        self.body.init += lines(code, self.init_depth, f"self.{name} = ")

    def claim(self, name: str, span: Span) -> None:
        """Take the name of an attribute. Raises NameClash where it is taken."""
        if name in self.attributes:
            raise NameClash(name, span, self.attributes[name])
        self.attributes[name] = span

    def assign(self, target: str, code: Code) -> None:
        """`target = code` in `forward`, unless that says nothing."""
        if flat(code) != target:
            self.body.forward += lines(code, self.forward_depth, f"{target} = ")

    @contextmanager
    def condition(self, flag: str) -> Iterator[None]:
        """Both methods indented under `if self.flag:`."""
        self.body.init.append(f"{INDENT * self.init_depth}if self.{flag}:")
        self.body.forward.append(f"{INDENT * self.forward_depth}if self.{flag}:")
        counts = len(self.body.init), len(self.body.forward)
        self.init_depth += 1
        self.forward_depth += 1
        yield
        self.init_depth -= 1
        self.forward_depth -= 1
        for written, count in zip(
            (self.body.init, self.body.forward), counts, strict=True
        ):
            if len(written) == count:  # nothing to do on this side
                written.pop()

    def fresh(self, base: str, live: frozenset[str]) -> str:
        """A variable name near `base` that hides nothing."""
        name = base
        number = 2
        while name in live or name in self.taken or name in self.referenced:
            name, number = f"{base}{number}", number + 1
        return name

    # -- forms --------------------------------------------------------------------

    def form(self, form: Form, start: Flow, place: Place) -> Flow:
        """The value of a form; the last operation is left to the caller to assign."""
        if isinstance(form, Series):
            return self.series(form, start, place)
        if isinstance(form, Branches):
            return self.branches(form, start, place)
        return self.residual(form, start, place)

    def series(self, form: Series, start: Flow, place: Place) -> Flow:
        """Layers one after the other."""
        flow = start
        for layer in form.layers:
            flow, place = self.step(layer, flow, place)
        return flow

    def step(self, layer: Layer, start: Flow, place: Place) -> tuple[Flow, Place]:
        """One layer, assigned; and the place after it, which knows its name."""
        flow = self.layer(layer, start, place)
        name = layer.name.text
        if name not in self.referenced:
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
        return self.merge(OPS[MERGES[form.merge]], ends)

    def residual(self, form: Residual, start: Flow, place: Place) -> Flow:
        """A body beside a shortcut."""
        target = self.fresh("y", place.live)
        inner = replace(place, target=target, live=place.live | {target})
        outside, self.strides = self.strides, []
        body = self.held(self.series(form.body, start, inner), target)
        strides, self.strides = self.strides, outside + self.strides
        if body.code == start.code and body.code != target:
            body = self.held(Flow(start.code, body.shape), target)
        inner = replace(inner, live=inner.live | {body.variable or target})
        if place.path is not None:
            return self._known_residual(form, start, body, inner)
        return self._open_residual(form, start, body, inner, strides)

    def _known_residual(
        self, form: Residual, start: Flow, body: Flow, place: Place
    ) -> Flow:
        path = place.path or ""
        if any(map(undecided, start.shape, body.shape)):
            raise NotSymbolic
        if not self.graph.added[path]:
            return body
        side = start
        if self.graph.projected[path]:
            assert isinstance(form.shortcut, Series)
            side = self.shortcut(form.shortcut, start, place)
        return Flow(
            function(OPS["Add"], _plain_call("Add", form), _codes(body, side), {}),
            body.shape,
        )

    def _open_residual(
        self,
        form: Residual,
        start: Flow,
        body: Flow,
        place: Place,
        strides: list[Expr],
    ) -> Flow:
        add = _plain_call("Add", form)
        changed = self.changes(start.shape, body.shape, strides)
        self.body.guesses[place.local] = changed
        flag = f"{place.attr}has_shortcut"
        if form.shortcut == "identity" or changed == Const(False):
            if changed == Const(True):
                raise NotSymbolic
            code = function(OPS["Add"], add, _codes(body, start), {})
            return Flow(code, body.shape)
        if form.shortcut == "where_equal":
            if changed == Const(True):
                return body
            equal = _negated(changed)
            self.attribute(flag, show(equal), form.span)
            target = place.target
            self.assign(target, body.code)
            with self.condition(flag):
                both: list[Code] = [target, start.code]
                self.assign(target, function(OPS["Add"], add, both, {}))
            return Flow(target, body.shape)
        assert isinstance(form.shortcut, Series)
        if changed == Const(True):
            side = self.shortcut(form.shortcut, start, place)
        else:
            self.attribute(flag, show(changed), form.span)
            name = self.fresh("shortcut", place.live)
            self.assign(name, start.code)
            with self.condition(flag):
                self.shortcut(form.shortcut, start, place, name)
            side = Flow(name, body.shape)
        code = function(OPS["Add"], add, _codes(body, side), {})
        return Flow(code, body.shape)

    def shortcut(
        self, form: Series, start: Flow, place: Place, target: str | None = None
    ) -> Flow:
        """The layers of a shortcut, in a variable of their own."""
        target = target or self.fresh("shortcut", place.live)
        inner = place.inner("shortcut")
        inner = replace(inner, target=target, live=inner.live | {target})
        return self.held(self.series(form, start, inner), target)

    def changes(self, before: Shape, after: Shape, strides: list[Expr]) -> Expr:
        """A guess when a body changes the shape: where a stride is not 1 or the
        channels differ. The caller holds it against every use of the block."""
        if before == after:
            return Const(False)
        found: Expr = Const(False)
        for stride in dict.fromkeys(strides):
            found = as_expr(fold("or", found, as_expr(fold("!=", stride, 1))))
        if len(before) != len(after):
            return Const(True)
        return as_expr(fold("or", found, as_expr(fold("!=", before[0], after[0]))))

    def merge(self, op: OpDef, ends: list[Flow]) -> Flow:
        """Several values joined."""
        shape = op.infer({}, tuple(end.shape for end in ends))
        call = _plain_call(op.name, None)
        return Flow(function(op, call, _codes(*ends), {}), shape)

    def held(self, flow: Flow, target: str) -> Flow:
        """The value in a variable: the one that it has, or `target`."""
        if flow.variable is None:
            self.assign(target, flow.code)
            return Flow(target, flow.shape)
        return flow

    # -- layers -------------------------------------------------------------------

    def layer(self, layer: Layer, start: Flow, place: Place) -> Flow:
        """One layer, its value in a variable; one of its own if a `from` names it."""
        if layer.name.text not in self.referenced:
            return self._layer(layer, start, place, place.target)
        target = layer.name.text
        if target in place.live:
            target = self.fresh(target, place.live)
        flow = self._layer(layer, start, place, target)
        self.assign(target, flow.code)
        return Flow(target, flow.shape)

    def _layer(self, layer: Layer, start: Flow, place: Place, target: str) -> Flow:
        name = layer.name.text
        inputs = [start]
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
        self.attribute(flag, show(condition), layer.name.span)
        self.assign(target, inputs[0].code)
        with self.condition(flag):
            flow = self.once(layer, inputs, place, target)
            self.assign(target, flow.code)
        if len(flow.shape) != len(inputs[0].shape):
            raise NotSymbolic
        shape = tuple(
            simplest(choose(condition, as_expr(yes), as_expr(no)))
            for yes, no in zip(flow.shape, inputs[0].shape, strict=True)
        )
        return Flow(target, shape)

    def once(self, layer: Layer, inputs: list[Flow], place: Place, target: str) -> Flow:
        """The layer's value, its condition aside."""
        name = layer.name.text
        attr = f"{place.attr}{name}"
        if layer.repeat is not None:
            from pmgen.plan.repeats import repeated

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
        path = None if place.path is None else join(place.path, label)
        self._note_strides(body)
        return self.use_class(body, self.env, shape, path, label)

    def op(self, call: Call, inputs: list[Flow], attr: str, span: Span) -> Flow:
        """An op on its inputs."""
        op = OPS[call.name]
        shape = self.shape_of(op, call, tuple(flow.shape for flow in inputs))
        if op.layer is None:
            return Flow(function(op, call, _codes(*inputs), self.env), shape)
        self.attribute(attr, constructor(op, call, inputs[0].shape, self.env), span)
        return Flow(Invoke(f"self.{attr}", (inputs[0].code,)), shape)

    def after(
        self, norm: Call | None, act: Call | None, flow: Flow, attr: str, target: str
    ) -> Flow:
        """A normalisation and an activation behind a value."""
        for role, call in (("norm", norm), ("act", act)):
            if call is None:
                continue
            op = OPS[call.name]
            shape = self.shape_of(op, call, (flow.shape,))
            if role == "act" and op.function is not None:
                wrap = partial(self._function, op, call)
            else:
                name = after_attribute("", attr, role)
                made = constructor(op, call, flow.shape, self.env)
                self.attribute(name, made, call.span)
                wrap = partial(_invoke, f"self.{name}")
            if not self._fits(target, wrap(flow.code)):
                flow = self.held(flow, target)
            flow = Flow(wrap(flow.code), shape)
        return flow

    def _function(self, op: OpDef, call: Call, code: Code) -> Code:
        return function(op, call, [code], self.env)

    def _fits(self, target: str, code: Code) -> bool:
        """Whether an assignment fits a line."""
        lead = len(INDENT) * self.forward_depth
        return lead + len(f"{target} = {flat(code)}") <= WIDTH

    def shape_of(self, op: OpDef, call: Call, shapes: tuple[Shape, ...]) -> Shape:
        """The op's shape rule on what is known here."""
        bound = bind(op, call, self.env)
        self._collect_strides(bound)
        return op.infer(bound, shapes)

    def _collect_strides(self, bound: Mapping[str, Any]) -> None:
        stride = bound.get("stride")
        for item in stride if isinstance(stride, tuple) else (stride,):
            if isinstance(item, Expr) or (type(item) is int and item != 1):
                self.strides.append(as_expr(item))

    def _note_strides(self, body: Call | Inline) -> None:
        """A block inside a residual's body: its strides count too."""
        if not isinstance(body, Call):
            return
        for name, arg in body.args.items():
            if "stride" in name:
                self._collect_strides({"stride": symbolic(arg, self.env)})


class NameClash(Exception):
    """Two attributes of a class share a name; `span` and `first` are their places."""

    def __init__(self, name: str, span: Span, first: Span) -> None:
        super().__init__(name)
        self.name, self.span, self.first = name, span, first


def as_expr_of(value: Any) -> Expr:
    """A symbolic value as an expression again."""
    return value if isinstance(value, Expr) else Const(value)


def _invoke(function: str, code: Code) -> Code:
    return Invoke(function, (code,))


def _codes(*flows: Flow) -> list[Code]:
    return [flow.code for flow in flows]


def _plain_call(name: str, form: Form | None) -> Call:
    return Call(name, form.span if form is not None else None)  # type: ignore[arg-type]


def _is_name(code: str) -> bool:
    return code.isidentifier()


_OPPOSITE = {"!=": "==", "==": "!="}


def _negated(expr: Expr) -> Expr:
    if isinstance(expr, Binary) and expr.op in _OPPOSITE:
        return Binary(_OPPOSITE[expr.op], expr.left, expr.right)
    if isinstance(expr, Binary) and expr.op == "or":
        return Binary("and", _negated(expr.left), _negated(expr.right))
    raise NotSymbolic
