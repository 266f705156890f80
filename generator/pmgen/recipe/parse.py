"""A recipe file -> plain data for the runtime, its mistakes shown at their lines.

What a recipe may say, and what is wrong with one, is decided in pmruntime.recipe. Here
its mistakes get the places of a YAML file, and the help that its text allows.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pmruntime.recipe.definition import CHOICES
from pmruntime.recipe.mistakes import mistakes
from pmruntime.recipe.resolve import resolved

from pmgen.diagnostics.diagnostic import Diagnostics, TooManyErrors
from pmgen.expand.graph import Graph
from pmgen.language.version import check_version
from pmgen.load.reader import read_file
from pmgen.load.tree import Mapping, Node, Scalar, Sequence, kind_of
from pmgen.recipe.keys import HEAD
from pmgen.recipe.layers import check_layers
from pmgen.recipe.override import overridden
from pmgen.recipe.report import Reporter

_OF_THE_FILE = {*HEAD} - {*CHOICES}


def parse_recipe(
    path: Path,
    diagnostics: Diagnostics,
    settings: Iterable[str] = (),
    graph: Graph | None = None,
    data: bytes | None = None,
) -> dict[str, Any] | None:
    """The recipe with every default filled in, as the runtime reads it.

    `settings` are laid over the file: `epochs=3`, `optimizer.learning_rate=0.01`.
    `graph` is the network that will be trained, where it is known: layers that the
    recipe names must be its. `data` is the content of a recipe that is no file. None
    after a mistake, which `diagnostics` then holds.
    """
    try:
        tree = read_file(path, path.name, diagnostics, data=data)
        if tree is None:
            return None
        tree = overridden(tree, settings, diagnostics)
        if graph is not None:
            check_layers(tree, graph, diagnostics)
        check_version(tree, diagnostics)
        name = _name(tree, path.stem, diagnostics)
        given = {e.name: _plain(e.value) for e in tree if e.name not in _OF_THE_FILE}
        reporter = Reporter(tree, diagnostics)
        for mistake in mistakes(given):
            reporter.report(mistake)
        return None if diagnostics.failed else {"name": name, **resolved(given)}
    except TooManyErrors:
        return None


def _name(tree: Mapping, stem: str, diagnostics: Diagnostics) -> str:
    entry = tree.get("recipe")
    if entry is None:
        return stem
    if isinstance(entry.value, Scalar) and entry.value.value is not None:
        return entry.value.text
    diagnostics.error(
        "PM502",
        f"`recipe` is a name for the record, but this is {kind_of(entry.value)}",
        entry.value.span,
        help="leave it out; the name is then the file's",
    )
    return stem


def _plain(node: Node) -> Any:
    """A node as plain data, as JSON would have it."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return {entry.name: _plain(entry.value) for entry in node}
