"""Ops in the expansion: their arguments get values, their outputs get shapes."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from pmgen.diagnostics.source import Span
from pmgen.expand.advice import Refusal
from pmgen.expand.errors import Reporter
from pmgen.expand.graph import Node, ReceptiveField, Role, join
from pmgen.expand.scope import GraphBuilder, Scope, Signal, lost
from pmgen.expressions.expression import MAX_VALUE, Const, Expr, NoValue, names_in
from pmgen.expressions.substitution import evaluate
from pmgen.language.names import after_attribute
from pmgen.language.spec import Act, Arg, Call, ChosenActivation
from pmgen.language.types import ACTIVATION, NO_ACTIVATION, PARAM_TYPES
from pmgen.language.visit import names_of
from pmgen.ops import INITIALIZERS, OPS
from pmgen.ops.definition import OpDef, Shape, ShapeIssue, WholeImage, is_size
from pmgen.ops.kinds import Kind

MAX_LAYERS = 20_000
_POOLS_TO_SIZE = next(
    op.name
    for op in OPS.values()
    if op.group == "pooling" and isinstance(op.window, WholeImage)
)


class TooLarge(Exception):
    """The limit on layers is reached and reported."""


class NodeBuilder:
    """Adds nodes to what is built, or reports why it cannot."""

    def __init__(self, report: Reporter, built: GraphBuilder) -> None:
        self.report = report
        self.built = built
        self.layers = 0

    def count_layers(
        self, count: int, span: Span, scope: Scope, ahead: bool = False
    ) -> None:
        """Count layers before they are laid out. Raises TooLarge past the limit.

        Empty blocks count too, since repeating them takes as long. Layers `ahead` are
        only compared with the limit; they are counted when they are reached.
        """
        layers = self.layers + count
        if not ahead:
            self.layers = layers
        if layers > MAX_LAYERS:
            self.report.error(
                "PM308",
                f"the network has more than {MAX_LAYERS:,} layers",
                span,
                scope,
                help="look for a `repeat` that is too large",
            )
            raise TooLarge

    def op(
        self, call: Call, inputs: list[Signal], scope: Scope, label: str, module: str
    ) -> Signal:
        """An op that a layer names."""
        op = OPS[call.name]
        args = self.bind(op, call, scope)
        if args is None:
            return lost(inputs[0])
        own = module if op.layer is not None else None
        return self.node(op, args, inputs, scope, label, "op", own, call.span, call)

    def after(
        self,
        norm: Call | None,
        act: Act | None,
        start: Signal,
        scope: Scope,
        label: str,
        sequential: str | None = None,
    ) -> Signal:
        """The normalisation and the activation behind a layer, block or form."""
        signal, position = start, 1
        behind: tuple[tuple[Role, Act | None], ...] = (("norm", norm), ("act", act))
        for role, call in behind:
            if call is None or signal.shape is None:
                continue
            if isinstance(call, ChosenActivation):
                name = self.value(call.param, PARAM_TYPES[ACTIVATION], scope)
                if name is None:
                    return lost(signal)
                if name == NO_ACTIVATION:
                    continue
                call = Call(name, call.span)
            op = OPS[call.name]
            args = self.bind(op, call, scope)
            if args is None:
                return lost(signal)
            attribute = after_attribute(label, role)
            module: str | None = f"{scope.module}{scope.attr}{attribute}"
            if sequential is not None:
                module = f"{sequential}.{position}"
            elif role == "act" and op.function is not None:
                module = None
            signal = self.node(
                op, args, [signal], scope, label, role, module, call.span, call
            )
            position += 1
        return signal

    def bind(self, op: OpDef, call: Call, scope: Scope) -> dict[str, Any] | None:
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
            value = self.value(given, arg.kind, scope)
            sound = sound and value is not None
            bound[arg.name] = arg.settled(value)
        return bound if sound else None

    def node(
        self,
        op: OpDef,
        args: Mapping[str, Any],
        inputs: list[Signal],
        scope: Scope,
        label: str,
        role: Role,
        module: str | None,
        span: Span,
        call: Call | None = None,
    ) -> Signal:
        """One more node; its shape is lost where the op refuses what arrives."""
        shapes = tuple(signal.shape for signal in inputs if signal.shape is not None)
        try:
            shape = op.infer(args, shapes)
            _need_bounded(shape)
            self._need_sizes(op, shapes)
        except (ShapeIssue, NoValue) as issue:
            refusal = Refusal(issue, op, args, shapes)
            self.report.shape_error(refusal, inputs, scope, role, span, call)
            return lost(inputs[0])
        weights = op.weights.shapes(args, shapes, shape) if op.weights else {}
        if call is not None:
            self._check_init(call, weights, scope)
        index = len(self.built.nodes)
        receptive_field = _receptive_field(op, args, inputs)
        self.built.nodes.append(
            Node(
                index=index,
                path=join(scope.path, label),
                role=role,
                op=op,
                args=args,
                inputs=tuple(signal.node for signal in inputs),
                in_shapes=shapes,
                shape=shape,
                module=module,
                span=span,
                receptive_field=receptive_field,
                params=sum(map(prod, weights.values())),
                buffers=op.buffers(args, shapes) if op.buffers else 0,
                given={k: v.span for k, v in call.args.items()} if call else {},
                macs=_macs(op, args, shapes, shape),
            )
        )
        return Signal(index, shape, receptive_field, span)

    def _check_init(
        self, call: Call, weights: Mapping[str, tuple[int, ...]], scope: Scope
    ) -> None:
        """The initializers' values, and whether they suit what they initialise."""
        for name, init in call.init.items():
            op = INITIALIZERS[init.name]
            args = self.bind(op, init, scope)
            if args is None or name not in weights:
                continue
            try:
                op.infer(args, (weights[name],))
            except ShapeIssue as issue:
                given = init.args.get(issue.arg or "")
                self.report.error(
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
                    help=f"pool to a fixed size first, as with `op: {_POOLS_TO_SIZE}`, "
                    "or give the input a size",
                )

    def value(self, arg: Arg, kind: Kind, scope: Scope) -> Any:
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
            self.report.error(
                "PM309",
                f"no value here: {error}",
                arg.span,
                scope,
                label=label,
                related=self.report.declared(arg, scope),
                help=_other_value(arg),
            )
            return None
        problem = kind.check(value)
        if problem is not None:
            shown = list(value) if isinstance(value, tuple) else value
            self.report.error(
                "PM301",
                f"expected {problem}, found `{shown}`",
                arg.span,
                scope,
                label=_worked_out(arg, scope),
                related=self.report.declared(arg, scope),
            )
            return None
        return value


def _macs(
    op: OpDef, args: Mapping[str, Any], shapes: tuple[Shape, ...], shape: Shape
) -> int | None:
    """The op's multiply-accumulates; None where a size is open."""
    try:
        return op.macs(args, shapes, shape) if op.macs else 0
    except NoValue:
        return None


def _need_bounded(shape: Shape) -> None:
    """Raises NoValue for a size that is too large for a tensor: it would only grow."""
    if any(is_size(size) and size > MAX_VALUE for size in shape):
        raise NoValue("the number is too large")


def _other_value(arg: Arg) -> str | None:
    if not isinstance(arg.value, Expr):
        return None
    names = " or ".join(f"`${name}`" for name in dict.fromkeys(names_in(arg.value)))
    return f"give {names} another value" if names else None


def _worked_out(arg: Arg, scope: Scope) -> str:
    if isinstance(arg.value, Const) or not isinstance(arg.value, Expr):
        return ""
    values = {n: scope.env[n] for n in names_in(arg.value) if n in scope.env}
    return ", ".join(f"${name} is {value}" for name, value in values.items())


def _receptive_field(
    op: OpDef, args: Mapping[str, Any], inputs: list[Signal]
) -> ReceptiveField | None:
    fields = [s.receptive_field for s in inputs if s.receptive_field is not None]
    if isinstance(op.window, WholeImage) or len(fields) < len(inputs):
        return None
    size, jump = _widest(fields)
    if op.window is None:
        return ReceptiveField(size, jump)
    (high, step_high), (wide, step_wide) = op.window(args)
    return ReceptiveField(
        (size[0] + (high - 1) * jump[0], size[1] + (wide - 1) * jump[1]),
        (jump[0] * step_high, jump[1] * step_wide),
    )


def _widest(fields: list[ReceptiveField]) -> tuple[tuple[int, int], tuple[int, int]]:
    """The largest size and jump of several receptive fields."""
    return (
        (max(r.size[0] for r in fields), max(r.size[1] for r in fields)),
        (max(r.jump[0] for r in fields), max(r.jump[1] for r in fields)),
    )
