"""Weights of elsewhere into a network, with a report of what went where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmruntime.problems import UserError
from pmruntime.weights.matching import Matching, match
from pmruntime.weights.reading import PADDLE, TORCH, Stored, read_weights
from pmruntime.weights.units import COUNTERS, Unit, units_of_file, units_of_model

LAYOUTS = (PADDLE, TORCH)
_SHOWN = 5


@dataclass(frozen=True)
class Report:
    """What became of a file's tensors.

    `matched` are pairs of the network's name and the file's, `transposed` how many of
    them were turned, `initial` the network's names that keep their initial values, and
    `left` the file's names that went nowhere; both with the reason.
    """

    layout: str
    matched: tuple[tuple[str, str], ...]
    transposed: int
    initial: tuple[tuple[str, str], ...]
    left: tuple[tuple[str, str], ...]


def load_pretrained(
    model: Any, path: Path, *, skip_classifier: bool = False, layout: str | None = None
) -> Report:
    """Fill a network from a file of another's weights; the network decides.

    `skip_classifier` leaves the last layers at their initial values where the file has
    them for other classes. `layout` says whose Linear weights a safetensors file holds,
    `paddle` [in, out] or `torch` [out, in], where it cannot be seen. Raises UserError
    where a tensor of the network finds none of its shape, or the file has layers that
    the network has not; the network is then left as it was.
    """
    stored = read_weights(path)
    ours = units_of_model(model)
    chosen, found = _best(ours, stored, layout or stored.layout, path)
    resized: tuple[Unit, ...] = ()
    if not found.complete:
        resized = _classifier(found, path, skip_classifier)
    left = _left(found, resized, path)
    state = model.state_dict()
    values = {
        name: _fitted(stored.tensors[other.names[role]], other, role, state[name])
        for mine, other in found.pairs
        for role, name in mine.names.items()
    }
    for name, array in values.items():
        state[name].set_value(array)
    left += [(n, "a counter") for n in stored.tensors if n.endswith(COUNTERS)]
    return Report(
        chosen,
        tuple((m.names[r], o.names[r]) for m, o in found.pairs for r in m.names),
        sum(other.transposed for _, other in found.pairs),
        tuple((n, "other classes") for unit in resized for n in unit.names.values()),
        tuple(left),
    )


def _best(
    ours: list[Unit], stored: Stored, layout: str | None, path: Path
) -> tuple[str, Matching]:
    """The layout and its matching; both layouts are tried where none is known."""
    if set(stored.tensors) == {name for unit in ours for name in unit.names.values()}:
        layout = layout or PADDLE  # the names are this network's own
    tried = {
        name: match(ours, units_of_file(stored, name), ordered=stored.ordered)
        for name in ((layout,) if layout else LAYOUTS)
    }
    ranked = sorted(tried, key=lambda name: _fit(tried[name]))
    tied = len({_fit(matching) for matching in tried.values()}) < len(tried)
    if tied and any(other.transposed for _, other in tried[TORCH].pairs):
        raise UserError(
            f"`{path}` does not say whether Linear weights are [in, out] or [out, in], "
            "and both would fit",
            "give `--layout paddle` or `--layout torch`",
        )
    return ranked[0], tried[ranked[0]]


def _fit(found: Matching) -> tuple[int, bool]:
    """How far a matching is from a whole one; less is better."""
    return len(found.ours), bool(found.ours) and not found.resized


def _classifier(found: Matching, path: Path, skip: bool) -> tuple[Unit, ...]:
    """The layers that keep their initial values. Raises UserError where more is
    missing than a classifier, or it is not to be skipped."""
    pairs = found.resized
    absent = skip and not found.theirs and len(found.ours) == 1
    if not pairs and not absent:
        shown = "; ".join(str(unit) for unit in found.ours[:_SHOWN])
        more = len(found.ours) - _SHOWN
        shown += f"; and {more} more" if more > 0 else ""
        raise UserError(
            f"`{path}` has no weights for {len(found.ours)} layers of the network: "
            f"{shown}",
            "the weights must be of the same network; `pmgen show` lists its layers",
        )
    if not skip:
        mine, other = pairs[0]
        raise UserError(
            f"the classifier has other classes: {mine} in the network, {other} in "
            f"`{path}`",
            "build the network with the file's classes, or leave its classifier at its "
            "initial values with `--skip-classifier`",
        )
    return found.ours


def _left(
    found: Matching, resized: tuple[Unit, ...], path: Path
) -> list[tuple[str, str]]:
    """The file's tensors that went nowhere. Raises UserError where they are a part of
    what was used: then the file is of a larger network."""
    if resized:
        return [(n, "other classes") for u in found.theirs for n in u.names.values()]
    used = {other.path.partition(".")[0] for _, other in found.pairs}
    part = [unit for unit in found.theirs if unit.path.partition(".")[0] in used]
    if part:
        shown = "; ".join(str(unit) for unit in part[:_SHOWN])
        raise UserError(
            f"`{path}` is of a larger network: {len(part)} of its layers have no place "
            f"in this one: {shown}",
            "the weights must be of the same network",
        )
    return [
        (name, "the network has no such part")
        for unit in found.theirs
        for name in unit.names.values()
    ]


def _fitted(array: NDArray[Any], unit: Unit, role: str, target: Any) -> NDArray[Any]:
    """A file's array as the network takes it."""
    if unit.transposed and role == "weight":
        array = array.T
    kind = "float32" if "float32" in str(target.dtype) else str(target.numpy().dtype)
    return np.ascontiguousarray(array, dtype=kind)
