"""Random specs said in other words: what stands in them as numbers and texts becomes
parameters of every type, and one file becomes several, by `use` and by `extends`.

What is said is the same, so the class must be, apart from where its lines stand.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st
from pmgen.language.types import ACTIVATION, NO_ACTIVATION
from pmgen.ops import NAMED_ACTIVATIONS, OPS

from tests.support.compiler.random_specs import Tree, as_yaml, trees
from tests.support.compiler.unused_params import calls_of

_PLACE = re.compile(r"\b\w+\.yaml(:\d+)?")
_TYPES: tuple[tuple[str, Callable[[Any], bool]], ...] = (
    ("float", lambda value: isinstance(value, float)),
    ("str", lambda value: isinstance(value, str) and "$" not in value),
    (
        "ints",
        lambda value: (
            isinstance(value, list)
            and len(value) > 1
            and all(type(item) is int for item in value)
        ),
    ),
)


@st.composite
def spread_specs(draw: Callable[[Any], Any]) -> tuple[str, dict[str, str]]:
    """A random spec as one text, and as files that say the same, `net.yaml` first."""
    tree = draw(trees())
    if draw(st.booleans()):
        _lift(draw, tree)
    whole = as_yaml(tree)
    files: dict[str, Tree] = {"net.yaml": tree}
    if "blocks" in tree and draw(st.booleans()):
        shared = {key: tree[key] for key in ("defaults", "blocks") if key in tree}
        files["blocks.yaml"] = {"pmgen": 1, **shared}
        del tree["blocks"]
        tree["use"] = "blocks.yaml"
    if draw(st.booleans()):
        files["net.yaml"] = _variant(draw, tree)
        files["base.yaml"] = tree
    return whole, {name: as_yaml(file) for name, file in files.items()}


def same_code(first: str, second: str) -> bool:
    """Whether two generated files differ only in what they say of files and lines."""
    return _bare(first) == _bare(second)


def _bare(code: str) -> str:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            # A docstring's lines break elsewhere where a file's name is longer.
            node.value = " ".join(_PLACE.sub("@", node.value).split())
    return ast.dump(tree)


def _variant(draw: Callable[[Any], Any], base: Tree) -> Tree:
    """A file that mends what it changes in its base: a number of some layer."""
    base["model"] = "Base"
    variant: Tree = {"pmgen": 1, "extends": "base.yaml", "model": "Net"}
    found = [
        (name, key)
        for name, layer in base["layers"].items()
        for key, value in layer.items()
        if type(value) is int and "op" in layer
    ]
    if found:
        name, key = draw(st.sampled_from(found))
        variant["layers"] = {name: {key: base["layers"][name][key]}}
        base["layers"][name][key] += 1
    return variant


def _lift(draw: Callable[[Any], Any], tree: Tree) -> None:
    """Make a value of the model's own layers, and one of each block's, a parameter."""
    found = list(_values(tree["layers"]))
    if found:
        layer, key, _ = draw(st.sampled_from(found))
        tree.setdefault("params", {})["lifted"] = layer[key]
        layer[key] = "$lifted"
    for title, block in tree.get("blocks", {}).items():
        found = list(_values(block.get("layers", {})))
        if found:
            layer, key, type_ = draw(st.sampled_from(found))
            for call in calls_of(tree, title):
                call["lifted"] = layer[key]
            block.setdefault("params", {})["lifted"] = type_
            layer[key] = "$lifted"


def _values(layers: Tree) -> Iterator[tuple[Tree, str, str]]:
    """The layers, arguments and types of what could be a parameter."""
    for layer in layers.values():
        op = OPS.get(layer.get("op", ""))
        for key, value in layer.items() if op else ():
            arg = op.arg(key) if op else None
            for type_, fits in _TYPES:
                if arg is not None and not arg.fixed and fits(value):
                    yield layer, key, type_
            if key == "act" and value in (*NAMED_ACTIVATIONS, NO_ACTIVATION):
                yield layer, key, ACTIVATION
