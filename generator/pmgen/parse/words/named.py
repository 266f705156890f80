"""Activations, normalisations and initializers by the words of other tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass

from pmruntime.suggest import did_you_mean

from pmgen.load.tree import Mapping, Node, Scalar, Sequence
from pmgen.ops import ACTIVATIONS, INITIALIZERS, NORMS, OPS
from pmgen.ops.definition import OpDef
from pmgen.ops.synonyms import arguments, names
from pmgen.ops.synonyms.arguments import ARGUMENTS, LEFT_OUT
from pmgen.ops.synonyms.meaning import Meaning, call_of, first_known, folded
from pmgen.parse.words.typed import call_text, inner_text, text_of


@dataclass(frozen=True)
class Family:
    """What a key takes by name: `what` it is in words, the `key` that it stands under,
    the ops that are `known`, and the `words` of other tools for them."""

    what: str
    key: str
    known: Map[str, OpDef]
    words: Map[str, Meaning]
    may_be_none: bool = True


ACTIVATION = Family("activation", "act", ACTIVATIONS, names.ACTIVATIONS)
NORMALISATION = Family("normalisation", "norm", NORMS, names.NORMS)
INITIALIZER = Family(
    "initializer", "init", INITIALIZERS, names.INITIALIZERS, may_be_none=False
)
_FAMILIES = (ACTIVATION, NORMALISATION, INITIALIZER)
# The keys under which other tools write the name of such an op beside its arguments.
_NAME_KEYS = ("op", "type", "name", "class_name")


def same(word: str, known: Iterable[str]) -> str | None:
    """The known name that differs in case, `_` or a module before a `.` alone."""
    wanted = folded(word)
    return next((name for name in known if folded(name) == wanted), None)


def meaning_in(word: str, family: Family) -> Meaning | None:
    """What the word means in this family, where that is certain."""
    name = same(word, family.known)
    return Meaning(name) if name else family.words.get(folded(word))


def is_nothing(node: Node, family: Family) -> bool:
    """True for `None`, `linear`, false and the like, which are `none` here."""
    if not family.may_be_none or not isinstance(node, Scalar):
        return False
    if node.value is None:
        return bool(node.text)
    return node.value is False or folded(node.text) in names.NOTHING


def translated(node: Node, family: Family) -> str | None:
    """What to write for a whole value under another tool's key; None where that is not
    certain."""
    if isinstance(node, Mapping):
        return regrouped(node, family)
    if isinstance(node, Sequence):
        return _listed(node, family)
    if node.value is None:
        return None
    if family is NORMALISATION and (node.value is True or node.text == "1"):
        return names.USUAL_NORM
    if isinstance(node.value, str):
        return _called(node.text, family)
    return _constant(node) if family is INITIALIZER else None


def _listed(node: Sequence, family: Family) -> str | None:
    """`[LeakyReLU, 0.1]` as `{LeakyReLU: {negative_slope: 0.1}}`."""
    first, *rest = node.items or (node,)
    meaning = meaning_in(first.text, family) if isinstance(first, Scalar) else None
    if meaning is None or meaning.name is None:
        return None
    if not rest:
        return call_text(meaning.name, meaning.given)
    op = family.known[meaning.name]
    written = lone_arguments(Sequence(tuple(rest), node.span), op)
    return f"{{{op.name}: {written}}}" if written else None


def _constant(node: Scalar) -> str | None:
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        return None
    name, argument = names.ONE_VALUE
    return call_text(name, {argument: node.text})


def _called(text: str, family: Family) -> str | None:
    """`GroupNorm(4)` or a plain word as this language has it."""
    meaning = meaning_in(text, family)
    if meaning is None or meaning.name is None:
        return None
    call = call_of(text)
    given = dict(meaning.given)
    if call is not None:
        typed = _typed_args(call[1], family.known[meaning.name], family)
        if typed is None:
            return None
        given |= typed
    return call_text(meaning.name, given)


def _typed_args(text: str, op: OpDef, family: Family) -> dict[str, str] | None:
    """The arguments between a call's brackets; None where one is not understood."""
    found: dict[str, str] = {}
    # PyTorch's norms take the number of channels first or second: it is not written.
    free = [a.name for a in op.args if a.required or family is not NORMALISATION]
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, given, value = part.partition("=")
        if not given:
            if free:
                found[free.pop(0)] = part
            continue
        known = _argument(name.strip(), op)
        if known:
            found[known] = (
                value.strip().replace("True", "true").replace("False", "false")
            )
        elif folded(name) not in LEFT_OUT:
            return None
    return found


def _argument(word: str, op: OpDef) -> str | None:
    known = [arg.name for arg in op.args]
    return same(word, known) or first_known(word, ARGUMENTS, known)


def regrouped(node: Mapping, family: Family) -> str | None:
    """`{op: GroupNorm, num_groups: 4}` as `{GroupNorm: {num_groups: 4}}`; None where it
    is not that."""
    entry = next((e for key in _NAME_KEYS if (e := node.get(key))), None)
    if entry is None and len(node) > 1:
        entry = next((e for e in node if meaning_in(e.name, family)), None)
        name: str | None = entry.name if entry else None
    else:
        name = entry.value.text if entry and isinstance(entry.value, Scalar) else None
    meaning = meaning_in(name, family) if name else None
    if entry is None or meaning is None or meaning.name is None:
        return None
    given = dict(meaning.given)
    op = family.known[meaning.name]
    for item in node:
        if item is entry:
            continue
        typed, known = text_of(item.value), _argument(item.name, op)
        if typed is None or known is None:
            return None
        given[known] = typed
    return call_text(meaning.name, given)


def lone_arguments(node: Node, op: OpDef) -> str | None:
    """`0.01` or `[0, 0.01]` as the op's arguments with their names; None where they are
    not plain, or more than it takes."""
    items = node.items if isinstance(node, Sequence) else (node,)
    if not all(isinstance(i, Scalar) and i.value is not None for i in items):
        return None
    texts = [i.text for i in items if isinstance(i, Scalar)]
    free = [arg.name for arg in op.args]
    if len(texts) > len(free):
        return None
    if len(texts) == 1:
        if {"low", "high"} <= set(free):  # as far to both sides
            amount = texts[0].lstrip("-")
            return inner_text({"low": f"-{amount}", "high": amount})
        free = [names.ALONE.get(op.name, free[0])]
    return inner_text(dict(zip(free, texts, strict=False)))


def name_help(name: Scalar, family: Family, *, alone: bool) -> Iterator[str | None]:
    """The help for an unknown name, and then the note on what differs, or None.
    `alone` says that it stands without arguments."""
    text = name.text
    if alone and is_nothing(name, family):
        yield "did you mean `none`?"
        yield None
        return
    meaning = meaning_in(text, family)
    if meaning is not None:
        written = _called(text, family) if alone else meaning.name
        if meaning.name is None or (alone and meaning.asks):
            yield meaning.note
            yield None
            return
        if is_torn(text):
            yield f"write `{written}`: inside braces a comma ends a value"
            yield None
            return
        yield f"did you mean `{written}`?" if written else f"write `{meaning.name}`"
        yield meaning.note or None
        return
    yield (
        _elsewhere(text, family)
        or did_you_mean(text, family.known)
        or f"{_a(family.what)} is called as its class in Paddle"
    )
    yield None


def _elsewhere(text: str, family: Family) -> str | None:
    """Help for the name of an op that stands under another key."""
    for other in _FAMILIES:
        meaning = meaning_in(text, other) if other is not family else None
        if meaning is not None and meaning.name is not None:
            whole = "init: {weight: ...}" if other is INITIALIZER else other.key
            return f"`{meaning.name}` is {_a(other.what)}: it goes under `{whole}`"
    op = same(text, OPS)
    if op is None:
        return None
    return f"`{op}` is a layer of its own: write `op: {op}` in the next one"


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def is_torn(text: str) -> bool:
    """True for the first piece of a call that YAML cut in two at a comma."""
    return text.count("(") > text.count(")")


def of_bias(word: str) -> bool:
    """True where another tool's word for an initializer is about the bias."""
    return folded(word) in arguments.OF_BIAS
