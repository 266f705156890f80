"""A layer removed in the middle file of three: the file that is wrong is blamed."""

from __future__ import annotations

from pathlib import Path

import pytest
from pmgen.compile import compile_spec
from pmgen.diagnostics.diagnostic import Diagnostic

CONV = "op: Conv2D, out_channels: 4, kernel_size: 1"
BASE = f"""pmgen: 1
model: Base
input: [3, 8, 8]
layers:
  a: {{{CONV}}}
  b: {{{CONV}}}
  c: {{op: Add, from: [a, b]}}
"""
REMOVES = "pmgen: 1\nextends: base.yaml\nmodel: Middle\nlayers:\n  b: null\n"
HEAD = "pmgen: 1\nextends: middle.yaml\nmodel: Last\nlayers:\n"


def found(folder: Path, middle: str, last: str) -> list[Diagnostic]:
    (folder / "base.yaml").write_text(BASE)
    (folder / "middle.yaml").write_text(middle)
    (folder / "last.yaml").write_text(last)
    return compile_spec(folder / "last.yaml").diagnostics.ordered()


def places(items: list[Diagnostic]) -> list[tuple[str, str]]:
    return [(item.code, item.span.place) for item in items]


@pytest.mark.parametrize(
    "layers",
    [
        "  a: {kernel_size: 3}\n",
        "  b: {kernel_size: 3}\n",
        "  b: null\n",
        f"  d: {{after: b, {CONV}}}\n",
        "  b: {kernel_size: 3}\n  d: {before: b, op: ReLU}\n",
    ],
)
def test_the_middle_is_blamed_where_its_base_needs_the_layer(
    layers: str, tmp_path: Path
) -> None:
    [item] = found(tmp_path, REMOVES, HEAD + layers)
    assert (item.code, item.span.place) == ("PM206", "middle.yaml:5")
    assert item.related[0].span.place == "base.yaml:7"


@pytest.mark.parametrize(
    ("layers", "place"),
    [
        ("  b: {kernel_size: 3}\n", "last.yaml:5"),
        ("  b: null\n", "last.yaml:5"),
        (f"  d: {{after: b, {CONV}}}\n", "last.yaml:5"),
        (f"  d: {{after: a, from: b, {CONV}}}\n", "last.yaml:5"),
    ],
)
def test_the_last_is_blamed_where_the_middle_is_sound(
    layers: str, place: str, tmp_path: Path
) -> None:
    sound = REMOVES + "  c: {from: [a, a]}\n"
    [item] = found(tmp_path, sound, HEAD + layers)
    assert item.span.place == place
    assert [label.span.place for label in item.related] == ["middle.yaml:5"]


def test_what_the_last_mends_leaves_its_own_mistake(tmp_path: Path) -> None:
    """The layer that needed the removed one needs it no longer; the change of the
    removed one is then a mistake of the last file."""
    layers = "  c: {from: [a, a]}\n  b: {kernel_size: 3}\n"
    items = found(tmp_path, REMOVES, HEAD + layers)
    assert places(items) == [("PM112", "last.yaml:6")]


def test_a_layer_that_comes_back_is_no_mistake(tmp_path: Path) -> None:
    assert found(tmp_path, REMOVES, HEAD + f"  b: {{after: a, {CONV}}}\n") == []


def test_a_layer_without_a_place_is_reported_once(tmp_path: Path) -> None:
    layers = (
        f"  d: {{after: nowhere, {CONV}}}\n  e: {{after: c, op: Add, from: [d, c]}}\n"
    )
    items = found(tmp_path, REMOVES.replace("  b: null", "  b: {}"), HEAD + layers)
    assert places(items) == [("PM206", "last.yaml:5")]


def test_a_circle_of_use_is_a_path(tmp_path: Path) -> None:
    for name, other in (("one", "two"), ("two", "three"), ("three", "one")):
        text = f"pmgen: 1\nuse: {other}.yaml\nblocks: {{{name.title()}: {{}}}}\n"
        (tmp_path / f"{name}.yaml").write_text(text)
    spec = tmp_path / "spec.yaml"
    spec.write_text("pmgen: 1\nuse: one.yaml\nmodel: Net\ninput: [3, 8, 8]\n")
    [item] = compile_spec(spec).diagnostics.ordered()
    assert (item.code, item.span.place) == ("PM111", "three.yaml:2")
    assert "one.yaml -> two.yaml -> three.yaml -> one.yaml" in item.message


def test_a_file_that_uses_itself(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("pmgen: 1\nuse: spec.yaml\nmodel: Net\ninput: [3, 8, 8]\n")
    [item] = compile_spec(spec).diagnostics.ordered()
    assert (item.code, item.span.line) == ("PM111", 2)
    assert "spec.yaml -> spec.yaml" in item.message
