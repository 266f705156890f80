"""Files of the language held to its JSON Schema, as an editor does."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.load.reader import read_file
from pmgen.load.tree import Mapping, Node, Scalar
from pmgen.schema import schema_text


@cache
def validator(name: str) -> jsonschema.Draft7Validator:
    """The validator of `spec` or `recipe`."""
    return jsonschema.Draft7Validator(json.loads(schema_text(name)))


def plain(node: Node) -> Any:
    """A tree as plain data, read by the rules of YAML 1.2."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        return {entry.name: plain(entry.value) for entry in node}
    return [plain(item) for item in node.items]


def data(path: Path) -> Any:
    """A file as plain data; None where it is no YAML that specs are written in."""
    tree = read_file(path, path.name, Diagnostics())
    return None if tree is None else plain(tree)


def faults(name: str, content: Any) -> list[str]:
    """What the schema has against it, each with its place."""
    found = validator(name).iter_errors(content)
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in found]
