"""A recipe file -> plain data for the runtime, its mistakes shown at their lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pmruntime.suggest import nearest

from pmgen.diagnostics.diagnostic import Diagnostics, Label, TooManyErrors
from pmgen.diagnostics.source import Span
from pmgen.expand.graph import Graph
from pmgen.language.keys import SPEC_KEYS
from pmgen.load.reader import read_file
from pmgen.load.tree import Entry, Node, Scalar, Sequence, kind_of
from pmgen.load.tree import Mapping as TreeMapping
from pmgen.ops.definition import OpDef
from pmgen.ops.kinds import Kind
from pmgen.recipe.definition import (
    CHOICES,
    DEFAULTS,
    KEYS,
    SECTIONS,
    SETTINGS,
)
from pmgen.recipe.layers import check_layers
from pmgen.recipe.meant import help_for_argument, help_for_key
from pmgen.recipe.override import overridden

_TOP_KEY = re.compile(r"^(\w+)[ \t]*:", re.MULTILINE)


def is_recipe(text: str) -> bool:
    """Whether a file is meant as a recipe: by its keys, which are those of a recipe
    more than those of a spec. It need not be sound."""
    keys = set(_TOP_KEY.findall(text)) - {"pmgen"}
    return len(keys & set(KEYS)) > len(keys & set(SPEC_KEYS))


def parse_recipe(
    path: Path,
    diagnostics: Diagnostics,
    settings: Iterable[str] = (),
    graph: Graph | None = None,
) -> dict[str, Any] | None:
    """The recipe with every default filled in, as the runtime reads it.

    `settings` are laid over the file: `epochs=3`, `optimizer.learning_rate=0.01`.
    `graph` is the network that will be trained, where it is known: layers that the
    recipe names must be its. None after a mistake; it stands in `diagnostics`.
    """
    try:
        tree = read_file(path, path.name, diagnostics)
        if tree is None:
            return None
        tree = overridden(tree, settings, diagnostics)
        if graph is not None:
            check_layers(tree, graph, diagnostics)
        return _RecipeParser(diagnostics, path.stem).parse(tree)
    except TooManyErrors:
        return None


class _RecipeParser:
    def __init__(self, diagnostics: Diagnostics, name: str) -> None:
        self.diagnostics = diagnostics
        self.name = name

    def parse(self, tree: TreeMapping) -> dict[str, Any] | None:
        self._check_version(tree)
        chosen = {
            key: _meant(entry.value, key) if (entry := tree.get(key)) else name
            for key, name in DEFAULTS.items()
        }
        for entry in tree:
            if entry.name not in KEYS:
                self.diagnostics.error(
                    "PM501",
                    f"`{entry.name}` is no key of a recipe",
                    entry.key.span,
                    help=help_for_key(entry.name, chosen),
                )
        found: dict[str, Any] = {"name": self._name(tree.get("recipe"))}
        for key, table in CHOICES.items():
            found[key] = self._choice(tree.get(key), key, table)
        for key, section in SECTIONS.items():
            found[key] = self._section(tree.get(key), section)
        for setting in SETTINGS:
            given = tree.get(setting.name)
            found[setting.name] = _as_data(setting.default)
            if given is not None:
                found[setting.name] = self._value(given.value, setting.kind)
        self._check_warmup(tree, found)
        self._check_channels(tree, found)
        return None if self.diagnostics.failed else found

    def _name(self, entry: Entry | None) -> str:
        if entry is None:
            return self.name
        if isinstance(entry.value, Scalar) and entry.value.value is not None:
            return entry.value.text
        self.diagnostics.error(
            "PM502",
            f"`recipe` is a name for the record, but this is {kind_of(entry.value)}",
            entry.value.span,
            help="leave it out; the name is then the file's",
        )
        return self.name

    def _check_warmup(self, tree: TreeMapping, found: Mapping[str, Any]) -> None:
        [arguments] = found["schedule"].values() or [{}]
        warmup = arguments.get("warmup_epochs", 0)
        epochs = found["epochs"]
        if not isinstance(warmup, int) or not isinstance(epochs, int):
            return
        schedule, total = tree.get("schedule"), tree.get("epochs")
        at = (schedule and _inside(schedule.value, "warmup_epochs")) or total
        if at is None or not 1 <= epochs <= warmup:
            return
        apart = total is not None and at is not total
        self.diagnostics.error(
            "PM502",
            f"`warmup_epochs: {warmup}` leaves nothing of `epochs: {epochs}`",
            at.value.span,
            related=[Label(total.value.span, "all epochs")] if total and apart else [],
            help="choose fewer epochs of warm-up, or more epochs",
        )

    def _check_channels(self, tree: TreeMapping, found: Mapping[str, Any]) -> None:
        images = found["images"]
        if images.get("color") == "GRAY" and images.get("normalize") == "imagenet":
            entry = tree.get("images")
            assert entry is not None  # neither is a default
            color = _inside(entry.value, "color")
            normalize = _inside(entry.value, "normalize")
            assert color is not None
            assert normalize is not None
            self.diagnostics.error(
                "PM502",
                "`normalize: imagenet` is for three channels, not for `color: GRAY`",
                normalize.value.span,
                related=[Label(color.value.span, "one channel")],
                help="choose `symmetric` or `unit`",
            )

    def _check_version(self, tree: TreeMapping) -> None:
        entry = tree.get("pmgen")
        at = entry.value.span if entry else Span(tree.span.file, 1, 1, 1, 1)
        value = entry.value if entry else None
        number = value.value if isinstance(value, Scalar) else None
        if type(number) is not int or number != 1:
            self.diagnostics.error(
                "PM109",
                "the language version is missing"
                if entry is None
                else "this language version is not known",
                at,
                help="begin the file with `pmgen: 1`",
            )

    def _choice(
        self, entry: Entry | None, key: str, table: Mapping[str, OpDef]
    ) -> dict[str, Any]:
        if entry is None:
            return {DEFAULTS[key]: self._arguments(table[DEFAULTS[key]], ())}
        node = entry.value
        name, given = node, None
        if isinstance(node, TreeMapping) and len(node) == 1:
            name, given = node.entries[0].key, node.entries[0].value
        if not isinstance(name, Scalar) or not isinstance(name.value, str):
            self.diagnostics.error(
                "PM502",
                f"`{key}` is one name, or one name with its arguments, "
                f"but this is {kind_of(node)}",
                node.span,
                help=f"write `{key}: {{{_meant(node, key)}: {{...}}}}`",
            )
            return {}
        if name.value not in table:
            self._unknown(name, f"there is no {key} `{name.text}`", table)
            return {}
        return {name.value: self._given(given, table[name.value])}

    def _section(self, entry: Entry | None, section: OpDef) -> dict[str, Any]:
        return self._given(None if entry is None else entry.value, section)

    def _given(self, given: Node | None, op: OpDef) -> dict[str, Any]:
        """The arguments of an op or a section: a mapping, or nothing."""
        empty = isinstance(given, Scalar) and given.value is None
        if given is not None and not empty and not isinstance(given, TreeMapping):
            self.diagnostics.error(
                "PM502",
                f"the arguments of `{op.name}` are a mapping, "
                f"but this is {kind_of(given)}",
                given.span,
                help=_arguments_help(op, given),
            )
            return {}
        entries = given.entries if isinstance(given, TreeMapping) else ()
        return self._arguments(op, entries)

    def _arguments(self, op: OpDef, entries: Iterable[Entry]) -> dict[str, Any]:
        values = {arg.name: _as_data(arg.default) for arg in op.args}
        for entry in entries:
            arg = op.arg(entry.name)
            if arg is None:
                what = f"`{op.name}` has no argument `{entry.name}`"
                self._unknown(entry.key, what, values)
            else:
                values[entry.name] = self._value(entry.value, arg.kind)
        return values

    def _value(self, node: Node, kind: Kind) -> Any:
        value = _plain(node)
        if value is None or kind.check(value) is not None:
            shown = kind_of(node)
            if isinstance(node, Scalar) and node.value is not None:
                shown = f"`{node.text}`"
            self.diagnostics.error(
                "PM502",
                f"expected {kind.words}, found {shown}",
                node.span,
                help=_value_help(node, kind),
            )
        return list(value) if isinstance(value, tuple) else value

    def _unknown(self, key: Scalar, message: str, known: Iterable[str]) -> None:
        self.diagnostics.error(
            "PM501", message, key.span, help=help_for_argument(key.text, known)
        )


def _inside(node: Node, name: str) -> Entry | None:
    """The entry of that name in a mapping, or in the one that it holds."""
    if not isinstance(node, TreeMapping):
        return None
    for entry in node:
        found = entry if entry.name == name else _inside(entry.value, name)
        if found is not None:
            return found
    return None


def _meant(node: Node, key: str) -> str:
    """The name in `[AdamW]` and `{name: AdamW}`, else the one that holds by itself."""
    parts: Iterable[Node] = (node,)
    if isinstance(node, Sequence):
        parts = node.items
    elif isinstance(node, TreeMapping):
        parts = [part for entry in node for part in (entry.key, entry.value)]
    for part in parts:
        if isinstance(part, Scalar) and part.text in CHOICES[key]:
            return part.text
    return DEFAULTS[key]


def _arguments_help(op: OpDef, given: Node) -> str | None:
    if isinstance(given, Scalar) and given.text in ("none", "false"):
        return f"leave `{op.name}` out"
    return f"write `{op.name}: {{{op.args[0].name}: ...}}`"


def _value_help(node: Node, kind: Kind) -> str | None:
    """What is meant by `yes`, or by one of some words mistyped."""
    text = node.text if isinstance(node, Scalar) else ""
    if kind.words == "true or false" and text.lower() in ("yes", "no", "on", "off"):
        return "write `true` or `false`; recipes are YAML 1.2"
    if kind.words.startswith("one of "):
        near = nearest(text, kind.words.removeprefix("one of ").split(", "))
        return f"did you mean `{near}`?" if near else None
    return None


def _plain(node: Node) -> Any:
    """A scalar's value, a list of scalars as a tuple, a mapping to scalars as a dict;
    None for anything else."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence) and all(isinstance(i, Scalar) for i in node.items):
        return tuple(item.value for item in node.items if isinstance(item, Scalar))
    if isinstance(node, TreeMapping):
        values = {e.name: e.value.value for e in node if isinstance(e.value, Scalar)}
        return values if len(values) == len(node) else None
    return None


def _as_data(value: Any) -> Any:
    """A value as JSON has it, a copy: lists, not tuples."""
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, dict) else value
