"""`repeat`: several of a layer in an `nn.Sequential`, written as briefly as is exact.

The first may differ, by `first` or by what comes in; from where the shape no longer
changes, the rest are equal. Channels that grow by a constant (DenseNet) are counted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pmgen.expressions.expression import Expr, Name, as_expr, fold, simplest
from pmgen.expressions.printer import show
from pmgen.language.spec import Call, Layer
from pmgen.ops import OPS
from pmgen.ops.definition import Dim, Shape
from pmgen.plan.body.flow import Inline, Place
from pmgen.plan.calls import UNDECIDED, NotSymbolic, constructor, settled, symbolic
from pmgen.plan.layout import Code, Invoke, Many, flat

if TYPE_CHECKING:
    from pmgen.plan.body.walker import FormWalker

_INDICES = "ijkmn"


def repeated(
    walker: FormWalker, layer: Layer, shape: Shape, place: Place
) -> tuple[Code, Shape]:
    """The Sequential of a layer that repeats, and the shape after it.

    Raises NotSymbolic where the number is open and the repetitions do not settle.
    """
    assert layer.repeat is not None
    count = symbolic(layer.repeat, walker.env)
    start, after_start = _entry(walker, layer, shape, place, 0)
    if isinstance(count, Expr):
        return _open_count(walker, layer, shape, count, start, after_start, place)
    if count > 2 and not layer.first and after_start != shape:
        grown = _growing(walker, layer, shape, place, count)
        if grown is not None:
            return Invoke("nn.Sequential", (grown[0],)), grown[1]
    entries, current = [start], after_start
    while len(entries) < count:
        entry, following = _entry(walker, layer, current, place, len(entries))
        rest = count - len(entries)
        if following == current:
            entries += [entry] * rest
        elif rest > 2 and (grown := _growing(walker, layer, current, place, rest)):
            entries.append(grown[0])
            current = grown[1]
            break
        else:
            entries.append(entry)
            current = following
    return Invoke("nn.Sequential", tuple(_grouped(entries))), current


def _entry(
    walker: FormWalker, layer: Layer, shape: Shape, place: Place, index: int
) -> tuple[Code, Shape]:
    """One repetition: a constructor, or a small Sequential with what follows it."""
    body = layer.body
    if index == 0 and layer.first and isinstance(body, Call):
        body = replace(body, args={**body.args, **layer.first})
    label = f"{layer.name.text}.{index}"
    pieces: list[Code] = []
    if isinstance(body, Call) and body.name not in walker.graph.spec.blocks:
        after = walker.shape_of(OPS[body.name], body, (shape,))
        pieces.append(constructor(OPS[body.name], body, shape, walker.env))
    elif isinstance(body, Call):
        code, after = walker.instance(body, shape, place, label)
        pieces.append(code)
    else:
        own = Inline(body, layer.norm, layer.act)
        return walker.instance(own, shape, place, label)
    for given in (layer.norm, layer.act):
        call = settled(given, walker.env)
        if isinstance(call, Name):
            pieces.append(Invoke(call.name))
        elif call is not None:
            pieces.append(constructor(OPS[call.name], call, after, walker.env))
            after = walker.shape_of(OPS[call.name], call, (after,))
    if len(pieces) == 1:
        return pieces[0], after
    return Invoke("nn.Sequential", tuple(pieces)), after


def _open_count(
    walker: FormWalker,
    layer: Layer,
    shape: Shape,
    count: Expr,
    start: Code,
    after_start: Shape,
    place: Place,
) -> tuple[Code, Shape]:
    rest, after_rest = _entry(walker, layer, after_start, place, 1)
    if after_rest == after_start:
        if flat(rest) == flat(start):
            entries: list[Code] = [Many(start, "_", show(count))]
        else:
            fewer = show(as_expr(count - 1))
            entries = [start, Many(rest, "_", fewer)]
        return Invoke("nn.Sequential", tuple(entries)), after_rest
    grown = None if layer.first else _growing(walker, layer, shape, place, count)
    if grown is None:
        raise NotSymbolic
    return Invoke("nn.Sequential", (grown[0],)), grown[1]


def _growing(
    walker: FormWalker, layer: Layer, shape: Shape, place: Place, count: Dim
) -> tuple[Code, Shape] | None:
    """Repetitions whose channels grow by a constant, from `shape` on."""
    nowhere = replace(place, path=None)
    index = next(Name(name) for name in _INDICES if name not in walker.taken)
    try:
        _, second = _entry(walker, layer, shape, nowhere, 1)
        step = simplest(as_expr(fold("-", second[0], shape[0])))
        if step == 0:
            return None
        here = (_counted(shape[0], index, step), *shape[1:])
        code, after = _entry(walker, layer, here, nowhere, 1)
    except UNDECIDED:
        return None
    following = as_expr(fold("+", here[0], step))
    same = simplest(as_expr(fold("-", after[0], following))) == 0
    if not same or after[1:] != shape[1:]:
        return None
    end = _counted(shape[0], as_expr(count), step)
    return Many(code, index.name, show(as_expr(count))), (end, *shape[1:])


def _counted(start: Dim, times: Expr, step: Dim) -> Dim:
    """`start + times * step`."""
    return simplest(as_expr(fold("+", start, fold("*", times, step))))


def _grouped(entries: list[Code]) -> list[Code]:
    """Runs of equal entries as one generator each."""
    groups: list[tuple[Code, int]] = []
    for entry in entries:
        if groups and groups[-1][0] == entry:
            groups[-1] = (entry, groups[-1][1] + 1)
        else:
            groups.append((entry, 1))
    return [
        entry if count == 1 else Many(entry, "_", str(count)) for entry, count in groups
    ]
