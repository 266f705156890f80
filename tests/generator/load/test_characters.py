"""Full-width punctuation, other spaces and curly quotes: named, and read as meant."""

from __future__ import annotations

import re

import pytest
from pmgen.diagnostics.diagnostic import Diagnostic, Diagnostics
from pmgen.diagnostics.source import SourceFile
from pmgen.load.reader import read_text
from pmgen.load.text.characters import MEANT, Typed, as_meant
from pmgen.load.tree import Mapping, Scalar


def typed(text: str) -> tuple[Typed, list[Diagnostic]]:
    diagnostics = Diagnostics()
    return as_meant(SourceFile("spec.yaml", text), diagnostics), diagnostics.ordered()


@pytest.mark.parametrize("char", MEANT, ids=lambda char: f"U+{ord(char):04X}")
def test_each_is_named_by_its_code_point_at_its_place(char: str) -> None:
    mended, [item] = typed(f"a: 1\nbc{char} d\n")
    assert mended.text == f"a: 1\nbc{MEANT[char]} d\n"
    assert (item.code, item.span.line, item.span.column) == ("PM113", 2, 3)
    assert f"U+{ord(char):04X}" in item.message
    assert MEANT[char].isascii()


@pytest.mark.parametrize(
    "text",
    [
        "a: 1  # 注：一，二\n",
        'a: "一，二：\\"，\\""\n',
        "a: '一，''，'\n",
        "source: 一，二： 三\nb: 1\n",
        "source: >\n  一，二\n\n  三：四\nb: 1\n",
        "  doc: 一，\n    二：\n  b: 1\n",
        "a: {doc: 一：二；三, b: 1}\n",
        "extends: 网络（一）.yaml\n",
        "# ：\n",
        "a: 一二三\n",
        "a: é\n",
    ],
)
def test_texts_of_the_author_stay(text: str) -> None:
    assert typed(text) == (Typed(text), [])


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("source: 一\nb： 1\n", 2, 2),
        ("  doc: 一，\n    二：\n  b：1\n", 3, 4),
        ("a: {doc: 一：二, b： 1}\n", 1, 16),
        ("a: the author's，\n", 1, 16),
        ('a: "一，"，b\n', 1, 8),
        ("a#，b: 1\n", 1, 3),
        ("a: 1\r\nb： 1\r\n", 2, 2),
    ],
)
def test_only_those_outside_them_are_reported(
    text: str, line: int, column: int
) -> None:
    _, items = typed(text)
    assert [(i.span.line, i.span.column) for i in items] == [(line, column)]


def test_one_kind_is_reported_once_with_its_places() -> None:
    _, [item] = typed("a： 1\nb： 2\nc： 3\nd： 4\ne： 5\n")
    assert [label.span.line for label in item.related] == [2, 3, 4]
    assert item.help == "write `:` in all 5 places"


def test_a_pair_is_one_mistake() -> None:
    _, [item] = typed("a: ｛b: 1｝\n")
    assert item.help == "write `{` and `}` in both places"


def tree_of(text: str) -> tuple[Mapping, list[Diagnostic]]:
    diagnostics = Diagnostics()
    tree = read_text(SourceFile("spec.yaml", text), diagnostics)
    assert tree is not None
    return tree, diagnostics.ordered()


def test_a_wide_colon_needs_no_space_behind_it_and_places_stay_those_of_the_file() -> (
    None
):
    text = "a：{b：1，c：$x, d: [1]}\ne: 2\n"
    tree, items = tree_of(text)
    assert {item.code for item in items} == {"PM113"}
    inner = tree.entries[0].value
    assert isinstance(inner, Mapping)
    assert [entry.name for entry in inner] == ["b", "c", "d"]
    for entry in inner:
        line = text.split("\n")[entry.key.span.line - 1]
        assert line[entry.key.span.column - 1] == entry.name
        value = entry.value.span
        shown = line[value.column - 1 : value.end_column - 1]
        assert shown == {"b": "1", "c": "$x", "d": "[1]"}[entry.name]
    assert tree.entries[1].key.span.column == 1


def test_what_cannot_be_seen_is_taken_out() -> None:
    tree, [item] = tree_of("a: {on\u200be: 1, two: 2}\n")
    inner = tree.entries[0].value
    assert isinstance(inner, Mapping)
    assert [entry.name for entry in inner] == ["one", "two"]
    assert (item.span.column, item.help) == (7, "delete it")
    two = inner.entries[1]
    assert (two.key.span.column, two.key.span.end_column) == (14, 17)
    assert isinstance(two.value, Scalar)
    assert two.value.span.column == 19


def test_the_search_takes_time_in_proportion_to_the_text() -> None:
    text = "".join(f"k{n}： 'a，' # ：\n" for n in range(20_000))
    mended, items = typed(text)
    assert len(re.findall(r"(?m)^k\d+: ", mended.text)) == 20_000
    assert len(items) == 1
