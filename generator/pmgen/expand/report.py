"""The expansion's mistakes: their places, labels and help."""

from __future__ import annotations

from pmgen.advice import padding_that_gives
from pmgen.diagnostics import Diagnostics, Label
from pmgen.expand.scope import Building, Scope, Signal
from pmgen.expressions import NoValue
from pmgen.graph import INPUT
from pmgen.ops.definition import Shape, ShapeIssue, show_shape
from pmgen.source import Span
from pmgen.spec import Call, Ident, ModelSpec
from pmgen.walk import layers_in

MAX_FORMS = 40  # inside each other
_NOTES = 3


class Reporter:
    """Reports mistakes with the notes of the scope that they stand in."""

    def __init__(
        self, spec: ModelSpec, diagnostics: Diagnostics, built: Building
    ) -> None:
        self.spec = spec
        self.diagnostics = diagnostics
        self.built = built

    def shape_error(
        self,
        issue: ShapeIssue | NoValue,
        inputs: list[Signal],
        scope: Scope,
        role: str,
        span: Span,
        call: Call | None,
    ) -> None:
        """A refusal by a shape rule, at the argument or the input at fault."""
        if isinstance(issue, NoValue):
            self.error(
                "PM309",
                f"no size here: {issue}",
                span,
                scope,
                label=f"{show_shape(inputs[0].shape or ())} arrives",
                help="let fewer layers change the size, or give the input one",
            )
            return
        given = call.args.get(issue.arg) if call and issue.arg else None
        advice: str | None = None
        notes: list[str] = []
        related: list[Label] = []
        label = ""
        if len(inputs) > 1:
            spans = [signal.span for signal in inputs]
            shapes = [show_shape(s.shape) for s in inputs if s.shape is not None]
            odd = _odd_one_out([s.shape for s in inputs if s.shape is not None])
            advice = self._advice(inputs, odd)
            if role == "merge" and len(set(spans)) == len(spans):
                span, label = spans[odd], shapes[odd]
                notes = self._changed_elsewhere(inputs[odd], span)
                rest = zip(spans, shapes, strict=True)
                related = [Label(s, t) for i, (s, t) in enumerate(rest) if i != odd]
            elif role != "merge":
                related = [Label(s, t) for s, t in zip(spans, shapes, strict=True)]
        elif inputs[0].shape is not None:
            label = f"{show_shape(inputs[0].shape)} arrives"
        self.error(
            issue.code,
            issue.message,
            given.span if given else span,
            scope,
            label=label,
            related=related,
            notes=notes,
            help=advice or issue.help,
        )

    def _changed_elsewhere(self, signal: Signal, span: Span) -> list[str]:
        """Where another file than the span's sets an argument of the layer."""
        node = self._layer_of(signal)
        if node is None:
            return []
        return [
            f"`{name}` is set at {place.place}"
            for name, place in self.built.nodes[node].given.items()
            if place.file is not span.file
        ]

    def _layer_of(self, signal: Signal) -> int | None:
        """The op of the layer that gives a signal, behind its norm and activation."""
        node = signal.node
        while node != INPUT and self.built.nodes[node].role in ("norm", "act"):
            node = self.built.nodes[node].inputs[0]
        return None if node == INPUT else node

    def _advice(self, inputs: list[Signal], odd: int) -> str | None:
        """How the input that disagrees could be made to agree with the others."""
        node, other = self._layer_of(inputs[odd]), inputs[odd - 1]
        if node is None or other.shape is None:
            return None
        return padding_that_gives(self.built.nodes[node], other.shape)

    def error(
        self,
        code: str,
        message: str,
        span: Span,
        scope: Scope,
        *,
        label: str = "",
        related: list[Label] | None = None,
        notes: list[str] | None = None,
        help: str | None = None,
    ) -> None:
        """An error with the notes of its scope: where a block was expanded."""
        self.diagnostics.error(
            code,
            message,
            span,
            label=label,
            related=related or (),
            notes=(*(notes or ()), *_shown(scope.notes)),
            help=help,
        )

    def too_deep(self, depth: int, span: Span, scope: Scope) -> bool:
        """True, and an error, where forms lie inside each other past the limit."""
        if depth < MAX_FORMS:
            return False
        self.error(
            "PM310",
            f"forms nest deeper than {MAX_FORMS} levels, blocks counted in",
            span,
            scope,
            help="let fewer blocks lie inside each other",
        )
        return True

    def later(self, ident: Ident, scope: Scope) -> str | None:
        """Help where the layer that `from` names is there, but cannot be seen."""
        if any(ident.text in names for names in scope.hidden):
            return (
                f"`{ident.text}` stands outside this form, which repeats and sees only "
                "what comes in"
            )
        blocks = self.spec.blocks
        form = blocks[scope.blocks[-1]].form if scope.blocks else self.spec.form
        if all(layer.name.text != ident.text for layer in layers_in(form)):
            return None
        return f"`{ident.text}` comes later: put this layer behind it"


def _shown(notes: tuple[str, ...]) -> tuple[str, ...]:
    """Of blocks inside blocks inside blocks, the inner ones and the outermost."""
    left_out = len(notes) - 2 * _NOTES
    if left_out < 2:
        return notes
    return (*notes[:_NOTES], f"in {left_out} more blocks", *notes[-_NOTES:])


def _odd_one_out(shapes: list[Shape]) -> int:
    """The input that most others disagree with; the last of two."""
    ends = [shape[1:] for shape in shapes]
    counts = [ends.count(end) for end in ends]
    least = min(counts)
    return max(i for i, count in enumerate(counts) if count == least)
