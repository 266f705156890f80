"""Blocks and parameters that are declared in one spelling and used in another.

Where every use agrees, the declaration is the odd one out: it is one mistake, not one
in every use. It is reported once, and read as it is used.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pmruntime.suggest import nearest

from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.language.keys import FORM_KEYS, HEAD_KEYS, LAYER_KEYS, PLACE_KEYS
from pmgen.language.spec import IN_CHANNELS
from pmgen.load.tree import Entry, Node, Scalar, Sequence, Sources
from pmgen.load.tree import Mapping as TreeMapping
from pmgen.ops import OPS

_DOLLAR = re.compile(r"\$([A-Za-z_]\w*)")
_NO_ARGUMENTS = frozenset({*LAYER_KEYS, *FORM_KEYS, *PLACE_KEYS, *HEAD_KEYS})
_ENOUGH = 2  # uses that agree; with one, either side may be wrong


@dataclass
class _Uses:
    """How often each block is called, each argument given to it, each `$name` used."""

    calls: Counter[str] = field(default_factory=Counter)
    given: dict[str, Counter[str]] = field(default_factory=dict)
    names: Counter[str] = field(default_factory=Counter)

    def add(self, node: Node) -> None:
        """Count what a tree uses."""
        waiting = [node]
        while waiting:
            node = waiting.pop()
            if isinstance(node, Scalar):
                if isinstance(node.value, str) and "$" in node.value:
                    self.names.update(_DOLLAR.findall(node.value))
            elif isinstance(node, Sequence):
                waiting += node.items
            else:
                self._add_call(node)
                waiting += [entry.value for entry in node]

    def _add_call(self, mapping: TreeMapping) -> None:
        entry = mapping.get("op")
        op = entry.value.value if entry and isinstance(entry.value, Scalar) else None
        if not isinstance(op, str) or op in OPS:
            return
        first = mapping.get("first")
        more = first.value if first else None
        names = [*mapping, *(more if isinstance(more, TreeMapping) else ())]
        self.calls[op] += 1
        given = self.given.setdefault(op, Counter())
        given.update(e.name for e in names if e.name not in _NO_ARGUMENTS)


def mend_declarations(sources: Sources, diagnostics: Diagnostics) -> Sources:
    """The sources with blocks and parameters declared as they are used."""
    uses = _Uses()
    trees = (sources.tree, *(library.tree for library in sources.libraries))
    for tree in trees:
        uses.add(tree)
    declared = [block.name for tree in trees for block in _entries(tree, "blocks")]
    calls = Counter({n: c for n, c in uses.calls.items() if n not in OPS})
    titles = _as_used(declared, calls)
    mender = _Mender(titles, uses, diagnostics)
    return replace(
        sources,
        tree=mender.model(mender.blocks(sources.tree)),
        libraries=tuple(
            replace(library, tree=mender.blocks(library.tree))
            for library in sources.libraries
        ),
    )


class _Mender:
    def __init__(
        self, titles: Mapping[str, str], uses: _Uses, diagnostics: Diagnostics
    ) -> None:
        self.titles = titles
        self.uses = uses
        self.diagnostics = diagnostics

    def model(self, tree: TreeMapping) -> TreeMapping:
        """The spec with the model's own parameters as they are used outside blocks."""
        uses = _Uses()
        for entry in tree:
            if entry.name not in ("blocks", "params"):
                uses.add(entry.value)
        return self._with_params(tree, uses.names)

    def blocks(self, tree: TreeMapping) -> TreeMapping:
        """The file with its blocks, and their parameters, as they are used."""
        section = tree.get("blocks")
        if section is None or not isinstance(section.value, TreeMapping):
            return tree
        blocks = [self._block(entry) for entry in section.value]
        new = Entry(section.key, section.value.with_entries(blocks))
        if new.value is section.value:
            return tree
        return tree.with_entries([new if e is section else e for e in tree])

    def _block(self, entry: Entry) -> Entry:
        title = self.titles.get(entry.name, entry.name)
        if title != entry.name:
            count = self.uses.calls[title]
            self._report(
                "PM202", f"no layer calls the block `{entry.name}`", entry, title, count
            )
        value = entry.value
        if isinstance(value, TreeMapping):
            inside = _Uses()
            for part in value:
                if part.name != "params":
                    inside.add(part.value)
            value = self._with_params(
                value, inside.names + self.uses.given.get(title, Counter())
            )
        if title == entry.name and value is entry.value:
            return entry
        return Entry(_called(entry.key, title), value)

    def _with_params(self, tree: TreeMapping, used: Counter[str]) -> TreeMapping:
        section = tree.get("params")
        if section is None or not isinstance(section.value, TreeMapping):
            return tree
        names = _as_used([e.name for e in section.value], used)
        if not names:
            return tree
        params = []
        for entry in section.value:
            meant = names.get(entry.name)
            if meant is not None:
                self._report(
                    "PM210",
                    f"nothing uses the parameter `{entry.name}`",
                    entry,
                    meant,
                    used[meant],
                )
                entry = Entry(_called(entry.key, meant), entry.value)
            params.append(entry)
        new = Entry(section.key, section.value.with_entries(params))
        return tree.with_entries([new if e is section else e for e in tree])

    def _report(
        self, code: str, message: str, entry: Entry, meant: str, count: int
    ) -> None:
        self.diagnostics.error(
            code,
            f"{message}, and `{meant}`, which is used {count} times, is not declared",
            entry.key.span,
            help=f"did you mean `{meant}`?",
        )


def _as_used(declared: Iterable[str], used: Counter[str]) -> dict[str, str]:
    """Names that nothing uses -> the undeclared names that stand for them."""
    declared = list(declared)
    unused = [name for name in declared if not used[name]]
    found: dict[str, str] = {}
    if not unused:
        return found
    for name, count in used.items():
        if name in declared or name == IN_CHANNELS or count < _ENOUGH:
            continue
        meant = nearest(name, declared)
        if meant in unused:
            found[meant] = name
    return found


def _entries(tree: TreeMapping, section: str) -> Iterator[Entry]:
    entry = tree.get(section)
    if entry is not None and isinstance(entry.value, TreeMapping):
        yield from entry.value


def _called(key: Scalar, text: str) -> Scalar:
    return Scalar(text, text, key.span)
