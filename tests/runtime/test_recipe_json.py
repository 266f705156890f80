"""Recipes as JSON: what they mean, and what is wrong with a wrong one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from pmruntime.problems import UserError
from pmruntime.recipe import Recipe, parse_recipe, parse_recipe_json

CATALOGUE = Path(__file__).parents[2] / "specs" / "recipes"
RECIPES = sorted(CATALOGUE.glob("*.yaml"))


def test_everything_is_optional() -> None:
    assert parse_recipe({}) == Recipe()
    assert Recipe().as_json() == {
        "name": "default",
        "optimizer": {
            "Momentum": {
                "learning_rate": 0.001,
                "momentum": 0.9,
                "use_nesterov": False,
                "weight_decay": 0.0,
            }
        },
        "schedule": {"Constant": {}},
        "epochs": 5,
        "batch_size": 10,
    }


def test_a_name_alone_takes_the_defaults() -> None:
    recipe = parse_recipe({"optimizer": "AdamW", "schedule": {"Step": {"gamma": 0.5}}})
    assert recipe.optimizer.arguments["weight_decay"] == 0.01
    assert recipe.schedule.as_json() == {"Step": {"step_epochs": 10, "gamma": 0.5}}


def test_the_resolved_form_reads_back() -> None:
    text = (
        '{"name": "d", "optimizer": {"Adam": {"learning_rate": 1e-3, "beta1": 0.8}}, '
        '"schedule": {"Cosine": {"warmup_epochs": 2}}, "epochs": 7, "batch_size": 32}'
    )
    recipe = parse_recipe_json(text)
    assert parse_recipe_json(json.dumps(recipe.as_json())) == recipe
    assert recipe.with_epochs(9).epochs == 9
    with pytest.raises(UserError, match="leaves nothing of 2 epochs"):
        recipe.with_epochs(2)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"epoch": 3}, "unknown key of a recipe `epoch`.*did you mean `epochs`"),
        ({"optimizer": "adamw"}, "unknown optimizer `adamw`.*did you mean `AdamW`"),
        ({"optimizer": "Lion"}, "unknown optimizer `Lion`.*known here: `Adam`, `Ada"),
        ({"optimizer": {"SGD": {"lr": 1}}}, "unknown argument of `SGD` `lr`"),
        ({"optimizer": {"SGD": 0.1}}, "arguments of `SGD` must be a mapping"),
        ({"optimizer": {"SGD": {}, "Adam": {}}}, "one name"),
        ({"optimizer": {"SGD": {"learning_rate": 0}}}, "must be above 0, not 0"),
        ({"optimizer": {"SGD": {"learning_rate": "x"}}}, "must be a number, not 'x'"),
        ({"optimizer": {"SGD": {"learning_rate": True}}}, "must be a number, not True"),
        ({"optimizer": {"Momentum": {"momentum": 1.5}}}, "at least 0 and at most 1"),
        ({"optimizer": {"Momentum": {"use_nesterov": 1}}}, "must be true or false"),
        ({"schedule": "Cosin"}, "did you mean `Cosine`"),
        ({"schedule": {"Step": {"step_epochs": 0}}}, "must be above 0"),
        ({"schedule": {"Step": {"step_epochs": 1.5}}}, "must be a whole number"),
        ({"schedule": {"Cosine": {"warmup_epochs": 5}}}, "leaves nothing of 5 epochs"),
        ({"epochs": 0}, "`epochs` must be above 0"),
        ({"epochs": True}, "must be a whole number, not True"),
        ({"batch_size": 1.0}, "must be a whole number, not 1.0"),
        ({"name": 3}, "must be text"),
        ([], "a recipe is a mapping"),
    ],
)
def test_mistakes(value: object, message: str) -> None:
    with pytest.raises(UserError, match=f"(?s){message}"):
        parse_recipe(value)


@pytest.mark.parametrize("text", ["{", '{"epochs": NaN}', '{"optimizer": null}'])
def test_malformed_json(text: str) -> None:
    with pytest.raises(UserError):
        parse_recipe_json(text)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_the_catalogues_recipes_are_ours_too(path: Path) -> None:
    value = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert list(value)[:2] == ["pmgen", "recipe"]
    assert value.pop("pmgen") == 1
    value["name"] = value.pop("recipe")
    assert parse_recipe(value).name == path.stem
