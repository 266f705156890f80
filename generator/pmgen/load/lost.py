"""Layers that a variant takes away: whether what is left names them nevertheless.

A mistake of the file in the middle is not one of its base, which was sound before it,
nor of the variant that builds on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from pmgen.diagnostics.source import SourceFile, Span
from pmgen.load.tree import Lost, Mapping, Node, Scalar, Sequence

Report: TypeAlias = "Callable[[], None]"


@dataclass
class LostLayers:
    """What the files of one spec have taken away so far. `files` are those that were
    read: a variant before its base."""

    files: list[SourceFile]
    removed: dict[str, Span] = field(default_factory=dict)
    users: dict[str, list[Span]] = field(default_factory=dict)
    unplaced: set[str] = field(default_factory=set)
    waiting: list[tuple[str, Span, Report]] = field(default_factory=list)

    def remove(self, name: str, at: Span) -> None:
        """A layer is removed at `at`."""
        self.removed[name] = at
        self.users.pop(name, None)

    def put(self, name: str) -> None:
        """A layer of that name is there again."""
        self.removed.pop(name, None)
        self.users.pop(name, None)

    def look_for_users(self, tree: Mapping) -> None:
        """Find what names the newly removed layers in files that the removing one
        extends."""
        for name in self.removed:
            if name not in self.users:
                self.users[name] = self._users(name, tree)

    def _users(self, name: str, tree: Mapping) -> list[Span]:
        order = self.files.index(self.removed[name].file)
        return [
            node.span
            for node in _inputs(tree)
            if node.text == name and self.files.index(node.span.file) > order
        ]

    def report(self, name: str, user: Span, report: Report) -> None:
        """A file that builds on the layer `name`, which is not there. Where the file
        that removed it left layers that need it, that file alone may be wrong: whether
        it is, is decided in the end."""
        if self.users.get(name):
            self.waiting.append((name, user, report))
        else:
            report()

    def settle(self, tree: Mapping) -> dict[str, Lost]:
        """Every lost layer by name, in the tree of all files; what waits for it is
        reported, or counted among the users."""
        found = {
            name: [] if _holds(tree, name) else self._users(name, tree)
            for name in self.removed
        }
        for name, user, report in self.waiting:
            if found.get(name):
                found[name].append(user)
            else:
                report()
        lost = {name: Lost(None) for name in self.unplaced}
        return lost | {
            name: Lost(self.removed[name], tuple(users))
            for name, users in found.items()
        }


def _holds(node: Node, name: str) -> bool:
    """Whether something of that name, with keys of its own, is anywhere in the tree."""
    if isinstance(node, Sequence):
        return any(_holds(item, name) for item in node.items)
    return isinstance(node, Mapping) and any(
        (entry.name == name and isinstance(entry.value, Mapping))
        or _holds(entry.value, name)
        for entry in node
    )


def _inputs(node: Node) -> Iterator[Scalar]:
    """Every name under a `from`, but for blocks, which see their own layers alone."""
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _inputs(item)
    elif isinstance(node, Mapping):
        for entry in node:
            if entry.name == "blocks":
                continue
            if entry.name != "from":
                yield from _inputs(entry.value)
                continue
            value = entry.value
            named = value.items if isinstance(value, Sequence) else (value,)
            yield from (item for item in named if isinstance(item, Scalar))
