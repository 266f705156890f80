"""Two spellings of one value, told to be one: polynomials in a fixed order, as text.

Names order the parts of a key, and a key decides one thing only: whether two
expressions are equal. Whatever the names are called, that answer is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from pmgen.expressions.operators import MIRRORED

# The factors of a term, in order, and how often it counts; () is the constant.
Polynomial: TypeAlias = "Mapping[tuple[str, ...], int]"

MAX_TERMS = 64  # a product of sums is multiplied out up to here


def atom(text: str) -> Polynomial:
    """A part that arithmetic does not look into."""
    return {(text,): 1}


def plus(a: Polynomial, b: Polynomial, sign: int = 1) -> Polynomial:
    """`a + b`, or `a - b` where the sign is -1."""
    terms = dict(a)
    for factors, count in b.items():
        terms[factors] = terms.get(factors, 0) + sign * count
    return {factors: count for factors, count in terms.items() if count}


def times(a: Polynomial, b: Polynomial) -> Polynomial:
    """`a * b`, multiplied out unless that would be too long."""
    if len(a) * len(b) > MAX_TERMS:
        return {tuple(sorted((text_of(a), text_of(b)))): 1}
    terms: dict[tuple[str, ...], int] = {}
    for left, count in a.items():
        for right, times_count in b.items():
            factors = tuple(sorted((*left, *right)))
            terms[factors] = terms.get(factors, 0) + count * times_count
    return {factors: count for factors, count in terms.items() if count}


def text_of(polynomial: Polynomial) -> str:
    """The key of a number."""
    if list(polynomial.values()) == [1]:
        (factors,) = polynomial
        if len(factors) == 1:
            return factors[0]
    parts = (f"{n}*{'*'.join(f)}" for f, n in sorted(polynomial.items()))
    return f"({' + '.join(parts)})"


def comparison(op: str, difference: Polynomial) -> str:
    """The key of `difference op 0`, of whole numbers: `a > 1`, `1 < a`, `a >= 2`."""
    if op in (">", ">="):
        op, difference = MIRRORED[op], plus({}, difference, -1)
    if op == "<=":
        op, difference = "<", plus(difference, {(): 1}, -1)
    text = text_of(difference)
    if op in ("==", "!="):
        text = min(text, text_of(plus({}, difference, -1)))
    return f"({text} {op} 0)"


def joined(op: str, parts: Iterable[str]) -> str:
    """The key of parts under `and` or `or`, whose order and repeats mean nothing."""
    return f"({f' {op} '.join(sorted(set(parts)))})"
