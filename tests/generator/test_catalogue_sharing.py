"""What networks share stands in one file: by `extends` and `use`, never by a copy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from pmgen.catalogue import catalogue

FILES = sorted(
    path for path in catalogue().rglob("*.yaml") if path.parent.name != "recipes"
)
# A block is a copy where most of it is; alone, a layer may well stand in two networks.
MOST = 0.5


def name(path: Path) -> str:
    return path.relative_to(catalogue()).as_posix()


def blocks(path: Path) -> dict[str, Any]:
    """The blocks that a file writes itself, by their names in it."""
    found = yaml.safe_load(path.read_text(encoding="utf-8")).get("blocks") or {}
    return {f"{name(path)} {block}": body for block, body in found.items()}


def layers(tree: Any) -> Iterator[str]:
    """Every op or block that a tree calls, with all its arguments."""
    if isinstance(tree, dict):
        if "op" in tree:
            yield json.dumps(tree, sort_keys=True)
        for value in tree.values():
            yield from layers(value)


def shared(one: Any, other: Any) -> float:
    """The share of the smaller block's layers that the other has, too."""
    mine, theirs = list(layers(one)), list(layers(other))
    if not mine or not theirs:
        return 0.0
    left = list(theirs)
    both = 0
    for layer in mine:
        if layer in left:
            left.remove(layer)
            both += 1
    return both / min(len(mine), len(theirs))


def copies(found: dict[str, Any]) -> list[tuple[str, str]]:
    """Pairs of blocks of different files, one of which is mostly the other."""
    return [
        (a, b)
        for a, b in combinations(found, 2)
        if a.split()[0] != b.split()[0] and shared(found[a], found[b]) > MOST
    ]


def test_no_file_repeats_the_blocks_of_another() -> None:
    found: dict[str, Any] = {}
    for path in FILES:
        found |= blocks(path)
    assert len(found) > 15
    assert copies(found) == []


def test_a_copy_would_show() -> None:
    """With another name and one argument changed."""
    path = catalogue() / "paddle" / "mobilenet_v2.yaml"
    [(_, block)] = blocks(path).items()
    text = json.dumps(block).replace('"padding": 1', '"padding": 2')
    assert json.loads(text) != block
    assert copies({"a One": block, "b Two": json.loads(text)}) == [("a One", "b Two")]


FAMILIES = ("resnet", "resnext", "vgg", "densenet", "shufflenet_v2", "mobilenet_v3",
            "squeezenet")  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
def test_one_file_of_a_family_writes_it(family: str) -> None:
    """And the others extend it, or what it extends, in a few lines."""
    files = sorted((catalogue() / "paddle").glob(f"{family}[0-9_]*.yaml"))
    trees = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files]
    assert len(trees) > 1
    assert sum("extends" not in tree for tree in trees) <= 1
    for path, tree in zip(files, trees, strict=True):
        if "extends" in tree:
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 20, path
