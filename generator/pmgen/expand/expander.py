"""ModelSpec -> Graph: every block laid out, every shape worked out.

The two go together, because what a block becomes depends on what comes in: a shortcut
is built where the body changes the shape, `$in_channels` is a number only here. A
signal whose shape is unknown after a mistake silences all that follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.diagnostics.source import Span
from pmgen.expand.errors import Reporter
from pmgen.expand.graph import INPUT, Graph, ReceptiveField, ShortcutKind, join
from pmgen.expand.nodes import NodeBuilder, TooLarge
from pmgen.expand.scope import GraphBuilder, Scope, Signal, channels_of, lost
from pmgen.expand.trials import Trials
from pmgen.expressions.expression import Value
from pmgen.language.spec import (
    IN_CHANNELS,
    WHAT_COMES_IN,
    Branches,
    Call,
    Form,
    Layer,
    ModelSpec,
    Residual,
    Series,
    Shortcut,
)
from pmgen.ops import ADD, MERGES, OPS
from pmgen.ops.definition import OPEN_SIZES, OpDef, is_size
from pmgen.ops.kinds import integer, truth


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
    values = settings or {}

    def lay_out(changed: ModelSpec, into: Diagnostics, go_on: bool) -> int:
        trial = _Expander(changed, into, None, go_on=go_on)
        trial.run(values, input_shape)
        return trial.nodes.layers

    trials = Trials(spec, lay_out)
    return _Expander(spec, diagnostics, trials).run(values, input_shape)


class _Expander:
    def __init__(
        self,
        spec: ModelSpec,
        diagnostics: Diagnostics,
        trials: Trials | None,
        *,
        go_on: bool = False,
    ) -> None:
        self.spec = spec
        self.diagnostics = diagnostics
        self.built = GraphBuilder()
        self.report = Reporter(spec, diagnostics, self.built, trials, go_on)
        self.nodes = NodeBuilder(self.report, self.built)
        self.depth = 0

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
        start = Signal(INPUT, shape, ReceptiveField(), spec.input_span)
        scope = Scope(env={**env, IN_CHANNELS: sizes[0] or 0})
        named = {WHAT_COMES_IN: start}
        try:
            end = self._form(spec.form, start, scope, named)
            end = self.nodes.after(spec.norm, spec.act, end, scope, "")
            heads = self._heads(named, scope)
            shapes = {name: signal.shape for name, signal in heads.items()}
        except TooLarge:
            return None
        if end.shape is None or None in shapes.values():
            return None
        built = self.built
        return Graph(
            spec=spec,
            env=env,
            input=shape,
            output=end.shape,
            heads={name: s for name, s in shapes.items() if s is not None},
            nodes=tuple(built.nodes),
            regions=tuple(built.regions),
            layer_shapes=built.layer_shapes,
            shortcuts=built.shortcuts,
            kept=built.kept,
            dropped=tuple(built.dropped),
            end=end.node,
            head_ends={name: signal.node for name, signal in heads.items()},
        )

    def _heads(self, named: Mapping[str, Signal], scope: Scope) -> dict[str, Signal]:
        ends: dict[str, Signal] = {}
        for head in self.spec.heads:
            name = head.layer.name.text
            if name in named:
                self.report.head_named_as_layer(head.layer.name, named[name].span)
            silent = Signal(INPUT, None, None, head.layer.name.span)
            ends[name] = self._layer(head.layer, silent, scope, dict(named))
        return ends

    # -- forms ------------------------------------------------------------------

    def _form(
        self, form: Form, start: Signal, scope: Scope, named: dict[str, Signal]
    ) -> Signal:
        if self.report.too_deep(self.depth, form.span, scope):
            return lost(start)
        self.depth += 1
        if isinstance(form, Series):
            end = self._series(form, start, scope, named)
        elif isinstance(form, Branches):
            end = self._branches(form, start, scope, named)
        else:
            end = self._residual(form, start, scope, named)
        self.depth -= 1
        return end

    def _series(
        self, series: Series, start: Signal, scope: Scope, named: dict[str, Signal]
    ) -> Signal:
        signal = start
        for layer in series.layers:
            named[layer.name.text] = signal = self._layer(layer, signal, scope, named)
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
            self.report.error(
                "PM305",
                f"{channels} channels cannot be split into {parts} equal parts",
                form.span,
                scope,
                help=f"let a multiple of {parts} channels come in",
            )
            return lost(start)
        return replace(start, shape=(channels // parts, *start.shape[1:]))

    def _residual(
        self, form: Residual, start: Signal, scope: Scope, named: dict[str, Signal]
    ) -> Signal:
        inner = replace(scope, outer=(*scope.outer, named))
        body = self._series(form.body, start, inner, {})
        if body.shape is None or start.shape is None:
            return lost(body)
        kind, side = ShortcutKind.IDENTITY, start
        if body.shape != start.shape:
            if form.shortcut is Shortcut.IDENTITY:
                self.report.changed_shape(body, start, form, scope)
                return body if self.report.go_on else lost(body)
            if form.shortcut is Shortcut.WHERE_EQUAL:
                self.built.shortcuts[scope.path] = ShortcutKind.NONE
                return body
            kind = ShortcutKind.PROJECTION
            inner = scope.inline("shortcut", named)
            side = self._series(form.shortcut, start, inner, {})
        self.built.shortcuts[scope.path] = kind
        return self._merge(ADD, [body, side], scope, "add", form.span)

    def _merge(
        self, op: OpDef, ends: list[Signal], scope: Scope, name: str, span: Span
    ) -> Signal:
        if any(end.shape is None for end in ends):
            return lost(ends[0])
        return self.nodes.node(op, {}, ends, scope, name, "merge", None, span)

    # -- layers -----------------------------------------------------------------

    def _layer(
        self, layer: Layer, start: Signal, scope: Scope, named: dict[str, Signal]
    ) -> Signal:
        name = layer.name.text
        if layer.broken:
            return replace(lost(start), span=layer.name.span)
        if layer.allow:
            scope = replace(scope, allow=(*scope.allow, *layer.allow))
        inputs = self._inputs(layer, start, scope, named)
        if layer.when is not None:
            held = self.nodes.value(layer.when, truth(), scope)
            if held is None:
                return lost(start)
            self.built.kept[join(scope.path, name)] = bool(held)
            if not held:
                self.built.drop(layer, inputs, scope)
                return inputs[0]
        if layer.repeat is None:
            self.nodes.count_layers(1, layer.name.span, scope)
            end = self._once(layer, layer.body, inputs, scope, name, named, None)
        else:
            end = self._repeated(layer, inputs, scope, name, named)
        if end.shape is not None:
            self.built.layer_shapes[join(scope.path, name)] = end.shape
        return Signal(end.node, end.shape, end.receptive_field, layer.name.span)

    def _repeated(
        self,
        layer: Layer,
        inputs: list[Signal],
        scope: Scope,
        name: str,
        named: dict[str, Signal],
    ) -> Signal:
        assert layer.repeat is not None
        count = self.nodes.value(layer.repeat, integer(1), scope)
        if count is None:
            return lost(inputs[0])
        self.nodes.count_layers(count, layer.repeat.span, scope)
        for index in range(count):
            before = self.nodes.layers
            body = layer.body_at(index)
            end = self._once(layer, body, inputs, scope, name, named, index)
            if end.shape is None:
                return end
            inputs = [end]
            if index == 1:  # the first to be as all that follow, apart from `first`
                rest = (count - 2) * (self.nodes.layers - before)
                self.nodes.count_layers(rest, layer.repeat.span, scope, ahead=True)
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
            return lost(inputs[0])
        label = name if index is None else f"{name}.{index}"
        module = f"{scope.module}{scope.attr}{label}"
        # A form that repeats is a class of its own, which has its norm and act inside.
        own_class = index is not None and not isinstance(body, Call)
        pieces = index is not None and not own_class and bool(layer.norm or layer.act)
        own = f"{module}.0" if pieces else module
        blocks = self.spec.blocks
        if isinstance(body, Call) and body.name in OPS and body.name not in blocks:
            end = self.nodes.op(body, inputs, scope, label, own)
        elif isinstance(body, Call):
            end = self._block(body, inputs[0], scope, label, own)
        else:
            end = self._inline(layer, body, inputs[0], scope, label, own, named)
        if own_class:
            return end
        return self.nodes.after(
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
        repeated = layer.repeat is not None
        where = "a form that repeats"
        if repeated and self.report.open_features(start, where, form.span, scope):
            return lost(start)
        inner = scope.inline(label, named)
        if repeated:
            inner = scope.repeated(label, named, module)
        first = len(self.built.nodes)
        end = self._form(form, start, inner, {WHAT_COMES_IN: start} if repeated else {})
        if repeated:
            end = self.nodes.after(layer.norm, layer.act, end, inner, "")
        self.built.add_region(
            form,
            inner,
            start,
            end,
            title=type(form).__name__.lower(),
            span=form.span,
            first=first,
            own_class=repeated,
        )
        return end

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
                self.report.no_such_layer(ident, known, scope, layer.name.text)
                found.append(lost(start))
        return found

    def _block(
        self, call: Call, start: Signal, scope: Scope, label: str, module: str
    ) -> Signal:
        block = self.spec.blocks[call.name]
        if call.name in scope.blocks:
            circle = " -> ".join((*scope.blocks, call.name))
            self.report.error(
                "PM208",
                f"block `{call.name}` contains itself: {circle}",
                call.span,
                scope,
                help="a block is built from ops and from other blocks",
            )
            return lost(start)
        if self.report.open_features(start, f"block `{call.name}`", call.span, scope):
            return lost(start)
        env = self.nodes.values_in(block, call, scope)
        if env is None:
            return lost(start)
        path = join(scope.path, label)
        note = f"in block `{call.name}`, expanded as `{path}` at {call.span.place}"
        inner = Scope(
            env={**env, IN_CHANNELS: channels_of(start.shape or ())},
            path=path,
            module=f"{module}.",
            blocks=(*scope.blocks, call.name),
            notes=(note, *scope.notes),
            allow=scope.allow,
        )
        first = len(self.built.nodes)
        end = self._form(block.form, start, inner, {WHAT_COMES_IN: start})
        end = self.nodes.after(block.norm, block.act, end, inner, "")
        self.built.add_region(
            block.form,
            inner,
            start,
            end,
            title=call.name,
            span=call.span,
            first=first,
            own_class=True,
        )
        return end
