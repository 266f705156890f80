"""`--set` and `--input`, from text to values."""

from __future__ import annotations

from pathlib import Path

import pytest
from pmgen.compile import compile_spec
from pmgen.settings import BadSetting, Settings, parse_settings

SPEC = """\
pmgen: 1
model: Net
input: [3, 8, 8]
params: {count: 2, rate: 0.5, deep: true, sizes: [3, 3], name: "SAME"}
layers:
  conv:
    {op: Conv2D, out_channels: 4, kernel_size: $sizes, padding: $name,
     repeat: $count, when: $deep}
  drop: {op: Dropout, p: $rate}
expect: {params: 260}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC)
    return path


@pytest.mark.parametrize(
    ("pair", "name", "value"),
    [
        ("count=3", "count", 3),
        ("rate=1e-3", "rate", 0.001),
        ("deep=false", "deep", False),
        ("deep=no", "deep", "no"),
        ("sizes=[5, 7]", "sizes", (5, 7)),
        ("name=a=b", "name", "a=b"),
    ],
)
def test_values(pair: str, name: str, value: object) -> None:
    found = parse_settings((pair,), None).params
    assert found == {name: value}
    assert type(found[name]) is type(value)


@pytest.mark.parametrize("pair", ["count", "=3", "count=", f"count={'9' * 200}", ""])
def test_malformed_pairs(pair: str) -> None:
    with pytest.raises(BadSetting, match="--set"):
        parse_settings((pair,), None)


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("3x96x64", (3, 96, 64)),
        ("1xanyxany", (1, None, None)),
        ("3x32xany", (3, 32, None)),
    ],
)
def test_inputs(text: str, sizes: tuple[int | None, ...]) -> None:
    assert parse_settings((), text).input == sizes


@pytest.mark.parametrize(
    "text", ["", "3x96", "3x96x96x1", "anyx96x96", "3x0x96", "3,96,96", "3x-1x96",
             "3x99999x96", "3X96X96", "٣x96x96", "3x96x9999999999999"],
)  # fmt: skip
def test_malformed_inputs(text: str) -> None:
    with pytest.raises(BadSetting, match="--input"):
        parse_settings((), text)


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("counts=3", "did you mean `count`"),
        ("count=two", "expected a whole number"),
        ("count=2.0", "expected a whole number"),
        ("deep=1", "expected true or false"),
        ("rate=high", "expected a number"),
        ("sizes=3", "expected a list of whole numbers"),
        ("sizes=[1,two]", "expected a list of whole numbers"),
    ],
)
def test_held_to_the_model(spec: Path, pair: str, words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        compile_spec(spec, settings=parse_settings((pair,), None))


def test_a_changed_network_is_not_held_to_its_figures(spec: Path) -> None:
    assert compile_spec(spec).ok
    settings = parse_settings(("count=3",), "3x16x16")
    result = compile_spec(spec, settings=settings)
    assert result.ok
    assert result.graph is not None
    assert result.graph.params == 260 + 4 * (4 * 9 + 1)
    assert result.code is not None
    assert "# Built with count=3, input 3x16x16." in result.code


def test_without_settings_nothing_is_noted() -> None:
    assert Settings().note == ""
    assert not Settings().changed
