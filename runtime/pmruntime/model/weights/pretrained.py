"""A file of weights into a network, and what became of its tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmruntime.model.weights.matching import Matching, match
from pmruntime.model.weights.reading import PADDLE, TORCH, Stored, read_weights
from pmruntime.model.weights.units import COUNTERS, Unit, units_of_file, units_of_model
from pmruntime.problems import UserError, listed

LAYOUTS = (PADDLE, TORCH)
_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class LoadingInfo:
    """What became of a file's tensors.

    `matched` are pairs of the network's name and the file's, `transposed` how many of
    them were transposed, `initial` the network's names that keep their initial values,
    and `left` the file's names that went nowhere; both with the reason. `sha256` is of
    the file's bytes, in hex.
    """

    file: Path
    sha256: str
    layout: str
    matched: tuple[tuple[str, str], ...]
    transposed: int
    initial: tuple[tuple[str, str], ...]
    left: tuple[tuple[str, str], ...]

    def lines(self, *, verbose: bool = False) -> list[str]:
        """As text; with `verbose` every tensor."""
        found = [
            f"{len(self.matched)} tensors matched, {self.transposed} transposed, "
            f"{len(self.initial)} at their initial values, {len(self.left)} left in "
            "the file"
        ]
        if verbose:
            found += [f"  {ours} <- {theirs}" for ours, theirs in self.matched]
        found += [f"  {n} keeps its initial values: {why}" for n, why in self.initial]
        left = self.left if verbose else _brief(self.left)
        return found + [f"  left: {name}: {why}" for name, why in left]

    def as_json(self) -> dict[str, Any]:
        """The record of a run."""
        return {
            "file": self.file.name,
            "sha256": self.sha256,
            "layout": self.layout,
            "initial": dict(self.initial),
            "left": dict(self.left),
            "matched": dict(self.matched),
        }


def load_pretrained(
    model: Any,
    path: Path,
    *,
    skip_classifier: bool = False,
    layout: str | None = None,
    classes: Sequence[str] = (),
) -> LoadingInfo:
    """Fill a network from a file of another's weights; the network decides.

    `skip_classifier` leaves the last layers at their initial values where the file has
    them for other classes: of another number, or of other names, where `classes` are
    the network's and the file has names too. `layout` says whose Linear weights a
    safetensors file holds, `paddle` [in, out] or `torch` [out, in], where it cannot be
    seen. Raises UserError where a tensor of the network finds none of its shape, or the
    file has layers that the network does not have; the network is then left as it was.
    """
    stored = read_weights(path)
    ours = units_of_model(model)
    chosen, found = _best(ours, stored, layout or stored.layout, path)
    resized: tuple[Unit, ...] = ()
    if skip_classifier and classes and stored.classes not in ((), tuple(classes)):
        found = _without_classifier(found, ours)
    if not found.complete:
        resized = _classifier(found, ours, path, skip_classifier)
    why = "other classes" if found.theirs else "the file has none"
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
    return LoadingInfo(
        file=path,
        sha256=sha256(path.read_bytes()).hexdigest(),
        layout=chosen,
        matched=tuple(
            (m.names[r], o.names[r]) for m, o in found.pairs for r in m.names
        ),
        transposed=sum(other.transposed for _, other in found.pairs),
        initial=tuple((n, why) for unit in resized for n in unit.names.values()),
        left=tuple(left),
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
            "give `--layout paddle` or `--layout torch` to `pmgen weights import`",
        )
    return ranked[0], tried[ranked[0]]


def _fit(found: Matching) -> tuple[int, bool]:
    """How far a matching is from a whole one; less is better."""
    return len(found.ours), bool(found.ours) and not found.resized


def _without_classifier(found: Matching, ours: list[Unit]) -> Matching:
    """The same without the last layer, whose outputs are other classes in the file, or
    the same in another order."""
    kept = tuple(pair for pair in found.pairs if pair[0] is not ours[-1])
    others = tuple(other for mine, other in found.pairs if mine is ours[-1])
    mine = tuple(ours[-1:] if others else ())
    return Matching(kept, (*found.ours, *mine), (*found.theirs, *others))


def _classifier(
    found: Matching, ours: list[Unit], path: Path, skip: bool
) -> tuple[Unit, ...]:
    """The layers that keep their initial values. Raises UserError where more is
    missing than a classifier, or it is not to be skipped."""
    pairs = found.resized
    absent = skip and not found.theirs and found.ours == (ours[-1],)
    if not pairs and not absent:
        raise UserError(
            f"`{path}` has no weights for {len(found.ours)} layers of the network: "
            + listed([*map(str, found.ours)], _SHOWN),
            "the weights must be of the same network; `pmgen show` lists its layers",
        )
    if not found.pairs:
        raise UserError(
            f"nothing of `{path}` fits the network but the place of its classifier",
            "the weights must be of the same network; `pmgen show` lists its layers",
        )
    if not skip:
        mine, other = pairs[0]
        raise UserError(
            f"the classifier has other classes: {mine} in the network, {other} in "
            f"`{path}`",
            "build the network with the file's classes, or leave its classifier at its "
            "initial values with `pmgen weights import --skip-classifier`",
        )
    return found.ours


def _left(
    found: Matching, resized: tuple[Unit, ...], path: Path
) -> list[tuple[str, str]]:
    """The file's tensors that went nowhere. Raises UserError where they are a part of
    what was used: then the file is of a larger network."""
    if resized:  # and then nothing but the classifier is left
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


def _brief(left: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """One line for each reason, with how often it holds."""
    reasons: dict[str, list[str]] = {}
    for name, why in left:
        reasons.setdefault(why, []).append(name)
    return [
        (names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more", why)
        for why, names in reasons.items()
    ]
