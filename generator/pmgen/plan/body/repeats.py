"""`repeat`: several of a layer in an `nn.Sequential`, written as briefly as is exact.

The first may differ, by `first` or by what comes in; from where the shape no longer
changes, the rest are equal. Channels that grow by a constant (DenseNet) are counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from pmgen.expressions.expression import Binary, Expr, Name, as_expr, fold, simplest
from pmgen.language.spec import Call, Layer
from pmgen.ops import OPS
from pmgen.ops.definition import Dim, Shape
from pmgen.plan.body.calls import UNDECIDED, NotSymbolic, constructor, settled, symbolic
from pmgen.plan.body.flow import Inline, Place
from pmgen.plan.body.writer import BodyWriter
from pmgen.plan.layout import Code, Formula, Invoke, Many

_INDICES = "ijkmn"


def repeated(
    writer: BodyWriter, layer: Layer, shape: Shape, place: Place
) -> tuple[Code, Shape]:
    """The Sequential of a layer that repeats, and the shape after it.

    Raises NotSymbolic where the number is open and the repetitions do not settle.
    """
    assert layer.repeat is not None
    count = symbolic(layer.repeat, writer.env)
    repeat = _Repeat(writer, layer, place)
    if isinstance(count, Expr):
        entries, after = repeat.open_count(shape, count)
    else:
        entries, after = repeat.counted(shape, count)
    return Invoke("nn.Sequential", tuple(entries)), after


@dataclass(frozen=True)
class _Repeat:
    """A layer that repeats, and where its class is written."""

    writer: BodyWriter
    layer: Layer
    place: Place

    def counted(self, shape: Shape, count: int) -> tuple[list[Code], Shape]:
        """The entries of a known number of repetitions, and the shape after them."""
        entry, current = self.entry(shape, 0)
        if count > 2 and not self.layer.first and current != shape:
            grown = self.growing(shape, count)
            if grown is not None:
                return [grown[0]], grown[1]
        entries = [entry]
        while len(entries) < count:
            entry, following = self.entry(current, len(entries))
            rest = count - len(entries)
            if following == current:
                entries += [entry] * rest
            elif rest > 2 and (grown := self.growing(current, rest)):
                entries.append(grown[0])
                current = grown[1]
                break
            else:
                entries.append(entry)
                current = following
        return _grouped(entries), current

    def open_count(self, shape: Shape, count: Expr) -> tuple[list[Code], Shape]:
        """The entries where a parameter sets the number. Raises NotSymbolic."""
        start, after_start = self.entry(shape, 0)
        rest, after_rest = self.entry(after_start, 1)
        if after_rest == after_start:
            if rest == start:
                return [Many(start, "_", Formula(count))], after_rest
            return [start, Many(rest, "_", Formula(as_expr(count - 1)))], after_rest
        grown = None if self.layer.first else self.growing(shape, count)
        if grown is None:
            raise NotSymbolic("each of a `repeat` differs from the one before")
        return [grown[0]], grown[1]

    def entry(self, shape: Shape, index: int) -> tuple[Code, Shape]:
        """One repetition: a constructor, or a small Sequential with what follows it."""
        writer, layer = self.writer, self.layer
        body = layer.body_at(index)
        label = f"{layer.name.text}.{index}"
        if not isinstance(body, Call):
            own = Inline(body, layer.norm, layer.act)
            return writer.instance(own, shape, self.place, label)
        if body.name in writer.graph.spec.blocks:
            code, after = writer.instance(body, shape, self.place, label)
        else:
            after = writer.shape_of(OPS[body.name], body, (shape,))
            code = constructor(OPS[body.name], body, shape, writer.env)
        pieces = [code]
        for given in (layer.norm, layer.act):
            call = settled(given, writer.env)
            if isinstance(call, Name):
                pieces.append(Invoke(call.name))
            elif call is not None:
                pieces.append(constructor(OPS[call.name], call, after, writer.env))
                after = writer.shape_of(OPS[call.name], call, (after,))
        if len(pieces) == 1:
            return pieces[0], after
        return Invoke("nn.Sequential", tuple(pieces)), after

    def growing(self, shape: Shape, count: Dim) -> tuple[Code, Shape] | None:
        """Repetitions whose channels grow by a constant, from `shape` on; None where
        they do not."""
        index = next(Name(name) for name in _INDICES if name not in self.writer.taken)
        try:
            _, second = self.entry(shape, 1)
            step = simplest(as_expr(fold("-", second[0], shape[0])))
            if step == 0:
                return None
            here = (_counted_up(shape[0], step, index), *shape[1:])
            code, after = self.entry(here, 1)
        except UNDECIDED:
            return None
        following = as_expr(fold("+", here[0], step))
        same = simplest(as_expr(fold("-", after[0], following))) == 0
        if not same or after[1:] != shape[1:]:
            return None
        end = _stepped(shape[0], as_expr(count), step)
        return Many(code, index.name, Formula(as_expr(count))), (end, *shape[1:])


def _counted_up(start: Dim, step: Dim, index: Name) -> Expr:
    """`64 + 32 * i`: written in this order, in which it is read."""
    return Binary("+", as_expr(start), Binary("*", as_expr(step), index))


def _stepped(start: Dim, times: Expr, step: Dim) -> Dim:
    """`start + times * step`."""
    return simplest(as_expr(fold("+", start, fold("*", times, step))))


def _grouped(entries: list[Code]) -> list[Code]:
    """Runs of equal entries as one generator each."""
    runs = [(entry, len(list(run))) for entry, run in groupby(entries)]
    return [
        entry if count == 1 else Many(entry, "_", str(count)) for entry, count in runs
    ]
