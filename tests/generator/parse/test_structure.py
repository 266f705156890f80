"""A slip of nesting is one error, where it was made, and the rest is still checked."""

from __future__ import annotations

from pathlib import Path

import pytest
from pmgen.compile import compile_spec
from pmgen.diagnostics.diagnostic import Diagnostic
from pmgen.diagnostics.render import render_text

from tests.generator.parse.slips_of_structure import HEAD, SLIPS

ALL = pytest.mark.parametrize("name", SLIPS)


def compiled(text: str) -> list[Diagnostic]:
    result = compile_spec(Path("spec.yaml"), data=text.encode())
    return result.diagnostics.ordered()


def marked(text: str) -> tuple[str, tuple[int, int]]:
    """The text without its `@`, and the line and column where that stood."""
    before, _, after = text.partition("@")
    lines = before.split("\n")
    return before + after, (len(lines), len(lines[-1]) + 1)


@ALL
def test_one_slip_is_one_error_at_its_place(name: str) -> None:
    text, place = marked(HEAD + SLIPS[name][0])
    found = compiled(text)
    shown = render_text(found)
    assert len(found) == 1, shown
    assert (found[0].span.line, found[0].span.column) == place, shown
    assert SLIPS[name][1] in (found[0].help or ""), shown


@ALL
def test_a_mistake_in_what_was_moved_is_found_too(name: str) -> None:
    """What a slip moved is read as meant: a wrong size in it is an error as well."""
    text, _ = marked(HEAD + SLIPS[name][0])
    changed = [
        text.replace(old, new, 1)
        for old, new in (
            ("kernel_size: ", "kernel_size: -"),
            ("kernel_size:3", "kernel_size:-3"),
            ("kernel_size=3", "kernel_size=-3"),
            ("op: ReLU", "op: ReLu"),
            ("op: Linear", "op: Linaer"),
        )
        if old in text
    ]
    found = compiled(changed[0])
    assert len(found) >= 2, render_text(found)


BASE = """\
pmgen: 1
model: Base
input: [3, 32, 32]
layers:
  first: {op: Conv2D, out_channels: 8, kernel_size: 3, padding: 1}
  second: {op: Conv2D, out_channels: 8, kernel_size: 3, padding: 1}
  relu: {op: ReLU}
"""


@pytest.mark.parametrize(
    "text",
    [
        "@layer:\n  second: {kernel_size: 5}\n",
        "@second: {kernel_size: 5}\n",
        "@last: {after: relu, op: ReLU}\n",
        "layers:\n  @- second: {kernel_size: 5}\n",
        "layers:\n  second:\n  @kernel_size: 5\n",
        "layers:\n  second:\n    @kernel_size 5\n",
    ],
)
def test_a_slip_in_a_variant(text: str, tmp_path: Path) -> None:
    """The file's own slips are mended before it is laid over its base."""
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    head = "pmgen: 1\nextends: base.yaml\nmodel: Net\n"
    text, place = marked(head + text)
    path = tmp_path / "net.yaml"
    path.write_text(text, encoding="utf-8")
    found = compile_spec(path).diagnostics.ordered()
    shown = render_text(found)
    assert len(found) == 1, shown
    assert (found[0].span.line, found[0].span.column) == place, shown


def test_what_a_variant_may_say_is_no_slip(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    path = tmp_path / "net.yaml"
    path.write_text(
        "pmgen: 1\nextends: base.yaml\nmodel: Net\nlayers:\n  second: null\n"
        "  first: {kernel_size: 1}\n  last: {after: relu, op: ReLU}\n",
        encoding="utf-8",
    )
    assert compile_spec(path).ok
