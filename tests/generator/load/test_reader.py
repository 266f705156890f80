"""The reader: YAML 1.2's core rules, every value's place, and what is refused."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pmgen.compile import compile_spec
from pmgen.diagnostics.diagnostic import MAX_ERRORS, Diagnostic, Diagnostics
from pmgen.diagnostics.render import render_text
from pmgen.diagnostics.source import SourceFile
from pmgen.load import reader
from pmgen.load.core_schema import resolve
from pmgen.load.reader import read_file, read_text
from pmgen.load.text import yaml_events
from pmgen.load.tree import Mapping, Node, Scalar, Sequence

from tests.support.paths import ROOT

BOTH = pytest.mark.parametrize("loader", ["libyaml", "python"])


@pytest.fixture(autouse=True)
def chosen_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    """Tests that are parametrized by `loader` run on that parser."""
    chosen = getattr(request.node, "callspec", None)
    loader = chosen.params.get("loader") if chosen else None
    if loader == "libyaml" and not hasattr(yaml, "CSafeLoader"):
        pytest.skip("this PyYAML was built without libyaml")
    if loader is not None:
        use(loader, monkeypatch)


def use(loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = yaml.CSafeLoader if loader == "libyaml" else yaml_events.PythonLoader
    monkeypatch.setattr(yaml_events, "LOADER", kind)


def read(text: str) -> tuple[Mapping | None, list[Diagnostic]]:
    diagnostics = Diagnostics()
    tree = read_text(SourceFile("a.yaml", text), diagnostics)
    return tree, diagnostics.ordered()


def value(text: str) -> object:
    tree, problems = read(f"key: {text}\n")
    assert tree is not None, render_text(problems)
    node = tree.entries[0].value
    assert isinstance(node, Scalar)
    return node.value


def refused(text: str) -> Diagnostic:
    tree, problems = read(text)
    assert len(problems) == 1, render_text(problems)
    assert tree is None or problems[0].code == "PM102"
    return problems[0]


@BOTH
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # what YAML 1.1 would turn into something else
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("off", "off"), ("y", "y"),
        ("NO", "NO"), ("010", 10), ("0o10", 8), ("0x1F", 31), ("0b11", "0b11"),
        ("1:30", "1:30"), ("1_000", "1_000"), ("1e-3", 0.001), ("2024-01-31",
        "2024-01-31"), ("=", "="),
        # numbers
        ("0", 0), ("-0", 0), ("+12", 12), ("-7", -7), (".5", 0.5), ("5.", 5.0),
        ("-.5e+2", -50.0), ("1E3", 1000.0), (".inf", math.inf), ("-.INF", -math.inf),
        ("inf", "inf"), ("0o8", "0o8"), ("0x", "0x"), ("1e", "1e"), (".", "."),
        ("1.2.3", "1.2.3"), ("٣", "٣"), ("1 2", "1 2"),
        # nothing, truth, text
        ("~", None), ("null", None), ("Null", None), ("", None), ("nULL", "nULL"),
        ("true", True), ("True", True), ("FALSE", False), ("tRUE", "tRUE"),
        ("'no'", "no"), ('"1"', "1"), ('"~"', "~"), ("'true'", "true"),
        ("'it''s'", "it's"), (r'"tab\tend"', "tab\tend"), ("$width * 4", "$width * 4"),
    ],
)  # fmt: skip
def test_core_schema(loader: str, text: str, expected: object) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


def test_not_a_number_is_a_number() -> None:
    found = resolve(".nan")
    assert isinstance(found, float)
    assert math.isnan(found)


def test_a_text_block_is_text() -> None:
    assert value("|\n  12\n") == "12\n"
    assert value(">-\n  no\n  way\n") == "no way"


@BOTH
def test_places(loader: str) -> None:
    tree, problems = read("a: 1\nlayers:\n  conv: {op: Conv2D, size: [3, 5]}\nb: 'x'\n")
    assert not problems
    assert tree is not None
    layers = tree.get("layers")
    assert layers is not None
    assert isinstance(layers.value, Mapping)
    conv = layers.value.entries[0]
    assert place(conv.key) == (3, 3, 3, 7)
    assert isinstance(conv.value, Mapping)
    assert place(conv.value) == (3, 9, 3, 35)
    op, size = conv.value.entries
    assert place(op.value) == (3, 14, 3, 20)
    assert isinstance(size.value, Sequence)
    assert [place(item) for item in size.value.items] == [
        (3, 29, 3, 30),
        (3, 32, 3, 33),
    ]
    last = tree.get("b")
    assert last is not None
    assert place(last.value) == (4, 4, 4, 7), "quotes belong to what was typed"
    # A block ends with its own text, not at the next key.
    assert place(layers.value) == (3, 3, 3, 35)


def place(node: Node) -> tuple[int, int, int, int]:
    span = node.span
    return span.line, span.column, span.end_line, span.end_column


@BOTH
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_line_breaks_count_alike(loader: str, line_break: str) -> None:
    tree, problems = read(line_break.join(["# first", "a: 1", "b:", "  c: 2", ""]))
    assert not problems
    assert tree is not None
    inner = tree.entries[1].value
    assert isinstance(inner, Mapping)
    assert place(inner.entries[0].value) == (4, 6, 4, 7)
    assert tree.span.file.line(4) == "  c: 2"


@BOTH
def test_columns_count_letters_not_bytes(loader: str) -> None:
    tree, problems = read("a: {名: 値, 𝒳: 1, e\u0301: 2}\n")
    assert not problems
    assert tree is not None
    inner = tree.entries[0].value
    assert isinstance(inner, Mapping)
    assert [place(e.value)[1] for e in inner] == [8, 14, 21]
    assert [e.name for e in inner] == ["名", "𝒳", "e\u0301"]


def test_wide_letters_are_underlined_where_they_stand() -> None:
    problem = refused("a: {名: 1, 名: 2}\n")
    shown = render_text([problem]).splitlines()
    source = next(line for line in shown if line.startswith("1 |"))
    marks = [line for line in shown if "^^" in line]
    # The first key takes two columns of a terminal, so the second stands one further.
    assert source.index("名", 10) + 1 == marks[0].index("^")
    assert "^^ here again" in marks[0]


def test_tabs_inside_a_line_are_expanded() -> None:
    problem = refused("a: {b: 1,\tb: 2}\n")
    lines = render_text([problem]).splitlines()
    source = next(line for line in lines if line.startswith("1 |"))
    mark = next(line for line in lines if "^" in line)
    assert source.rindex("b:") == mark.index("^")


def test_control_letters_cannot_reach_the_terminal() -> None:
    problem = refused('a: {"\\e[31mred": 1, "\\e[31mred": 2}\n')
    assert "\x1b" not in render_text([problem])


def test_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfpmgen: 1\n")
    diagnostics = Diagnostics()
    tree = read_file(path, "a.yaml", diagnostics)
    assert not diagnostics.failed
    assert tree is not None
    assert place(tree.entries[0].key) == (1, 1, 1, 6)


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_other_encodings_are_named(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("model: Überschrift\n".encode(encoding))
    diagnostics = Diagnostics()
    assert read_file(path, "a.yaml", diagnostics) is None
    [item] = diagnostics.items
    assert (item.code, item.message) == ("PM105", "`a.yaml` is not UTF-8 text")


@BOTH
@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: 1\nb: 2\na: 3\n", "PM102", 3, 1),
        ("a: {'b': 1, b: 2}\n", "PM102", 1, 13),
        ("a: !!int 3\n", "PM103", 1, 4),
        ("a: !Thing {}\n", "PM103", 1, 4),
        ("a: &x {b: 1}\nc: {<<: *x}\n", "PM103", 2, 5),
        ("a: 1\n---\nb: 2\n", "PM103", 2, 1),
        ("? [a, b]\n: 1\n", "PM103", 1, 3),
        ("a: {{b: 1}: 2}\n", "PM103", 1, 5),
        ("a: *nothing\n", "PM101", 1, 4),
        ("a: [1, 2\n", "PM101", 1, 9),
        ("a: {b: 1\nc: 2\n", "PM101", 2, 2),
        ("a: b: c\n", "PM101", 1, 5),
        ("a: 1\n\tb: 2\n", "PM101", 2, 1),
        ("a: @b\n", "PM101", 1, 4),
        ("a: `b\n", "PM101", 1, 4),
        ("a: 12345678901234567890\n", "PM104", 1, 4),
        ("", "PM106", 1, 1),
        ("# nothing\n", "PM106", 1, 1),
        ("~\n", "PM106", 1, 1),
        ("just words\n", "PM106", 1, 1),
        ("- a\n", "PM106", 1, 1),
    ],
)
def test_refused(loader: str, text: str, code: str, line: int, column: int) -> None:
    problem = refused(text)
    found = (problem.code, problem.span.line, problem.span.column)
    assert found == (code, line, column), problem.message
    assert "token" not in problem.message, "the parser's own jargon"


def test_all_duplicates_are_told_at_once() -> None:
    tree, problems = read("a: 1\na: 2\nb: 1\nb: 2\nb: 3\n")
    assert [p.span.line for p in problems] == [2, 4, 5]
    assert tree is not None


def test_a_document_may_begin_with_three_dashes() -> None:
    tree, problems = read("%YAML 1.2\n---\na: 1\n...\n")
    assert not problems
    assert tree is not None


def test_aliases_stand_for_their_anchor() -> None:
    tree, problems = read("a: &x [1, 2]\nb: *x\n")
    assert not problems
    assert tree is not None
    assert tree.entries[0].value is tree.entries[1].value


@BOTH
def test_billion_laughs(loader: str) -> None:
    """An alias of aliases of aliases is counted by what it stands for."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 12):
        items = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} [{items}]")
    problem = refused("\n".join(lines) + "\n")
    assert problem.code == "PM104"
    assert problem.span.line <= 7


@BOTH
def test_many_aliases(loader: str) -> None:
    many = ", ".join(["*x"] * (reader.MAX_ALIASES + 1))
    assert refused(f"a: &x 1\nb: [{many}]\n").code == "PM104"


@BOTH
def test_depth(loader: str) -> None:
    deep = reader.MAX_DEPTH - 1
    tree, problems = read("a: " + "[" * deep + "]" * deep + "\n")
    assert tree is not None, render_text(problems)
    deep += 2
    assert refused("a: " + "[" * deep + "]" * deep + "\n").code == "PM104"


# With the place of the first piece that is too deep. A parser reads ahead of what it
# tells, and libyaml gives up at 1,000 levels by itself since 0.2.6.
@BOTH
@pytest.mark.parametrize("ends", ["", "closed"])
@pytest.mark.parametrize(
    ("start", "piece", "end", "place"),
    [
        ("a: ", "[", "]", (1, 44)),
        ("a: ", "[\n", "]", (41, 1)),
        ("a: ", "&b [", "]", (1, 164)),
        ("a: ", "{b: ", "}", (1, 161)),
        ("a: ", "[b: ", "]", (1, 81)),
        ("a: {", "[", "]", (1, 44)),
        ("a:\n", "- ", "", (2, 81)),
        ("a:\n- - - ", "[", "]", (2, 44)),
        ("", "? ", "", (1, 83)),
        ("a: ", "{? ", "}", (1, 124)),
    ],
)
def test_depth_is_ours(
    loader: str, start: str, piece: str, end: str, place: tuple[int, int], ends: str
) -> None:
    text = start + piece * 5000 + (end * 5000 if ends else "")
    problem = refused(text + "\n")
    assert (problem.code, problem.span.line, problem.span.column) == ("PM104", *place)


@BOTH
def test_blocks_within_blocks(loader: str) -> None:
    problem = refused("\n".join(" " * level + "a:" for level in range(1200)))
    assert (problem.code, problem.span.line) == ("PM104", reader.MAX_DEPTH + 1)


@BOTH
def test_values_are_counted(loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_NODES", 100)
    assert refused("a: [" + "1, " * 100).code == "PM104"
    assert refused("- 1\n" * 101).code == "PM104"


@BOTH
def test_mistakes_come_in_the_order_of_the_text(loader: str) -> None:
    # The parsers meet the @ while they look for the end of a key that may begin at [.
    problem = refused("a: 1\nb: [!!int 3, @]\n")
    assert (problem.code, problem.span.column) == ("PM103", 5)


@BOTH
def test_what_a_mistake_cuts_off_is_not_judged(loader: str) -> None:
    problem = refused("a: &word 1\nb: [*wo@rd]\n")
    assert problem.code == "PM101"


@BOTH
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{b: 1,\tc: 2}", [("b", 1), ("c", 2)]),
        ("\t{\tb:\t1\t}\t# c", [("b", 1)]),
        ("{b: one\ttwo \t three\t}", [("b", "one\ttwo \t three")]),
        ("{b: one\t\n \t two\t\n\n \t three}", [("b", "one two\nthree")]),
    ],
)
def test_tabs_between_words(
    loader: str, text: str, expected: list[tuple[str, object]]
) -> None:
    tree, problems = read(f"a: {text}\n")
    assert tree is not None, render_text(problems)
    inner = tree.entries[0].value
    assert isinstance(inner, Mapping)
    found = [(e.name, e.value.value) for e in inner if isinstance(e.value, Scalar)]
    assert found == expected


def test_size(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\n#" + "x" * reader.MAX_BYTES)
    diagnostics = Diagnostics()
    assert read_file(path, "a.yaml", diagnostics) is None
    assert diagnostics.items[0].code == "PM104"


def test_a_binary_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: \x00\x01\n")
    diagnostics = Diagnostics()
    assert read_file(path, "a.yaml", diagnostics) is None
    [item] = diagnostics.items
    assert (item.code, item.span.line, item.span.column) == ("PM101", 1, 4)


def test_both_parsers_read_every_spec_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(yaml, "CSafeLoader"):
        pytest.skip("this PyYAML was built without libyaml")
    root = ROOT
    files = [*root.glob("specs/**/*.yaml"), *root.glob("tests/cases/**/*.yaml")]
    assert len(files) > 100
    for path in files:
        trees, reported = [], []
        for loader in ("libyaml", "python"):
            use(loader, monkeypatch)
            diagnostics = Diagnostics()
            tree = read_file(path, path.name, diagnostics)
            trees.append(outline(tree))
            reported.append([(d.code, d.message) for d in diagnostics.items])
        assert trees[0] == trees[1], path
        assert reported[0] == reported[1], path


def outline(node: Node | None) -> object:
    """A tree with its places, to compare."""
    if node is None:
        return None
    if isinstance(node, Mapping):
        inside: object = [(outline(e.key), outline(e.value)) for e in node]
    elif isinstance(node, Sequence):
        inside = [outline(item) for item in node.items]
    else:
        inside = (repr(node.value), node.text)
    return (type(node).__name__, place(node), inside)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    tree, problems = read(text)
    assert tree is not None or problems
    render_text(problems)


@given(st.text(alphabet="ab: {}[],-\n\t'\"&*!#|>%@?<~0", max_size=40))
def test_any_almost_yaml_is_read_or_refused(text: str) -> None:
    tree, problems = read(text)
    assert tree is not None or problems
    for problem in problems:
        assert 1 <= problem.span.line <= len(problem.span.file.lines)
    render_text(problems)


@given(st.integers(-(10**14), 10**14))
def test_integers_are_themselves(number: int) -> None:
    assert value(str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_themselves(number: float) -> None:
    assert value(repr(number)) == number


def test_a_file_of_too_many_mistakes_is_not_sound(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("pmgen: 1\n" + "model: Net\n" * 200, encoding="utf-8")
    result = compile_spec(path)
    assert len(result.diagnostics.items) == MAX_ERRORS
    assert not result.ok
