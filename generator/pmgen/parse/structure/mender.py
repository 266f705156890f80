"""Slips of nesting, read as meant before anything else looks at the tree.

A layer that stands beside `layers`, a section inside it, one op where layers belong:
each is one mistake of the author, and would be ten of the parser's. Here each is
reported once, where it was made, and the tree is changed to what was meant, so that the
rest of the file is checked as if it had been written so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from pmruntime.suggest import nearest

from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.language.keys import (
    BLOCK_KEYS,
    BODY_KEYS,
    BRANCH_KEYS,
    FORM_KEYS,
    HEAD_KEYS,
    LAYER_KEYS,
    PLACE_KEYS,
    RESIDUAL_KEYS,
    SPEC_KEYS,
)
from pmgen.load.tree import Entry, Mapping, Node, Scalar
from pmgen.load.tree import Sequence as List
from pmgen.ops import OPS
from pmgen.ops.synonyms.arguments import TOP
from pmgen.parse.structure.lists import by_name
from pmgen.parse.structure.nodes import (
    holds_layers,
    is_empty,
    is_layer,
    joined,
    made_up,
    names_op,
    word,
)
from pmgen.parse.structure.numbers import by_place
from pmgen.parse.structure.outer import (
    OPEN,
    Outer,
    adopted,
    in_section,
    moved_out,
    renamed,
    torn_lines,
    untorn,
    without_colon,
)
from pmgen.parse.structure.slips import Slips
from pmgen.parse.structure.wholes import (
    as_named,
    bare_op,
    doubled,
    named_form,
    one_op,
    spread,
    wrapped,
)
from pmgen.parse.words.arguments import op_entry

_ALL_LAYER_KEYS = (*LAYER_KEYS, *FORM_KEYS, *BRANCH_KEYS, *PLACE_KEYS, *HEAD_KEYS)
# Sections of a spec or block; as a layer's name each would be a slip of indentation.
_SECTIONS = frozenset({*SPEC_KEYS, *BLOCK_KEYS}) - {*BODY_KEYS}
_ARGUMENTS = frozenset(arg.name for op in OPS.values() for arg in op.args)
# Sections of plain names, none of which is called as a section.
_PLAIN = frozenset({"params", "defaults", "expect"})
# Of these, what an op's layer cannot hold either.
_IN_NO_OP = _SECTIONS - {"params", "source", "model", "input", "doc"}


def mend_structure(tree: Mapping, diagnostics: Diagnostics) -> Mapping:
    """One file's tree as it was meant; every kind of slip in it is reported."""
    slips = Slips()
    mended = _Mender(slips).spec(tree)
    slips.report(diagnostics)
    return mended


class _Mender:
    def __init__(self, slips: Slips) -> None:
        self.slips = slips
        self.outer: list[Outer] = []  # what is around, outermost first

    # -- what has sections

    def spec(self, tree: Mapping) -> Mapping:
        """A whole file."""
        return self._holder(tree, SPEC_KEYS, "a spec")

    def _block(self, entry: Entry) -> Entry:
        mapping = entry.value
        if not isinstance(mapping, Mapping):
            return entry
        if names_op(mapping):
            mapping = one_op(self.slips, mapping, BLOCK_KEYS, f"block `{entry.name}`")
        where = f"block `{entry.name}`"
        return Entry(entry.key, self._holder(mapping, BLOCK_KEYS, where))

    def _holder(self, mapping: Mapping, keys: Iterable[str], where: str) -> Mapping:
        """A spec or block: sections of these keys, one of which is its form."""
        keys = tuple(keys)
        mapping = renamed(mapping, keys, where, self.slips, words=TOP)
        mapping = adopted(mapping, in_section(keys), self.slips)
        mapping = self._strays(mapping, keys)
        outer = Outer(keys, mapping)
        self.outer.append(outer)
        entries = [self._section(entry) for entry in mapping]
        self.outer.pop()
        return outer.with_moved(entries)

    def _section(self, entry: Entry) -> Entry:
        value = entry.value
        if entry.name in OPEN:
            value = without_colon(value, self.slips)
            value = torn_lines(value, f"`{entry.name}`", self.slips)
        if entry.name in _PLAIN and isinstance(value, Mapping):
            value = self._without_sections(value)
        if entry.name == "layers":
            value = self._series(value, "`layers`")
        elif entry.name == "heads":
            value = self._series(value, "`heads`")
        elif entry.name == "branches":
            value = self._branches(value)
        elif entry.name == "residual":
            value = self._residual(value)
        elif entry.name == "blocks":
            value = self._blocks(value)
        elif entry.name in ("params", "defaults", "expect") and isinstance(value, List):
            listed = by_name(value, stem="")  # of plain words: the parser reports them
            value = as_named(self.slips, value, f"`{entry.name}`", listed)
        return entry if value is entry.value else Entry(entry.key, value)

    def _without_sections(self, mapping: Mapping) -> Mapping:
        """Names without a later section that was indented as if it were one of them."""
        return mapping.with_entries(
            [
                entry
                for entry in mapping
                if entry.name not in OPEN
                or not isinstance(entry.value, Mapping)
                or not self._moves(entry, plain=True)
            ]
        )

    def _strays(self, mapping: Mapping, keys: tuple[str, ...]) -> Mapping:
        """Layers and blocks that stand beside their section are put into it."""
        homes: dict[str, list[Entry]] = {}
        variant = mapping.get("extends") is not None
        kept: list[Entry] = []
        last = ""
        for entry in mapping:
            if entry.name in keys:
                last = entry.name
                kept.append(entry)
            elif is_layer(entry.value) or (variant and _changes_a_layer(entry.value)):
                homes.setdefault(_home(entry, last, keys), []).append(entry)
            else:
                kept.append(entry)
        for home, strays in homes.items():
            at = next((i for i, e in enumerate(kept) if e.name == home), None)
            self._stray(strays, home, missing=at is None)
            if at is None:
                whole = joined(strays, mapping.span)
                kept.append(Entry(made_up(home, strays[0].key.span), whole))
                continue
            inside = kept[at].value
            if isinstance(inside, Mapping):
                taken = {e.name for e in inside}
                fresh = [e for e in strays if e.name not in taken]
                both = Mapping((*inside.entries, *fresh), inside.span)
                kept[at] = Entry(kept[at].key, both)
        return Mapping(tuple(kept), mapping.span) if homes else mapping

    def _stray(self, strays: list[Entry], home: str, *, missing: bool) -> None:
        names = [f"`{e.name}`" for e in strays]
        lines = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
        kind = "block" if home == "blocks" else "layer"
        if missing:
            message = f"{names[0]} is a {kind}, but no `{home}:` stands above it"
            help_text = f"write `{home}:` on a line above, and indent {lines} below it"
        else:
            message = f"{names[0]} is a {kind}, but stands beside `{home}`, not in it"
            help_text = f"indent {lines} as the {kind}s above"
            help_text += "; or move it there" if home != "layers" else ""
        span = strays[0].key.span
        self.slips.add(f"stray {home}", "PM107", message, span, help_text)

    def _blocks(self, node: Node) -> Node:
        if isinstance(node, List):
            node = as_named(self.slips, node, "`blocks`", by_name(node))
        if not isinstance(node, Mapping):
            return node
        node = adopted(node, lambda _, line: line.name in BLOCK_KEYS, self.slips)
        node = self._without_sections(node)
        return node.with_entries([self._block(entry) for entry in node])

    # -- the forms

    def _series(self, node: Node, what: str) -> Node:
        if isinstance(node, List):
            node = as_named(self.slips, node, what, by_name(node))
        if not isinstance(node, Mapping):
            return node
        node = adopted(node, _of_a_layer, self.slips, _has_body)
        if names_op(node):
            node = wrapped(self.slips, node, what)
        layers: list[Entry] = []
        waiting = deque(node)
        while waiting:
            entry = waiting.popleft()
            inner = entry.value
            if entry.name == "layers" and holds_layers(inner) and not is_layer(inner):
                if what == "`heads`" and self._moves(entry, plain=True):
                    continue
                assert isinstance(inner, Mapping)
                doubled(self.slips, entry, what)
                waiting.extendleft(reversed(inner.entries))
            elif self._moves(entry):
                continue
            elif entry.name in FORM_KEYS and _is_bare_form(entry):
                after = [e for e in waiting if e.name in BRANCH_KEYS]
                waiting = deque(e for e in waiting if e.name not in BRANCH_KEYS)
                layers.append(self._layer(named_form(self.slips, entry, after))[0])
            else:
                layer, deeper = self._layer(entry)
                if what != "`heads`":  # whose layers before are those of the spec
                    layer = by_place(self.slips, layer, layers)
                layers.append(layer)
                waiting.extendleft(reversed(deeper))
        return node.with_entries(layers)

    def _branches(self, node: Node) -> Node:
        if isinstance(node, List):
            node = as_named(
                self.slips, node, "`branches`", by_name(node, stem="branch")
            )
        if not isinstance(node, Mapping):
            return node
        node = adopted(node, lambda _, line: is_layer(line.value), self.slips)
        paths: list[Entry] = []
        for entry in node:
            if entry.name in BRANCH_KEYS and self._moves(entry, plain=True):
                continue
            path = self._series(entry.value, f"branch `{entry.name}`")
            paths.append(Entry(entry.key, path))
        return node.with_entries(paths)

    def _residual(self, node: Node) -> Node:
        if not isinstance(node, Mapping):
            return node
        node = renamed(node, tuple(RESIDUAL_KEYS), "`residual`", self.slips)
        node = adopted(node, in_section(tuple(RESIDUAL_KEYS)), self.slips)
        if node.get("body") is None:
            node = self._with_body(node)
        entries: list[Entry] = []
        for entry in node:
            value = entry.value
            if entry.name in RESIDUAL_KEYS:
                value = self._series(value, f"`{entry.name}`")
            entries.append(Entry(entry.key, value))
        return node.with_entries(entries)

    def _with_body(self, node: Mapping) -> Mapping:
        """The layers of a residual that stand in it without `body`, put under it."""
        if names_op(node):
            return one_op(self.slips, node, RESIDUAL_KEYS, "`residual`", home="body")
        given = node.get("layers")
        if given is not None and holds_layers(given.value):
            body = Entry(made_up("body", given.key.span), given.value)
            self.slips.add(
                "body",
                "PM107",
                "`layers` is no key of `residual`",
                given.key.span,
                "the layers beside the shortcut stand under `body`",
            )
            return node.with_entries([body if e is given else e for e in node])
        layers = [e for e in node if e.name != "shortcut" and is_layer(e.value)]
        if not layers:
            return node
        self._stray(layers, "body", missing=True)
        body = Entry(made_up("body", layers[0].key.span), joined(layers, node.span))
        return node.with_entries([body, *(e for e in node if e not in layers)])

    # -- layers

    def _layer(self, entry: Entry) -> tuple[Entry, list[Entry]]:
        """The layer, and layers that were indented as if they were inside it."""
        node = entry.value
        node = torn_lines(node, f"layer `{entry.name}`", self.slips)
        if isinstance(node, Scalar) and node.text in OPS:
            node = bare_op(self.slips, entry, node)
        if not isinstance(node, Mapping):
            return entry, []
        where = f"layer `{entry.name}`"
        node = untorn(node, where, self.slips)
        forms = any(e.name in FORM_KEYS for e in node)
        bare = not forms and node.get("op") is None and not holds_layers(node)
        if bare and op_entry(node) is None:  # which the parser reports
            node = renamed(node, ("op", *FORM_KEYS), where, self.slips, one=True)
        if node.get("op") is not None:
            return self._op_layer(entry.key, node)
        if forms:
            node = renamed(node, _ALL_LAYER_KEYS, where, self.slips)
        node = adopted(node, in_section(_ALL_LAYER_KEYS), self.slips)
        keys = (*_ALL_LAYER_KEYS, *LAYER_KEYS)
        if any(is_layer(e.value) for e in node if e.name not in keys):
            node = self._strays(node, keys)
        outer = Outer(keys, node)
        self.outer.append(outer)
        entries = [self._section(e) if e.name in FORM_KEYS else e for e in node]
        self.outer.pop()
        return Entry(entry.key, outer.with_moved(entries)), []

    def _op_layer(self, key: Scalar, node: Mapping) -> tuple[Entry, list[Entry]]:
        kept: list[Entry] = []
        deeper: list[Entry] = []
        for entry in node:
            if entry.name not in _ALL_LAYER_KEYS and is_layer(entry.value):
                deeper.append(entry)
            elif entry.name in _IN_NO_OP and isinstance(entry.value, Mapping):
                if not self._moves(entry):
                    kept.append(entry)
            else:
                kept += spread(self.slips, entry, node)
        if deeper:
            names = [f"`{e.name}`" for e in deeper]
            self.slips.add(
                "deeper",
                "PM107",
                f"{names[0]} is a layer, but stands inside `{key.text}`",
                deeper[0].key.span,
                f"dedent it to the column of `{key.text}`",
            )
        return Entry(key, node.with_entries(kept)), deeper

    def _moves(self, entry: Entry, *, plain: bool = False) -> bool:
        """True where the entry is a section of something around, and is moved there."""
        if not plain and (entry.name not in _SECTIONS or is_layer(entry.value)):
            return False
        if not plain and is_empty(entry.value):
            return False
        if word(entry.value) in OPS:
            return False
        return moved_out(entry, self.outer, self.slips)


def _home(entry: Entry, last: str, keys: tuple[str, ...]) -> str:
    """The section that a stray layer or block belongs in."""
    inside = entry.value
    assert isinstance(inside, Mapping)
    block = entry.name[:1].isupper() and not names_op(inside)
    if "blocks" in keys and block:
        return "blocks"
    if last == "heads" and inside.get("from") is not None:
        return "heads"
    return "layers"


def _changes_a_layer(node: Node) -> bool:
    """True for what a variant changes of a layer: arguments, without an op."""
    known = {*_ARGUMENTS, *LAYER_KEYS}
    if not isinstance(node, Mapping) or not node.entries:
        return False
    return all(entry.name in known for entry in node)


def _of_a_layer(empty: Entry, line: Entry) -> bool:
    """True where the line can only be a key of a layer, not a layer itself."""
    layer = isinstance(line.value, Mapping) or is_empty(line.value)
    return line.name in _ALL_LAYER_KEYS or not layer


def _has_body(lines: list[Entry]) -> bool:
    has_body = any(line.name in ("op", *FORM_KEYS) for line in lines)
    return has_body or all(line.name in _ARGUMENTS for line in lines)


def _is_bare_form(entry: Entry) -> bool:
    """True for `residual: {body: ...}` or `branches: {...}` in the place of a layer."""
    inside = entry.value
    if not isinstance(inside, Mapping) or is_layer(inside) or not inside.entries:
        return False
    if entry.name == "residual":
        return any(nearest(e.name, RESIDUAL_KEYS) == "body" for e in inside)
    return entry.name == "branches" and all(holds_layers(e.value) for e in inside)
