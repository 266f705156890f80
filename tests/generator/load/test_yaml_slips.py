"""Lines that are no YAML are read as they were meant, every place staying its own."""

from __future__ import annotations

import time

import pytest
import yaml
from pmgen.diagnostics.diagnostic import Diagnostic, Diagnostics
from pmgen.diagnostics.render import render_text
from pmgen.diagnostics.source import SourceFile
from pmgen.load.reader import read_text
from pmgen.load.text import yaml_events
from pmgen.load.tree import Mapping, Scalar

BOTH = pytest.mark.parametrize("loader", ["libyaml", "python"])


def read(text: str) -> tuple[Mapping | None, list[Diagnostic]]:
    diagnostics = Diagnostics()
    tree = read_text(SourceFile("a.yaml", text), diagnostics)
    return tree, diagnostics.ordered()


def use(loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if loader == "libyaml" and not hasattr(yaml, "CSafeLoader"):
        pytest.skip("this PyYAML was built without libyaml")
    kind = yaml.CSafeLoader if loader == "libyaml" else yaml_events.PythonLoader
    monkeypatch.setattr(yaml_events, "LOADER", kind)


@BOTH
@pytest.mark.parametrize(
    ("line", "value", "place"),
    [
        ("size:3", 3, (6, 7)),
        ("size=3", 3, (6, 7)),
        ("size = 3", 3, (8, 9)),
        ("size 3", 3, (6, 7)),
        ("size: [${width}, 2]", ["$width", 2], (7, 20)),
        ("size: {{ width }}", "$width", (7, 13)),
    ],
)
def test_what_is_meant_stands_where_it_was_typed(
    loader: str,
    line: str,
    value: object,
    place: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(loader, monkeypatch)
    tree, found = read(f"a: 1\n{line}\nb: 2\n")
    assert tree is not None
    assert [entry.name for entry in tree] == ["a", "size", "b"]
    node = tree.entries[1].value
    items = [node] if isinstance(node, Scalar) else node.items  # type: ignore[union-attr]
    values = [item.value for item in items if isinstance(item, Scalar)]
    assert values == (value if isinstance(value, list) else [value])
    assert (node.span.line, node.span.column, node.span.end_column) == (2, *place)
    assert [item.span.line for item in found] == [2]


@BOTH
def test_slips_of_one_kind_are_one_error(
    loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(loader, monkeypatch)
    tree, found = read("a = 1\nb = 2\nc:\n  d = 3\n  e: 4\n  f:5\n")
    assert tree is not None
    assert [(item.message, item.span.line) for item in found] == [
        ("`=` does not give `a` its value", 1),
        ("no space behind the `:` of `f`", 6),
    ]
    assert [label.span.line for label in found[0].related] == [2, 4]
    assert found[0].help == "write `a: 1`"


@BOTH
def test_a_line_that_explains_nothing_is_left_alone(
    loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text over several lines is no key without a colon."""
    use(loader, monkeypatch)
    tree, found = read("a: one\n  two\n  three\nb: {c: 1\n")
    assert tree is None
    assert len(found) == 1, render_text(found)
    assert found[0].span.line == 4


def test_keys_that_stand_twice_by_mistake_alone() -> None:
    tree, found = read("a:\nb: 1\nb: 2\nc:\nb: 3\n")
    assert tree is not None
    assert [item.code for item in found] == ["PM102", "PM102"]
    tree, found = read("a:\nb: 1\nc:\nb: 3\n")
    assert tree is not None
    assert [item.code for item in found] == ["PM107"]
    assert [entry.name for entry in tree] == ["a", "c"]


def test_a_large_file_without_colons_is_refused_soon() -> None:
    start = time.process_time()
    tree, found = read("layers\n  conv\n" * 20_000)
    assert time.process_time() - start < 2
    assert tree is None
    assert found


@BOTH
@pytest.mark.parametrize(
    ("lines", "place", "column"),
    [
        ("  a: 1\n c: 2\n", (3, 2), 3),
        ("  a: 1\n    b: 2\n  c: 3\n", (3, 5), 3),
        ("  a: 1\n   b:\n     d: 4\n  c: 3\n", (3, 4), 3),
        ("    a: 1\n   b: 2\n    c: 3\n", (3, 4), 5),
        ("  a:\n    x: 1\n   d: 2\n  c: 3\n", (4, 4), 5),
    ],
)
def test_a_line_at_a_depth_of_its_own_is_read_with_those_above(
    loader: str,
    lines: str,
    place: tuple[int, int],
    column: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(loader, monkeypatch)
    tree, found = read(f"top:\n{lines}")
    assert tree is not None
    (item,) = found
    assert (item.span.line, item.span.column) == place
    assert (item.help or "").startswith(f"begin it in column {column}, as `")
    inner = tree.entries[0].value
    assert isinstance(inner, Mapping)
    last = inner.entries[-1]
    assert (last.name, last.key.span.line) == ("c", lines.count("\n") + 1)
    assert last.key.span.file.line(last.key.span.line).index("c") + 1 == (
        last.key.span.column
    )
