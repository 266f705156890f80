"""Ops that move or squash values, and initializers: what fits and what is refused.

By hand, without fixtures, as test_op_rules.py.
"""

from __future__ import annotations

from typing import Any

from pmgen.ops import INITIALIZERS, OPS
from pmgen.ops.definition import (
    OPEN_SIZES,
    ShapeIssue,
    divisors_near,
    parted,
    show_shape,
    undecided,
)

from tests.generator.ops.test_op_rules import IMAGE, bound, cost, refusal, size


def test_flatten() -> None:
    assert size("Flatten") == (252,)
    assert size("Flatten", (5,)) == (5,)
    assert size("Flatten", start_axis=2, stop_axis=2) == IMAGE
    assert size("Flatten", (2, 3, 4, 5), start_axis=2, stop_axis=3) == (2, 12, 5)
    assert size("Flatten", (2, 3, 4, 5), stop_axis=2) == (6, 4, 5)
    assert size("Flatten", stop_axis=3) == (252,)
    for given, arg in (
        ({"start_axis": 4}, "start_axis"),
        ({"start_axis": 0}, "start_axis"),
        ({"stop_axis": 4}, "stop_axis"),
        ({"stop_axis": -5}, "stop_axis"),
        ({"start_axis": 3, "stop_axis": 2}, "stop_axis"),
    ):
        assert refusal("Flatten", **given)[:2] == ("PM301", arg)
    assert "axes 1 to 3 besides" in refusal("Flatten", start_axis=4)[2]
    assert refusal("Flatten", start_axis=2)[:2] == ("PM306", "start_axis")
    assert refusal("Flatten", stop_axis=2)[:2] == ("PM306", "stop_axis")


def test_pad() -> None:
    assert size("Pad2D", padding=2) == (4, 13, 11)
    assert size("Pad2D", padding=(1, 2, 3, 5)) == (4, 17, 10)
    assert size("Pad2D", padding=(-3, -3, -4, -4)) == (4, 1, 1)
    assert refusal("Pad2D", padding=(0, -7, 0, 0))[:2] == ("PM302", "padding")
    assert size("Pad2D", padding=(6, 0, 0, 8), mode="reflect") == (4, 17, 13)
    _, arg, message, _ = refusal("Pad2D", padding=(0, 7, 0, 0), mode="reflect")
    assert (arg, message) == ("padding", "`reflect` can pad 7 values by at most 6")
    assert size("Pad2D", padding=9) == (4, 27, 25)


def test_upsample() -> None:
    assert size("Upsample", scale_factor=2) == (4, 18, 14)
    assert size("Upsample", scale_factor=(2, 3)) == (4, 18, 21)
    assert size("Upsample", size=(5, 6)) == (4, 5, 6)
    assert size("Upsample", size=(5, 6), mode="area") == (4, 5, 6)
    assert size("Upsample", size=(5, 6), mode="bicubic", align_corners=True)
    assert refusal("Upsample")[:2] == ("PM301", None)
    assert refusal("Upsample", size=(5, 6), scale_factor=2)[:2] == ("PM301", None)
    assert refusal("Upsample", scale_factor=2, mode="area")[1] == "mode"
    assert refusal("Upsample", scale_factor=2, align_corners=True)[1] == "align_corners"


def test_activations_on_an_axis() -> None:
    for axis in (1, 3, -1, -3):
        assert size("Softmax", axis=axis) == IMAGE
    for axis in (0, 4, -4, -5):
        code, arg, _, help = refusal("Softmax", axis=axis)
        assert (code, arg) == ("PM301", "axis")
        assert help.endswith("choose 1 to 3")
    assert size("GLU", axis=1) == (2, 9, 7)
    assert size("GLU", (3, 9, 8)) == (3, 9, 4)
    code, arg, message, _ = refusal("GLU")
    assert (code, arg) == ("PM305", "axis")
    assert message == "7 values on axis 3 cannot be divided into 2"
    assert size("Maxout", groups=2) == (2, 9, 7)
    assert size("Maxout", groups=7, axis=3) == (4, 9, 1)
    assert size("Maxout", groups=7, axis=-1) == (4, 9, 1)
    assert refusal("Maxout", groups=3)[:2] == ("PM305", "groups")
    for axis in (2, -3, 0):
        assert refusal("Maxout", groups=3, axis=axis)[:2] == ("PM301", "axis")
    assert refusal("Maxout", (4,), groups=2)[0] == "PM306"
    assert refusal("Softmax2D", (4,))[0] == "PM306"
    assert size("Softmax2D") == IMAGE


def test_learned_and_drawn_slopes() -> None:
    assert size("PReLU") == size("PReLU", num_parameters=4) == IMAGE
    assert cost("PReLU", num_parameters=4)[0] == {"weight": (4,)}
    for count in (2, 9, 7):
        assert refusal("PReLU", num_parameters=count)[:2] == ("PM305", "num_parameters")
    assert size("RReLU") == size("RReLU", lower=0.5, upper=0.5) == IMAGE
    assert refusal("RReLU", lower=0.5, upper=0.25)[:2] == ("PM301", "lower")


def suits(name: str, *shape: int, **given: Any) -> bool:
    op = INITIALIZERS[name]
    try:
        out = op.infer({a.name: a.default for a in op.args} | given, (shape,))
    except ShapeIssue:
        return False
    assert out == shape
    return True


def test_initializers() -> None:
    assert suits("Normal", 4)
    assert suits("Uniform", 4)
    assert suits("Uniform", 4, low=1, high=1)
    assert not suits("Uniform", 4, low=2, high=1)
    assert suits("Orthogonal", 4, 3)
    assert not suits("Orthogonal", 4)
    assert suits("Dirac", 5, 3, 2)
    assert not suits("Dirac", 5, 3)
    assert suits("Dirac", 4, 3, 3, groups=2)
    assert not suits("Dirac", 5, 2, 2, groups=2)


def test_sizes_that_part() -> None:
    height, width = OPEN_SIZES
    assert parted(3, 4)
    assert not parted(4, 4)
    assert not parted(height, height)
    assert parted(height // 2, height // 4)
    assert not parted((height + 1) // 2, height // 2)  # the same at each even size
    assert not undecided(height, width)
    assert not undecided(4, 4)
    assert show_shape((64, height, 5)) == "[N, 64, ?, 5]"
    nearest = [divisors_near(n, 12)[0] for n in (5, 7, 9, 11, 100)]
    assert nearest == [4, 6, 6, 12, 12]
    assert divisors_near(5, 12, 8) == (4, 2, 1)
    assert divisors_near(1, 7) == (1, 7)


def test_divisors_up_to_a_limit() -> None:
    """10,000 is the largest that is tried; the other of a pair is found with it."""
    assert divisors_near(1, 10_007 * 10_009) == (1, 10_007 * 10_009)
    assert 10_000 in divisors_near(1, 10_000 * 10_007)
    assert 10_001 not in divisors_near(1, 10_001 * 10_007)


def test_an_open_axis_cannot_be_cut() -> None:
    open_image = (4, *OPEN_SIZES)
    found = [refusal("GLU", open_image, axis=axis) for axis in (2, -1)]
    assert [code for code, *_ in found] == ["PM307", "PM307"]
    assert [message.split(" is")[0] for *_, message, _ in found] == ["axis 2", "axis 3"]
    assert found[0][1] == "axis"
    assert size("GLU", open_image, axis=1) == (2, *OPEN_SIZES)


def test_equal_groups() -> None:
    assert size("ChannelShuffle", groups=2) == IMAGE
    assert refusal("ChannelShuffle", groups=3)[:2] == ("PM305", "groups")
    assert OPS["ReLU"].keeps_shape
    assert bound("Flatten") == {"start_axis": 1, "stop_axis": -1}
    assert not OPS["Conv2D"].keeps_shape
