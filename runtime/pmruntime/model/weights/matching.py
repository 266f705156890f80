"""A file's layers to a network's, by structure and shape; names decide nothing, but
where two layers are alike, their order does, and a file's own grouping must survive."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pmruntime.model.weights.units import Unit


@dataclass(frozen=True)
class Matching:
    """Pairs of the network's layer and the file's, and what is left on both sides."""

    pairs: tuple[tuple[Unit, Unit], ...]
    ours: tuple[Unit, ...]
    theirs: tuple[Unit, ...]

    @property
    def complete(self) -> bool:
        """True where every layer of the network has a pair."""
        return not self.ours

    @property
    def resized(self) -> tuple[tuple[Unit, Unit], ...]:
        """What is left on both sides as pairs that differ in their outputs alone: the
        classifier of other classes. Empty where anything else is left."""
        if not self.ours or len(self.ours) != len(self.theirs):
            return ()
        pairs = tuple(zip(self.ours, self.theirs, strict=True))
        return pairs if all(_differ_in_outputs(*pair) for pair in pairs) else ()


def match(ours: Sequence[Unit], theirs: Sequence[Unit], *, ordered: bool) -> Matching:
    """The best matching. `ordered` says that the file keeps the order of layers."""
    by_name = _same_names(ours, theirs)
    if by_name is not None:
        return by_name
    in_order = _in_order(ours, theirs) if ordered else None
    if in_order is not None and in_order.complete and not in_order.theirs:
        return in_order
    alike = _alike(ours, theirs)
    if alike is not None and (in_order is None or len(alike.ours) < len(in_order.ours)):
        return alike
    return in_order or Matching((), tuple(ours), tuple(theirs))


def _same_names(ours: Sequence[Unit], theirs: Sequence[Unit]) -> Matching | None:
    """A file that this network wrote itself, of other classes perhaps."""
    found = {unit.path: unit for unit in theirs}
    if {unit.path for unit in ours} != set(found):
        return None
    pairs = [(unit, found[unit.path]) for unit in ours]
    same = [pair for pair in pairs if pair[0].signature == pair[1].signature]
    other = [pair for pair in pairs if pair not in same]
    if not all(_differ_in_outputs(*pair) for pair in other):
        return None
    return Matching(tuple(same), tuple(a for a, _ in other), tuple(b for _, b in other))


def _in_order(ours: Sequence[Unit], theirs: Sequence[Unit]) -> Matching:
    """Both sequences side by side; what one of them lacks is left out."""
    matcher = SequenceMatcher(
        None,
        [unit.signature for unit in ours],
        [unit.signature for unit in theirs],
        autojunk=False,
    )
    places = [
        (block.a + step, block.b + step)
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    ]
    return _matching(ours, theirs, places)


def _alike(ours: Sequence[Unit], theirs: Sequence[Unit]) -> Matching | None:
    """Layers of one signature side by side. None where the names' own grouping says
    that this is wrong: what is together on one side must be so on the other."""
    places: list[tuple[int, int]] = []
    given = _by_signature(theirs)
    for signature, indices in _by_signature(ours).items():
        if len(indices) == len(given[signature]):
            places += zip(indices, given[signature], strict=True)
    found = _matching(ours, theirs, sorted(places))
    kept = _keeps_groups(theirs, {b: a for a, b in places})
    return found if kept and _keeps_groups(ours, dict(places)) else None


def _by_signature(side: Sequence[Unit]) -> dict[object, list[int]]:
    found: dict[object, list[int]] = defaultdict(list)
    for index, unit in enumerate(side):
        found[unit.signature].append(index)
    return found


def _keeps_groups(side: Sequence[Unit], places: dict[int, int]) -> bool:
    """True where each group of one side's names is an unbroken run of the other's
    layers; `places` leads from this side to that."""
    groups: dict[str, list[int]] = defaultdict(list)
    for index, place in places.items():
        parts = side[index].path.split(".")
        for depth in range(1, len(parts)):
            groups[".".join(parts[:depth])].append(place)
    taken = sorted(places.values())
    rank = {place: number for number, place in enumerate(taken)}
    for members in groups.values():
        ranks = [rank[place] for place in members]
        if max(ranks) - min(ranks) + 1 != len(ranks):
            return False
    return True


def _matching(
    ours: Sequence[Unit], theirs: Sequence[Unit], places: list[tuple[int, int]]
) -> Matching:
    mine, others = {a for a, _ in places}, {b for _, b in places}
    return Matching(
        tuple((ours[a], theirs[b]) for a, b in places),
        tuple(unit for index, unit in enumerate(ours) if index not in mine),
        tuple(unit for index, unit in enumerate(theirs) if index not in others),
    )


def _differ_in_outputs(mine: Unit, other: Unit) -> bool:
    """True where only the number of outputs differs: the last size of a Linear's
    weight, the first of a convolution's, and the bias."""
    if mine.shapes.keys() != other.shapes.keys() or "weight" not in mine.shapes:
        return False
    ours, theirs = mine.shapes["weight"], other.shapes["weight"]
    if len(ours) != len(theirs) or len(ours) not in (2, 4):
        return False
    rest = slice(0, 1) if len(ours) == 2 else slice(1, None)
    return ours[rest] == theirs[rest]
