"""Rules of ops by themselves, where a whole network shows too little of them."""

from __future__ import annotations

from typing import Any

import pytest
from pmgen.expressions.expression import Name
from pmgen.ops import OPS
from pmgen.ops.definition import (
    OPEN_SIZES,
    ShapeIssue,
    divisors_near,
    parted,
    undecided,
)
from pmgen.ops.windows import extent, slide


def test_the_extent_of_a_window() -> None:
    args = {"kernel_size": (3, 5), "dilation": (2, 4)}
    assert extent(args, (1, 2)) == ((5, 1), (17, 2))
    assert extent({"kernel_size": 3}, 2) == ((3, 2), (3, 2))


def test_sizes_that_part() -> None:
    height = OPEN_SIZES[1]
    assert parted(3, 4) is True
    assert parted(3, 3) is False
    assert parted(height, 4) is True
    assert parted((height + 1) // 2, height // 2) is False
    assert parted(height // 4, height // 2) is True
    assert parted(Name("width"), height) is False


def test_sizes_that_a_parameter_decides() -> None:
    assert undecided(Name("width"), 4) is True
    assert undecided(Name("width"), Name("width")) is False
    assert undecided(OPEN_SIZES[1], 4) is False


def test_the_nearest_divisors() -> None:
    assert divisors_near(3, 8) == (2, 4, 1, 8)
    assert divisors_near(1, 8) == (1, 2, 4, 8)
    assert divisors_near(3, 13) == (1, 13)
    assert divisors_near(4, 8, 12) == (4, 2, 1)
    assert divisors_near(30, 9) == (9, 3, 1)


def test_divisors_of_what_is_no_size_are_found_soon() -> None:
    """Of 10^12 - 1 those up to 10,000, and what these leave; not all of 10^6."""
    count = 999_999_999_999
    found = divisors_near(999_999_999_989, count)
    assert found[:3] == (count, count // 3, count // 7)
    assert 9_901 in found
    assert count // 9_901 in found
    assert divisors_near(1, 10_007 * 10_009) == (1, 10_007 * 10_009)


def test_running_statistics_are_a_mean_and_a_variance_per_channel() -> None:
    buffers = OPS["BatchNorm2D"].buffers
    assert buffers is not None
    assert buffers({}, ((7, 3, 5),)) == 14


@pytest.mark.parametrize(
    ("kernel", "border", "fits"), [(1, 1, ()), (2, 2, (1,)), (5, 6, (2,))]
)
def test_a_border_that_holds_a_window(
    kernel: int, border: int, fits: tuple[int, ...]
) -> None:
    with pytest.raises(ShapeIssue) as found:
        _pool(kernel, border)
    assert found.value.fits == fits
    assert found.value.help == "leave `padding` out"


def _pool(kernel: int, border: int) -> Any:
    args = {
        "kernel_size": kernel, "padding": border, "stride": 1, "ceil_mode": False
    }  # fmt: skip
    return OPS["MaxPool2D"].infer(args, ((1, 9, 9),))


def test_a_window_too_large_says_what_would_fit() -> None:
    args = {"kernel_size": 9, "padding": (1, 0, 0, 0)}
    with pytest.raises(ShapeIssue) as found:
        slide("Conv2D", (4, 4), args, 1)
    assert "only 5 arrive (4 and padding)" in str(found.value)
    assert "smaller `kernel_size` or more `padding`" in str(found.value.help)
