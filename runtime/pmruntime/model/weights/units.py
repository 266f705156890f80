"""Tensors by the layer that they belong to: layers are matched, not tensors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from paddle import nn

from pmruntime.model.weights.reading import TORCH, Stored

# Other names of the same tensors, above all of the statistics of BatchNorm.
_ROLES = {"running_mean": "_mean", "running_var": "_variance", "scale": "weight"}
_ROLES |= {"_weight": "weight"}
COUNTERS = ("num_batches_tracked",)  # which Paddle does not keep
# Names of a shortcut. Some networks register it before the block's body, some after.
_SHORTCUTS = frozenset({"downsample", "shortcut", "proj", "skip", "identity"})
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Unit:
    """One layer's own tensors: role -> name, and role -> shape as Paddle has it.

    `transposed` says that the weight is [out, in] in the file.
    """

    path: str
    names: dict[str, str]
    shapes: dict[str, tuple[int, ...]]
    transposed: bool = False

    @property
    def signature(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """What must agree for two units to be one layer."""
        return tuple(sorted(self.shapes.items()))

    def __str__(self) -> str:
        shapes = ", ".join(f"{role} {list(s)}" for role, s in self.shapes.items())
        return f"`{self.path}` ({shapes})"


def units_of_model(model: nn.Layer) -> list[Unit]:
    """The layers of a network that hold tensors, in the order of registration."""
    state = model.state_dict()
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}
    return _grouped(shapes.items(), transposing=False)


def units_of_file(stored: Stored, layout: str) -> list[Unit]:
    """The layers that a file has tensors of. Counters of batches are left out."""
    shapes = (
        (name, array.shape)
        for name, array in stored.tensors.items()
        if name.rpartition(".")[2] not in COUNTERS
    )
    units = _grouped(shapes, transposing=layout == TORCH)
    return _arranged(units, natural=not stored.ordered)


def _arranged(units: list[Unit], *, natural: bool) -> list[Unit]:
    """The units as the network has them: a shortcut behind its block's body; and with
    `natural`, `layer10` behind `layer2`, where the file has no order of its own."""
    places: dict[str, int] = {}

    def key(unit: Unit) -> list[tuple[bool, Any]]:
        parts = unit.path.split(".")
        return [
            (part in _SHORTCUTS, _numbered(part) if natural else places[path])
            for part, path in zip(parts, accumulate(parts, _joined), strict=True)
        ]

    for unit in units:
        for path in accumulate(unit.path.split("."), _joined):
            places.setdefault(path, len(places))
    return sorted(units, key=key)


def _numbered(part: str) -> list[Any]:
    """A part of a name with its numbers as numbers: text and numbers take turns."""
    return [int(p) if p.isdigit() else p for p in _DIGITS.split(part)]


def _joined(path: str, part: str) -> str:
    return f"{path}.{part}"


def _grouped(
    shapes: Iterable[tuple[str, tuple[int, ...]]], *, transposing: bool
) -> list[Unit]:
    found: dict[str, Unit] = {}
    for name, shape in shapes:
        path, _, last = name.rpartition(".")
        role = _ROLES.get(last, last)
        swap = transposing and role == "weight" and len(shape) == 2
        unit = found.setdefault(path, Unit(path, {}, {}, swap))
        unit.names[role] = name
        unit.shapes[role] = shape[::-1] if swap else shape
        if swap and not unit.transposed:
            found[path] = Unit(path, unit.names, unit.shapes, True)
    return list(found.values())
