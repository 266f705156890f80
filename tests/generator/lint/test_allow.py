"""`allow`: where it holds, and that a warning changes nothing of what is built."""

from __future__ import annotations

from pathlib import Path

import pytest
from pmgen.compile import Compiled, compile_spec
from pmgen.settings import parse_settings

from tests.support.compiler import golden

NET = """\
pmgen: 1
model: Net
input: [3, 16, 16]
blocks:
  Unit:
    layers:
      conv: {op: Conv2D, out_channels: 8, kernel_size: 3, norm: BatchNorm2D}
layers:
  unit1: {op: Unit}
  relu: {op: ReLU}
  unit2: {op: Unit}
"""


def compiled(tmp_path: Path, text: str, **files: str) -> Compiled:
    for name, content in files.items():
        (tmp_path / f"{name}.yaml").write_text(content)
    path = tmp_path / "net.yaml"
    path.write_text(text)
    return compile_spec(path)


def codes(result: Compiled) -> list[str]:
    assert result.ok
    return [item.code for item in result.diagnostics.ordered()]


def test_at_the_top_it_holds_for_the_network(tmp_path: Path) -> None:
    assert codes(compiled(tmp_path, NET)) == ["PM606"]
    assert codes(compiled(tmp_path, NET + "allow: [PM606]\n")) == []
    assert codes(compiled(tmp_path, NET + "allow: PM606\n")) == []
    assert codes(compiled(tmp_path, NET + "allow: [PM605]\n")) == ["PM606", "PM626"]


def test_in_a_block_it_holds_for_every_use(tmp_path: Path) -> None:
    text = NET.replace("norm: BatchNorm2D}", "norm: BatchNorm2D, allow: PM606}")
    assert codes(compiled(tmp_path, text)) == []


def test_on_a_call_it_holds_for_that_call(tmp_path: Path) -> None:
    one = NET.replace("unit1: {op: Unit}", "unit1: {op: Unit, allow: PM606}")
    assert codes(compiled(tmp_path, one)) == ["PM606"]
    both = one.replace("unit2: {op: Unit}", "unit2: {op: Unit, allow: PM606}")
    assert codes(compiled(tmp_path, both)) == []


def test_on_a_form_and_a_head_it_holds_for_what_they_hold(tmp_path: Path) -> None:
    text = """\
pmgen: 1
model: Net
input: [3, 16, 16]
layers:
  inner:
    layers:
      conv: {op: Conv2D, out_channels: 8, kernel_size: 3, norm: BatchNorm2D}
    act: ReLU
    allow: [PM606]
  out: {op: Flatten}
heads:
  aux:
    from: inner
    layers:
      flatten: {op: Flatten}
      fc: {op: Linear, out_features: 2, act: Softmax}
    allow: [PM601]
"""
    assert codes(compiled(tmp_path, text)) == []
    bare = text.replace("    allow: [PM606]\n", "").replace("    allow: [PM601]\n", "")
    assert codes(compiled(tmp_path, bare)) == ["PM606", "PM601"]


def test_on_a_form_it_holds_for_the_conditions_inside(tmp_path: Path) -> None:
    text = """\
pmgen: 1
model: Net
input: [3, 16, 16]
layers:
  inner:
    branches:
      a: {relu: {op: ReLU}, tanh: {op: Tanh, when: false}}
      b: {}
    merge: add
    allow: PM617
"""
    assert codes(compiled(tmp_path, text)) == []
    assert codes(compiled(tmp_path, text.replace("    allow: PM617\n", ""))) == [
        "PM617"
    ]


def test_a_variant_has_what_its_base_allows_and_adds_to_it(tmp_path: Path) -> None:
    base = NET + "allow: [PM606]\n"
    variant = (
        "pmgen: 1\nextends: base.yaml\nmodel: Other\n"
        "layers: {relu2: {after: relu, op: ReLU}}\n"
    )
    assert codes(compiled(tmp_path, variant, base=base)) == ["PM605"]
    assert codes(compiled(tmp_path, variant + "allow: PM605\n", base=base)) == []
    # what the base allows and does not need here is the base's affair
    without = variant.replace("relu2", "relu").replace(
        "{after: relu, op: ReLU}", "null"
    )
    plain = "blocks: {Unit: {layers: {conv: {bias: false}}}}\n"
    assert codes(compiled(tmp_path, without + plain, base=base)) == []


def test_nothing_is_said_of_it_where_the_network_is_another(tmp_path: Path) -> None:
    text = NET.replace("input:", "params: {bias: true}\ninput:").replace(
        "norm: BatchNorm2D}", "norm: BatchNorm2D, bias: $bias}"
    )
    text = text.replace("    layers:", "    params: {bias: bool}\n    layers:", 1)
    text = text.replace("{op: Unit}", "{op: Unit, bias: $bias}") + "allow: PM606\n"
    assert codes(compiled(tmp_path, text)) == []
    settings = parse_settings(("bias=false",), None)
    assert codes(compile_spec(tmp_path / "net.yaml", settings=settings)) == []
    text = text.replace("params: {bias: true}", "params: {bias: false}")
    assert codes(compiled(tmp_path, text)) == ["PM626"]


WARNED = [
    case
    for case in golden.cases()
    if case.name.startswith("warning_") and (case / golden.CODE).exists()
]


@pytest.mark.parametrize("case", WARNED, ids=lambda case: case.name)
def test_what_is_built_is_the_same_when_it_is_allowed(
    case: Path, tmp_path: Path
) -> None:
    found = golden.diagnostics_of(case)
    listed = ", ".join(sorted({item.code for item in found} - {"PM626"}))
    files = {path.stem: path.read_text() for path in case.glob("*.yaml")}
    text = files.pop("spec")
    kept = [line for line in text.splitlines() if not line.startswith("allow:")]
    allowed = "\n".join([*kept, f"allow: [PM624, {listed}]\n"])
    before, now = (
        compiled(tmp_path, text, **files),
        compiled(tmp_path, allowed, **files),
    )
    assert [code for code in codes(now) if code != "PM626"] == []
    assert before.code is not None
    assert now.code is not None
    assert _without_digest(before.code) == _without_digest(now.code)


def _without_digest(code: str) -> list[str]:
    return [line for line in code.splitlines() if not line.startswith("# sha256")]


def test_many_places_are_one_warning_with_their_lines(tmp_path: Path) -> None:
    lines = "".join(
        f"  c{n}: {{op: Conv2D, out_channels: 8, kernel_size: 1, norm: BatchNorm2D}}\n"
        for n in range(12)
    )
    start = "pmgen: 1\nmodel: Net\ninput: [3, 8, 8]\nlayers:\n"
    result = compiled(tmp_path, start + lines)
    [item] = result.diagnostics.ordered()
    assert item.severity == "warning"
    assert item.span.line == 5
    assert item.notes == ("the same in lines 6, 7, 8, 9, 10, 11, 12, 13 and 3 more",)
