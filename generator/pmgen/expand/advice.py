"""What the help and the notes of a shape's mistake say: numbers, and edits that fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pmgen.diagnostics.source import Span
from pmgen.expand.edits import (
    Edit,
    ancestors,
    chain_to,
    edit_before,
    edit_that_gives,
    edits_that_fit,
    how_it_shrank,
)
from pmgen.expand.graph import Node
from pmgen.expand.scope import GraphBuilder, Signal
from pmgen.expressions.expression import NoValue, Value
from pmgen.expressions.parser import ExpressionError, parse_expression
from pmgen.expressions.substitution import evaluate
from pmgen.ops import PROJECTION
from pmgen.ops.definition import OpDef, Shape, ShapeIssue, is_size

_STEEPEST = 8  # stride of a shortcut that is proposed


@dataclass(frozen=True)
class Refusal:
    """A shape rule's refusal, with the op, its arguments and what arrives."""

    issue: ShapeIssue | NoValue
    op: OpDef
    args: Mapping[str, Any]
    shapes: tuple[Shape, ...]


class Advisor:
    """Looks through what is built for the layers at fault and for the least edit."""

    def __init__(self, built: GraphBuilder) -> None:
        self.built = built

    def for_op(self, refusal: Refusal, signal: Signal, notes: list[str]) -> str | None:
        """For an op that does not take what arrives; adds to `notes` which layers made
        the image so small."""
        if getattr(refusal.issue, "code", "") != "PM302":
            return None
        nodes = self.built.nodes
        chain = chain_to(nodes, signal.node, frozenset())
        shrank = how_it_shrank(chain)
        if shrank is not None and getattr(refusal.issue, "arg", "") != "padding":
            notes.append(shrank)  # the image is too small, not the border too large
        fits = edits_that_fit(refusal.op, refusal.args, refusal.shapes)
        before = edit_before(chain, refusal.op, refusal.args)
        if before is not None:
            fits.append(f"{before.text} in `{before.node.path}`")
        if not fits:
            return None
        return f"{_listed(fits)} would fit"

    def for_inputs(
        self,
        inputs: list[Signal],
        odd: int,
        notes: list[str],
        span: Span,
        names: Mapping[str, Value],
        *,
        only_sizes: bool = False,
    ) -> str | None:
        """For inputs that disagree: an edit to the odd one or else to another, in
        height and width if they alone have to agree."""
        nodes = self.built.nodes
        notes += self._changed_elsewhere(inputs[odd], span)
        if len({s.shape[1:] for s in inputs if s is not inputs[odd] and s.shape}) > 1:
            return None  # no one edit makes them agree
        order = [odd, *(i for i in reversed(range(len(inputs))) if i != odd)]
        found: list[tuple[int, str]] = []
        for mine in order if len(inputs) == 2 else order[:1]:
            others = [s.node for i, s in enumerate(inputs) if i != mine]
            chain = chain_to(nodes, inputs[mine].node, ancestors(nodes, others))
            wanted = inputs[mine - 1].shape
            here = inputs[mine].shape
            if wanted is None or here is None or len(wanted) != len(here):
                return None
            if mine == odd and here[1:] != wanted[1:]:
                shrank = how_it_shrank(chain)
                ops = [node for node in chain if node.role == "op"]
                if shrank is not None and len(ops) > 1:
                    notes.insert(0, shrank)
            channels = not only_sizes or here[1:] == wanted[1:]
            edit = edit_that_gives(chain, wanted, channels=channels)
            if edit is not None:
                last = [node for node in chain if node.role == "op"][-1:]
                marked = mine == odd and span == inputs[odd].span
                named = not marked or last != [edit.node]
                words = self._said(edit, wanted, others, names, named=named)
                found.append((edit.weight, words))
        return min(found, key=lambda item: item[0])[1] if found else None

    def projection(
        self, start: Signal, body: Signal, names: Mapping[str, Value]
    ) -> str | None:
        """The 1 x 1 convolution that changes a shape as the body does, as a spec has
        it; None where no stride does."""
        before, after = start.shape or (), body.shape or ()
        if len(before) != 3 or len(after) != 3 or not is_size(after[0]):
            return None
        args = {arg.name: arg.default for arg in PROJECTION.args}
        for stride in range(1, _STEEPEST + 1):
            now = {"out_channels": after[0], "kernel_size": 1, "stride": stride}
            if PROJECTION.infer({**args, **now}, (before,)) == after:
                break
        else:
            return None
        written = {name: str(value) for name, value in now.items()}
        for name in ("out_channels", "stride"):
            text = self._as_written(name, now[name], [body.node], names)
            written[name] = text or written[name]
        if stride == 1:
            del written["stride"]
        words = ", ".join(f"{name}: {text}" for name, text in written.items())
        return f"{{conv: {{op: {PROJECTION.name}, {words}}}}}"

    def _said(
        self,
        edit: Edit,
        wanted: Shape,
        others: list[int],
        names: Mapping[str, Value],
        *,
        named: bool,
    ) -> str:
        """The edit in words, with the layer's name where no mark shows it."""
        text = None
        if not self._inside_a_block(edit.node):
            text = self._as_written(edit.arg, edit.value, others, names)
        words = edit.text if text is None else f"`{edit.arg}: {text}`"
        if named:
            words += f" in `{edit.node.path}`"
        return f"{words} {edit.effect(wanted)}"

    def _as_written(
        self, arg: str, value: int, others: list[int], names: Mapping[str, Value]
    ) -> str | None:
        """The expression that gives the value in what stands beside it, if one does."""
        nodes = self.built.nodes
        for index in sorted(ancestors(nodes, others), reverse=True)[:12]:
            node = nodes[index]
            span = node.given.get(arg)
            if span is None or node.args.get(arg) != value:
                continue
            text = span.file.line(span.line)[span.column - 1 : span.end_column - 1]
            whole = text.startswith("$") and span.line == span.end_line
            if whole and _value_of(text, names) == value:
                return text
        return None

    def _inside_a_block(self, node: Node) -> bool:
        """True where the names that the node sees are not those that hold here."""
        return any(
            node.path.startswith(f"{done.path}.")
            for done in self.built.regions
            if done.own_class
        )

    def _changed_elsewhere(self, signal: Signal, span: Span) -> list[str]:
        """Where another file than the span's sets an argument of the layer."""
        chain = chain_to(self.built.nodes, signal.node, frozenset())
        ops = [node for node in chain if node.role not in ("norm", "act")]
        return [
            f"`{name}` is set at {place.place}"
            for node in ops[-1:]
            for name, place in node.given.items()
            if place.file is not span.file
        ]


def odd_one_out(shapes: list[Shape]) -> int:
    """The input that most others disagree with; the last of two."""
    ends = [shape[1:] for shape in shapes]
    counts = [ends.count(end) for end in ends]
    least = min(counts)
    return max(i for i, count in enumerate(counts) if count == least)


def _value_of(text: str, names: Mapping[str, Value]) -> Value | None:
    try:
        return evaluate(parse_expression(text), names)
    except (ExpressionError, NoValue, KeyError):
        return None


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
