"""Whatever the compiler accepts, the schema admits: an editor marks nothing that is
right. Sound cases are varied at random; those that stay sound are held to it."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

from pmgen.compile import compile_spec
from pmgen.language.keys import BRANCH_KEYS, FLOW_KEYS, FORM_KEYS, HEAD_KEYS, LAYER_KEYS
from pmgen.ops import ACTIVATIONS, OPS

from tests.support.compiler import golden
from tests.support.compiler.schema_validation import data, faults

SOUND = [case for case in golden.cases() if (case / golden.CODE).exists()]
KEYS = [*LAYER_KEYS, *FLOW_KEYS, *FORM_KEYS, *BRANCH_KEYS, *HEAD_KEYS, "params", "doc"]
VALUES = [
    0, 1, 2, 3, -1, 8, 0.5, 1.5, True, False, None, "none", "identity", "where_equal",
    "concat", "add", "SAME", "VALID", "any", "1 + 1", "$in_channels", "3", "int",
    "$in_channels * 2", "$in_channels > 3", "activation", [], [1], [1, 2], [1, 1, 1, 1],
    ["$in_channels", 1], {}, *ACTIVATIONS, *OPS,
]  # fmt: skip


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every mapping or list below, with each of its keys."""
    if isinstance(node, dict):
        inner = list(node.items())
    elif isinstance(node, list):
        inner = list(enumerate(node))
    else:
        return []
    here = [(node, key) for key, _ in inner]
    return here + [place for _, value in inner for place in places(value)]


def vary(content: Any, dice: random.Random) -> None:
    """One change: a value replaced, moved from elsewhere, taken away, or added."""
    found = places(content)
    holder, key = dice.choice(found)
    kind = dice.choice(("value", "value", "argument", "remove", "move", "key"))
    if kind == "remove" and isinstance(holder, dict):
        del holder[key]
    elif kind == "argument" and isinstance(holder, dict) and holder.get("op") in [*OPS]:
        args = OPS[holder["op"]].args
        names = [arg.name for arg in args] + KEYS
        holder[dice.choice(names)] = dice.choice(VALUES)
    elif kind == "key" and isinstance(holder, dict):
        holder[dice.choice(KEYS)] = dice.choice(VALUES)
    elif kind == "move":
        other, at = dice.choice(found)
        holder[key] = json.loads(json.dumps(other[at]))
    else:
        holder[key] = dice.choice(VALUES)


def admitted(case: Path, folder: Path, dice: random.Random) -> bool:
    """Vary a case. True where it is sound, and then the schema admits it."""
    content = json.loads(json.dumps(data(case / "spec.yaml")))
    for _ in range(dice.choice((1, 1, 2))):
        vary(content, dice)
    path = folder / "spec.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")
    if not compile_spec(path).ok:
        return False
    assert faults("spec", data(path)) == [], path.read_text(encoding="utf-8")
    return True


def trial(rounds: int, seed: int, folder: Path) -> int:
    """So many variations of each case; how many of them were sound."""
    dice = random.Random(seed)
    count = 0
    for case in SOUND:
        work = folder / case.name
        shutil.copytree(case, work)
        count += sum(admitted(case, work, dice) for _ in range(rounds))
    return count


def test_what_the_compiler_accepts(tmp_path: Path) -> None:
    assert trial(12, 0, tmp_path) >= 30
