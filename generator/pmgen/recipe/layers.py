"""Layers that a recipe names, held against a network before Paddle is imported.

The runtime has the same rule for names (pmruntime.model.finetune), since it can be
called without the compiler; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable

from pmruntime.suggest import did_you_mean

from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.expand.graph import Graph
from pmgen.load.tree import Mapping, Scalar, Sequence

SETTINGS = ("freeze", "learning_rates")


def check_layers(tree: Mapping, graph: Graph, diagnostics: Diagnostics) -> None:
    """Report every name of a recipe's tree that means no layer of the network, or none
    that learns."""
    modules = {n.module: n.params for n in graph.nodes if n.module is not None}
    paths = sorted({p for module in modules for p in _with_parents(module)})
    for setting in SETTINGS:
        for name in _names(tree, setting):
            found = members(name.text, paths)
            if not found:
                parent = name.text.rpartition(".")[0]
                near = [
                    path
                    for path in paths
                    if path.rpartition(".")[0] == parent
                    and any(modules.get(inner) for inner in members(path, paths))
                ]
                diagnostics.error(
                    "PM501",
                    f"{graph.spec.name.text} has no layer `{name.text}`",
                    name.span,
                    help=did_you_mean(name.text, near),
                )
            elif not any(modules.get(path) for path in found):
                diagnostics.error(
                    "PM502",
                    f"`{name.text}` of {graph.spec.name.text} has no parameters",
                    name.span,
                    help="name layers that learn; `pmgen show` lists them",
                )


def members(name: str, layers: Iterable[str]) -> list[str]:
    """The layers that a name means, all given by their paths in the generated class.

    A layer's or stage's name means it with its norm and activation, and all inside. A
    name that no layer has may be that of an inline form, or lead through one: their
    parts are joined by `_` in the class.
    """
    paths = list(layers)
    wanted = (name, f"{name}_norm", f"{name}_act")
    own = [path for path in paths if any(_is_within(path, w) for w in wanted)]
    flat = name.replace(".", "_")
    joined = (f"{path.replace('.', '_')}_" for path in paths)
    return own or [
        path
        for path, text in zip(paths, joined, strict=True)
        if text.startswith(f"{flat}_")
    ]


def _is_within(path: str, parent: str) -> bool:
    return path == parent or path.startswith(f"{parent}.")


def _with_parents(module: str) -> Iterable[str]:
    parts = module.split(".")
    return (".".join(parts[: end + 1]) for end in range(len(parts)))


def _names(tree: Mapping, setting: str) -> list[Scalar]:
    """What stands in a setting as names; other mistakes are told elsewhere."""
    entry = tree.get(setting)
    node = entry.value if entry else None
    if isinstance(node, Mapping):
        return [item.key for item in node]
    items = node.items if isinstance(node, Sequence) else ()
    return [item for item in items if isinstance(item, Scalar)]
