"""Mistakes of a recipe: all at once, each at its place, and none that only follows."""

from __future__ import annotations

from typing import Any

import pytest
from pmruntime.recipe.mistakes import Conflict, mistakes
from pmruntime.recipe.recipe import parse_recipe
from pmruntime.recipe.resolve import resolved


def test_all_at_once() -> None:
    recipe = {
        "epoch": 3,
        "batch_size": 0,
        "optimizer": {"Adam": {"beta1": 2, "lr": 1}},
        "schedule": "Cosin",
        "augment": [],
        "loss": {"class_weights": [1]},
    }
    assert [(type(m).__name__, m.path) for m in mistakes(recipe)] == [
        ("UnknownName", ("epoch",)),
        ("WrongValue", ("batch_size",)),
        ("WrongValue", ("optimizer", "Adam", "beta1")),
        ("UnknownName", ("optimizer", "Adam", "lr")),
        ("UnknownName", ("schedule", "Cosin")),
        ("WrongForm", ("augment",)),
        ("WrongValue", ("loss", "class_weights")),
    ]


@pytest.mark.parametrize(
    ("recipe", "count"),
    [
        ({"schedule": {"Step": {"warmup_epochs": 5}}}, 1),
        ({"schedule": {"Step": {"warmup_epochs": 5, "gamma": 0}}}, 1),
        ({"schedule": {"Step": {"warmup_epochs": 5}}, "epochs": "x"}, 0),
        ({"schedule": {"Step": {"warmup_epochs": "x"}}, "epochs": 1}, 0),
        ({"schedule": {"Stp": {"warmup_epochs": 5}}}, 0),
        ({"images": {"color": "GRAY", "normalize": "imagenet"}}, 1),
        ({"images": {"color": "GREY", "normalize": "imagenet"}}, 0),
    ],
)
def test_a_conflict_is_between_sound_values(recipe: dict[str, Any], count: int) -> None:
    assert sum(isinstance(m, Conflict) for m in mistakes(recipe)) == count


def test_none_is_for_what_is_left_out() -> None:
    assert parse_recipe({"images": {"size": None}}) == parse_recipe({})
    [found] = mistakes({"images": {"size": None}})
    assert "must be a list [height, width]" in found.message
    assert mistakes({"augment": None, "optimizer": {"SGD": None}}) == []


def test_what_is_resolved_is_a_copy() -> None:
    given = {"freeze": ("conv",), "learning_rates": {"fc": 2}}
    found = resolved(given)
    assert found["freeze"] == ["conv"]
    assert found["learning_rates"] == {"fc": 2}
    assert found["learning_rates"] is not given["learning_rates"]
    assert resolved({})["augment"]["scale"] is not resolved({})["augment"]["scale"]


@pytest.mark.parametrize("value", [10**400, float("inf"), float("nan")])
def test_a_number_beyond_all_floats_is_refused(value: float) -> None:
    [_] = mistakes({"clip_norm": value})
