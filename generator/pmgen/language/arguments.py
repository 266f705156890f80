"""What an op or a block takes: its arguments, their kinds, which must be given."""

from __future__ import annotations

from collections.abc import Iterable

from pmgen.language.spec import Block
from pmgen.language.types import PARAM_TYPES
from pmgen.ops.definition import OpDef
from pmgen.ops.kinds import Kind

# Of a parameter whose type is not known.
_ANYTHING = Kind("a value", lambda value: True, {})


def argument_kinds(owner: OpDef | Block) -> dict[str, Kind]:
    """The arguments that an op or block takes, with the kind of each."""
    if isinstance(owner, OpDef):
        return {arg.name: arg.kind for arg in owner.args}
    return {
        p.name.text: PARAM_TYPES[p.type] if p.type else _ANYTHING for p in owner.params
    }


def missing_args(owner: OpDef | Block, given: Iterable[str]) -> list[str]:
    """The names of arguments that must be given and are not."""
    given = set(given)
    if isinstance(owner, OpDef):
        needed = [arg.name for arg in owner.args if arg.required]
    else:
        needed = [p.name.text for p in owner.params if p.type and p.default is None]
    return [name for name in needed if name not in given]
