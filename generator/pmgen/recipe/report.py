"""The mistakes of a recipe, shown in its file."""

from __future__ import annotations

from collections.abc import Iterable

from pmruntime.kinds import Kind
from pmruntime.recipe.definition import CHOICES, DEFAULTS
from pmruntime.recipe.mistakes import (
    Conflict,
    Mistake,
    Path,
    UnknownName,
    WrongForm,
    WrongValue,
)
from pmruntime.suggest import nearest

from pmgen.diagnostics.diagnostic import Diagnostics, Label
from pmgen.load.tree import Mapping, Node, Scalar, Sequence, kind_of
from pmgen.ops.synonyms.meaning import folded
from pmgen.ops.synonyms.recipes import VALUES
from pmgen.recipe.meant import help_for_argument, help_for_key


class Reporter:
    """Finds the nodes of a recipe's tree that mistakes are about."""

    def __init__(self, tree: Mapping, diagnostics: Diagnostics) -> None:
        self.tree = tree
        self.diagnostics = diagnostics

    def report(self, mistake: Mistake) -> None:
        """Add the diagnostic of a mistake in this tree."""
        if isinstance(mistake, UnknownName):
            self._unknown(mistake)
        elif isinstance(mistake, WrongForm):
            self._wrong_form(mistake)
        elif isinstance(mistake, WrongValue):
            self._wrong_value(mistake)
        elif isinstance(mistake, Conflict):
            self._conflict(mistake)
        else:
            raise TypeError(f"not known how to show {mistake!r}")

    def _unknown(self, mistake: UnknownName) -> None:
        *parents, name = mistake.path
        parent = self._node(parents)
        entry = parent.get(name) if isinstance(parent, Mapping) else None
        place = parent if entry is None else entry.key
        assert place is not None
        if parents:
            help = help_for_argument(name, mistake.known)
        else:
            help = help_for_key(name, {key: self._meant(key) for key in CHOICES})
        self.diagnostics.error("PM501", mistake.message, place.span, help=help)

    def _wrong_form(self, mistake: WrongForm) -> None:
        node = self._node(mistake.path)
        assert node is not None
        name, help = mistake.path[-1], mistake.help
        if name in CHOICES:
            help = f"write `{name}: {{{self._meant(name)}: {{...}}}}`"
        elif isinstance(node, Scalar) and node.text in ("none", "false"):
            help = f"leave `{name}` out"
        self.diagnostics.error(
            "PM502",
            f"{mistake.message}, but this is {kind_of(node)}",
            node.span,
            help=help,
        )

    def _wrong_value(self, mistake: WrongValue) -> None:
        node = self._node(mistake.path)
        assert node is not None
        shown = kind_of(node)
        if isinstance(node, Scalar) and node.value is not None:
            shown = f"`{node.text}`"
        kind = mistake.argument.kind
        self.diagnostics.error(
            "PM502",
            f"expected {kind.words}, found {shown}",
            node.span,
            help=_value_help(node, kind),
        )

    def _conflict(self, mistake: Conflict) -> None:
        """At the value, or at the other where the value is a default."""
        value, other = self._node(mistake.path), self._node(mistake.other)
        place = value or other
        assert place is not None  # defaults are not in conflict
        self.diagnostics.error(
            "PM502",
            mistake.message,
            place.span,
            related=[Label(other.span, mistake.note)] if value and other else [],
            help=mistake.help,
        )

    def _node(self, path: Path | Iterable[str]) -> Node | None:
        """The node at a path; None where there is none."""
        node: Node = self.tree
        for name in path:
            entry = node.get(name) if isinstance(node, Mapping) else None
            if entry is None:
                return None
            node = entry.value
        return node

    def _meant(self, key: str) -> str:
        """The name in `[AdamW]` and `{name: AdamW}`, else the default."""
        node = self._node((key,))
        parts: Iterable[Node] = () if node is None else (node,)
        if isinstance(node, Sequence):
            parts = node.items
        elif isinstance(node, Mapping):
            parts = [part for entry in node for part in (entry.key, entry.value)]
        for part in parts:
            if isinstance(part, Scalar) and part.text in CHOICES[key]:
                return part.text
        return DEFAULTS[key]


def _value_help(node: Node, kind: Kind) -> str | None:
    """What `yes`, or a mistyped one of a few words, most likely means."""
    text = node.text if isinstance(node, Scalar) else ""
    if kind.words == "true or false" and text.lower() in ("yes", "no", "on", "off"):
        return "write `true` or `false`; recipes are YAML 1.2"
    meant = VALUES.get(folded(text))
    near = meant if meant in kind.options else nearest(text, kind.options)
    return f"did you mean `{near}`?" if near else None
