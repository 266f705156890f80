"""`--set` on a recipe: values of the command line laid over the file's tree.

They become nodes with spans of their own, so that a mistake in one is shown like any
other, at its place in what was typed.
"""

from __future__ import annotations

from collections.abc import Iterable

from pmruntime.recipe.definition import CHOICES, DEFAULTS, SETTINGS

from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.diagnostics.source import SourceFile, Span
from pmgen.load.core_schema import resolve
from pmgen.load.tree import Entry, Mapping, Node, Scalar, Sequence

_NAMES_LAYERS = tuple(n for n, s in SETTINGS.items() if isinstance(s.default, dict))


def overridden(
    tree: Mapping, pairs: Iterable[str], diagnostics: Diagnostics
) -> Mapping:
    """The tree with every `epochs=3` or `optimizer.learning_rate=0.01` in it."""
    for pair in pairs:
        tree = _laid_over(tree, pair, diagnostics)
    return tree


def _laid_over(tree: Mapping, pair: str, diagnostics: Diagnostics) -> Mapping:
    path, _, _ = pair.partition("=")
    file = SourceFile("--set", pair)
    value = _value(file, len(path) + 1)
    first = path.partition(".")[0]
    # A layer's name may have dots of its own.
    names = path.split(".", 1 if first in _NAMES_LAYERS else -1)
    if len(names) > 2:
        diagnostics.error(
            "PM501",
            f"there is nothing `{path}` in a recipe",
            _span(file, 0, len(path)),
            help=f"write `--set {names[0]}.{names[1]}=...`",
        )
        return tree
    key = _scalar(file, 0, len(names[0]))
    if len(names) == 1:
        return _with(tree, Entry(key, value))
    inner = Entry(_scalar(file, len(names[0]) + 1, len(path)), value)
    given = tree.get(names[0])
    return _with(tree, Entry(key, _inside(key, given, inner)))


def _inside(key: Scalar, given: Entry | None, inner: Entry) -> Node:
    """The value of `optimizer` or `augment` with one argument changed."""
    node = given.value if given is not None else None
    if key.text not in CHOICES:
        base = node if isinstance(node, Mapping) else Mapping((), key.span)
        return _with(base, inner)
    if isinstance(node, Mapping) and len(node) == 1:
        name, arguments = node.entries[0].key, node.entries[0].value
    elif isinstance(node, Scalar):
        name, arguments = node, Mapping((), node.span)
    else:
        default = DEFAULTS[key.text]
        name = Scalar(default, default, key.span)
        arguments = Mapping((), key.span)
    base = arguments if isinstance(arguments, Mapping) else Mapping((), name.span)
    return Mapping((Entry(name, _with(base, inner)),), name.span)


def _with(tree: Mapping, entry: Entry) -> Mapping:
    """A mapping with that entry in the place of its namesake, or at the end."""
    names = [e.name for e in tree]
    if entry.name in names:
        entries = tuple(entry if e.name == entry.name else e for e in tree)
    else:
        entries = (*tree.entries, entry)
    return Mapping(entries, tree.span)


def _value(file: SourceFile, start: int) -> Node:
    text = file.text[start:]
    if not (text.startswith("[") and text.endswith("]")):
        return _scalar(file, start, len(file.text), resolve_it=True)
    items: list[Node] = []
    at = start + 1
    for part in text[1:-1].split(",") if text[1:-1].strip() else ():
        begin = at + len(part) - len(part.lstrip())
        items.append(_scalar(file, begin, begin + len(part.strip()), resolve_it=True))
        at += len(part) + 1
    return Sequence(tuple(items), _span(file, start, len(file.text)))


def _scalar(
    file: SourceFile, start: int, end: int, *, resolve_it: bool = False
) -> Scalar:
    text = file.text[start:end]
    return Scalar(resolve(text) if resolve_it else text, text, _span(file, start, end))


def _span(file: SourceFile, start: int, end: int) -> Span:
    return Span(file, 1, start + 1, 1, end + 1)
