"""Recipes as JSON: what they mean, and what is wrong with a wrong one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from pmruntime.problems import UserError
from pmruntime.recipe.recipe import parse_recipe, parse_recipe_json, with_epochs

from tests.support.paths import SPECS

CATALOGUE = SPECS / "recipes"
RECIPES = sorted(CATALOGUE.glob("*.yaml"))


def test_everything_is_optional() -> None:
    assert parse_recipe({}).as_json() == {
        "name": "default",
        "optimizer": {
            "Momentum": {
                "learning_rate": 0.001,
                "momentum": 0.9,
                "use_nesterov": False,
                "weight_decay": 0.0,
            }
        },
        "schedule": {"Constant": {"warmup_epochs": 0}},
        "images": {
            "size": None,
            "resize": "linear",
            "color": "BGR",
            "normalize": "symmetric",
            "drop_copies": False,
        },
        "augment": {
            "flip_horizontal": 0.0,
            "flip_vertical": 0.0,
            "rotate": 0.0,
            "scale": [1.0, 1.0],
            "shift": 0.0,
            "crop": 1.0,
            "brightness": 0.0,
            "contrast": 0.0,
            "tint": 0.0,
        },
        "loss": {"label_smoothing": 0.0, "class_weights": "none"},
        "epochs": 5,
        "batch_size": 10,
        "accumulate": 1,
        "clip_norm": 0.0,
        "decay_all": True,
        "ema": 0.0,
        "validate_every": 1,
        "early_stopping": 0,
        "select": "accuracy",
        "views": 1,
        "amp": "none",
        "sync_batch_norm": False,
        "freeze": [],
        "learning_rates": {},
    }


def test_a_name_alone_takes_the_defaults() -> None:
    recipe = parse_recipe({"optimizer": "AdamW", "schedule": {"Step": {"gamma": 0.5}}})
    assert recipe.optimizer.arguments["weight_decay"] == 0.01
    assert recipe.schedule.as_json() == {
        "Step": {"step_epochs": 10, "gamma": 0.5, "warmup_epochs": 0}
    }


def test_the_resolved_form_reads_back() -> None:
    text = (
        '{"name": "d", "optimizer": {"Adam": {"learning_rate": 1e-3, "beta1": 0.8}}, '
        '"schedule": {"Cosine": {"warmup_epochs": 2}}, "epochs": 7, "batch_size": 32}'
    )
    recipe = parse_recipe_json(text)
    assert parse_recipe_json(json.dumps(recipe.as_json())) == recipe


@pytest.mark.parametrize(("epochs", "warmup"), [(9, 2), (3, 2), (2, 1), (1, 0)])
def test_a_warm_up_is_cut_to_fewer_epochs(epochs: int, warmup: int) -> None:
    recipe = parse_recipe({"schedule": {"Cosine": {"warmup_epochs": 2}}, "epochs": 7})
    fewer = with_epochs(recipe, epochs)
    assert fewer.epochs == epochs
    assert fewer.schedule.arguments == {"warmup_epochs": warmup}
    assert recipe.schedule.arguments == {"warmup_epochs": 2}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"epoch": 3}, "`epoch` is no key of a recipe.*did you mean `epochs`"),
        ({"optimizer": "adamw"}, "there is no optimizer `adamw`.*did you mean `AdamW`"),
        (
            {"optimizer": "Lion"},
            "no optimizer `Lion`.*known here: `SGD`, `Mom",
        ),
        ({"optimizer": {"SGD": {"lr": 1}}}, "`SGD` has no argument `lr`"),
        ({"optimizer": {"SGD": 0.1}}, "arguments of `SGD` are a mapping"),
        ({"optimizer": {"SGD": {}, "Adam": {}}}, "one name"),
        (
            {"optimizer": {"SGD": {"learning_rate": 0}}},
            "a number above 0, not 0",
        ),
        (
            {"optimizer": {"SGD": {"learning_rate": "x"}}},
            "must be a number above 0, not 'x'",
        ),
        (
            {"optimizer": {"SGD": {"learning_rate": True}}},
            "must be a number above 0, not True",
        ),
        (
            {"optimizer": {"Momentum": {"momentum": 1.5}}},
            "number from 0 to 1, not 1.5",
        ),
        ({"optimizer": {"Momentum": {"use_nesterov": 1}}}, "must be true or false"),
        ({"schedule": "Cosin"}, "did you mean `Cosine`"),
        ({"schedule": {"Step": {"step_epochs": 0}}}, "from 1 up, not 0"),
        ({"schedule": {"Step": {"step_epochs": 1.5}}}, "must be a whole number"),
        (
            {"schedule": {"Cosine": {"warmup_epochs": 5}}},
            "nothing of `epochs: 5`",
        ),
        ({"epochs": 0}, "`epochs` must be a whole number from 1 up, not 0"),
        ({"epochs": True}, "must be a whole number from 1 up, not True"),
        ({"batch_size": 1.0}, "whole number from 1 up, not 1.0"),
        ({"augment": {"rotat": 3}}, "`augment` has no argument `rotat`.*mean `rotate`"),
        ({"augment": {"scale": [1.2, 0.9]}}, r"a list \[low, high\] of two numbers"),
        ({"augment": 3}, "arguments of `augment` are a mapping"),
        ({"images": {"color": "HSV"}}, "one of BGR, RGB, GRAY, not 'HSV'"),
        ({"images": {"size": [224]}}, r"a list \[height, width\]"),
        (
            {"images": {"color": "GRAY", "normalize": "imagenet"}},
            "for three channels",
        ),
        ({"loss": {"class_weights": [1]}}, "none, balanced, or a list"),
        ({"ema": 1.0}, "from 0 to below 1, not 1.0"),
        ({"views": 3}, "one of 1, 2, 4, not 3"),
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
