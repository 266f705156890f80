"""How many classes a block becomes, what they are called, and what is said of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from pmgen.cli import cli
from pmgen.compile import Compiled, compile_spec

from tests.support.paths import ROOT

HEAD = "pmgen: 1\nmodel: Net\ninput: [12, 32, 32]\n"


def compiled(text: str) -> Compiled:
    found = compile_spec(Path("net.yaml"), data=(HEAD + text).encode())
    assert found.ok, [item.message for item in found.diagnostics.items]
    return found


def classes(text: str) -> list[str]:
    code = compiled(text).code
    assert code is not None
    lines = [line for line in code.splitlines() if line.startswith("class ")]
    return [line[6:].partition("(")[0] for line in lines[:-1]]


def code_of(text: str) -> str:
    code = compiled(text).code
    assert code is not None
    return code


# -- one class, whatever the spelling --------------------------------------------------

STRIDED = """\
blocks:
  Inner:
    params: {{{stride}: 1, width: int}}
    layers:
      conv: {{op: Conv2D, out_channels: $width, kernel_size: 1, stride: ${stride}}}
  Outer:
    params: {{{pace}: 1, width: int}}
    residual:
      body:
        first: {{op: Inner, {stride}: ${pace}, width: $width}}
        second: {{op: Inner, width: $width}}
      shortcut:
        fit: {{op: Conv2D, out_channels: $width, kernel_size: 1, stride: ${pace}}}
layers:
  one: {{op: Outer, width: 12}}
  two: {{op: Outer, width: 12, {pace}: 2}}
  three: {{op: Outer, width: 24}}
"""


@pytest.mark.parametrize("stride", ["stride", "s", "pace_of_the_window"])
@pytest.mark.parametrize("pace", ["stride", "hop", "how_far_it_goes_at_a_time"])
def test_a_stride_is_found_by_what_it_does(stride: str, pace: str) -> None:
    text = STRIDED.format(stride=stride, pace=pace)
    assert classes(text) == ["Inner", "Outer"]
    assert f"has_shortcut = {pace} != 1 or in_channels != width" in code_of(text)


WHEN = """\
blocks:
  Trunk:
    params: {{times: 4}}
    layers:
      more: {{op: Conv2D, when: {condition}, out_channels: {size}, kernel_size: 1}}
      mix: {{op: Conv2D, out_channels: $in_channels * 2, kernel_size: 1}}
layers:
  one: {{op: Trunk}}
  two: {{op: Trunk, times: 1}}
  three: {{op: Trunk, times: 3}}
"""


@pytest.mark.parametrize(
    "condition",
    [
        "$times > 1", "1 < $times", "$times != 1", "$times >= 2", "2 <= $times",
        "not $times == 1", "not $times < 2",
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", ["$in_channels * $times", "$times * $in_channels"])
def test_a_condition_may_be_spelt_as_one_likes(condition: str, size: str) -> None:
    text = WHEN.format(condition=condition, size=size)
    assert classes(text) == ["Trunk"]
    assert " else " not in code_of(text)


def test_the_length_of_a_formula_is_nothing() -> None:
    first, second = (
        "a_name_that_goes_on_and_on_and_on_and_on",
        "another_that_does_so_too",
    )
    text = f"""\
blocks:
  Wide:
    params: {{{first}: int, {second}: int, third: 2}}
    layers:
      conv:
        op: Conv2D
        kernel_size: 1
        out_channels: ${first} * ${second} + ${first} * $third
      norm0: {{op: BatchNorm2D}}
layers:
  one: {{op: Wide, {first}: 2, {second}: 3}}
  two: {{op: Wide, {first}: 4, {second}: 5, third: 3}}
"""
    assert classes(text) == ["Wide"]
    assert max(map(len, code_of(text).splitlines())) <= 88


JOINED = """\
blocks:
  Tree:
    params: {{width: int, {flag}}}
    layers:
      left: {{op: Conv2D, out_channels: $width, kernel_size: 1}}
      right: {{op: Conv2D, out_channels: $width, kernel_size: 1}}
      both: {{op: {join}, when: {condition}, from: [right, left{more}]}}
      root: {{op: Conv2D, out_channels: $width, kernel_size: 1}}
layers:
  one: {{op: Tree, width: 8}}
  two: {{op: Tree, width: 16, {value}}}
"""


@pytest.mark.parametrize("join", ["Concat", "Add", "Multiply"])
@pytest.mark.parametrize(
    ("flag", "condition", "value"),
    [
        ("deep: false", "$deep", "deep: true"),
        ("depth: 1", "$depth > 1", "depth: 2"),
        ("depth: 1", "$depth == 2", "depth: 2"),
    ],
)
def test_a_when_over_a_join(join: str, flag: str, condition: str, value: str) -> None:
    more = ", input" if join == "Concat" else ""
    text = JOINED.format(
        join=join, flag=flag, condition=condition, value=value, more=more
    )
    assert classes(text) == ["Tree"]


ADDED = """\
blocks:
  Sum:
    params: {width: int, step: 1}
    layers:
      conv: {op: Conv2D, out_channels: $width, kernel_size: 1, stride: $step}
      total: {op: Add, when: $step == 1 and $width == $in_channels, from: [conv, input]}
layers:
  one: {op: Sum, width: 12}
  two: {op: Sum, width: 24, step: 2}
  three: {op: Sum, width: 24}
"""


def test_shapes_that_agree_where_a_condition_holds_can_be_added() -> None:
    assert classes(ADDED) == ["Sum"]


POOLED = """\
blocks:
  Down:
    params: {width: int, halve: false}
    residual:
      body:
        pool: {op: MaxPool2D, when: $halve, kernel_size: 2}
        conv: {op: Conv2D, out_channels: $width, kernel_size: 1}
      shortcut:
        pool: {op: AvgPool2D, when: $halve, kernel_size: 2}
        conv: {op: Conv2D, out_channels: $width, kernel_size: 1}
layers:
  one: {op: Down, width: 12}
  two: {op: Down, width: 12, halve: true}
  three: {op: Down, width: 24}
"""


def test_what_a_condition_shrinks_needs_a_shortcut() -> None:
    assert classes(POOLED) == ["Down"]
    assert "self.has_shortcut = halve or in_channels != width" in code_of(POOLED)


UNPADDED = """\
blocks:
  Cut:
    params: {side: 1}
    residual:
      body: {conv: {op: Conv2D, out_channels: $in_channels, kernel_size: $side}}
      shortcut: where_equal
layers:
  one: {op: Cut}
  two: {op: Cut, side: 3}
  three: {op: Cut, side: 5}
"""


def test_a_window_without_padding_changes_the_shape() -> None:
    assert classes(UNPADDED) == ["Cut"]
    assert "self.has_shortcut = side == 1" in code_of(UNPADDED)


# -- more than one, and why ------------------------------------------------------------

TURNED = """\
blocks:
  {name}:
    params: {{axis: int, width: int}}
    layers:
      conv: {{op: Conv2D, out_channels: $width, kernel_size: 1}}
      soft: {{op: Softmax, axis: $axis}}
{more}layers:
  one: {{op: {name}, axis: 1, width: 8}}
  two: {{op: {name}, axis: 2, width: 16}}
  three: {{op: {name}, axis: 1, width: 24}}
  four: {{op: {name}, axis: 2, width: 32}}
"""
OTHER = """\
  Turn2:
    layers: {{conv: {{op: Turn, axis: 1, width: 4}}}}
"""


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Turn", ["Turn", "Turn2"]),
        ("Turn1", ["Turn1", "Turn1V2"]),
        ("Turn12", ["Turn12", "Turn12V2"]),
    ],
)
def test_a_class_for_each_value_that_must_be_a_number(
    name: str, found: list[str]
) -> None:
    assert classes(TURNED.format(name=name, more="")) == found


def test_a_number_never_looks_like_another_blocks_name() -> None:
    text = TURNED.format(name="Turn", more=OTHER.format())
    text += "  five: {op: Turn2}\n"
    assert classes(text) == ["Turn", "TurnV2", "Turn2"]


FLAT = """\
blocks:
  Flat:
    params: {width: int}
    layers:
      shrink: {op: Conv2D, out_channels: $width, kernel_size: 1}
      flatten: {op: Flatten}
      fc: {op: Linear, out_features: 10}
layers:
  conv: {op: Conv2D, out_channels: 8, kernel_size: 1}
  pool: {op: MaxPool2D, kernel_size: 2}
heads:
  one: {from: conv, op: Flat, width: 2}
  two: {from: input, op: Flat, width: 3}
  three: {from: pool, op: Flat, width: 4}
"""


def test_a_class_for_each_size_of_image() -> None:
    assert classes(FLAT) == ["Flat", "Flat2"]
    code = code_of(FLAT)
    assert "self.fc = nn.Linear(width * 1024, 10)" in code
    assert "self.fc = nn.Linear(width * 256, 10)" in code


def test_one_use_is_one_class_and_needs_no_word() -> None:
    text = FLAT.replace("  two: {from: input, op: Flat, width: 3}\n", "")
    text = text.replace("  three: {from: pool, op: Flat, width: 4}\n", "")
    assert classes(text) == ["Flat"]
    assert compiled(text).notes == ()


def test_the_note_of_a_block(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(HEAD + TURNED.format(name="Turn", more=""), encoding="utf-8")
    done = CliRunner().invoke(
        cli, ["build", "-q", str(path), "-o", str(tmp_path / "out")]
    )
    assert done.exit_code == 0
    assert done.stderr == (
        "note: net.yaml:9: block `Turn` becomes 2 classes, one for each `axis`, "
        "because `Softmax` needs its `axis` as a number\n"
    )
    text = (tmp_path / "out/net.py").read_text(encoding="utf-8")
    assert "For axis = 1, because Softmax needs its axis as a number." in text
    assert "For axis = 2, because Softmax needs its axis as a number." in text


BOTH = """\
blocks:
  Squash:
    layers: {act1: {op: ReLU}, act2: {op: Sigmoid}}
layers:
  one: {op: Squash}
  flatten: {op: Flatten}
  two: {op: Squash}
"""


def test_the_note_of_a_block_for_images_and_features() -> None:
    assert classes(BOTH) == ["Squash", "Squash2"]
    (note,) = compiled(BOTH).notes
    assert (note.span.line, note.text) == (
        5,
        "block `Squash` becomes 2 classes, because images come in at some of its uses, "
        "and features at others",
    )


PADDED = """\
blocks:
  Padded:
    params: {sides: ints}
    layers:
      conv: {op: Conv2D, out_channels: 8, kernel_size: 3, padding: $sides}
layers:
  one: {op: Padded, sides: [1, 2]}
  two: {op: Padded, sides: [2, 1]}
"""


def test_the_numbers_of_a_list_stay_open_if_there_are_as_many() -> None:
    assert classes(PADDED) == ["Padded"]
    longer = PADDED + "  three: {op: Padded, sides: [1, 2, 0, 1]}\n"
    assert classes(longer) == ["Padded", "Padded2", "Padded3"]
    (note,) = compiled(longer).notes
    assert "one for each `sides`" in note.text


def test_the_catalogue_needs_no_note() -> None:
    for path in sorted((ROOT / "specs").rglob("*.yaml")):
        if path.parent.name not in ("blocks", "recipes"):
            assert compile_spec(path).notes == (), path


# -- what nothing takes ----------------------------------------------------------------


LEFT = """\
params: {deep: false}
blocks:
  Turn:
    params: {axis: int}
    layers:
      left: {op: Conv2D, out_channels: 8, kernel_size: 1}
      right: {op: Conv2D, when: $axis > 1, out_channels: 8, kernel_size: 1}
      both: {op: Concat, when: $axis > 1, from: [left, right]}
      soft: {op: Softmax, axis: $axis}
layers:
  inside:
    layers:
      upper: {op: Conv2D, out_channels: 8, kernel_size: 1}
      lower: {op: Conv2D, when: $deep, out_channels: 8, kernel_size: 1}
      both: {op: Concat, when: $deep, from: [upper, lower]}
  one: {op: Turn, axis: 1}
  two: {op: Turn, axis: 2}
"""


def test_what_a_when_leaves_out_is_not_computed() -> None:
    code = code_of(LEFT)
    first, second = code.split("class Turn2")
    assert "right" not in first
    assert "self.right(" in second
    assert "lower" not in code
    changed = code_of(LEFT.replace("deep: false", "deep: true"))
    assert "self.inside_lower(" in changed


PASSED_OVER = """\
layers:
  first: {op: Conv2D, out_channels: 8, kernel_size: 1}
  second: {op: Conv2D, out_channels: 8, kernel_size: 1}
  third:
    from: second
    layers:
      inner: {op: Conv2D, from: first, out_channels: 8, kernel_size: 1}
"""


def test_what_a_form_takes_and_passes_over_is_not_computed() -> None:
    code = code_of(PASSED_OVER)
    assert "self.second = nn.Conv2D" in code  # its parameters are the network's
    assert "self.second(" not in code
    assert "self.third_inner(first)" in code


def test_no_code_assigns_what_nothing_takes() -> None:
    """By ruff's rule, which also finds what is used before it is there."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F",
         *map(str, sorted((ROOT / "tests/cases").glob("*/expected.py"))),
         str(ROOT / "generated")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
