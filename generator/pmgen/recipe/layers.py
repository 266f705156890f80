"""Layers that a recipe names, compared with the network before Paddle is imported."""

from __future__ import annotations

from collections.abc import Iterable

from pmruntime.recipe.layers import members, similar
from pmruntime.suggest import did_you_mean

from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.expand.graph import Graph
from pmgen.load.tree import Mapping, Scalar, Sequence

SETTINGS = ("freeze", "learning_rates")


def check_layers(tree: Mapping, graph: Graph, diagnostics: Diagnostics) -> None:
    """Report every name of a recipe's tree that means no layer of the network, or none
    that learns."""
    modules = {n.module for n in graph.nodes if n.module is not None}
    owners = {n.module for n in graph.nodes if n.module is not None and n.params}
    paths = sorted({p for module in modules for p in _with_parents(module)})
    for setting in SETTINGS:
        for name in _names(tree, setting):
            found = members(name.text, paths)
            if not found:
                diagnostics.error(
                    "PM501",
                    f"{graph.spec.name.text} has no layer `{name.text}`",
                    name.span,
                    help=did_you_mean(name.text, similar(name.text, paths, owners)),
                )
            elif owners.isdisjoint(found):
                diagnostics.error(
                    "PM502",
                    f"`{name.text}` of {graph.spec.name.text} has no parameters",
                    name.span,
                    help="name layers that learn; `pmgen show` lists them",
                )


def _with_parents(module: str) -> Iterable[str]:
    parts = module.split(".")
    return (".".join(parts[: end + 1]) for end in range(len(parts)))


def _names(tree: Mapping, setting: str) -> list[Scalar]:
    """The names that a setting lists; values of other kinds are reported elsewhere."""
    entry = tree.get(setting)
    node = entry.value if entry else None
    if isinstance(node, Mapping):
        return [item.key for item in node]
    items = node.items if isinstance(node, Sequence) else ()
    return [item for item in items if isinstance(item, Scalar)]
