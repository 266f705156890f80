"""A recipe file -> plain data for the runtime, its mistakes shown at their lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pmgen.diagnostics import Diagnostics, TooManyErrors
from pmgen.ops.definition import OpDef
from pmgen.ops.kinds import Kind
from pmgen.reader import read_file
from pmgen.recipe.definition import OPTIMIZERS, SCHEDULES, SETTINGS
from pmgen.source import Span
from pmgen.suggest import did_you_mean
from pmgen.tree import Entry, Node, Scalar, kind_of
from pmgen.tree import Mapping as TreeMapping

_CHOICES = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES}
_DEFAULTS = {"optimizer": "Momentum", "schedule": "Constant"}
_KEYS = ("pmgen", "recipe", *_CHOICES, *(setting.name for setting in SETTINGS))


def parse_recipe(path: Path, diagnostics: Diagnostics) -> dict[str, Any] | None:
    """The recipe with every default filled in, as the runtime reads it.

    None after a mistake; it stands in `diagnostics`.
    """
    try:
        tree = read_file(path, path.name, diagnostics)
        if tree is None:
            return None
        return _RecipeParser(diagnostics, path.stem).parse(tree)
    except TooManyErrors:
        return None


class _RecipeParser:
    def __init__(self, diagnostics: Diagnostics, name: str) -> None:
        self.diagnostics = diagnostics
        self.name = name

    def parse(self, tree: TreeMapping) -> dict[str, Any] | None:
        self._check_version(tree)
        for entry in tree:
            if entry.name not in _KEYS:
                self._unknown(entry.key, "key of a recipe", _KEYS)
        name = tree.get("recipe")
        found: dict[str, Any] = {"name": self.name}
        if name is not None and isinstance(name.value, Scalar):
            found["name"] = name.value.text
        for key, table in _CHOICES.items():
            found[key] = self._choice(tree.get(key), key, table)
        for setting in SETTINGS:
            given = tree.get(setting.name)
            found[setting.name] = setting.default
            if given is not None:
                found[setting.name] = self._value(given.value, setting.kind)
        self._check_warmup(tree, found)
        return None if self.diagnostics.failed else found

    def _check_warmup(self, tree: TreeMapping, found: Mapping[str, Any]) -> None:
        warmup = found["schedule"].get("Cosine", {}).get("warmup_epochs", 0)
        epochs = found["epochs"]
        at = tree.get("schedule") or tree.get("epochs")
        if at is None or not isinstance(warmup, int) or not isinstance(epochs, int):
            return
        if warmup >= epochs:
            self.diagnostics.error(
                "PM502",
                f"{warmup} epochs of warm-up leave nothing of {epochs} epochs",
                at.value.span,
                help="choose fewer epochs of warm-up, or more epochs",
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
            return {_DEFAULTS[key]: self._arguments(table[_DEFAULTS[key]], ())}
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
                help=f"write `{key}: {{{_DEFAULTS[key]}: {{...}}}}`",
            )
            return {}
        if name.value not in table:
            self._unknown(name, key, table)
            return {}
        empty = isinstance(given, Scalar) and given.value is None
        if given is not None and not empty and not isinstance(given, TreeMapping):
            self.diagnostics.error(
                "PM502",
                f"the arguments of `{name.value}` are a mapping, "
                f"but this is {kind_of(given)}",
                given.span,
            )
            return {}
        entries = given.entries if isinstance(given, TreeMapping) else ()
        return {name.value: self._arguments(table[name.value], entries)}

    def _arguments(self, op: OpDef, entries: Iterable[Entry]) -> dict[str, Any]:
        values = {arg.name: arg.default for arg in op.args}
        for entry in entries:
            arg = op.arg(entry.name)
            if arg is None:
                self._unknown(entry.key, f"argument of `{op.name}`", values)
            else:
                values[entry.name] = self._value(entry.value, arg.kind)
        return values

    def _value(self, node: Node, kind: Kind) -> Any:
        value = node.value if isinstance(node, Scalar) else None
        if value is None or kind.check(value) is not None:
            shown = f"`{node.text}`" if isinstance(node, Scalar) else kind_of(node)
            self.diagnostics.error(
                "PM502", f"expected {kind.words}, found {shown}", node.span
            )
        return value

    def _unknown(self, key: Scalar, what: str, known: Iterable[str]) -> None:
        self.diagnostics.error(
            "PM501",
            f"there is no {what} `{key.text}`",
            key.span,
            help=did_you_mean(key.text, known),
        )
