"""Help that proposes an edit was tried: it mends every use, and breaks nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from pmgen.compile import compile_spec
from pmgen.diagnostics.diagnostic import Diagnostic

HEAD = "pmgen: 1\nmodel: Net\ninput: [3, 32, 32]\n"


def errors(text: str) -> list[Diagnostic]:
    result = compile_spec(Path("spec.yaml"), data=(HEAD + text).encode())
    return result.diagnostics.ordered()


def groups_of(*widths: int) -> str:
    uses = enumerate(widths)
    layers = "".join(f"  u{i}: {{op: Unit, width: {width}}}\n" for i, width in uses)
    unit = """\
blocks:
  Unit:
    params: {width: int}
    layers:
      conv: {op: Conv2D, out_channels: $width, kernel_size: 1}
      norm: {op: GroupNorm, num_groups: 32}
layers:
"""
    return unit + layers


@pytest.mark.parametrize(
    ("widths", "fits"),
    [((48,), 24), ((48, 64, 80), 16), ((48, 64, 36), 4), ((48, 64, 55), 1)],
)
def test_a_number_of_groups_suits_every_use(widths: tuple[int, ...], fits: int) -> None:
    text = groups_of(*widths)
    (found,) = errors(text)
    assert found.help == f"`num_groups: {fits}` divides 48"
    assert not errors(text.replace("num_groups: 32", f"num_groups: {fits}"))


def test_an_edit_that_breaks_another_use_is_not_proposed() -> None:
    """With stride 1 `padding: 1` keeps the size of the shortcut; the second use has a
    border already, and would be too large with it."""
    unit = """\
blocks:
  Unit:
    params: {border: int}
    branches:
      a:
        pad: {op: Pad2D, padding: $border}
        conv: {op: Conv2D, out_channels: 3, kernel_size: 3}
      b: {}
    merge: add
layers:
"""
    one = unit + "  first: {op: Unit, border: 0}\n"
    (found,) = errors(one)
    assert "`padding: 1`" in (found.help or "")
    (found,) = errors(one + "  second: {op: Unit, border: 1}\n")
    assert "`" not in (found.help or ""), found.help


def test_a_further_mistake_does_not_hide_the_help() -> None:
    text = (
        "layers:\n  a: {op: Conv2D, out_channels: 8, kernel_size: 40}\n"
        "  b: {op: Conv2D, out_channels: 8, kernel_size: 1, groups: 3}\n"
    )
    (found,) = errors(text)
    assert found.code == "PM302"
    assert "`kernel_size: 32`" in (found.help or "")


def test_trials_end_soon() -> None:
    """Hundreds of uses, each with a mistake of its own: not every edit is tried."""
    lines = "".join(
        f"  c{i}: {{op: Conv2D, from: input, out_channels: 8, kernel_size: {40 + i}}}\n"
        for i in range(90)
    )
    many = "".join(f"  r{i}: {{op: ReLU}}\n" for i in range(3000))
    start = time.process_time()
    found = errors(f"layers:\n{many}{lines}")
    assert time.process_time() - start < 5
    assert len(found) == 90
