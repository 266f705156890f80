"""ModelSpec -> Graph: every block laid out, every shape worked out.

The two go together, because what a block becomes depends on what comes in: a shortcut
is built where the body changes the shape, `$in_channels` is a number only here. A
signal whose shape is unknown after a mistake silences all that follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pmgen.advice import padding_that_gives
from pmgen.diagnostics import Diagnostics, Label
from pmgen.expressions import (
    Const,
    Expr,
    NoValue,
    Value,
    evaluate,
    names_in,
)
from pmgen.graph import INPUT, Graph, Instance, Node, Reach, Region, join
from pmgen.ops import INITIALIZERS, MERGES, OPS
from pmgen.ops.definition import (
    OPEN_SIZES,
    OpDef,
    Shape,
    ShapeIssue,
    is_size,
    show_shape,
)
from pmgen.ops.kinds import Kind, integer, truth
from pmgen.parse.values import argument_kinds
from pmgen.source import Span
from pmgen.spec import (
    Arg,
    Block,
    Branches,
    Call,
    Form,
    Ident,
    Layer,
    ModelSpec,
    Residual,
    Series,
)
from pmgen.suggest import did_you_mean
from pmgen.walk import layers_in, names_of

MAX_NODES = 50_000


class _TooLarge(Exception):
    """The limit on layers is reached and reported."""


@dataclass(frozen=True)
class Signal:
    """A tensor on its way: the node it comes from and its shape, None if unknown."""

    node: int
    shape: Shape | None
    reach: Reach | None
    span: Span


@dataclass(frozen=True)
class Scope:
    """Where the expansion stands.

    `path` names the place for people, `module` is the attribute path of the class
    instance, ending in a dot, and `attr` the prefix of attributes inside it.
    """

    env: Mapping[str, Value]
    path: str = ""
    module: str = ""
    attr: str = ""
    blocks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    outer: tuple[Mapping[str, Signal], ...] = ()

    def inline(self, name: str, named: Mapping[str, Signal]) -> Scope:
        """The scope of a form written inside the layer or branch `name`."""
        return replace(
            self,
            path=join(self.path, name),
            attr=f"{self.attr}{name}_",
            outer=(*self.outer, named),
        )


@dataclass
class _Building:
    nodes: list[Node] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)
    layer_shapes: dict[str, Shape] = field(default_factory=dict)
    projected: dict[str, bool] = field(default_factory=dict)
    added: dict[str, bool] = field(default_factory=dict)
    kept: dict[str, bool] = field(default_factory=dict)
    repeats: dict[str, int] = field(default_factory=dict)


def expand_model(
    spec: ModelSpec,
    diagnostics: Diagnostics,
    *,
    settings: Mapping[str, Value] | None = None,
    input_shape: tuple[int | None, ...] | None = None,
) -> Graph | None:
    """Lay out the whole network. None where a mistake leaves its output unknown.

    `settings` override the model's parameters, `input_shape` its (C, H, W).
    """
    return _Expander(spec, diagnostics).run(settings or {}, input_shape)


class _Expander:
    def __init__(self, spec: ModelSpec, diagnostics: Diagnostics) -> None:
        self.spec = spec
        self.diagnostics = diagnostics
        self.built = _Building()

    def run(
        self,
        settings: Mapping[str, Value],
        input_shape: tuple[int | None, ...] | None,
    ) -> Graph | None:
        spec = self.spec
        sizes = input_shape or spec.input
        shape = tuple(
            OPEN_SIZES[axis - 1] if size is None else size
            for axis, size in enumerate(sizes)
        )
        env: dict[str, Value] = {
            p.name.text: p.default for p in spec.params if p.default is not None
        }
        env |= settings
        start = Signal(INPUT, shape, Reach(), spec.input_span)
        scope = Scope({**env, "in_channels": sizes[0] or 0})
        named: dict[str, Signal] = {}
        try:
            end = self._form(spec.form, start, scope, named)
            end = self._after(spec.norm, spec.act, end, scope, "")
            heads = self._heads(named, scope)
        except _TooLarge:
            return None
        if end.shape is None or None in heads.values():
            return None
        built = self.built
        return Graph(
            spec,
            env,
            shape,
            end.shape,
            {name: s for name, s in heads.items() if s is not None},
            tuple(built.nodes),
            tuple(built.regions),
            tuple(built.instances),
            built.layer_shapes,
            built.projected,
            built.added,
            built.kept,
            built.repeats,
        )

    def _heads(
        self, named: Mapping[str, Signal], scope: Scope
    ) -> dict[str, Shape | None]:
        shapes: dict[str, Shape | None] = {}
        for head in self.spec.heads:
            name = head.layer.name.text
            if name in named:
                self.diagnostics.error(
                    "PM207",
                    f"the head `{name}` has the name of a layer",
                    head.layer.name.span,
                    related=[Label(named[name].span, "the layer")],
                    help="rename one of them",
                )
            ending = self._layer(head.layer, _silent(head.layer), scope, dict(named))
            shapes[name] = ending.shape
        return shapes

    # -- forms ------------------------------------------------------------------

    def _form(
        self, form: Form, start: Signal, scope: Scope, named: dict[str, Signal]
    ) -> Signal:
        if isinstance(form, Series):
            return self._series(form, start, scope, named)
        if isinstance(form, Branches):
            return self._branches(form, start, scope, named)
        return self._residual(form, start, scope, named)

    def _series(
        self, series: Series, start: Signal, scope: Scope, named: dict[str, Signal]
    ) -> Signal:
        signal = start
        for layer in series.layers:
            signal = self._layer(layer, signal, scope, named)
            named[layer.name.text] = signal
        return signal

    def _branches(
        self, form: Branches, start: Signal, scope: Scope, named: dict[str, Signal]
    ) -> Signal:
        if form.split and start.shape is not None:
            start = self._split(form, start, scope)
        ends: list[Signal] = []
        for branch in form.branches:
            inner = scope.inline(branch.name.text, named)
            end = self._series(branch.path, start, inner, {})
            if not branch.path.layers:
                end = replace(end, span=branch.name.span)
            ends.append(end)
        return self._merge(OPS[MERGES[form.merge]], ends, scope, form.merge, form.span)

    def _split(self, form: Branches, start: Signal, scope: Scope) -> Signal:
        assert start.shape is not None
        parts, channels = len(form.branches), start.shape[0]
        if is_size(channels) and channels % parts:
            self._error(
                "PM305",
                f"{channels} channels cannot be split into {parts} equal parts",
                form.span,
                scope,
                help=f"let a multiple of {parts} channels come in",
            )
            return _lost(start)
        return replace(start, shape=(channels // parts, *start.shape[1:]))

    def _residual(
        self, form: Residual, start: Signal, scope: Scope, named: dict[str, Signal]
    ) -> Signal:
        body_scope = replace(scope, outer=(*scope.outer, named))
        body = self._series(form.body, start, body_scope, {})
        if body.shape is None or start.shape is None:
            return _lost(body)
        same = body.shape == start.shape
        self.built.added[scope.path] = True
        self.built.projected[scope.path] = False
        side = start
        if not same and form.shortcut == "where_equal":
            self.built.added[scope.path] = False
            return body
        if not same and isinstance(form.shortcut, Series):
            self.built.projected[scope.path] = True
            inner = scope.inline("shortcut", named)
            side = self._series(form.shortcut, start, inner, {})
        elif not same:
            self._error(
                "PM304",
                "the body of a residual changes the shape, but its shortcut is the "
                "identity",
                form.span,
                scope,
                label=f"{show_shape(start.shape)} comes in",
                related=[Label(body.span, f"{show_shape(body.shape)} comes out")],
                help="give `shortcut` layers that make the same change, or "
                "`shortcut: where_equal` for no addition here",
            )
            return _lost(body)
        return self._merge(OPS["Add"], [body, side], scope, "add", form.span)

    def _merge(
        self, op: OpDef, ends: list[Signal], scope: Scope, name: str, span: Span
    ) -> Signal:
        if any(end.shape is None for end in ends):
            return _lost(ends[0])
        return self._node(op, {}, ends, scope, name, "merge", None, span)

    # -- layers -----------------------------------------------------------------

    def _layer(
        self, layer: Layer, start: Signal, scope: Scope, named: dict[str, Signal]
    ) -> Signal:
        name = layer.name.text
        if layer.broken:
            return replace(_lost(start), span=layer.name.span)
        inputs = self._inputs(layer, start, scope, named)
        if layer.when is not None:
            held = self._value(layer.when, truth(), scope)
            if held is None:
                return _lost(start)
            self.built.kept[join(scope.path, name)] = bool(held)
            if not held:
                return inputs[0]
        if layer.repeat is None:
            end = self._once(layer, layer.body, inputs, scope, name, named, None)
        else:
            end = self._repeated(layer, inputs, scope, name, named)
        if end.shape is not None:
            self.built.layer_shapes[join(scope.path, name)] = end.shape
        return replace(end, span=layer.name.span)

    def _repeated(
        self,
        layer: Layer,
        inputs: list[Signal],
        scope: Scope,
        name: str,
        named: dict[str, Signal],
    ) -> Signal:
        assert layer.repeat is not None
        count = self._value(layer.repeat, integer(1), scope)
        if count is None:
            return _lost(inputs[0])
        self.built.repeats[join(scope.path, name)] = count
        for index in range(count):
            body = layer.body
            if index == 0 and layer.first and isinstance(body, Call):
                body = replace(body, args={**body.args, **layer.first})
            end = self._once(layer, body, inputs, scope, name, named, index)
            if end.shape is None:
                return end
            inputs = [end]
        return inputs[0]

    def _once(
        self,
        layer: Layer,
        body: Call | Form,
        inputs: list[Signal],
        scope: Scope,
        name: str,
        named: dict[str, Signal],
        index: int | None,
    ) -> Signal:
        """The layer once. In a repetition it is module number `index` of its name."""
        if any(signal.shape is None for signal in inputs):
            return _lost(inputs[0])
        label = name if index is None else f"{name}.{index}"
        module = f"{scope.module}{scope.attr}{label}"
        # A form that repeats is a class of its own, which has its norm and act inside.
        own_class = index is not None and not isinstance(body, Call)
        pieces = index is not None and not own_class and bool(layer.norm or layer.act)
        own = f"{module}.0" if pieces else module
        if isinstance(body, Call) and body.name in OPS and not _is_block(body, self):
            end = self._op(body, inputs, scope, label, own)
        elif isinstance(body, Call):
            end = self._block(body, inputs[0], scope, label, own)
        else:
            end = self._inline(layer, body, inputs[0], scope, label, own, named)
        if own_class:
            return end
        return self._after(
            layer.norm, layer.act, end, scope, label, module if pieces else None
        )

    def _inline(
        self,
        layer: Layer,
        form: Form,
        start: Signal,
        scope: Scope,
        label: str,
        module: str,
        named: Mapping[str, Signal],
    ) -> Signal:
        inner = scope.inline(label, named)
        repeated = layer.repeat is not None
        if repeated:  # a class of its own, which sees nothing but what comes in
            inner = replace(inner, module=f"{module}.", attr="", outer=())
        first = len(self.built.nodes)
        end = self._form(form, start, inner, {})
        if repeated:
            end = self._after(layer.norm, layer.act, end, inner, "")
        if end.shape is not None and start.shape is not None:
            title = type(form).__name__.lower()
            self._region(inner.path, title, form.span, first, start.shape, end.shape)
            if repeated:
                self._instance(form, inner, start, end)
        return end

    def _instance(self, form: Form, scope: Scope, start: Signal, end: Signal) -> None:
        assert start.shape is not None
        assert end.shape is not None
        self.built.instances.append(
            Instance(form, scope.path, scope.env, start.shape, end.shape)
        )

    def _region(
        self,
        path: str,
        title: str,
        span: Span,
        first: int,
        in_shape: Shape,
        shape: Shape,
    ) -> None:
        stop = len(self.built.nodes)
        self.built.regions.append(
            Region(path, title, span, first, stop, in_shape, shape)
        )

    def _inputs(
        self, layer: Layer, start: Signal, scope: Scope, named: dict[str, Signal]
    ) -> list[Signal]:
        if layer.inputs is None:
            return [start]
        found: list[Signal] = []
        for ident in layer.inputs:
            for names in (named, *reversed(scope.outer)):
                if ident.text in names:
                    found.append(names[ident.text])
                    break
            else:
                known = [n for names in (*scope.outer, named) for n in names]
                self._error(
                    "PM206",
                    f"there is no layer `{ident.text}` before this one",
                    ident.span,
                    scope,
                    help=self._later(ident, scope)
                    or did_you_mean(ident.text, known)
                    or "`from` names a layer that stands earlier in the same block "
                    "or repeated form",
                )
                found.append(_lost(start))
        return found

    def _later(self, ident: Ident, scope: Scope) -> str | None:
        """Help where the layer that `from` names stands further down."""
        blocks = self.spec.blocks
        form = blocks[scope.blocks[-1]].form if scope.blocks else self.spec.form
        if all(layer.name.text != ident.text for layer in layers_in(form)):
            return None
        return f"`{ident.text}` comes later: put this layer behind it"

    def _block(
        self, call: Call, start: Signal, scope: Scope, label: str, module: str
    ) -> Signal:
        block = self.spec.blocks[call.name]
        if call.name in scope.blocks:
            circle = " -> ".join((*scope.blocks, call.name))
            self._error(
                "PM208",
                f"block `{call.name}` contains itself: {circle}",
                call.span,
                scope,
                help="a block is built from ops and from other blocks",
            )
            return _lost(start)
        assert start.shape is not None
        env = self._block_env(block, call, scope)
        if env is None:
            return _lost(start)
        path = join(scope.path, label)
        note = f"in block `{call.name}`, expanded as `{path}` at {call.span.place}"
        inner = Scope(
            {**env, "in_channels": _channels(start.shape)},
            path,
            f"{module}.",
            "",
            (*scope.blocks, call.name),
            (note, *scope.notes),
        )
        first = len(self.built.nodes)
        end = self._form(block.form, start, inner, {})
        end = self._after(block.norm, block.act, end, inner, "")
        if end.shape is not None:
            self._region(path, call.name, call.span, first, start.shape, end.shape)
            self._instance(block.form, inner, start, end)
        return end

    def _block_env(
        self, block: Block, call: Call, scope: Scope
    ) -> dict[str, Value] | None:
        kinds = argument_kinds(block)
        env: dict[str, Value] = {}
        for param in block.params:
            name = param.name.text
            if name in call.args:
                value = self._value(call.args[name], kinds[name], scope)
                if value is None:
                    return None
                env[name] = value
            elif param.default is not None:
                env[name] = param.default
            else:
                return None  # reported by the parser
        return env

    # -- ops --------------------------------------------------------------------

    def _op(
        self, call: Call, inputs: list[Signal], scope: Scope, label: str, module: str
    ) -> Signal:
        op = OPS[call.name]
        args = self._bind(op, call, scope)
        if args is None:
            return _lost(inputs[0])
        own = module if op.layer is not None else None
        return self._node(op, args, inputs, scope, label, "op", own, call.span, call)

    def _after(
        self,
        norm: Call | None,
        act: Call | None,
        start: Signal,
        scope: Scope,
        label: str,
        sequential: str | None = None,
    ) -> Signal:
        """The normalisation and the activation behind a layer, block or form."""
        signal, position = start, 1
        for role, call in (("norm", norm), ("act", act)):
            if call is None or signal.shape is None:
                continue
            op = OPS[call.name]
            args = self._bind(op, call, scope)
            if args is None:
                return _lost(signal)
            module: str | None = after_attribute(
                f"{scope.module}{scope.attr}", label, role
            )
            if sequential is not None:
                module = f"{sequential}.{position}"
            elif role == "act" and op.function is not None:
                module = None
            signal = self._node(
                op, args, [signal], scope, label, role, module, call.span, call
            )
            position += 1
        return signal

    def _bind(self, op: OpDef, call: Call, scope: Scope) -> dict[str, Any] | None:
        """Every argument of the op with its value; None after a diagnostic."""
        bound: dict[str, Any] = {}
        sound = True
        for arg in op.args:
            given = call.args.get(arg.name)
            if given is None:
                if arg.required:
                    return None  # reported by the parser
                bound[arg.name] = arg.default
                continue
            value = self._value(given, arg.kind, scope)
            sound = sound and value is not None
            bound[arg.name] = arg.settled(value)
        return bound if sound else None

    def _node(
        self,
        op: OpDef,
        args: Mapping[str, Any],
        inputs: list[Signal],
        scope: Scope,
        label: str,
        role: str,
        module: str | None,
        span: Span,
        call: Call | None = None,
    ) -> Signal:
        shapes = tuple(signal.shape for signal in inputs if signal.shape is not None)
        try:
            shape = op.infer(args, shapes)
            self._need_sizes(op, shapes)
        except (ShapeIssue, NoValue) as issue:
            self._shape_error(issue, inputs, scope, role, span, call)
            return _lost(inputs[0])
        weights = op.weights.shapes(args, shapes, shape) if op.weights else {}
        if call is not None:
            self._check_init(call, weights, scope)
        index = len(self.built.nodes)
        if index >= MAX_NODES:
            self._error(
                "PM308",
                f"the network has more than {MAX_NODES} layers",
                span,
                scope,
                help="look for a `repeat` that is too large",
            )
            raise _TooLarge
        reach = _reach(op, args, inputs)
        self.built.nodes.append(
            Node(
                index,
                join(scope.path, label),
                role,
                op,
                args,
                tuple(signal.node for signal in inputs),
                shapes,
                shape,
                module,
                span,
                reach,
                params=sum(_product(s) for s in weights.values()),
                buffers=op.buffers(args, shapes) if op.buffers else 0,
                macs=op.macs(args, shapes, shape) if op.macs else 0,
            )
        )
        return Signal(index, shape, reach, span)

    def _check_init(
        self, call: Call, weights: Mapping[str, tuple[int, ...]], scope: Scope
    ) -> None:
        """The initializers' values, and whether they suit what they initialise."""
        for name, init in call.init.items():
            op = INITIALIZERS[init.name]
            args = self._bind(op, init, scope)
            if args is None or name not in weights:
                continue
            try:
                op.infer(args, (weights[name],))
            except ShapeIssue as issue:
                given = init.args.get(issue.arg or "")
                self._error(
                    issue.code,
                    issue.message,
                    given.span if given else init.span,
                    scope,
                    help=issue.help,
                )

    def _need_sizes(self, op: OpDef, shapes: tuple[Shape, ...]) -> None:
        """What the class is constructed with must be known, even under `any`."""
        for name, rule in op.inferred.items():
            found = rule(shapes[0])
            values = found if isinstance(found, tuple) else (found,)
            if not all(is_size(value) for value in values):
                raise ShapeIssue(
                    "PM307",
                    f"`{op.name}` needs its `{name}`, which `any` in the input leaves "
                    "open",
                    help="pool to a fixed size first, as with `op: AdaptiveAvgPool2D`, "
                    "or give the input a size",
                )

    # -- values and errors --------------------------------------------------------

    def _value(self, arg: Arg, kind: Kind, scope: Scope) -> Any:
        """The value of an argument here, or None after a diagnostic."""
        try:
            if isinstance(arg.value, tuple):
                value: Any = tuple(evaluate(item, scope.env) for item in arg.value)
            else:
                value = evaluate(arg.value, scope.env)
        except NoValue as error:
            if any(name not in scope.env for name in names_of(arg)):
                return None  # reported by the parser
            label = _worked_out(arg, scope)
            self._error(
                "PM309", f"no value here: {error}", arg.span, scope, label=label
            )
            return None
        problem = kind.check(value)
        if problem is not None:
            shown = list(value) if isinstance(value, tuple) else value
            self._error(
                "PM301",
                f"expected {problem}, found `{shown}`",
                arg.span,
                scope,
                label=_worked_out(arg, scope),
            )
            return None
        return value

    def _shape_error(
        self,
        issue: ShapeIssue | NoValue,
        inputs: list[Signal],
        scope: Scope,
        role: str,
        span: Span,
        call: Call | None,
    ) -> None:
        if isinstance(issue, NoValue):
            self._error("PM309", f"no size here: {issue}", span, scope)
            return
        given = call.args.get(issue.arg) if call and issue.arg else None
        advice: str | None = None
        related: list[Label] = []
        label = ""
        if len(inputs) > 1:
            spans = [signal.span for signal in inputs]
            shapes = [show_shape(s.shape) for s in inputs if s.shape is not None]
            odd = _odd_one_out([s.shape for s in inputs if s.shape is not None])
            advice = self._advice(inputs, odd)
            if role == "merge" and len(set(spans)) == len(spans):
                span, label = spans[odd], shapes[odd]
                rest = zip(spans, shapes, strict=True)
                related = [Label(s, t) for i, (s, t) in enumerate(rest) if i != odd]
            elif role != "merge":
                related = [Label(s, t) for s, t in zip(spans, shapes, strict=True)]
        elif inputs[0].shape is not None:
            label = f"{show_shape(inputs[0].shape)} arrives"
        self._error(
            issue.code,
            issue.message,
            given.span if given else span,
            scope,
            label=label,
            related=related,
            help=advice or issue.help,
        )

    def _advice(self, inputs: list[Signal], odd: int) -> str | None:
        """How the input that disagrees could be made to agree with the others."""
        node, other = inputs[odd].node, inputs[odd - 1]
        while node != INPUT and self.built.nodes[node].role in ("norm", "act"):
            node = self.built.nodes[node].inputs[0]
        if node == INPUT or other.shape is None:
            return None
        return padding_that_gives(self.built.nodes[node], other.shape)

    def _error(
        self,
        code: str,
        message: str,
        span: Span,
        scope: Scope,
        *,
        label: str = "",
        related: list[Label] | None = None,
        help: str | None = None,
    ) -> None:
        self.diagnostics.error(
            code,
            message,
            span,
            label=label,
            related=related or (),
            notes=scope.notes,
            help=help,
        )


def after_attribute(prefix: str, label: str, role: str) -> str:
    """The attribute of a normalisation or activation: `conv1_norm`, or `act` alone."""
    return f"{prefix}{label}_{role}" if label else f"{prefix}{role}"


def _is_block(call: Call, expander: _Expander) -> bool:
    return call.name in expander.spec.blocks


def _silent(layer: Layer) -> Signal:
    return Signal(INPUT, None, None, layer.name.span)


def _lost(signal: Signal) -> Signal:
    return replace(signal, shape=None)


def _channels(shape: Shape) -> int:
    return shape[0] if is_size(shape[0]) else 0


def _product(sizes: tuple[int, ...]) -> int:
    total = 1
    for size in sizes:
        total *= size
    return total


def _odd_one_out(shapes: list[Shape]) -> int:
    """The input that most others disagree with; the last of two."""
    ends = [shape[1:] for shape in shapes]
    counts = [ends.count(end) for end in ends]
    least = min(counts)
    return max(i for i, count in enumerate(counts) if count == least)


def _worked_out(arg: Arg, scope: Scope) -> str:
    if isinstance(arg.value, Const) or not isinstance(arg.value, Expr):
        return ""
    values = {n: scope.env[n] for n in names_in(arg.value) if n in scope.env}
    return ", ".join(f"${name} is {value}" for name, value in values.items())


def _reach(op: OpDef, args: Mapping[str, Any], inputs: list[Signal]) -> Reach | None:
    reaches = [signal.reach for signal in inputs]
    if op.window == "all" or any(reach is None for reach in reaches):
        return None
    known = [reach for reach in reaches if reach is not None]
    size = (max(r.field[0] for r in known), max(r.field[1] for r in known))
    jump = (max(r.jump[0] for r in known), max(r.jump[1] for r in known))
    if not callable(op.window):
        return Reach(size, jump)
    (high, step_high), (wide, step_wide) = op.window(args)
    return Reach(
        (size[0] + (high - 1) * jump[0], size[1] + (wide - 1) * jump[1]),
        (jump[0] * step_high, jump[1] * step_wide),
    )
