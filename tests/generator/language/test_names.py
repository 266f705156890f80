"""Names: what cannot stand in a class is refused; Paddle's own are known."""

from __future__ import annotations

import builtins
import keyword

import pytest
from pmgen.language.names import (
    CLASS_ATTRIBUTES,
    LAYER_ATTRIBUTES,
    MAX_NAME,
    class_title,
    why_not_a_class,
    why_not_a_layer,
    why_not_a_name,
    why_not_a_param,
)


@pytest.mark.parametrize("name", ["conv1", "c", "block3_1", "Stem", "a" * MAX_NAME])
def test_names_that_can_stand(name: str) -> None:
    assert why_not_a_layer(name) is None
    assert why_not_a_param(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "", "1x1", "conv-1", "conv 1", "conv.1", "_conv", "__init__", "conv__", "schön",
        "ﬁt", "a\n", "a" * (MAX_NAME + 1), "x", "self", "paddle", "nn", "F",
        "in_channels", "in_features", "$a", "print", "match", "None", "__class__",
    ],
)  # fmt: skip
def test_names_that_cannot(name: str) -> None:
    assert why_not_a_layer(name)
    assert why_not_a_param(name)


@pytest.mark.parametrize("name", [*keyword.kwlist, *dir(builtins)])
def test_keywords_and_builtins(name: str) -> None:
    assert why_not_a_name(name)


@pytest.mark.parametrize("name", sorted(LAYER_ATTRIBUTES | CLASS_ATTRIBUTES))
def test_attributes_of_a_layer(name: str) -> None:
    assert why_not_a_layer(name)


@pytest.mark.parametrize("name", ["lenet", "nn", "F", "None", "Le-Net", "ShapeError"])
def test_classes_that_cannot(name: str) -> None:
    assert why_not_a_class(name)


def test_titles() -> None:
    assert class_title("stage_2") == "Stage2"
    assert class_title("downTwo") == "DownTwo"


@pytest.mark.paddle
def test_the_list_holds_what_a_paddle_layer_has() -> None:
    paddle = pytest.importorskip("paddle")
    layer = paddle.nn.Layer()
    public = {name for name in dir(layer) if not name.startswith("_")}
    assert public - LAYER_ATTRIBUTES == set()
