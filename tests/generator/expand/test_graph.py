"""The graph: sums that know what is open."""

from __future__ import annotations

from pmgen.expand.graph import join, sum_known


def test_a_sum_of_what_is_known() -> None:
    assert sum_known([1, 0, 2]) == 3
    assert sum_known([]) == 0
    assert sum_known(iter([1, None, 2])) is None


def test_paths() -> None:
    assert join("", "block", "", "conv") == "block.conv"
