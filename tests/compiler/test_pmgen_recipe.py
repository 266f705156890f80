"""Recipes: defaults, mistakes at their lines, agreement with the runtime."""

from __future__ import annotations

import json
from pathlib import Path

import pmruntime.recipe as runtime
import pytest
from pmgen.catalogue import catalogue, recipe_names
from pmgen.diagnostics import Diagnostic, Diagnostics
from pmgen.recipe import parse_recipe
from pmgen.recipe.definition import OPTIMIZERS, SCHEDULES, SETTINGS
from pmruntime.problems import UserError


def parse(
    tmp_path: Path, text: str
) -> tuple[dict[str, object] | None, list[Diagnostic]]:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    diagnostics = Diagnostics()
    return parse_recipe(path, diagnostics), diagnostics.ordered()


def test_defaults_are_filled_in(tmp_path: Path) -> None:
    found, problems = parse(
        tmp_path, "pmgen: 1\noptimizer: {Adam: {learning_rate: 3e-3}}\nepochs: 7\n"
    )
    assert not problems
    assert found == {
        "name": "mine",
        "optimizer": {
            "Adam": {
                "learning_rate": 0.003, "beta1": 0.9, "beta2": 0.999,
                "epsilon": 1e-8, "weight_decay": 0.0,
            }
        },
        "schedule": {"Constant": {}},
        "epochs": 7,
        "batch_size": 10,
    }  # fmt: skip


def test_a_name_alone_is_enough(tmp_path: Path) -> None:
    text = "pmgen: 1\nrecipe: named\noptimizer: SGD\nschedule: {Cosine: }\n"
    found, problems = parse(tmp_path, text)
    assert not problems
    assert found is not None
    assert found["name"] == "named"
    assert found["optimizer"] == {"SGD": {"learning_rate": 0.001, "weight_decay": 0.0}}
    assert found["schedule"] == {"Cosine": {"warmup_epochs": 0}}


@pytest.mark.parametrize(
    ("text", "code", "place", "words"),
    [
        ("optimiser: SGD", "PM501", (2, 1), "did you mean `optimizer`?"),
        ("optimizer: Adan", "PM501", (2, 12), "did you mean `Adam`?"),
        ("optimizer: {Adam: {lr: 1}}", "PM501", (2, 20), "known here"),
        ("schedule: {Cosine: {warm_up_epochs: 1}}", "PM501", (2, 21), "warmup_epochs"),
        ("optimizer: {SGD: {learning_rate: 0}}", "PM502", (2, 34), "a number above 0"),
        ("optimizer: {SGD: {learning_rate: fast}}", "PM502", (2, 34), "found `fast`"),
        ("optimizer: {Adam: {beta1: 2}}", "PM502", (2, 27), "from 0 to 1"),
        ("optimizer: {Momentum: {use_nesterov: yes}}", "PM502", (2, 38), "true or"),
        ("optimizer: [SGD]", "PM502", (2, 12), "this is a list"),
        ("optimizer: {SGD: {}, Adam: {}}", "PM502", (2, 12), "one name"),
        ("optimizer: {SGD: [1]}", "PM502", (2, 18), "this is a list"),
        ("epochs: 0", "PM502", (2, 9), "from 1 up"),
        ("epochs: 2.5", "PM502", (2, 9), "a whole number"),
        ("batch_size: {a: 1}", "PM502", (2, 13), "a mapping"),
        ("epochs:", "PM502", (2, 8), "a whole number"),
        ("epochs: 2\nschedule: {Cosine: {warmup_epochs: 2}}", "PM502", (3, 11), ""),
    ],
)  # fmt: skip
def test_refused(
    tmp_path: Path, text: str, code: str, place: tuple[int, int], words: str
) -> None:
    found, problems = parse(tmp_path, f"pmgen: 1\n{text}\n")
    assert found is None
    [item] = problems
    assert item.code == code
    assert (item.span.line, item.span.column) == place
    assert words in f"{item.message} {item.help}"


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    found, problems = parse(tmp_path, "epoch: 3\nbatch_size: -1\noptimizer: Sgdd\n")
    assert found is None
    assert [item.code for item in problems] == ["PM109", "PM501", "PM502", "PM501"]


def test_the_shipped_recipes_satisfy_both(tmp_path: Path) -> None:
    assert recipe_names()
    for name in recipe_names():
        diagnostics = Diagnostics()
        found = parse_recipe(catalogue() / "recipes" / f"{name}.yaml", diagnostics)
        assert found is not None
        assert found["name"] == name
        again = runtime.parse_recipe_json(json.dumps(found))
        assert again.as_json() == found


def test_the_runtime_has_the_same_tables() -> None:
    for ours, theirs in (
        (OPTIMIZERS, runtime.OPTIMIZERS),
        (SCHEDULES, runtime.SCHEDULES),
    ):
        mine = {
            name: {arg.name: arg.default for arg in op.args}
            for name, op in ours.items()
        }
        assert mine == theirs
        for name, arguments in theirs.items():
            for key, default in arguments.items():
                assert type(mine[name][key]) is type(default), f"{name}.{key}"
    default = runtime.Recipe().as_json()
    assert {s.name: s.default for s in SETTINGS} == {
        key: default[key] for key in ("epochs", "batch_size")
    }


CANDIDATES = (-1, 0, 1, 2, 0.5, 1.0, 1.5, 1e-9, True, "text", float("inf"))


def test_the_runtime_takes_the_same_values() -> None:
    """Each argument alone, over values at and around its bounds."""
    compared = 0
    for table, key in ((OPTIMIZERS, "optimizer"), (SCHEDULES, "schedule")):
        for name, op in table.items():
            for arg in op.args:
                for value in CANDIDATES:
                    recipe = {key: {name: {arg.name: value}}, "epochs": 1000}
                    ours = arg.kind.check(value) is None
                    assert ours == accepted(recipe), f"{name}.{arg.name}: {value!r}"
                    compared += 1
    for setting in SETTINGS:
        for value in CANDIDATES:
            ours = setting.kind.check(value) is None
            assert ours == accepted({setting.name: value}), f"{setting.name}: {value!r}"
    assert compared > 150


def accepted(recipe: dict[str, object]) -> bool:
    try:
        runtime.parse_recipe(recipe)
    except UserError:
        return False
    return True
