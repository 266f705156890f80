"""The compiler's own edges: what is too much is said, soon, and nothing crashes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from pmgen.cli.commands.check import _text
from pmgen.compile import Compiled, compile_spec
from pmgen.language.spec import MAX_HEADS, MAX_JOINED
from pmgen.show.table import table_lines

HEAD = "pmgen: 1\nmodel: Net\n"
IMAGE = "input: [3, 32, 32]\n"


def compiled(text: str) -> Compiled:
    return compile_spec(Path("spec.yaml"), data=(HEAD + text).encode())


def codes(text: str) -> list[str]:
    return [item.code for item in compiled(text).diagnostics.ordered()]


def joined(op: str, count: int) -> str:
    layers = "".join(f"  c{i}: {{op: ReLU}}\n" for i in range(count))
    names = ", ".join(f"c{i}" for i in range(count))
    return f"{IMAGE}layers:\n{layers}  total: {{op: {op}, from: [{names}]}}\n"


def branches(count: int) -> str:
    paths = "".join(f"  p{i}: {{}}\n" for i in range(count))
    return f"{IMAGE}branches:\n{paths}merge: add\n"


def heads(count: int) -> str:
    lines = "".join(f"  h{i}: {{op: ReLU, from: c}}\n" for i in range(count))
    return f"{IMAGE}layers: {{c: {{op: ReLU}}}}\nheads:\n{lines}"


@pytest.mark.parametrize("op", ["Add", "Concat", "Multiply"])
def test_as_many_inputs_as_are_allowed_and_one_more(op: str) -> None:
    result = compiled(joined(op, MAX_JOINED))
    assert result.code is not None
    compile(result.code, "net.py", "exec")
    assert codes(joined(op, MAX_JOINED + 1)) == ["PM104"]


def test_as_many_branches_as_are_allowed_and_one_more() -> None:
    result = compiled(branches(MAX_JOINED))
    assert result.code is not None
    compile(result.code, "net.py", "exec")
    assert codes(branches(MAX_JOINED + 1)) == ["PM104"]


def test_as_many_heads_as_are_allowed_and_thousands_more() -> None:
    assert compiled(heads(MAX_HEADS)).ok
    start = time.process_time()
    assert codes(heads(15_000)) == ["PM104"]
    assert time.process_time() - start < 4


def test_layers_within_the_limit_are_laid_out_soon() -> None:
    lines = "".join(f"  c{i}: {{op: ReLU}}\n" for i in range(15_000))
    start = time.process_time()
    assert compiled(f"{IMAGE}layers:\n{lines}").ok
    assert time.process_time() - start < 8


@pytest.mark.parametrize(
    "layer",
    [
        "{op: Unit}",
        "{branches: {a: {r: {op: ReLU}}, b: {}}, merge: concat, repeat: 2}",
    ],
)
def test_a_class_needs_the_number_of_features(layer: str) -> None:
    text = f"""\
input: [1, 5, any]
blocks:
  Unit:
    branches: {{a: {{}}, b: {{}}}}
    merge: concat
layers:
  flat: {{op: Flatten}}
  unit: {layer}
"""
    assert codes(text) == ["PM307"]
    assert compiled(text.replace("any", "6")).ok


@pytest.mark.parametrize("axis", [-1, 2, 3])
def test_an_open_axis_is_not_cut_into_halves(axis: int) -> None:
    """65 values on it would fail in Paddle, with no name and no line."""
    text = f"input: [4, any, any]\nlayers: {{g: {{op: GLU, axis: {axis}}}}}\n"
    (found,) = compiled(text).diagnostics.ordered()
    assert (found.code, found.help) == (
        "PM307",
        "take axis 1, the channels, or give the input a size",
    )
    assert compiled(text.replace(f"axis: {axis}", "axis: 1")).ok
    assert compiled(text.replace("any", "8")).ok


def test_two_norms_behind_one_block_are_two_rows() -> None:
    result = compiled(
        "input: [1, 8, 8]\nblocks:\n  Unit: {layers: {}, norm: LayerNorm2D}\n"
        "layers:\n  unit: {op: Unit, norm: InstanceNorm2D}\n"
    )
    assert result.graph is not None
    for depth in (0, None):
        shown = [line.cells for line in table_lines(result.graph, depth)]
        assert [cells[1] for cells in shown][-1] == "InstanceNorm2D"
        assert shown[0][1] == "Unit"


@pytest.mark.parametrize("name", ["true", "false", "none"])
def test_a_form_that_repeats_is_not_called_as_a_keyword(name: str) -> None:
    """Its class would be `True`, at which Python stops."""
    text = f"{IMAGE}layers:\n  {name}: {{layers: {{r: {{op: ReLU}}}}, repeat: 2}}\n"
    assert codes(text) == ["PM201"]


def test_groups_beyond_any_tensor_are_answered_soon() -> None:
    text = (
        f"{IMAGE}layers:\n  u: {{op: Conv2D, out_channels: 999999999999, kernel_size: "
        "1}\n  a: {op: GroupNorm, num_groups: 999999999989}\n"
    )
    start = time.process_time()
    assert codes(text) == ["PM305"]
    assert time.process_time() - start < 1


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(1_500_000_000)  # it takes no room
    assert len(_text(path)) <= 2**20
    start = time.process_time()
    (found,) = compile_spec(path).diagnostics.items
    assert found.code == "PM104"
    assert time.process_time() - start < 1
