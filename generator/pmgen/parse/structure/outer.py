"""What stands at the wrong depth: keys put into the section above them, sections moved
out of a form, and keys that are mistyped."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from pmruntime.suggest import did_you_mean, nearest

from pmgen.diagnostics.source import Span
from pmgen.language.keys import FORM_KEYS
from pmgen.load.tree import Entry, Mapping, Node, Scalar
from pmgen.ops.synonyms.meaning import first_known
from pmgen.parse.structure.nodes import is_empty, is_layer, joined, made_up
from pmgen.parse.structure.slips import Slips
from pmgen.parse.words.keys import Words
from pmgen.parse.words.named import same

# Keys whose value is a mapping, so that one left empty is waiting for its lines.
OPEN = frozenset(
    {"params", "defaults", "blocks", "layers", "branches", "residual", "heads"}
    | {"expect", "body"}
)
_TORN = re.compile(r"[A-Za-z_]\w*:\S+")
_NO_COLON = re.compile(r"([A-Za-z_]\w*)\s*[=\s]\s*([\w.]+)")
_DIGITS = 15  # of a number


@dataclass
class Outer:
    """A spec, block or layer that is being read: which keys it may have, which it has,
    and what was moved into it from deeper inside."""

    keys: Sequence[str]
    mapping: Mapping
    moved: list[Entry] = field(default_factory=list)

    def takes(self, name: str) -> bool:
        """True where the key may stand here, and does not yet."""
        has = self.mapping.get(name) is not None
        return name in self.keys and not has and all(e.name != name for e in self.moved)

    def with_moved(self, entries: Sequence[Entry]) -> Mapping:
        """The mapping of these entries and of what was moved here."""
        return self.mapping.with_entries([*entries, *self.moved])


def moved_out(entry: Entry, outer: list[Outer], slips: Slips) -> bool:
    """True where something around takes the entry, and has it now."""
    for holder in reversed(outer):
        if holder.takes(entry.name):
            holder.moved.append(entry)
            form = next((e.name for e in holder.mapping if e.name in FORM_KEYS), None)
            column = f" to the column of `{form}`" if form else ""
            slips.add(
                "too deep",
                "PM107",
                f"`{entry.name}` stands too deep: it is no layer",
                entry.key.span,
                f"dedent `{entry.name}` and what is below it{column}",
            )
            return True
    return False


def renamed(
    mapping: Mapping,
    keys: Sequence[str],
    where: str,
    slips: Slips,
    *,
    one: bool = False,
    words: Words | None = None,
) -> Mapping:
    """Mistyped keys under the names that they mean; with `one`, the first alone.
    `words` are keys of other tools and what they mean."""
    entries = list(mapping)
    for index, entry in enumerate(entries):
        if entry.name in keys or is_layer(entry.value):
            continue
        missing = [key for key in keys if mapping.get(key) is None]
        meant = _meant(entry.name, keys, words, entries)
        if meant is None or meant not in missing:
            continue
        if any(e.name == meant for e in entries):
            continue
        slips.add(
            f"key {entry.name} of {where}",
            "PM107",
            f"`{entry.name}` is no key of {where}",
            entry.key.span,
            (meant == nearest(entry.name, keys) and did_you_mean(entry.name, keys))
            or f"did you mean `{meant}`?",
        )
        entries[index] = Entry(made_up(meant, entry.key.span), entry.value)
        if one:
            break
    return mapping.with_entries(entries)


def _meant(
    name: str, keys: Sequence[str], words: Words | None, entries: Sequence[Entry]
) -> str | None:
    """The key that a name means: other tools' words come first. None for a word of a
    form where there is one, which would be a second."""
    certain = same(name, keys) or (words and first_known(name, words, keys))
    if not certain:
        return nearest(name, keys)
    formed = any(entry.name in FORM_KEYS for entry in entries)
    return None if certain in FORM_KEYS and formed else certain


def untorn(mapping: Mapping, where: str, slips: Slips) -> Mapping:
    """`{op:ReLU}` is one key for YAML: it is cut at its colon."""
    entries = list(mapping)
    for index, entry in enumerate(entries):
        name, colon, text = entry.name.partition(":")
        if (
            not colon
            or not text
            or not name.isidentifier()
            or not is_empty(entry.value)
        ):
            continue
        slips.add(
            f"torn {name}",
            "PM107",
            f"`{entry.name}` is no key of {where}",
            entry.key.span,
            "put a space behind the `:`",
        )
        span = entry.key.span
        key = made_up(name, span.inner(0, len(name)))
        at = span.inner(len(name) + 1, len(entry.name))
        entries[index] = Entry(key, _plain(text, at))
    return mapping.with_entries(entries)


def torn_lines(node: Node, where: str, slips: Slips) -> Node:
    """`num_classes:10` is a text for YAML: where a mapping is needed, it is cut at its
    colon, and so is each of several such lines."""
    text = node.value if isinstance(node, Scalar) else None
    words = text.split() if isinstance(text, str) else []
    if not words or not all(_TORN.fullmatch(word) for word in words):
        return node
    line = node.span.file.line(node.span.line)[node.span.column - 1 :]
    if not line.startswith(words[0]):
        return node  # it was quoted
    entries: dict[str, Entry] = {}
    for word in words:
        name, _, value = word.partition(":")
        span = node.span
        if word is words[0]:
            span = replace(span, end_line=span.line, end_column=span.column + len(word))
        key = made_up(name, span.inner(0, len(name)))
        at = span.inner(len(name) + 1, len(word))
        entries.setdefault(name, Entry(key, _plain(value, at)))
    slips.add(
        f"torn {where}",
        "PM107",
        f"`{words[0]}` is no key of {where}",
        node.span.inner(0, len(words[0])),
        "put a space behind the `:`",
    )
    return Mapping(tuple(entries.values()), node.span)


def without_colon(node: Node, slips: Slips) -> Node:
    """`num_classes 10` or `num_classes = 10`, as a section's only line, is a text for
    YAML: it is read with its colon."""
    text = node.value if isinstance(node, Scalar) else None
    found = _NO_COLON.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return node
    name, value = found.groups()
    slips.add(
        "no colon",
        "PM106",
        f"`{name}` has no `:`",
        node.span,
        f"write `{name}: {value}`",
    )
    key = made_up(name, node.span.inner(0, found.end(1)))
    given = _plain(value, node.span.inner(found.start(2), found.end(2)))
    return Mapping((Entry(key, given),), node.span)


def _plain(text: str, span: Span) -> Scalar:
    """The value of a text that was read as a part of its key."""
    number = text.isascii() and text.isdecimal() and len(text) <= _DIGITS
    return Scalar(int(text) if number else text, text, span)


def adopted(
    mapping: Mapping,
    belongs: Callable[[Entry, Entry], bool],
    slips: Slips,
    enough: Callable[[list[Entry]], bool] = bool,
) -> Mapping:
    """Keys without a value get the lines behind them that `belongs(key, line)` says
    were meant to be indented below, where these are `enough`."""
    kept: list[Entry] = []
    waiting = list(mapping)
    while waiting:
        entry = waiting.pop(0)
        lines: list[Entry] = []
        if is_empty(entry.value):
            while len(lines) < len(waiting) and belongs(entry, waiting[len(lines)]):
                lines.append(waiting[len(lines)])
        if not lines or not enough(lines):
            kept.append(entry)
            continue
        names = [f"`{line.name}`" for line in lines]
        listed = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
        slips.add(
            "dedented",
            "PM107",
            f"{names[0]} stands beside `{entry.name}`, not in it",
            lines[0].key.span,
            f"indent {listed} deeper than `{entry.name}`",
        )
        kept.append(Entry(entry.key, joined(lines, mapping.span)))
        waiting = waiting[len(lines) :]
    return mapping.with_entries(kept)


def in_section(keys: Sequence[str]) -> Callable[[Entry, Entry], bool]:
    """What belongs to an empty section: lines that are no keys of what holds it."""
    return lambda empty, line: empty.name in OPEN and line.name not in keys
