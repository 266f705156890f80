"""Layout: however a piece of code is broken into lines, it stays the same code."""

from __future__ import annotations

import ast
import keyword

from hypothesis import given
from hypothesis import strategies as st
from pmgen.plan.layout import (
    WIDTH,
    Code,
    Invoke,
    Keyword,
    Listing,
    Many,
    commented,
    flat,
    last_statement,
    lines,
    literal,
)

words = st.from_regex(r"[a-z][a-z_]{0,24}", fullmatch=True).filter(
    lambda word: not keyword.iskeyword(word)
)
atoms = st.one_of(words, st.integers(-(10**6), 10**6).map(repr))
functions = st.one_of(words, st.just("nn.Sequential"), words.map(lambda w: f"self.{w}"))


def calls(inner: st.SearchStrategy[Code]) -> st.SearchStrategy[Code]:
    keywords = st.lists(st.tuples(words, inner), max_size=4, unique_by=lambda k: k[0])
    return st.builds(
        lambda function, args, named: Invoke(
            function, (*args, *(Keyword(name, value) for name, value in named))
        ),
        functions,
        st.lists(inner, max_size=4),
        keywords,
    )


code: st.SearchStrategy[Code] = st.recursive(
    atoms,
    lambda inner: st.one_of(
        calls(inner),
        st.lists(inner, max_size=5).map(lambda items: Listing(tuple(items))),
        st.lists(inner, max_size=5).map(lambda items: Listing(tuple(items), "()")),
        st.builds(
            lambda element, count: Invoke("f", (Many(element, "i", count),)),
            inner,
            words,
        ),
    ),
    max_leaves=20,
)


def meaning(text: str) -> str:
    return ast.dump(ast.parse(text))


@given(code, st.integers(0, 3))
def test_lines_are_the_same_code_as_one_line(piece: Code, depth: int) -> None:
    laid_out = lines(piece, depth, "x = ")
    shift = len("    " * depth)
    assert all(line[:shift].isspace() or not shift for line in laid_out)
    text = "\n".join(line[shift:] for line in laid_out)
    assert meaning(text) == meaning(f"x = {flat(piece)}")


@given(code)
def test_what_fits_stays_on_one_line(piece: Code) -> None:
    laid_out = lines(piece, 0)
    assert (len(laid_out) == 1) == (len(flat(piece)) <= WIDTH or isinstance(piece, str))


@given(code)
def test_no_line_ends_in_a_space(piece: Code) -> None:
    assert all(line == line.rstrip() for line in lines(piece, 1))


@given(st.text())
def test_a_literal_is_inert(text: str) -> None:
    shown = literal(text)
    assert ast.literal_eval(shown) == text
    assert shown.isascii()
    assert shown.isprintable()


LEAD = "        "


def test_a_comment_stands_behind_its_statement() -> None:
    split = [f"{LEAD}x = f(", f"{LEAD}    a,", f"{LEAD})"]
    body = [f"{LEAD}y = x", *split]
    assert last_statement(body) == 1
    assert commented(body, {3: "[N, 1]"}) == [*body[:-1], f"{LEAD})  # [N, 1]"]
    assert commented(body, {0: "[N]"}) == [f"{LEAD}y = x  # [N]", *split]


def test_a_comment_stands_above_a_full_line() -> None:
    room = WIDTH - len(f"{LEAD}x = " + "  # [N]")
    fits, full = f"{LEAD}x = {'a' * room}", f"{LEAD}x = {'a' * (room + 1)}"
    assert commented([fits], {0: "[N]"}) == [f"{fits}  # [N]"]
    assert commented([fits, full], {1: "[N]"}) == [fits, f"{LEAD}# [N]", full]
    inner = f"    {full}"[:WIDTH]
    assert commented([f"{LEAD}if y:", inner], {1: "[N]"}) == [
        f"{LEAD}if y:",
        f"{LEAD}    # [N]",
        inner,
    ]
