"""The edges of rules: the last size that fits, and sizes that are not known yet.

By hand, without fixtures, as test_op_rules.py.
"""

from __future__ import annotations

import pytest
from pmgen.expressions.expression import Name
from pmgen.ops import INITIALIZERS, OPS
from pmgen.ops.definition import (
    OPEN_SIZES,
    ArgDef,
    ShapeIssue,
    is_open_size,
    known,
    parted,
    undecided,
)
from pmgen.ops.kinds import number

from tests.generator.ops.test_op_rules import IMAGE, conv, refusal, size

WIDTH = Name("width")


def test_last_sizes() -> None:
    assert size("Conv2D", **conv(padding="VALID")) == (6, 7, 5)
    assert size("Conv2D", **conv(padding="SAME", stride=3)) == (6, 3, 3)
    assert size("MaxPool2D", kernel_size=3, stride=2, ceil_mode=True) == (4, 4, 3)
    found = refusal("Conv2DTranspose", **conv(kernel_size=2, padding=(5, 0)))
    assert found[2].endswith("takes 10 of 10")
    assert refusal("Linear", out_features=2)[0] == "PM306"
    assert OPS["Conv2DTranspose"].inferred["in_channels"](IMAGE) == 4


def test_helps() -> None:
    found = refusal("Conv2D", out_channels=WIDTH, kernel_size=3, groups=3)
    assert found[3].startswith("`groups` must divide both 4 and ")
    assert "an axis of 1 stretches" in refusal("Multiply", IMAGE, (4, 2, 1))[3]
    assert "the same channels" in refusal("Add", IMAGE, (4, 2, 1))[3]


def test_windows_in_the_border_alone() -> None:
    assert size("AvgPool2D", kernel_size=3, stride=1, padding="SAME") == (4, 9, 7)
    assert size("AvgPool2D", kernel_size=3, stride=1, padding=2) == (4, 11, 9)
    found = refusal("AvgPool2D", kernel_size=5, padding=5)
    assert found[0] == "PM302"
    assert found[3] == "`padding: 2` would fit"
    assert refusal("MaxPool2D", kernel_size=2, padding=2)[3] == "`padding: 1` would fit"
    assert refusal("MaxPool2D", kernel_size=1, padding=1)[3] == "leave `padding` out"
    found = refusal("MaxPool2D", kernel_size=3, padding=(0, 3, 0, 0))
    assert found[2].endswith("in the border of 3 alone")


def test_functions() -> None:
    assert OPS["ReLU"].function == "F.relu"
    assert OPS["PReLU"].function is None


def test_floats() -> None:
    real = {(o.name, a.name) for o in OPS.values() for a in o.args if a.real}
    norms = {"BatchNorm2D", "InstanceNorm2D", "GroupNorm"}
    bounds = {("RReLU", "lower"), ("RReLU", "upper")}
    assert real == {(name, "epsilon") for name in norms} | bounds
    arg = ArgDef("a", number(), "A number.", real=True)
    assert type(arg.settled(1)) is float
    assert arg.settled(WIDTH) is WIDTH
    plain = ArgDef("a", number(), "A number.", 0)
    assert type(plain.settled(1)) is int
    assert (arg.required, plain.required) == (True, False)


def test_sizes_that_any_leaves_open() -> None:
    assert all(map(is_open_size, OPEN_SIZES))
    assert not is_open_size(WIDTH)
    assert not is_open_size(4)


def test_sizes_not_known() -> None:
    height, width = OPEN_SIZES
    assert not known(1, WIDTH)
    assert not parted(4, WIDTH)
    assert parted(height, width * 2)
    assert parted(height, 32)  # one at 32, and not at other sizes
    assert not parted(height * 2 // (height + 1), 1)  # they part at 0 alone
    assert undecided(WIDTH, 4)
    assert not undecided(WIDTH, WIDTH)


def test_two_arguments_are_compared_where_both_are_numbers() -> None:
    for bounds in ({"low": WIDTH, "high": 1.0}, {"low": 1.0, "high": WIDTH}):
        assert INITIALIZERS["Uniform"].infer(bounds, ((5, 3),)) == (5, 3)


def test_groups_of_initializers() -> None:
    assert INITIALIZERS["Orthogonal"].infer({"gain": 1.0}, ((5, 3),)) == (5, 3)
    with pytest.raises(ShapeIssue, match=r"^5 channels cannot be divided into 2"):
        INITIALIZERS["Dirac"].infer({"groups": 2}, ((5, 4, 3),))
