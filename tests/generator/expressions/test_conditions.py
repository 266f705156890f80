"""Conditions: what a size is where one holds, and when one formula will do for two."""

from __future__ import annotations

import pytest
from pmgen.expressions.expression import Choice, Expr
from pmgen.expressions.parser import parse_expression
from pmgen.expressions.printer import show
from pmgen.expressions.substitution import choose, nearly, opposite, where


def read(*texts: str) -> list[Expr]:
    return [parse_expression(text) for text in texts]


@pytest.mark.parametrize(
    ("condition", "yes", "no", "found"),
    [
        ("$e > 1", "$c * $e", "$c", ["c * e"]),
        ("1 < $e", "$e * $c", "$c", ["e * c"]),
        ("$e >= 2", "$c * $e", "$c", ["c * e"]),
        ("$e < 2", "$c", "$c * $e", ["c * e"]),
        ("$e <= 1", "$c", "$c * $e", ["c * e"]),
        ("$c < $w", "$w", "$c", ["w", "w"]),  # by either name
        ("$e > 2", "$c * $e", "$c", []),
        ("$e > 1", "$c * 2", "$c", []),
        ("$deep", "$c * 2", "$c", []),
        ("$e > 1 and $deep", "$c * $e", "$c", []),
    ],
)
def test_nearly(condition: str, yes: str, no: str, found: list[str]) -> None:
    assert [show(expr) for expr in nearly(*read(condition, yes, no))] == found


def test_choices_of_one_size_are_joined() -> None:
    first, second, size, other = read("$a == 1", "$a > 1", "$w", "$c")
    inner = choose(second, size, other)
    assert show(choose(first, size, inner)) == "w if a == 1 or a > 1 else c"
    deep, wide, size, other = read("$deep", "$wide", "$w", "$c")
    inner = choose(wide, size, other)
    assert show(choose(deep, inner, other)) == "w if deep and wide else c"


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("$a == 1", "$a != 1"),
        ("$a < $b", "$a >= $b"),
        ("$deep", "not $deep"),
        ("not $deep", "$deep"),
        ("$a > 1 and $deep", "$a <= 1 or not $deep"),
        ("$a > 1 or not $deep", "$a <= 1 and $deep"),
    ],
)
def test_opposite(condition: str, found: str) -> None:
    first, second = read(condition, found)
    assert opposite(first) == second
    assert opposite(second) == first


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("$a > 1", "w + 1"),
        ("1 < $a", "w + 1"),
        ("$a <= 1", "c + 1"),
        ("$a == 3", "w + 1"),
        ("$a == 1", "c + 1"),
        ("$b > 1", "(w if a > 1 else c) + 1"),
    ],
)
def test_where_a_condition_holds(condition: str, found: str) -> None:
    choice = Choice(*read("$a > 1", "$w", "$c"))
    size = choice + 1
    assert isinstance(size, Expr)
    (held,) = read(condition)
    assert show(where(held, size, lambda _: None)) == found


def test_where_others_decide() -> None:
    choice = Choice(*read("$a > 1", "$w", "$c"))
    (held,) = read("$b > 1")
    assert show(where(held, choice, lambda _: True)) == "w"
    assert show(where(held, choice, lambda _: False)) == "c"
