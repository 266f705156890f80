"""Arguments and keys by the words of other tools, and help for unknown ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pmruntime.suggest import nearest

from pmgen.diagnostics.source import Span
from pmgen.language.arguments import argument_kinds
from pmgen.language.spec import Block
from pmgen.load.tree import Entry, Mapping, Scalar
from pmgen.ops import OPS
from pmgen.ops.definition import OpDef
from pmgen.ops.synonyms.arguments import (
    ARGUMENTS,
    LEFT_OUT,
    LEFT_OUT_OF,
    OPPOSITE,
    REMAINDER,
    THE_INPUT,
    WRAPPERS,
)
from pmgen.ops.synonyms.meaning import first_known, folded
from pmgen.parse.words.keys import already_there
from pmgen.parse.words.named import (
    ACTIVATION,
    INITIALIZER,
    NORMALISATION,
    is_nothing,
    is_torn,
    of_bias,
    same,
    translated,
)
from pmgen.parse.words.typed import text_of, whole

_BY_KEY = {family.key: family for family in (ACTIVATION, NORMALISATION, INITIALIZER)}


@dataclass(frozen=True)
class Advice:
    """Help, and the place that it is about."""

    help: str | None
    span: Span


def meant_by(name: str, known: Iterable[str]) -> str | None:
    """The argument or key that a mistyped or foreign name most likely means."""
    known = list(known)
    certain = same(name, known) or first_known(name, ARGUMENTS, known)
    if certain:
        return certain
    word = folded(name)
    written = OPPOSITE.get(word) or REMAINDER.get(word)
    if written in known:
        return written
    return None if word in LEFT_OUT or word in WRAPPERS else nearest(name, known)


def argument_advice(
    entry: Entry,
    owner: OpDef | Block,
    keys: Iterable[str],
    where: str,
    beside: Iterable[Entry] = (),
) -> Advice:
    """What to do about an argument that the op or block does not take. `keys` are those
    of a layer that may stand there, `beside` the entries that do."""
    arguments = list(argument_kinds(owner))
    meant = meant_by(entry.name, [*arguments, *keys])
    there = already_there(meant, entry, beside)
    if there is not None:
        return Advice(there, entry.key.span)
    exact = _other_value(entry, arguments)
    if meant == "from" and text_of(entry.value) in THE_INPUT:
        exact = "did you mean `from: input`?"
    if exact is None and meant in _BY_KEY and meant not in arguments:
        exact = _under_key(entry, meant)
    if exact is not None:
        return Advice(exact, whole(entry))
    if meant is not None:
        return Advice(f"did you mean `{meant}`?", entry.key.span)
    reason = _reason(entry, owner)
    if reason is None and not arguments:
        reason = f"{where} takes no arguments"
    if reason is None:
        reason = f"{where} takes " + ", ".join(f"`{item}`" for item in arguments)
    return Advice(reason, entry.key.span)


def _reason(entry: Entry, owner: OpDef | Block) -> str | None:
    """Why the argument is not written, or which op takes it."""
    word = folded(entry.name)
    group = owner.group if isinstance(owner, OpDef) else ""
    reason = LEFT_OUT_OF.get(group, {}).get(word) or LEFT_OUT.get(word)
    if reason is not None:
        return reason
    if word in WRAPPERS:
        return "its entries stand in the layer itself, without it"
    if not isinstance(owner, OpDef) or owner.group == "other":
        return None
    takers = [
        op.name
        for op in OPS.values()
        if op.group == owner.group and same(entry.name, (a.name for a in op.args))
    ]
    return f"`{takers[0]}` takes it" if len(takers) == 1 else None


def _other_value(entry: Entry, arguments: list[str]) -> str | None:
    """Help for an argument that says the opposite, or one less, of ours."""
    word, value = folded(entry.name), entry.value
    if not isinstance(value, Scalar):
        return None
    opposite, remainder = OPPOSITE.get(word), REMAINDER.get(word)
    if opposite in arguments and isinstance(value.value, bool | int):
        return f"did you mean `{opposite}: {str(not value.value).lower()}`?"
    if remainder in arguments and isinstance(value.value, int | float):
        return f"did you mean `{remainder}: {round(1 - value.value, 6)}`?"
    return None


def _under_key(entry: Entry, key: str) -> str | None:
    """Help for what is written under `act`, `norm` or `init` here, with its value in
    words of this language; None where the value is not understood."""
    family = _BY_KEY[key]
    name, value = entry.name, entry.value
    if isinstance(value, Scalar) and value.value is True and key == "act":
        own = same(name, family.known)
        return f"did you mean `act: {own}`?" if own else None
    if is_nothing(value, family):
        return f"leave it out: without `{key}` there is none"
    written = translated(value, family)
    if written is None and isinstance(value, Scalar) and value.text in family.known:
        written = value.text
    if written is None or whole(entry) == entry.key.span:
        return None
    if key == "init":
        written = f"{{{'bias' if of_bias(name) else 'weight'}: {written}}}"
    return f"did you mean `{key}: {written}`?"


def op_entry(mapping: Mapping) -> Entry | None:
    """The entry that names the op under another tool's key: `type: Convolution`."""
    for entry in mapping:
        if first_known(entry.name, ARGUMENTS, ("op",)) and text_of(entry.value):
            return entry
    return None


def unwrapped(entries: Iterable[Entry]) -> list[Entry]:
    """The entries, with those of `convolution_param` and the like behind it, without
    the further pieces of a call such as `norm: nn.GroupNorm(4, 64)`, which YAML cuts at
    its comma."""
    found: list[Entry] = []
    torn = False
    for entry in entries:
        if torn:
            torn = ")" not in entry.name
            continue
        found.append(entry)
        torn = _is_called(entry) and is_torn(text_of(entry.value) or "")
        if folded(entry.name) in WRAPPERS and isinstance(entry.value, Mapping):
            found += entry.value.entries
    return found


def _is_called(entry: Entry) -> bool:
    return entry.name == "op" or entry.name in _BY_KEY
