"""A name declared in one spelling and used in another is wrong where it is alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from pmgen.compile import compile_spec
from pmgen.diagnostics.diagnostic import Diagnostic

HEAD = "pmgen: 1\nmodel: Net\ninput: [3, 32, 32]\n"


def errors(text: str) -> list[Diagnostic]:
    result = compile_spec(Path("spec.yaml"), data=(HEAD + text).encode())
    return result.diagnostics.ordered()


def spec(declared: str, inside: str, given: str, calls: int) -> str:
    layers = "".join(f"  u{i}: {{op: Unit, {given}: 8}}\n" for i in range(calls))
    return (
        f"blocks:\n  Unit:\n    params: {{{declared}: int}}\n    layers: {{c: {{op: "
        f"Conv2D, out_channels: ${inside}, kernel_size: 1}}}}\nlayers:\n{layers}"
    )


@pytest.mark.parametrize("calls", [1, 2, 16])
def test_a_parameter_of_a_block_is_wrong_at_its_declaration(calls: int) -> None:
    (found,) = errors(spec("widht", "width", "width", calls))
    assert (found.code, found.span.line, found.span.column) == ("PM210", 6, 14)
    assert f"`width`, which is used {calls + 1} times" in found.message
    assert found.help == "did you mean `width`?"


def test_a_use_that_is_alone_is_wrong_itself() -> None:
    found = errors(spec("width", "widht", "width", 3))
    assert [(item.code, item.span.line) for item in found] == [("PM205", 7)]
    text = spec("width", "width", "width", 3).replace(
        "u1: {op: Unit, width", "u1: {op: Unit, widht"
    )
    found = errors(text)
    assert [(item.code, item.span.line) for item in found] == [("PM203", 10)]


def test_the_rest_is_checked_with_the_name_that_is_meant() -> None:
    text = spec("widht", "width", "width", 3).replace(
        "u1: {op: Unit, width: 8", "u1: {op: Unit, width: -8"
    )
    assert [item.code for item in errors(text)] == ["PM210", "PM301"]


def test_a_parameter_of_the_model() -> None:
    text = (
        "params: {num_clases: 10}\nlayers:\n  flat: {op: Flatten}\n"
        "  a: {op: Linear, out_features: $num_classes}\n"
        "  b: {op: Linear, out_features: $num_classes * 2}\n"
    )
    (found,) = errors(text)
    assert (found.code, found.span.line, found.span.column) == ("PM210", 4, 10)


def test_a_block_that_every_layer_spells_otherwise() -> None:
    text = (
        "blocks:\n  Botleneck:\n    layers: {r: {op: ReLU}}\nlayers:\n"
        "  a: {op: Bottleneck}\n  b: {op: Bottleneck}\n  c: {op: Bottleneck}\n"
    )
    (found,) = errors(text)
    assert (found.code, found.span.line, found.span.column) == ("PM202", 5, 3)
    assert found.help == "did you mean `Bottleneck`?"


def test_a_name_with_two_meanings_is_left_alone() -> None:
    """`width` is used; what is unused is another name, and near to neither."""
    text = spec("width: int, depth", "width", "width", 3)
    assert [item.code for item in errors(text)] == ["PM204"] * 3
