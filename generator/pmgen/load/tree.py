"""The YAML tree: plain values that remember where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Map
from collections.abc import Sequence as Items
from dataclasses import dataclass, field
from operator import is_
from typing import TypeAlias

from pmgen.diagnostics.source import SourceFile, Span

Plain: TypeAlias = "bool | int | float | str | None"


@dataclass(frozen=True)
class Scalar:
    """A single value as YAML 1.2's core rules read it; `text` is what was typed."""

    value: Plain
    text: str
    span: Span


@dataclass(frozen=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True)
class Entry:
    """A key and its value; `key.value` is a str."""

    key: Scalar
    value: Node

    @property
    def name(self) -> str:
        """The key as text."""
        return self.key.text


@dataclass(frozen=True)
class Mapping:
    """Keys and values in document order; no key stands twice."""

    entries: tuple[Entry, ...]
    span: Span

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def get(self, name: str) -> Entry | None:
        """The entry of that name, or None."""
        return next((e for e in self.entries if e.name == name), None)

    def with_entries(self, entries: Items[Entry]) -> Mapping:
        """This mapping with other entries; itself where they are its own."""
        same = len(entries) == len(self.entries)
        if same and all(map(is_, entries, self.entries)):
            return self
        return Mapping(tuple(entries), self.span)


Node: TypeAlias = "Scalar | Sequence | Mapping"


@dataclass(frozen=True)
class Library:
    """A file named by `use`: its blocks and the defaults they were written under."""

    tree: Mapping
    file: SourceFile
    used_at: Span


@dataclass(frozen=True)
class Lost:
    """A layer that a variant removes, at `removed_at`, although `users` name it: files
    that it extends, or that extend it. `removed_at` is None for a layer that is
    reported and has no place."""

    removed_at: Span | None
    users: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Sources:
    """One spec with all that it is made of. `files[0]` is the spec itself. For a
    variant, `own` is what it says itself and `base` what it was laid over; `lost` are
    layers by name that its files name, and that are not in `tree`."""

    tree: Mapping
    libraries: tuple[Library, ...]
    files: tuple[SourceFile, ...]
    own: Mapping | None = None
    base: Mapping | None = None
    lost: Map[str, Lost] = field(default_factory=dict)


def kind_of(node: Node) -> str:
    """What a node is, in the words of a diagnostic."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return f"the truth value `{node.text}`"
    if isinstance(node.value, int | float):
        return f"the number `{node.text}`"
    return "text"
