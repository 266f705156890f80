"""Layers that a recipe names, held against a network without Paddle."""

from __future__ import annotations

from pathlib import Path

import pytest
from pmgen.catalogue import find_spec
from pmgen.compile import compile_spec
from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.recipe.parse import parse_recipe
from pmruntime.recipe.layers import members

SPEC = """\
pmgen: 1
model: Net
input: [3, 8, 8]
blocks:
  Unit:
    params: {width: int}
    layers:
      conv: {op: Conv2D, out_channels: $width, kernel_size: 1, norm: BatchNorm2D, act: ReLU}
layers:
  conv: {op: Conv2D, out_channels: 4, kernel_size: 1, norm: BatchNorm2D, act: PReLU}
  conv2: {op: Conv2D, out_channels: 4, kernel_size: 1}
  mixed:
    branches:
      a: {one: {op: Conv2D, out_channels: 2, kernel_size: 1}}
      b: {two: {op: Conv2D, out_channels: 2, kernel_size: 1}}
    merge: concat
  stage: {op: Unit, repeat: 2, width: 4}
  pool: {op: AdaptiveAvgPool2D, output_size: 1}
  flatten: {op: Flatten}
  fc: {op: Linear, out_features: 2}
"""  # noqa: E501
# Every layer of Net's class, and what a name means.
LAYERS = (
    "conv", "conv_norm", "conv_act", "conv2", "mixed_a_one", "mixed_b_two", "stage",
    "stage.0", "stage.0.conv", "stage.0.conv_norm", "stage.1", "stage.1.conv",
    "stage.1.conv_norm", "pool", "flatten", "fc",
)  # fmt: skip
MEANT = {
    "conv": ["conv", "conv_norm", "conv_act"],
    "conv2": ["conv2"],
    "con": [],
    "mixed": ["mixed_a_one", "mixed_b_two"],
    "mixed_a": ["mixed_a_one"],
    "mixed.b": ["mixed_b_two"],
    "mixed.b.two": ["mixed_b_two"],
    "mixed.b.tw": [],
    "mixed.c": [],
    "stage": [name for name in LAYERS if name.startswith("stage")],
    "stage.1": ["stage.1", "stage.1.conv", "stage.1.conv_norm"],
    "stage.0.conv": ["stage.0.conv", "stage.0.conv_norm"],
    "stage.2": [],
    "fc.weight": [],
    "": [],
}


def test_what_a_name_means() -> None:
    assert {name: members(name, LAYERS) for name in MEANT} == MEANT


def problems(tmp_path: Path, text: str, spec: str | None = None) -> list[str]:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC)
    compiled = compile_spec(find_spec(spec) if spec else path)
    assert compiled.ok
    recipe = tmp_path / "mine.yaml"
    recipe.write_text(f"pmgen: 1\n{text}\n")
    found = Diagnostics()
    parse_recipe(recipe, found, graph=compiled.graph)
    return [
        f"{d.code} {d.span.line}:{d.span.column} {d.message} | {d.help}"
        for d in found.ordered()
    ]


@pytest.mark.parametrize("name", [name for name, meant in MEANT.items() if meant])
def test_names_that_are_there(tmp_path: Path, name: str) -> None:
    assert problems(tmp_path, f"freeze: [{name}]") == []
    assert problems(tmp_path, f"learning_rates: {{{name}: 0.1}}") == []


def test_names_that_are_not(tmp_path: Path) -> None:
    text = "freeze: [conv, stag, pool]\nlearning_rates: {fcc: 1, stage.0.conf: 2}"
    assert problems(tmp_path, text) == [
        "PM501 2:16 Net has no layer `stag` | did you mean `stage`?",
        "PM502 2:22 `pool` of Net has no parameters | "
        "name layers that learn; `pmgen show` lists them",
        "PM501 3:18 Net has no layer `fcc` | did you mean `fc`?",
        "PM501 3:26 Net has no layer `stage.0.conf` | did you mean `stage.0.conv`?",
    ]


def test_a_mistake_of_another_kind_is_told_once(tmp_path: Path) -> None:
    [found] = problems(tmp_path, "freeze: conv")
    assert "expected a list of names" in found
    [found] = problems(tmp_path, "learning_rates: {fc: -1}")
    assert "to numbers above 0" in found


@pytest.mark.parametrize(
    ("spec", "names"),
    [("paddle/resnet18", "conv, c2, c5.1"), ("googlenet", "conv2, block3_1.p2"),
     ("convnext_tiny", "stem, stage1"), ("efficientnet_b0", "stage1, stage2.0")],
)  # fmt: skip
def test_networks_of_the_catalogue(tmp_path: Path, spec: str, names: str) -> None:
    assert problems(tmp_path, f"freeze: [{names}]", spec) == []
    assert len(problems(tmp_path, "freeze: [nowhere]", spec)) == 1
