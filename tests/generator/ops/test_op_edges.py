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

from tests.generator.ops.test_op_rules import IMAGE, bound, conv, refusal, size

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


def test_last_windows_outside() -> None:
    """Of 9 and 7 pixels, padded by 1, the fourth window of 4 begins at pixel 8."""
    found = refusal("MaxPool2D", kernel_size=2, padding=1, ceil_mode=True)
    assert found[:2] == ("PM302", "ceil_mode")
    assert found[2].endswith("wholly outside in height")
    assert found[3].startswith("leave `ceil_mode` out")
    found = refusal(
        "AvgPool2D", (4, 9, 8), kernel_size=1, stride=(2, 2), ceil_mode=True
    )
    assert found[2].endswith("wholly outside in width")
    padded = {"kernel_size": 2, "padding": 1}
    assert size("MaxPool2D", **padded) == (4, 5, 4)
    assert size("MaxPool2D", (4, 8, 6), **padded, ceil_mode=True) == (4, 5, 4)
    ends = {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}
    assert size("MaxPool2D", (4, 8, 6), **ends) == (4, 5, 4)
    open_height = (4, OPEN_SIZES[0], 8)
    assert size("MaxPool2D", open_height, **padded, ceil_mode=True)[2] == 5


def test_what_norms_average() -> None:
    def averaged(op: str, **given: object) -> object:
        rule = OPS[op].averages
        return rule(bound(op, **given), (8, 5, 7)) if rule else None

    assert averaged("BatchNorm2D") == averaged("InstanceNorm2D") == (1, 5, 7)
    assert averaged("GroupNorm", num_groups=2) == (4, 5, 7)
    assert averaged("LayerNorm") == (8, 5, 7)
    assert averaged("LayerNorm2D") == (8, 1, 1)
    assert averaged("LocalResponseNorm", size=3) is None


def test_moments_of_initial_values() -> None:
    def moments(name: str, **given: object) -> object:
        op = INITIALIZERS[name]
        args = {arg.name: arg.default for arg in op.args} | given
        return op.moments(args) if op.moments else None

    assert moments("Constant", value=0.5) == (0.5, 0.0)
    assert moments("Normal") == (0.0, 1.0)
    assert moments("TruncatedNormal", mean=3.0, std=0.1) == (3.0, 0.1)
    mean, deviation = moments("Uniform", low=1.0, high=4.0)  # type: ignore[misc]
    assert mean == 2.5
    assert abs(deviation - 0.8660254) < 1e-6  # 3 / sqrt(12)
    assert moments("KaimingNormal") is None


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
