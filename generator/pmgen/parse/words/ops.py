"""Ops by the words of other tools: what was meant, and how to say so."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass, field

from pmruntime.suggest import did_you_mean

from pmgen.load.tree import Mapping, Scalar
from pmgen.ops import OPS, USUAL_ACTIVATION
from pmgen.ops.definition import OpDef
from pmgen.ops.synonyms import ops as synonyms
from pmgen.ops.synonyms.meaning import Choice, Meaning, call_of, folded
from pmgen.parse.words.named import ACTIVATION, meaning_in, same
from pmgen.parse.words.typed import in_braces


@dataclass(frozen=True)
class MeantOp:
    """What an unknown name under `op` means. `op` is None where that is not certain, or
    nothing here does the same; `given` are arguments that the help names, `settled` are
    entries that the name says already, `renames` entries that are called otherwise."""

    help: str
    notes: tuple[str, ...] = ()
    op: OpDef | None = None
    given: Collection[str] = ()
    settled: tuple[str, ...] = ()
    renames: Map[str, str] = field(default_factory=dict)


def meant_op(title: str, mapping: Mapping, blocks: Iterable[str]) -> MeantOp:
    """What the op or block `title` of a layer is most likely to mean."""
    blocks = list(blocks)
    block = same(title, blocks)
    if block is not None:
        return MeantOp(f"did you mean `{block}`?")
    meaning = synonyms.OPS.get(folded(title))
    name = same(title, OPS)
    if meaning is None and name is not None:
        meaning = Meaning(name)
    if meaning is None:
        meaning = meaning_in(title, ACTIVATION)
    if folded(title) == "activation":
        meaning = _activation(mapping)
    if meaning is not None:
        return _meant(title, meaning, mapping)
    return MeantOp(
        did_you_mean(title, [*blocks, *OPS])
        or "an op is called as its class in Paddle; blocks are declared under `blocks`"
    )


def _activation(mapping: Mapping) -> Meaning:
    """Keras's `Activation`, whose argument names which."""
    for key in ("activation", "type", "name", "act", "func"):
        entry = mapping.get(key)
        if entry is None or not isinstance(entry.value, Scalar):
            continue
        meaning = meaning_in(entry.value.text, ACTIVATION)
        if meaning is not None and meaning.name is not None:
            among = {folded(entry.value.text): meaning.name}
            return Meaning(None, meaning.given, choice=Choice(key, among, None))
    return Meaning(None, note=f"name the activation itself: `op: {USUAL_ACTIVATION}`")


def _meant(title: str, meaning: Meaning, mapping: Mapping) -> MeantOp:
    name, settled = _chosen(meaning, mapping)
    notes = [note for key, note in meaning.notes.items() if mapping.get(key)]
    if name is None:
        return MeantOp(meaning.note or "no op here does the same")
    op = OPS[name]
    if meaning.asks:
        return MeantOp(meaning.note, tuple(notes), op, meaning.asks)
    given = {k: v for k, v in meaning.given.items() if mapping.get(k) is None}
    call = call_of(title)
    if call is not None and call[1]:
        help_text = f"write `op: {name}`, and its arguments by name beside it"
        return MeantOp(help_text, tuple(notes), op, [arg.name for arg in op.args])
    shown = [f"op: {name}", *(f"{key}: {value}" for key, value in given.items())]
    if settled or (given and not in_braces(mapping)):
        help_text = "write " + " and ".join(f"`{item}`" for item in shown)
        if settled:
            help_text += f", without `{settled[0]}`"
    else:
        help_text = f"did you mean `{', '.join(shown).removeprefix('op: ')}`?"
    if meaning.note:
        notes.append(meaning.note)
    return MeantOp(help_text, tuple(notes), op, [*given], settled, meaning.renames)


def _chosen(meaning: Meaning, mapping: Mapping) -> tuple[str | None, tuple[str, ...]]:
    """The name that is meant, and the arguments that are said by it."""
    choice = meaning.choice
    if choice is None:
        return meaning.name, ()
    for key in choice.by.split():
        entry = _inside(mapping, key)
        if entry is not None:
            return choice.among.get(folded(entry)), (key,)
    return choice.default, ()


def _inside(mapping: Mapping, key: str) -> str | None:
    """The text under a key of the layer, or of a mapping in it such as
    `pooling_param`."""
    for holder in (
        mapping,
        *(e.value for e in mapping if isinstance(e.value, Mapping)),
    ):
        entry = holder.get(key)
        if entry is not None and isinstance(entry.value, Scalar):
            return entry.value.text
    return None
