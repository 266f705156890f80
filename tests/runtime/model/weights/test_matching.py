"""Layers of a file to layers of a network, by structure and shape."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from pmruntime.model.weights.matching import Matching, match
from pmruntime.model.weights.reading import PADDLE, TORCH, Stored
from pmruntime.model.weights.units import Unit, units_of_file

Shapes = Mapping[str, tuple[int, ...]]

OURS = {
    "stem.weight": (8, 3, 3, 3),
    "stage.0.conv1.weight": (8, 8, 3, 3),
    "stage.0.conv2.weight": (8, 8, 3, 3),
    "stage.0.conv2_norm.weight": (8,),
    "stage.0.conv2_norm._mean": (8,),
    "out.weight": (8, 5),
    "out.bias": (5,),
}
# The same as PyTorch has it, and in PyTorch's order of registration.
THEIRS = {
    "conv.weight": (8, 3, 3, 3),
    "layer1.0.a.weight": (8, 8, 3, 3),
    "layer1.0.b.weight": (8, 8, 3, 3),
    "layer1.0.bn.weight": (8,),
    "layer1.0.bn.running_mean": (8,),
    "layer1.0.bn.num_batches_tracked": (),
    "fc.weight": (5, 8),
    "fc.bias": (5,),
}


def units(shapes: Shapes, layout: str, *, ordered: bool = True) -> list[Unit]:
    arrays = {name: np.zeros(shape) for name, shape in shapes.items()}
    return units_of_file(Stored(arrays, layout, ordered), layout)


def matched(
    shapes: Shapes, layout: str = TORCH, *, ordered: bool = True, ours: Shapes = OURS
) -> Matching:
    theirs = units(shapes, layout, ordered=ordered)
    return match(units(ours, PADDLE), theirs, ordered=ordered)


def paths(found: Matching) -> dict[str, str]:
    return {mine.path: other.path for mine, other in found.pairs}


WANTED = {
    "stem": "conv",
    "stage.0.conv1": "layer1.0.a",
    "stage.0.conv2": "layer1.0.b",
    "stage.0.conv2_norm": "layer1.0.bn",
    "out": "fc",
}


@pytest.mark.parametrize("ordered", [True, False])
def test_the_same_network(ordered: bool) -> None:
    shapes = THEIRS if ordered else dict(sorted(THEIRS.items()))
    found = matched(shapes, ordered=ordered)
    assert paths(found) == WANTED
    assert found.complete
    assert not found.theirs
    assert [other.transposed for _, other in found.pairs] == [False] * 4 + [True]


def test_a_linear_weight_is_not_taken_the_wrong_way_round() -> None:
    found = matched(THEIRS, PADDLE)
    assert [unit.path for unit in found.ours] == ["out"]
    assert not found.resized


def test_names_of_its_own_decide() -> None:
    shuffled = dict(reversed(OURS.items()))
    assert paths(matched(shuffled, PADDLE)) == {unit: unit for unit in WANTED}


def test_names_of_its_own_decide_for_other_classes_too() -> None:
    """Two layers of one shape, whose order a file with sorted names has lost."""
    ours = {"b.weight": (4, 4), "a.weight": (4, 4), "fc.weight": (4, 3)}
    file = {"a.weight": (4, 4), "b.weight": (4, 4), "fc.weight": (4, 9)}
    found = matched(file, PADDLE, ordered=False, ours=ours)
    assert paths(found) == {"b": "b", "a": "a"}
    assert [(a.path, b.path) for a, b in found.resized] == [("fc", "fc")]


def test_a_classifier_of_other_classes() -> None:
    other = {**THEIRS, "fc.weight": (1000, 8), "fc.bias": (1000,)}
    found = matched(other)
    assert [(a.path, b.path) for a, b in found.resized] == [("out", "fc")]
    assert len(found.pairs) == 4


def test_another_number_of_inputs_is_no_classifier() -> None:
    other = {**THEIRS, "fc.weight": (5, 16)}
    found = matched(other)
    assert [unit.path for unit in found.ours] == ["out"]
    assert not found.resized


def test_what_the_network_has_not_is_left() -> None:
    extra = {"aux.conv.weight": (4, 8, 1, 1), "aux.fc.weight": (7, 4)}
    first = {name: THEIRS[name] for name in list(THEIRS)[:6]}
    found = matched({**first, **extra, **THEIRS})
    assert paths(found) == WANTED
    assert [unit.path for unit in found.theirs] == ["aux.conv", "aux.fc"]


def test_natural_order_where_a_file_has_none() -> None:
    ours = {f"c{n}.weight": (4, 4, 3, 3) for n in range(12)}
    theirs = {f"features.{n}.weight": (4, 4, 3, 3) for n in range(12)}
    found = matched(dict(sorted(theirs.items())), ordered=False, ours=ours)
    assert paths(found) == {f"c{n}": f"features.{n}" for n in range(12)}


def test_a_shortcut_may_stand_before_its_body() -> None:
    """As in RegNet of torchvision, where the first convolution has its shape, too."""
    ours = {
        "b.0.conv.weight": (8, 4, 1, 1), "b.0.shortcut_conv.weight": (8, 4, 1, 1),
        "b.1.conv.weight": (8, 8, 1, 1),
    }  # fmt: skip
    theirs = {
        "x.0.proj.0.weight": (8, 4, 1, 1), "x.0.f.a.weight": (8, 4, 1, 1),
        "x.1.f.a.weight": (8, 8, 1, 1),
    }  # fmt: skip
    wanted = {
        "b.0.conv": "x.0.f.a", "b.0.shortcut_conv": "x.0.proj.0", "b.1.conv": "x.1.f.a"
    }  # fmt: skip
    for ordered in (True, False):
        assert paths(matched(theirs, ours=ours, ordered=ordered)) == wanted


def test_a_file_whose_groups_would_be_torn_apart_is_not_matched() -> None:
    """A head that the file registers before the network's end: its Linear is like the
    network's own, and would change places with it."""
    ours = {
        "conv.weight": (8, 3, 3, 3), "fc.weight": (8, 8),
        "head.conv.weight": (4, 8, 1, 1), "head.fc.weight": (8, 8),
    }  # fmt: skip
    theirs = {
        "conv.weight": (8, 3, 3, 3), "aux.conv.weight": (4, 8, 1, 1),
        "aux.fc.weight": (8, 8), "last.weight": (8, 8),
    }  # fmt: skip
    found = matched(theirs, ours=ours)
    assert not found.complete
