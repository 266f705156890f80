"""The JSON Schemas: what the compiler takes they admit, and the wrong shape of a file
they refuse."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pmgen.catalogue import catalogue
from pmgen.diagnostics.codes import DEFINITIONS, Code
from pmgen.expressions.parser import ExpressionError, parse_expression
from pmgen.language import keys
from pmgen.ops import INITIALIZERS, OPS
from pmgen.recipe.keys import KEYS
from pmgen.schema import SCHEMAS, schema_text
from pmgen.schema.parts import EXPRESSION
from pmruntime.recipe.definition import CHOICES, SECTIONS, SETTINGS

from tests.support.compiler import golden
from tests.support.compiler.schema_validation import data, faults, validator

SHIPPED = sorted(catalogue().rglob("*.yaml"))
CASES = golden.cases()
# Mistakes of form. What is wrong in a value, a name that is used or a shape needs the
# compiler: a schema looks at one place of one file.
OF_FORM = {"PM106", "PM107", "PM108", "PM109", "PM201", "PM203", "PM501"}
DEFINED: dict[str, Any] = validator("spec").schema["definitions"]


def kind_of(path: Path) -> str:
    is_recipe = path.parent.name == "recipes" or path.name == "recipe.yaml"
    return "recipe" if is_recipe else "spec"


def named(path: Path) -> str:
    return path.relative_to(catalogue()).as_posix()


def layer(**content: Any) -> dict[str, Any]:
    """A spec whose one layer has this content."""
    head = {"pmgen": 1, "model": "A", "input": [3, 8, 8]}
    return {**head, "layers": {"one": content}}


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_shipped_schema_is_current(name: str) -> None:
    shipped = (catalogue() / "schema" / f"{name}.json").read_text(encoding="utf-8")
    assert shipped == schema_text(name), "`make docs` writes it anew"


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_a_schema(name: str) -> None:
    checked = validator(name)
    checked.check_schema(checked.schema)
    wanted = set(re.findall(r'"#/definitions/([^"]+)"', schema_text(name)))
    assert wanted == set(checked.schema.get("definitions", {})), "all are referred to"


@pytest.mark.parametrize("path", SHIPPED, ids=named)
def test_shipped_files_validate(path: Path) -> None:
    assert faults(kind_of(path), data(path)) == []


@pytest.mark.parametrize("path", SHIPPED, ids=named)
def test_shipped_files_lead_to_their_schema(path: Path) -> None:
    """By the comment in the first line: editors read it nowhere else."""
    first = path.read_text(encoding="utf-8").splitlines()[0]
    lead, _, target = first.partition("$schema=")
    assert lead == "# yaml-language-server: "
    reported = (path.parent / target).read_text(encoding="utf-8")
    assert reported == schema_text(kind_of(path))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_cases(case: Path) -> None:
    contents = {path: data(path) for path in sorted(case.glob("*.yaml"))}
    found = [
        fault
        for path, content in contents.items()
        if content is not None
        for fault in faults(kind_of(path), content)
    ]
    if (case / golden.CODE).exists():
        assert found == []
        return
    if case.name == "error_library_alone":
        assert found == [], "a file of blocks is sound, if not as a network"
        return
    reported = golden.outcome(case).diagnostics
    codes = {item.code for item in reported if item.span.file.name != "--set"}
    if codes & OF_FORM and None not in contents.values():
        assert found, f"the schema sees nothing of {codes & OF_FORM}"


@pytest.mark.parametrize("item", DEFINITIONS.values(), ids=lambda item: item.code)
def test_examples_of_codes(item: Code, tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(item.example, encoding="utf-8")
    name = "recipe" if item.code.startswith("PM5") else "spec"
    content = data(path)
    if item.code in OF_FORM and content is not None:
        assert faults(name, content)


def test_every_argument_is_in_it_with_its_words() -> None:
    for op in (*OPS.values(), *INITIALIZERS.values()):
        for arg in op.args:
            shown = DEFINED[f"{op.name}.{arg.name}"]["description"]
            assert arg.doc in shown
            assert arg.kind.words[1:] in shown
    for op in OPS.values():
        names = {arg.name for arg in op.args}
        for family in ("", "partial "):
            assert names <= set(DEFINED[f"{family}op {op.name}"]["properties"])
        assert names <= set(DEFINED["defaults"]["properties"][op.name]["properties"])


def test_every_key_is_in_it_with_its_words() -> None:
    reported = schema_text("spec")
    for table in (
        keys.SPEC_KEYS, keys.BLOCK_KEYS, keys.LAYER_KEYS, keys.PLACE_KEYS,
        keys.HEAD_KEYS, keys.RESIDUAL_KEYS, keys.EXPECT_KEYS,
    ):  # fmt: skip
        for name, key in table.items():
            assert f'"{name}": {{"description": "{key.doc}"' in reported, name


def test_every_setting_of_recipes_is_in_it() -> None:
    properties = validator("recipe").schema["properties"]
    assert set(properties) == set(KEYS)
    reported = schema_text("recipe")
    for table in (*CHOICES.values(), SECTIONS):
        for owner in table.values():
            assert owner.doc in reported
            assert all(f'"{name}": {{' in reported for name in owner.arguments)
    for setting in SETTINGS.values():
        assert setting.doc in properties[setting.name]["description"]


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_ops(op: Any) -> None:
    """A call with what is needed is right; an unknown or wrong argument is not."""
    content: dict[str, Any] = {
        "op": op.name,
        **({"from": ["a", "b"]} if op.many_inputs else {}),
    }
    needed = {arg.name: "$n" for arg in op.args if arg.required}
    right = layer(**content, **needed)
    assert faults("spec", right) == []
    if op.many_inputs:
        assert faults("spec", layer(**{**content, "from": "a"}))
        assert faults("spec", layer(**{**content, "from": ["a"]}))
    if needed:
        assert faults("spec", layer(**content))
        assert faults("spec", {**right, "params": {"n": 1}}) == []
    assert faults("spec", layer(**content, **needed, no_such_argument=1))
    for arg in op.args:
        for wrong in ({}, None, [[1]], "wrong"):
            assert faults("spec", layer(**content, **{**needed, arg.name: wrong})), (
                wrong
            )
        if not arg.required and arg.default is not None:
            given = list(arg.default) if isinstance(arg.default, tuple) else arg.default
            assert not faults("spec", layer(**content, **needed, **{arg.name: given}))


@pytest.mark.parametrize(
    ("content", "sound"),
    [
        ({"op": "ReLU", "repeat": 2, "first": {}}, True),
        ({"op": "ReLU", "first": {}}, False),
        ({"op": "ReLU", "before": "x"}, False),
        ({"op": "ReLU", "loss_weight": 1}, False),
        ({"op": "ReLU", "layers": {}}, False),
        ({"op": "Block", "width": 3, "sizes": [1, "$n"]}, True),
        ({"op": "Block", "width": {"a": 1}}, False),
        ({"op": "Block", "init": {}}, False),
        ({"op": "block"}, False),
        ({"op": "ReLU", "act": {"LeakyReLU": None}}, True),
        ({"op": "ReLU", "act": {"LeakyReLU": {}, "ReLU": {}}}, False),
        ({"op": "ReLU", "act": "Relu"}, False),
        ({"op": "ReLU", "act": "$act", "norm": "none"}, True),
        ({"op": "ReLU", "norm": "GroupNorm"}, False),  # it needs `num_groups`
        ({"op": "ReLU", "norm": {"GroupNorm": {"num_groups": 2}}}, True),
        ({"op": "ReLU", "from": ["a", "b"]}, False),
        ({"op": "Add"}, False),
        ({"op": "Add", "from": ["a", "b"], "repeat": 2}, False),
        ({"op": "ReLU", "when": "$n > 1", "repeat": "$n // 2"}, True),
        ({"op": "ReLU", "when": 1}, False),
        ({"op": "ReLU", "repeat": 0}, False),
        ({"layers": {"a": {"op": "ReLU"}}, "act": "ReLU"}, True),
        ({"layers": {}, "merge": "add"}, False),
        ({"branches": {"a": {}, "b": {}}, "merge": "concat", "split": True}, True),
        ({"branches": {"a": {}, "b": {}}}, False),
        ({"branches": {"a": {}}, "merge": "add"}, False),
        ({"branches": {"a": {}, "b": {}}, "merge": "join"}, False),
        ({"residual": {"body": {}, "shortcut": "where_equal"}}, True),
        ({"residual": {"body": {}, "shortcut": "somewhere"}}, False),
        ({"residual": {}}, False),
        ({"residual": {"body": {}}, "layers": {}}, False),
        ({}, False),
    ],
)
def test_layers(content: dict[str, Any], sound: bool) -> None:
    assert (faults("spec", layer(**content)) == []) is sound


def test_a_variant_may_leave_out_and_take_away() -> None:
    new = {"op": "ReLU", "after": "conv"}
    other = {"op": "Conv2D", "bias": None, "init": None}
    changes = {"conv": {"kernel_size": 3}, "gone": None, "new": new, "other": other}
    variant = {"pmgen": 1, "extends": "base.yaml", "layers": changes, "heads": None}
    assert faults("spec", variant) == []
    assert faults("spec", {**variant, "layers": {"conv": {"op": "Conv2D", "q": 1}}})
    assert faults("spec", {**variant, "extends": "/base.yaml"})
    assert len(faults("spec", layer(**new))) == 1  # `after` alone


def test_defaults_may_give_what_a_layer_needs() -> None:
    short = layer(op="Conv2D", out_channels=8)
    assert faults("spec", short)
    assert not faults("spec", {**short, "defaults": {"Conv2D": {"kernel_size": 3}}})
    assert faults("spec", {**short, "defaults": {"Conv2D": {"bias": False}}})


def test_heads_and_files_of_blocks() -> None:
    head = {"from": "one", "loss_weight": 0.3, "train_only": True, "op": "ReLU"}
    assert not faults("spec", {**layer(op="ReLU"), "heads": {"aux": head}})
    assert faults("spec", {**layer(op="ReLU"), "heads": {"aux": {"op": "ReLU"}}})
    block = {"params": {"n": "int", "k": 3}, "layers": {"a": {"op": "ReLU"}}}
    assert not faults("spec", {"pmgen": 1, "blocks": {"Some": block}})
    assert faults("spec", {"pmgen": 1, "blocks": {"some": block}})
    assert faults("spec", {"pmgen": 1, "blocks": {"Some": block}, "act": "ReLU"})


@pytest.mark.parametrize(
    ("content", "sound"),
    [
        ({}, True),
        ({"optimizer": "Adam", "schedule": {"Cosine": {"warmup_epochs": 1}}}, True),
        ({"optimizer": {"Adam": None}, "augment": None}, True),
        ({"optimizer": {"Adam": {}, "SGD": {}}}, False),
        ({"optimizer": "Adams"}, False),
        ({"optimizer": {"SGD": {"beta1": 0.9}}}, False),
        ({"epochs": "$n"}, False),
        ({"epochs": 0}, False),
        ({"epoch": 1}, False),
        ({"views": 3}, False),
        ({"augment": {"scale": [0.9, 1.1]}}, True),
        ({"augment": {"scale": [0.9]}}, False),
        ({"pmgen": 2}, False),
    ],
)
def test_recipes(content: dict[str, Any], sound: bool) -> None:
    assert (faults("recipe", {"pmgen": 1, **content}) == []) is sound


@given(st.text("$an19 +-*/%<>=!(),_\t'\".[]", max_size=12))
@example("max($a, 2) // 3")
@example("3")
def test_every_expression_is_admitted(text: str) -> None:
    try:
        parse_expression(text)
    except ExpressionError:
        return
    if "$" in text or not any(char.isalpha() for char in text):
        assert re.search(EXPRESSION, text)
