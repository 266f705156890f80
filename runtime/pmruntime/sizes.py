"""Widths that mobile networks round, for the compiler and for generated code.

Like `pmruntime.checks`, this imports nothing else of the runtime.
"""

from __future__ import annotations

__all__ = ["divisible", "scaled"]


def divisible(value: float, by: int) -> int:
    """The multiple of `by` nearest to `value`: at least `by` and 90 % of `value`."""
    nearest = max(by, int(value + by / 2) // by * by)
    return nearest + by if nearest < 0.9 * value else nearest


def scaled(value: int, factor: float, by: int | None = None) -> int:
    """`value * factor`, cut to a whole number or, with `by`, made divisible by it."""
    return int(value * factor) if by is None else divisible(value * factor, by)
