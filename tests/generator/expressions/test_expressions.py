"""Expressions: they mean what Python means by them, folded or not."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pmgen.expressions.expression import (
    Binary,
    Choice,
    Const,
    Expr,
    Name,
    NoValue,
    Unary,
    fold,
    names_in,
    names_in_functions,
)
from pmgen.expressions.parser import (
    MAX_EXPRESSION,
    ExpressionError,
    parse_expression,
)
from pmgen.expressions.printer import show
from pmgen.expressions.substitution import choose, evaluate, substitute

NAMES = ("n", "out", "width", "in_channels")
ARITHMETIC = ("+", "-", "*", "//", "%")
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")

small = st.integers(-50, 50)
values = st.fixed_dictionaries(dict.fromkeys(NAMES, small))
numbers: st.SearchStrategy[Expr] = st.recursive(
    st.one_of(small.map(Const), st.sampled_from(NAMES).map(Name)),
    lambda inner: st.one_of(
        st.builds(Binary, st.sampled_from(ARITHMETIC), inner, inner),
        st.builds(Unary, st.just("-"), inner),
    ),
    max_leaves=8,
)
truths: st.SearchStrategy[Expr] = st.recursive(
    st.builds(Binary, st.sampled_from(COMPARISONS), numbers, numbers),
    lambda inner: st.one_of(
        st.builds(Binary, st.sampled_from(("and", "or")), inner, inner),
        st.builds(Unary, st.just("not"), inner),
    ),
    max_leaves=4,
)
expressions = st.one_of(numbers, truths, st.builds(Choice, truths, numbers, numbers))


def python_value(text: str, names: dict[str, int]) -> object:
    """What Python makes of a text; a test's privilege. None where it has no value."""
    try:
        return eval(text, {"__builtins__": {}}, dict(names))
    except ZeroDivisionError:
        return None


def our_value(expr: Expr, names: dict[str, int]) -> object:
    try:
        return evaluate(expr, names)
    except NoValue:
        return None


@given(expressions, values)
def test_the_shown_text_has_the_same_value(expr: Expr, names: dict[str, int]) -> None:
    """Where ours has no value, a division by zero may hide behind `and` in Python."""
    ours = our_value(expr, names)
    if ours is not None:
        theirs = python_value(show(expr), names)
        assert theirs is not None
        assert ours == theirs
        assert type(ours) is type(theirs)


@given(numbers, values)
def test_arithmetic_has_a_value_just_where_python_has(
    expr: Expr, names: dict[str, int]
) -> None:
    text = show(expr)
    theirs = python_value(text, names)
    if theirs is not None and abs(int(str(theirs))) < 2**53:
        assert our_value(expr, names) in (theirs, None)
    if theirs is None:
        assert our_value(expr, names) is None


@given(expressions, values, st.sets(st.sampled_from(NAMES)))
def test_two_steps_are_one(expr: Expr, names: dict[str, int], first: set[str]) -> None:
    """Some names now, the rest later: as a block's class, then its use."""
    whole = our_value(expr, names)
    if whole is None:
        return
    early = {name: value for name, value in names.items() if name in first}
    late = {name: value for name, value in names.items() if name not in first}
    half = substitute(expr, early)
    assert set(names_in(half)) <= set(late)
    assert our_value(half, late) == whole


@given(numbers, numbers, st.sampled_from(ARITHMETIC + COMPARISONS), values)
def test_folding_keeps_the_value(
    left: Expr, right: Expr, op: str, names: dict[str, int]
) -> None:
    plain = our_value(Binary(op, left, right), names)
    if plain is None:
        return
    folded = fold(op, substitute(left, {}), substitute(right, {}))
    assert (
        our_value(folded if isinstance(folded, Expr) else Const(folded), names) == plain
    )


@given(expressions)
def test_folding_twice_changes_nothing(expr: Expr) -> None:
    try:
        once = substitute(expr, {})
        assert substitute(once, {}) == once
    except NoValue:
        pass


@given(st.one_of(numbers, truths), values)
def test_what_is_shown_can_be_read_again(expr: Expr, names: dict[str, int]) -> None:
    text = re.sub(rf"\b({'|'.join(NAMES)})\b", r"$\g<0>", show(expr))
    assume(len(text) <= MAX_EXPRESSION)
    assert our_value(parse_expression(text), names) == our_value(expr, names)


@given(truths, numbers, numbers, values)
def test_a_choice_takes_one_side(
    condition: Expr, yes: Expr, no: Expr, names: dict[str, int]
) -> None:
    held = our_value(condition, names)
    if held is None:
        return
    taken = our_value(yes if held else no, names)
    both = our_value(choose(condition, yes, no), names)
    assert both in (taken, None)


@given(st.text(alphabet="0123456789$ab+-*/%<>=!() andortue", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    refusal = None
    try:
        assert show(parse_expression(text))
    except ExpressionError as error:
        refusal = error
    if refusal is not None:
        assert 0 <= refusal.start <= refusal.end <= max(1, len(text))


@pytest.mark.parametrize(
    ("text", "names", "value"),
    [
        ("1 + 2 * 3", {}, 7),
        ("(1 + 2) * 3", {}, 9),
        ("7 - 2 - 1", {}, 4),
        ("-$a % 3", {"a": 7}, -7 % 3),
        ("-7 // 2", {}, -4),
        ("2 - -3", {}, 5),
        ("$a//2*2", {"a": 7}, 6),
        ("not $a == 1", {"a": 2}, True),
        ("$a == 1 or $a == 2 and $a > 5", {"a": 1}, True),
        ("$a >= 1 and not $a > 2", {"a": 3}, False),
        ("true or false", {}, True),
        ("  $a  ", {"a": 4}, 4),
    ],
)
def test_values(text: str, names: dict[str, int], value: object) -> None:
    found = evaluate(parse_expression(text), names)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "1 +", "* 2", "(1", "1)", "1 2", "$", "$1", "$a.b", "a", "a + 1",
        "1 / 2", "2 ** 3", "f(1)", "$a[0]", "1 if 2 else 3", "lambda: 1", "'text'",
        "1.5", "$a;1", "1 = 1", "1 <> 2", "!1", "$a $b", "x" * 300, "(" * 50 + "1",
        "-" * 100 + "1", "__import__('os')", "1234567890123456", "1 < 2 < 3 <",
    ],
)  # fmt: skip
def test_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_expression(text)


@pytest.mark.parametrize("text", ["1 // 0", "5 % 0", "900719925474099 * 900"])
def test_no_value(text: str) -> None:
    with pytest.raises(NoValue):
        evaluate(parse_expression(text), {})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("$c + $g - $c", "g"),
        ("$c * 1", "c"),
        ("0 + $c", "c"),
        ("$c + $c", "c * 2"),
        ("4 * $c", "c * 4"),
        ("$c * 2 // 2", "c"),
        ("$c * $g // $c", "g"),
        ("$c * 2 * 3", "c * 6"),
        ("$a * $b - $b * $a", "0"),
        ("$c // 1", "c"),
        ("$c - $c", "0"),
        ("$c == $c", "True"),
        ("($a + $b) * 2", "(a + b) * 2"),
        ("$a - ($b + 1)", "a - b - 1"),
        ("$a // ($b // 2)", "a // (b // 2)"),
        ("1 != $a - 1", "a - 1 != 1"),
        ("3 < $a", "a > 3"),
        ("$a - 1 != $a", "True"),
        ("$a + 2 <= $a", "False"),
        ("$a + 1 > $b", "a + 1 > b"),
    ],
)
def test_simplified(text: str, shown: str) -> None:
    assert show(substitute(parse_expression(text), {})) == shown


@pytest.mark.parametrize(
    ("condition", "yes", "no", "shown"),
    [
        ("$e != 1", "$c * $e", "$c", "c * e"),
        ("$e == 1", "$c", "$c * $e", "c * e"),
        ("$e == 1", "$c * 2", "$c * 2", "c * 2"),
        ("$e != 2", "$c * $e", "$c", "c * e if e != 2 else c"),
        ("$e > 1", "$c * $e", "$c", "c * e if e > 1 else c"),
        ("$e != 0", "$c // $e", "$c", "c // e if e != 0 else c"),
        ("true", "$a", "$b", "a"),
    ],
)
def test_a_choice_that_is_none(condition: str, yes: str, no: str, shown: str) -> None:
    parts = [parse_expression(text) for text in (condition, yes, no)]
    assert show(choose(*parts)) == shown


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("max(3, 4)", 4),
        ("min($n, 4)", 4),
        ("divisible(18, 8)", 24),  # 16 would be below 90 %
        ("divisible(3, 8)", 8),
        ("scaled(25, $half)", 12),
        ("scaled(32, $half, 8)", 16),
        ("max(1, $n - 1) * 2", 10),
        ("divisible(max($n, 20) // 4, 4) + 1", 9),
    ],
)
def test_functions(text: str, value: int) -> None:
    expr = parse_expression(text)
    assert evaluate(expr, {"n": 6, "half": 0.5}) == value


def test_a_function_stays_open_and_is_shown_as_python() -> None:
    expr = parse_expression("divisible($width // 4, 8) * 2")
    assert show(expr) == "divisible(width // 4, 8) * 2"
    opened = substitute(expr, {"other": 1})
    assert list(names_in(opened)) == ["width"]
    assert substitute(opened, {"width": 72}) == Const(48)
    fixed = parse_expression("$a + max($b, $c) * $d")
    assert list(names_in_functions(fixed)) == ["b", "c"]


@pytest.mark.parametrize(
    "text",
    ["divisible(8, 0)", "divisible(-1, 8)", "scaled(8, $negative)", "max($half, 1)"],
)
def test_functions_without_a_value(text: str) -> None:
    with pytest.raises(NoValue):
        evaluate(parse_expression(text), {"half": 0.5, "negative": -0.5})


def test_equal_in_the_one_case_that_a_condition_names() -> None:
    """Where `e if c != e else c` stands, `e` is meant."""
    condition = parse_expression("$c != $e")
    assert choose(condition, Name("e"), Name("c")) == Name("e")
    assert isinstance(choose(condition, Name("e"), Name("d")), Choice)
