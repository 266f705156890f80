"""Which layers of a network the names in `freeze` and `learning_rates` mean."""

from __future__ import annotations

from collections.abc import Collection, Iterable


def members(name: str, layers: Iterable[str]) -> list[str]:
    """The layers that a name means, all given by their paths in the generated class.

    A layer's or stage's name means it with its norm and activation, and all inside. A
    name that no layer has may be that of an inline form, or lead through one: their
    parts are joined by `_` in the class.
    """
    paths = list(layers)
    wanted = (name, f"{name}_norm", f"{name}_act")
    own = [p for p in paths if any(p == w or p.startswith(f"{w}.") for w in wanted)]
    flat = name.replace(".", "_")
    return own or [
        path for path in paths if f"{path.replace('.', '_')}_".startswith(f"{flat}_")
    ]


def similar(name: str, layers: Collection[str], owners: Collection[str]) -> list[str]:
    """What an unknown name may mean: the layers beside it that have parameters
    themselves or inside. `owners` are the layers whose own parameters they are."""
    parent = name.rpartition(".")[0]
    return [
        path
        for path in layers
        if path.rpartition(".")[0] == parent
        and not set(owners).isdisjoint(members(path, layers))
    ]
