"""Recipes: defaults, and mistakes at their lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pmruntime.recipe.recipe as runtime
import pytest
from pmgen.catalogue import catalogue, recipe_names
from pmgen.diagnostics.diagnostic import Diagnostic, Diagnostics
from pmgen.recipe.keys import KEYS, concerns_recipe
from pmgen.recipe.meant import SYNONYMS
from pmgen.recipe.parse import parse_recipe
from pmruntime.recipe.definition import CHOICES, SECTIONS

DEFAULT = runtime.parse_recipe({}).as_json()


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
        **{key: DEFAULT[key] for key in DEFAULT if key not in ("name", "optimizer")},
        "epochs": 7,
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
        ("optimizer: {Adam: {lr: 1}}", "PM501", (2, 20), "mean `learning_rate`?"),
        ("optimizer: {Adam: {sparse: 1}}", "PM501", (2, 20), "known here"),
        ("optimizer: {Adam: {epochs: 1}}", "PM501", (2, 20), "key of the recipe"),
        ("seed: 1", "PM501", (2, 1), "`pmgen train ... --seed ...`"),
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
        ("freeze: conv", "PM502", (2, 9), "a list of names, found `conv`"),
        ("freeze: [conv, 2]", "PM502", (2, 9), "a list of names"),
        ("learning_rates: {fc: 0}", "PM502", (2, 17), "to numbers above 0"),
        ("learning_rates: {fc: {a: 1}}", "PM502", (2, 17), "to numbers above 0"),
        ("epochs:", "PM502", (2, 8), "a whole number"),
        ("epochs: 2\nschedule: {Cosine: {warmup_epochs: 2}}", "PM502", (3, 36), ""),
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


def test_the_runtime_reads_the_shipped_recipes_back(tmp_path: Path) -> None:
    assert recipe_names()
    for name in recipe_names():
        diagnostics = Diagnostics()
        found = parse_recipe(catalogue() / "recipes" / f"{name}.yaml", diagnostics)
        assert found is not None
        assert found["name"] == name
        again = runtime.parse_recipe_json(json.dumps(found))
        assert again.as_json() == found


@pytest.mark.parametrize(
    ("settings", "path", "value"),
    [
        (["epochs=3"], ("epochs",), 3),
        (["augment.rotate=10"], ("augment", "rotate"), 10),
        (["augment.scale=[0.9, 1.2]"], ("augment", "scale"), [0.9, 1.2]),
        (["optimizer.learning_rate=0.5"], ("optimizer", "SGD", "learning_rate"), 0.5),
        (["optimizer=Adam"], ("optimizer", "Adam", "learning_rate"), 0.001),
        (
            ["optimizer=Adam", "optimizer.beta1=0.5"],
            ("optimizer", "Adam", "beta1"),
            0.5,
        ),
        (["schedule.warmup_epochs=1"], ("schedule", "Constant", "warmup_epochs"), 1),
        (["freeze=[conv, c2.0]"], ("freeze",), ["conv", "c2.0"]),
        (["freeze=[]"], ("freeze",), []),
        (["learning_rates.c2.0=0.5"], ("learning_rates", "c2.0"), 0.5),
    ],
)
def test_set(
    tmp_path: Path, settings: list[str], path: tuple[str, ...], value: object
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("pmgen: 1\noptimizer: SGD\n")
    diagnostics = Diagnostics()
    found: Any = parse_recipe(file, diagnostics, settings)
    assert not diagnostics.ordered()
    for key in path:
        found = found[key]
    assert found == value
    assert all(concerns_recipe(setting) for setting in settings)


@pytest.mark.parametrize(
    ("setting", "code", "column", "words"),
    [
        ("epochs=0", "PM502", 8, "from 1 up"),
        ("augment.rotat=10", "PM501", 9, "did you mean `rotate`"),
        ("augment.scale=[1, x]", "PM502", 15, "two numbers"),
        ("optimizer=Sdg", "PM501", 11, "did you mean `SGD`"),
        ("optimizer.SGD.learning_rate=1", "PM501", 1, "nothing"),
    ],
)
def test_set_is_checked_at_its_place(
    tmp_path: Path, setting: str, code: str, column: int, words: str
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("pmgen: 1\n")
    diagnostics = Diagnostics()
    parse_recipe(file, diagnostics, [setting])
    [item] = diagnostics.ordered()
    assert (item.code, item.span.file.name, item.span.column) == (
        code,
        "--set",
        column,
    )
    assert words in f"{item.message} {item.help}"


def test_what_an_unknown_name_means_is_known() -> None:
    names = {*KEYS}
    for table in CHOICES.values():
        names |= {*table}
    for table in (*CHOICES.values(), SECTIONS):
        names |= {name for owner in table.values() for name in owner.arguments}
    assert set(SYNONYMS.values()) <= names
    assert not set(SYNONYMS) & names  # it would be taken for what it says
