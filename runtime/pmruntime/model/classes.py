"""The classes of data and of a network, held together by their names.

A class's number is its place among the classes of one folder. In another folder the
same class may have another number, so numbers are translated by name before anything
is measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pmruntime.data import Data, Split
from pmruntime.data.folders.tables.spelling import written_alike
from pmruntime.problems import UserError

_SHOWN = 20  # classes that a message lists; it counts the others


def with_classes_of(
    data: Data, known: Sequence[str], whose: str, *, subset: bool = False
) -> Data:
    """The data with the numbers of the classes `known`, which are those of `whose`.

    With `subset` the data may lack some of them. Raises UserError, which lists both
    sides, for any other difference.
    """
    _refuse_others(data, known, whose, subset)
    if data.class_names == tuple(known):
        return data
    number = {name: i for i, name in enumerate(known)}
    table = np.array(
        [number.get(name, -1) for name in data.class_names], dtype=np.int64
    )
    return replace(
        data,
        train=_renumbered(data.train, table),
        val=_renumbered(data.val, table),
        num_classes=len(known),
        class_names=tuple(known),
    )


def padded(names: Sequence[str], outputs: int) -> tuple[str, ...]:
    """Names for a network's outputs: the classes, then numbers for outputs that no
    class has. Raises UserError for more classes than outputs."""
    if len(names) > outputs:
        raise UserError(
            f"the network has {outputs} classes, its run's data have {len(names)}"
        )
    numbers = map(str, range(len(names), outputs))
    # A class may be called like such a number: every name must be one output's alone.
    return (*names, *(f"output {n}" if n in names else n for n in numbers))


def listed(names: Sequence[str]) -> str:
    """Names of classes as a message shows them."""
    rest = len(names) - _SHOWN
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    return shown + (f" and {rest:,} more" if rest > 0 else "")


def _refuse_others(data: Data, known: Sequence[str], whose: str, subset: bool) -> None:
    # A number between those that a table names is a class without images.
    used = {int(i) for split in (data.train, data.val) for i in np.unique(split.labels)}
    unknown = [
        name
        for i, name in enumerate(data.class_names)
        if name not in known and i in used
    ]
    missing = [name for name in known if name not in data.class_names]
    if not unknown and (not missing or subset):
        return
    raise UserError(
        f"the classes differ: {whose} tells apart {listed(known)}; the data hold "
        f"{listed(data.class_names)}",
        _remedy(unknown, missing, known),
    )


def _remedy(unknown: list[str], missing: list[str], known: Sequence[str]) -> str:
    if not unknown:
        return (
            f"no data of {listed(missing)}: `--subset` evaluates on the other classes "
            "alone"
        )
    meant = {written_alike(name).casefold(): name for name in known}
    for name in unknown:
        near = meant.get(written_alike(name).casefold())
        if near is not None:
            return f"`{name}` is `{near}` in another spelling: rename it"
    return (
        f"name the classes of the data as the run does; it knows no {listed(unknown)}"
    )


def _renumbered(split: Split, table: np.ndarray) -> Split:
    # An empty split of data without classes has nothing to look up.
    return replace(split, labels=table[split.labels]) if len(split) else split
