"""Takes from a random spec the parameters that nothing uses, which pmgen refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Tree = dict[str, Any]
_NAME = re.compile(r"\$([A-Za-z]\w*)")


def without_unused(tree: Tree) -> Tree:
    """The spec, changed in place, without them and without what calls hand to them."""
    while any([*_shrink_blocks(tree), _shrink_model(tree)]):
        pass  # what was handed to one may have been the use of another
    return tree


def _shrink_blocks(tree: Tree) -> Iterator[bool]:
    for title, block in tree.get("blocks", {}).items():
        dropped = _drop(block, [v for k, v in block.items() if k != "params"])
        for call in calls_of(tree, title):
            for name in dropped:
                call.pop(name, None)
                call.get("first", {}).pop(name, None)
            if call.get("first") == {}:
                del call["first"]
        yield bool(dropped)


def _shrink_model(tree: Tree) -> bool:
    own = [v for k, v in tree.items() if k not in ("params", "blocks")]
    return bool(_drop(tree, own))


def _drop(owner: Tree, users: list[Any]) -> list[str]:
    params = owner.get("params", {})
    used = set(_NAME.findall(repr(users)))
    dropped = [name for name in params if name not in used]
    for name in dropped:
        del params[name]
    if "params" in owner and not params:
        del owner["params"]
    return dropped


def calls_of(tree: Any, title: str) -> Iterator[Tree]:
    if isinstance(tree, dict):
        if tree.get("op") == title:
            yield tree
        for value in tree.values():
            yield from calls_of(value, title)
    elif isinstance(tree, list):
        for value in tree:
            yield from calls_of(value, title)
