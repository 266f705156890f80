"""Every kind of value says the same in its check and in its JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pmgen.language.keys import FLOW_KEYS, HEAD_KEYS
from pmgen.language.types import PARAM_TYPES
from pmgen.ops import INITIALIZERS, OPS
from pmgen.ops.kinds import Kind
from pmruntime.recipe.definition import CHOICES, SECTIONS, SETTINGS


def every_kind() -> Iterator[Kind]:
    for op in (*OPS.values(), *INITIALIZERS.values()):
        yield from (arg.kind for arg in op.args)
    for table in (*CHOICES.values(), SECTIONS):
        for owner in table.values():
            yield from (arg.kind for arg in owner.arguments.values())
    yield from (arg.kind for arg in SETTINGS.values())
    yield from PARAM_TYPES.values()
    for key in (*FLOW_KEYS.values(), *HEAD_KEYS.values()):
        if isinstance(key.value, Kind):
            yield key.value


KINDS = {f"{kind.words} {kind.schema}": kind for kind in every_kind()}
# Of 3.0 a schema thinks as of 3; the compiler, as Paddle, does not. It is left out.
PLAIN = st.one_of(
    st.integers(-4, 5),
    st.sampled_from([-1.5, -0.1, 0.1, 0.5, 0.999, 1.5, 180.5, 1e9 + 0.5]),
    st.booleans(),
    st.sampled_from([word for kind in KINDS.values() for word in kind.options]),
    st.sampled_from(["SAME", "VALID", "none", "balanced", "other", ""]),
)
VALUES = st.one_of(PLAIN, st.lists(PLAIN, max_size=5))


def test_there_are_many() -> None:
    assert len(KINDS) >= 20


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_the_check_and_the_schema_agree(kind: Kind) -> None:
    admits = jsonschema.Draft7Validator(kind.schema).is_valid
    in_order = "in order" in kind.words  # which is more than a schema can say

    @settings(max_examples=100, deadline=None, derandomize=True, database=None)
    @given(VALUES)
    def agree(value: object) -> None:
        plain = tuple(value) if isinstance(value, list) else value
        fits = kind.check(plain) is None
        if in_order and isinstance(plain, tuple) and len(plain) == 2:
            assert admits(value) or not fits
        else:
            assert admits(value) == fits, value

    agree()
