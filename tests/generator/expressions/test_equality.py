"""Equal expressions: other spellings of a value are equal, other values never."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pmgen.expressions.expression import Binary, Choice, Expr, Unary
from pmgen.expressions.operators import MIRRORED
from pmgen.expressions.parser import parse_expression
from pmgen.expressions.printer import broken, show

from tests.generator.expressions.test_expressions import (
    expressions,
    our_value,
    values,
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("$a * $b", "$b * $a"),
        ("$a * $b * 2 + $c", "$c + 2 * $b * $a"),
        ("($a + $b) * 2", "$a * 2 + 2 * $b"),
        ("$a - ($b - $c)", "$c + $a - $b"),
        ("$a > 1", "1 < $a"),
        ("$a > 1", "$a >= 2"),
        ("$a != $b * 4", "4 * $b != $a"),
        ("not $a == 1", "$a != 1"),
        ("not ($a > 1 and $b)", "$a <= 1 or not $b"),
        ("$a and ($b and $c)", "$c and $b and $a"),
        ("max($a, $b * $c)", "max($c * $b, $a)"),
        ("($a + $b) // ($c * 2)", "($b + $a) // (2 * $c)"),
    ],
)
def test_spellings_of_one_value(first: str, second: str) -> None:
    one, other = parse_expression(first), parse_expression(second)
    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("$a // $b", "$b // $a"),
        ("$a - $b", "$b - $a"),
        ("$a > 1", "$a < 1"),
        ("$a > $b", "$a >= $b"),
        ("$a == 1", "$a == true"),
        ("$a and $b", "$a or $b"),
        ("$a * 2 // 2 * 2", "$a // 2 * 2 * 2"),
        ("scaled($a, $b)", "scaled($b, $a)"),
        ("$a and ($b or $c)", "$a and $b or $c"),
    ],
)
def test_other_values(first: str, second: str) -> None:
    assert parse_expression(first) != parse_expression(second)


def test_a_choice_is_the_same_the_other_way_round() -> None:
    condition, yes, no = (parse_expression(t) for t in ("$a > 1", "$b", "$c"))
    turned = Choice(parse_expression("$a < 2"), no, yes)
    assert Choice(condition, yes, no) == turned
    assert Choice(condition, no, yes) != turned


def respelt(expr: Expr, chance: random.Random) -> Expr:
    """The same value, its commuting parts exchanged here and there."""
    if isinstance(expr, Unary):
        return Unary(expr.op, respelt(expr.operand, chance))
    if isinstance(expr, Choice):
        parts = (expr.condition, expr.yes, expr.no)
        return Choice(*(respelt(part, chance) for part in parts))
    if isinstance(expr, Binary):
        left, right = respelt(expr.left, chance), respelt(expr.right, chance)
        commutes = expr.op in ("+", "*", "and", "or", *MIRRORED)
        if commutes and chance.random() < 0.5:
            return Binary(MIRRORED.get(expr.op, expr.op), right, left)
        return Binary(expr.op, left, right)
    return expr


@given(expressions, st.randoms(use_true_random=False))
def test_what_commutes_is_equal(expr: Expr, chance: random.Random) -> None:
    assert respelt(expr, chance) == expr


@given(expressions, expressions, values)
def test_what_is_equal_has_one_value(
    first: Expr, second: Expr, names: dict[str, int]
) -> None:
    if first == second:
        found = our_value(first, names), our_value(second, names)
        assert None in found or found[0] == found[1]


@given(expressions, st.integers(8, 60))
def test_a_formula_over_several_lines_is_the_same(expr: Expr, room: int) -> None:
    lines = broken(expr, room)
    assert "".join(lines).replace(" ", "") == show(expr).replace(" ", "")
    for line in lines:
        operands = set(re.findall(r"\w+", line)) - {"if", "else", "and", "or", "not"}
        assert len(line) <= room or len(operands) <= 1


def test_lines_break_before_operators() -> None:
    text = "($first_width + $second_width) // 2 + max($third_width * 4, $fourth)"
    assert broken(parse_expression(text), 24) == [
        "(",
        "    first_width",
        "    + second_width",
        ")",
        "// 2",
        "+ max(",
        "    third_width * 4,",
        "    fourth,",
        ")",
    ]
