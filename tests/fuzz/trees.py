"""Random trees of the language's words: right keys, wrong places, odd values."""

from __future__ import annotations

from random import Random
from typing import Any

import yaml
from pmgen.language.keys import SPEC_KEYS
from pmgen.ops import ACTIVATIONS, NORMS, OPS
from pmgen.recipe.keys import KEYS as RECIPE_KEYS

from tests.fuzz.values import NAMES, odd_value

_FORMS = ("layers", "branches", "residual")
_OP_NAMES = tuple(OPS)


def random_tree(random: Random) -> str:
    """A file of a random tree: mostly the skeleton of a spec with something wrong."""
    draw = random.randrange(10)
    if draw == 0:
        tree = _anything(random, 0)
    elif draw <= 2:
        keys = random.sample(list(RECIPE_KEYS), random.randint(1, len(RECIPE_KEYS)))
        tree = {"pmgen": 1, **{key: _anything(random, 2) for key in keys}}
    else:
        tree = _spec(random)
    flow = random.choice((None, None, False, True))
    return yaml.safe_dump(
        tree, sort_keys=False, allow_unicode=True, default_flow_style=flow, width=200
    )


def _spec(random: Random) -> dict[str, Any]:
    tree: dict[str, Any] = {"pmgen": 1, "model": "Net", "input": _input(random)}
    if random.randrange(3) == 0:
        tree["params"] = {n: _plain(random) for n in ("width", "n", "flag")}
    if random.randrange(2):
        tree["blocks"] = {"Unit": _block(random)}
    tree["layers"] = _layers(random, 0)
    for key in random.sample(list(SPEC_KEYS), random.choice((0, 0, 1, 2))):
        tree[key] = _anything(random, 2)
    if random.randrange(8) == 0:
        tree.pop(random.choice(list(tree)))
    return tree


def _input(random: Random) -> Any:
    usual = [random.choice((1, 3, 4)), random.choice((8, 28, 224, "any")), 28]
    return usual if random.randrange(8) else _anything(random, 2)


def _block(random: Random) -> Any:
    params = {n: random.choice(("int", "bool", "float", "str", 3, 0.5, "ReLU", [1, 2]))
              for n in ("width", "stride")}  # fmt: skip
    return {"params": params, **_form(random, 1)}


def _form(random: Random, depth: int) -> dict[str, Any]:
    form = random.choice(_FORMS)
    if form == "layers":
        return {"layers": _layers(random, depth + 1)}
    if form == "branches":
        paths = {
            f"p{i}": _layers(random, depth + 1) for i in range(random.randrange(4))
        }
        return {"branches": paths, "merge": random.choice(("concat", "add", "sum", 1))}
    shortcut = random.choice(
        ("identity", "where_equal", {}, _layers(random, depth + 1))
    )
    return {"residual": {"body": _layers(random, depth + 1), "shortcut": shortcut}}


def _layers(random: Random, depth: int) -> Any:
    if random.randrange(25) == 0:
        return _anything(random, 2)
    names = ("a", "b", "c", "conv", "x1", "forward", "class", "a_b", "self")
    return {
        random.choice(names) + random.choice(("", "1", "_2")): _layer(random, depth)
        for _ in range(random.randint(1, 4))
    }


def _layer(random: Random, depth: int) -> Any:
    if depth < 3 and random.randrange(4) == 0:
        layer = _form(random, depth)
    else:
        name = random.choice((*_OP_NAMES, "Conv2D", "Conv2D", "Linear", "Unit", "Unit"))
        layer = {"op": name}
        for arg in OPS[name].args if name in OPS else ():
            if arg.required or random.randrange(4) == 0:
                layer[arg.name] = _plain(random)
        if name == "Unit":
            layer["width"] = _plain(random)
    for key, values in (
        ("norm", (*NORMS, "none", 1)),
        ("act", (*ACTIVATIONS, "none", {"ReLU": {}})),
        ("from", ("a", "b", ["a", "b"], "missing", [])),
        ("when", (True, "$flag", "$in_channels > 3", "maybe")),
        ("repeat", (1, 2, 3, 0, "$n", 10**7)),
        ("first", ({"stride": 2}, {}, [], {"op": "x"})),
        (
            "init",
            ({"weight": "KaimingNormal"}, {"bias": {"Constant": {"value": 1}}}, 3),
        ),
    ):
        if random.randrange(8) == 0:
            layer[key] = random.choice(values)
    if random.randrange(12) == 0:
        layer[random.choice(NAMES)] = _plain(random)
    return layer


def _plain(random: Random) -> Any:
    usual = (1, 1, 2, 2, 3, 3, 4, 8, 16, 0, -1, 0.5, True, "$in_channels", "$width")
    more = (2.5, None, "SAME", [1, 2], [3, 3], 10**9, "$n * 2", float("inf"))
    return random.choice(usual if random.randrange(4) else (*more, odd_value(random)))


def _anything(random: Random, depth: int) -> Any:
    draw = random.randrange(4 if depth < 5 else 2)
    if draw < 2:
        return _plain(random)
    count = random.randrange(4)
    if draw == 2:
        return [_anything(random, depth + 1) for _ in range(count)]
    return {random.choice(NAMES): _anything(random, depth + 1) for _ in range(count)}
