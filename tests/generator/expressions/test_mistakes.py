"""What people write for an expression in other languages: each has its own answer."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pmgen.expressions.parser import (
    MAX_EXPRESSION,
    ExpressionError,
    as_meant,
    is_expression,
    parse_expression,
)

# text -> what is marked, words of the message, the help
MISTAKES = {
    "$w ^ 2": ("^", "no power", "write `$w * $w`"),
    "$w ** 3": ("**", "no power", "write `$w * $w * $w`"),
    "$w ** $n": ("**", "no power", "write the product out: `$a * $a`"),
    "$a && $b": ("&&", "written `and`", "write `$a and $b`"),
    "$a || !$b": ("||", "written `or`", "write `$a or not $b`"),
    "!$a": ("!", "written `not`", "write `not $a`"),
    "$a ? 1 : 2": ("?", "does not choose", "let `when` decide"),
    "8 if $a else 4": ("if", "does not choose", "let `when` decide"),
    "$w / 2": ("/", "whole number", "write `$w // 2`"),
    "$w \\ 2": ("\\", "does not divide", "write `$w // 2`"),
    "$w ÷ 2": ("÷", "does not divide", "write `$w // 2`"),
    "$w × 2": ("×", "does not multiply", "write `$w * 2`"),
    "$w − 1": ("−", "sign on the keyboard", "write `$w - 1`"),
    "3$w": ("3", "no operator", "write `3 * $w`"),
    "3x": ("3", "no operator", "write `3 *`"),
    "2 ($w + 1)": ("2", "no operator", "write `2 * ($w + 1)`"),
    "$w $x": ("$w", "no operator", "between two values"),
    "($w + 1": ("(", "never closed", "write `($w + 1)`"),
    "max($a, 2": ("max", "never closed", "write `max($a, 2)`"),
    "1)": (")", "closes nothing", "leave it out"),
    "$a = 1": ("=", "does not compare", "write `$a == 1`"),
    "$a <> 1": ("<>", "no comparison", "write `$a != 1`"),
    "$a => 1": ("=>", "no comparison", "write `$a >= 1`"),
    "$a === 1": ("===", "no comparison", "write `$a == 1`"),
    "$a is 1": ("is", "no comparison", "write `$a == 1`"),
    "1 < $a < 3": ("<", "do not chain", "`1 < $a and $a < 9`"),
    "$w.stride": ("$w.stride", "no parts", "a parameter of its own"),
    "$sizes[0]": ("$sizes[", "taken apart", "pass a list on"),
    "[1, $a]": ("[", "no list", "write the list itself"),
    "$mode == 'wide'": ("'wide'", "no text", "a `bool` parameter"),
    "foo($a)": ("foo", "no function `foo`", "known here: `max`"),
    "maxx($a, 1)": ("maxx", "no function", "did you mean `max`?"),
    "int($w / 2)": ("int", "no function", "write `$w // 2`"),
    "ceil($w / 2)": ("ceil", "no function", "rounds `$a // $b` up"),
    "max($a)": ("max", "takes 2 values, not 1", "`max(a, b)`"),
    "min()": ("min", "takes 2 values, not 0", "`min(a, b)`"),
    "scaled($a)": ("scaled", "takes 2 or 3 values, not 1", "`scaled(n, factor)`"),
    "$w * 0.5": ("0.5", "no whole number", "write `$w // 2`"),
    "0.75 * $w": ("0.75", "no whole number", "write `$w * 3 // 4`"),
    "$w * 2.7182818": ("2.7182818", "no whole number", "a `float` parameter"),
    "1e3": ("1e3", "no whole number", "a `float` parameter"),
    "True and $a": ("True", "written `true`", "write `true and $a`"),
    "${w} * 2": ("${w}", "without brackets", "write `$w * 2`"),
    "$(w) * 2": ("$(w)", "without brackets", "write `$w * 2`"),
    "{{ w }}": ("{{ w }}", "without brackets", "write `$w`"),
    "$ + 1": ("$", "without a name", "`$` and its name"),
    "$w +": ("+", "no value behind", "leave `+` out"),
    "* 2": ("*", "no value before", "leave `*` out"),
    "$w + width": ("width", "no number", "a parameter is written `$width`"),
    "$a; 1": (";", "no meaning", "has whole numbers and `$names`"),
}


def refusal(text: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    return caught.value


@pytest.mark.parametrize("text", MISTAKES)
def test_each_mistake_has_words_of_its_own(text: str) -> None:
    marked, message, help_text = MISTAKES[text]
    error = refusal(text)
    assert text[error.start : error.end] == marked
    assert message in error.message
    assert help_text in error.help


@pytest.mark.parametrize("text", MISTAKES)
def test_a_whole_text_that_is_proposed_is_an_expression(text: str) -> None:
    found = re.fullmatch(r"write `([^`]+)`", refusal(text).help)
    if found is not None:
        parse_expression(found[1])
        assert found[1] == as_meant(text)


def test_most_mistakes_are_answered_by_the_very_text() -> None:
    answered = [t for t in MISTAKES if refusal(t).help.startswith("write `")]
    assert len(answered) >= 25


@given(st.text(alphabet="12.$ab+-*/%<>=!&|^?:[]{}()'\\ andortue", max_size=40))
def test_every_mistake_is_answered_inside_the_text(text: str) -> None:
    if is_expression(text):
        return
    error = refusal(text)
    assert 0 <= error.start <= error.end <= max(1, len(text))
    assert error.message
    assert error.help
    found = re.fullmatch(r"write `([^`]+)`", error.help)
    assert found is None or len(found[1]) <= MAX_EXPRESSION
