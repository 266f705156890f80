"""Formulas that fill more than a line are laid out as a formatter would leave them."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from pmgen.expressions.expression import (
    Apply,
    Binary,
    Choice,
    Const,
    Expr,
    Name,
    Unary,
)
from pmgen.plan.layout import Formula, Invoke, Keyword, Many, lines

from tests.support.paths import ROOT

LENGTHS = (3, 8, 20, 30, 40)


def number(chance: random.Random, depth: int) -> Expr:
    """A random size of names of any length."""
    kind = chance.random()
    if depth == 0 or kind < 0.3:
        name = Name("n" + "a" * (chance.choice(LENGTHS) - 1))
        return name if chance.random() < 0.8 else Const(chance.randrange(9))
    if kind < 0.85:
        op = chance.choice(("+", "-", "*", "//", "%"))
        return Binary(op, number(chance, depth - 1), number(chance, depth - 1))
    if kind < 0.92:
        return Apply("divisible", (number(chance, depth - 1), Const(8)))
    sides = number(chance, depth - 1), number(chance, depth - 1)
    return Choice(condition(chance, depth - 1), *sides)


def condition(chance: random.Random, depth: int) -> Expr:
    """A random condition."""
    kind = chance.random()
    if depth <= 0 or kind < 0.4:
        inner = max(depth - 1, 0)
        op = chance.choice(("==", "!=", "<"))
        return Binary(op, number(chance, inner), number(chance, inner))
    if kind < 0.5:
        return Unary("not", condition(chance, depth - 1))
    op = chance.choice(("and", "or"))
    return Binary(op, condition(chance, depth - 1), condition(chance, depth - 1))


@pytest.mark.parametrize("seed", range(4))
def test_a_formatter_changes_nothing(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    text = ["class Net:", "    def __init__(self):"]
    for _ in range(100):
        size = Formula(number(chance, chance.choice((1, 2, 3))))
        held = Formula(condition(chance, chance.choice((1, 2, 3))))
        conv = Invoke("nn.Conv2D", ("in_channels", size, Keyword("groups", size)))
        many = Invoke("nn.Sequential", ("first", Many(Invoke("Unit"), "_", size)))
        for code, name in ((size, "a"), (held, "b"), (conv, "c"), (many, "d")):
            text += lines(code, 2, f"self.{name} = ")
    path = tmp_path / "net.py"
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--diff", path,
         "--config", ROOT / "pyproject.toml"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
