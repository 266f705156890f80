"""One mistake, as people make them, planted into a sound spec.

Each planter takes the spec as a tree and as text and gives the text with one mistake
in it, or None where the spec has no place for it. That it is one is not sure: a number
changed at random may be right too, which the compiler then says.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from pmgen.language.keys import LAYER_KEYS, SPEC_KEYS
from pmgen.ops import OPS

from tests.support.compiler.random_specs import Tree, as_yaml

Planter = Callable[[Tree, str, Random], "str | None"]

_ARGUMENTS = {arg.name for op in OPS.values() for arg in op.args}
_WORDS = {*SPEC_KEYS, *LAYER_KEYS, *_ARGUMENTS, "body", "shortcut"} - {"when", "op"}


def _typo(word: str, random: Random) -> str:
    """The word with a letter dropped, doubled, or swapped with the next."""
    at = random.randrange(1, max(2, len(word) - 1))
    return random.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        )
    )


def _swapped(pattern: str, text: str, random: Random, new: Callable[[str], str]) -> Any:
    """The text with one match of the pattern, its first group, made `new`."""
    found = list(re.finditer(pattern, text, re.MULTILINE))
    if not found:
        return None
    match = random.choice(found)
    return text[: match.start(1)] + new(match[1]) + text[match.end(1) :]


def _layers(tree: Any) -> Iterator[Tree]:
    """Every layer that names an op."""
    if isinstance(tree, dict):
        if isinstance(tree.get("op"), str):
            yield tree
        for inner in tree.values():
            yield from _layers(inner)


def _series(tree: Any) -> Iterator[tuple[Tree, str]]:
    """Every mapping that holds layers, as its holder and its key."""
    if not isinstance(tree, dict):
        return
    for key, inner in tree.items():
        if isinstance(inner, dict):
            names = [isinstance(v, dict) and "op" in v for v in inner.values()]
            if names and all(names) and key not in ("blocks", "heads"):
                yield tree, key
            yield from _series(inner)


def key_misspelt(tree: Tree, text: str, random: Random) -> str | None:
    words = "|".join(sorted(_WORDS, key=len, reverse=True))
    return _swapped(rf"^ *({words}):", text, random, lambda word: _typo(word, random))


def op_misspelt(tree: Tree, text: str, random: Random) -> str | None:
    return _swapped(r"op: (\w{4,})$", text, random, lambda word: _typo(word, random))


def argument_left_out(tree: Tree, text: str, random: Random) -> str | None:
    line = r"(^ *(?:kernel_size|out_channels|out_features|num_groups): \S+\n)"
    return _swapped(line, text, random, lambda _: "")


def parameter_misspelt(tree: Tree, text: str, random: Random) -> str | None:
    return _swapped(r"\$(\w{4,})", text, random, lambda word: _typo(word, random))


def dollar_forgotten(tree: Tree, text: str, random: Random) -> str | None:
    return _swapped(r"(\$)\w+", text, random, lambda _: "")


def dollar_with_braces(tree: Tree, text: str, random: Random) -> str | None:
    return _swapped(r"(\$\w+)", text, random, lambda name: f"${{{name[1:]}}}")


def slash_for_two(tree: Tree, text: str, random: Random) -> str | None:
    return _swapped(r"\$\w+.*(//)", text, random, lambda _: "/")


def name_in_from_misspelt(tree: Tree, text: str, random: Random) -> str | None:
    names = r"from:(?:\n *- \w+)*\n *- (\w{3,})$|from: (\w{3,})$"
    found = [m for m in re.finditer(names, text, re.MULTILINE) if m[1] or m[2]]
    if not found:
        return None
    match = random.choice(found)
    group = 1 if match[1] else 2
    new = _typo(match[group], random)
    return text[: match.start(group)] + new + text[match.end(group) :]


def number_below(tree: Tree, text: str, random: Random) -> str | None:
    line = r"(?:kernel_size|out_channels|out_features|stride): (\d+)$"
    return _swapped(line, text, random, lambda number: f"-{number}")


def number_as_text(tree: Tree, text: str, random: Random) -> str | None:
    line = r"(?:kernel_size|out_channels|out_features|padding): (\d+)$"
    return _swapped(line, text, random, lambda _: random.choice(("large", "half", "?")))


def number_with_decimals(tree: Tree, text: str, random: Random) -> str | None:
    line = r"(?:kernel_size|out_channels|out_features|stride): (\d+)$"
    return _swapped(line, text, random, lambda number: f"{number}.5")


def other_number(tree: Tree, text: str, random: Random) -> str | None:
    line = r"(?:kernel_size|out_channels|stride|num_groups|groups): (\d+)$"
    return _swapped(line, text, random, lambda n: str(int(n) * 7 + 1))


def colon_forgotten(tree: Tree, text: str, random: Random) -> str | None:
    return _swapped(r"^ *\w+(:)(?: |$)", text, random, lambda _: "")


def space_forgotten(tree: Tree, text: str, random: Random) -> str | None:
    return _swapped(r"^ *\w+:( )\S", text, random, lambda _: "")


def quote_forgotten(tree: Tree, text: str, random: Random) -> str | None:
    return _swapped(r": (\w+)$", text, random, lambda word: f"'{word}")


def lines_dedented(tree: Tree, text: str, random: Random) -> str | None:
    """All the lines below one key that a layer, block or section stands under."""
    lines = text.split("\n")
    keys = [
        i
        for i, line in enumerate(lines[:-1])
        if line.endswith(":") and _indent(lines[i + 1]) > _indent(line)
    ]
    if not keys:
        return None
    at = random.choice(keys)
    end = at + 1
    while end < len(lines) and _indent(lines[end]) > _indent(lines[at]):
        end += 1
    lines[at + 1 : end] = [line[2:] for line in lines[at + 1 : end]]
    return "\n".join(lines)


def section_indented(tree: Tree, text: str, random: Random) -> str | None:
    """A later section as deep as the lines of the one before it."""
    names = [key for key in ("blocks", "layers", "heads") if key in tree]
    if len(names) < 2:
        return None
    at = text.index(f"\n{random.choice(names[1:])}:") + 1
    head, rest = text[:at], text[at:].split("\n")
    end = next((i for i in range(1, len(rest)) if rest[i][:1].strip()), len(rest))
    return head + "\n".join([f"  {line}" for line in rest[:end]] + rest[end:])


def arguments_in_args(tree: Tree, text: str, random: Random) -> str | None:
    tree = copy.deepcopy(tree)
    layers = [item for item in _layers(tree) if set(item) & _ARGUMENTS]
    if not layers:
        return None
    layer = random.choice(layers)
    layer["args"] = {key: layer.pop(key) for key in set(layer) & _ARGUMENTS}
    return as_yaml(tree)


def one_op_for_layers(tree: Tree, text: str, random: Random) -> str | None:
    tree = copy.deepcopy(tree)
    found = [pair for pair in _series(tree) if len(pair[0][pair[1]]) == 1]
    if not found:
        return None
    holder, key = random.choice(found)
    (holder[key],) = holder[key].values()
    return as_yaml(tree)


def layers_as_a_list(tree: Tree, text: str, random: Random) -> str | None:
    tree = copy.deepcopy(tree)
    found = list(_series(tree))
    if not found:
        return None
    holder, key = random.choice(found)
    holder[key] = [{"name": name, **layer} for name, layer in holder[key].items()]
    return as_yaml(tree)


def layers_forgotten(tree: Tree, text: str, random: Random) -> str | None:
    tree = copy.deepcopy(tree)
    return as_yaml({**tree, **tree.pop("layers")}) if "heads" not in tree else None


def line_twice(tree: Tree, text: str, random: Random) -> str | None:
    return _swapped(r"^( *\w+: \S+\n)", text, random, lambda line: line * 2)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


PLANTERS: tuple[Planter, ...] = (
    key_misspelt, op_misspelt, argument_left_out, parameter_misspelt, dollar_forgotten,
    dollar_with_braces, slash_for_two, name_in_from_misspelt, number_below,
    number_as_text, number_with_decimals, other_number, colon_forgotten,
    space_forgotten, quote_forgotten, lines_dedented, section_indented,
    arguments_in_args, one_op_for_layers, layers_as_a_list, layers_forgotten,
    line_twice,
)  # fmt: skip
