"""Other names give the same code with other names in it; other spellings of the same
conditions and sizes give as many classes."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pmgen.compile import Compiled, compile_spec
from pmgen.expressions.expression import Expr, Name, names_in
from pmgen.expressions.parser import parse_expression
from pmgen.expressions.printer import show
from pmgen.expressions.substitution import substitute
from pmgen.language.spec import IN_CHANNELS, WHAT_COMES_IN

from tests.generator.expressions.test_equality import respelt
from tests.support.compiler.random_specs import Tree, as_yaml, trees

LENGTHS = (0, 4, 20, 40)
_OURS = re.compile(r"([qQ])(\d+)z(?:long)*")
_PLACE = re.compile(r"\b\w+\.yaml(:\d+)?")


def compiled(tree: Tree) -> Compiled:
    """A tree compiled, as a spec that is no file."""
    return compile_spec(Path("net.yaml"), data=as_yaml(tree).encode())


def longer(length: int) -> Callable[[str], str]:
    """New names by number, as long as `length` says, that no op and no attribute of a
    layer has."""
    known: dict[str, str] = {}

    def name(old: str) -> str:
        if old not in known:
            letter = "Q" if old[:1].isupper() else "q"
            known[old] = f"{letter}{len(known)}z" + "long" * (length // 4)
        return known[old]

    return name


@dataclass
class Renamer:
    """A spec with each of its own names exchanged. A layer, a parameter and a block of
    one name get three."""

    tree: Tree
    new: Callable[[str], str]

    def model(self) -> Tree:
        """The whole spec."""
        tree = self.form(self.tree)
        if "blocks" in tree:
            tree["blocks"] = {
                self.block(title): self.form(block)
                for title, block in tree["blocks"].items()
            }
        if "heads" in tree:
            tree["heads"] = self.layers(tree["heads"])
        return tree

    def form(self, tree: Tree) -> Tree:
        """A form with its `norm` and `act`, and the parameters it may have."""
        tree = dict(tree)
        if "params" in tree:
            tree["params"] = {self.param(n): v for n, v in tree["params"].items()}
        if "layers" in tree:
            tree["layers"] = self.layers(tree["layers"])
        if "branches" in tree:
            parts = tree["branches"].items()
            tree["branches"] = {self.layer(n): self.layers(p) for n, p in parts}
        if "residual" in tree:
            tree["residual"] = {
                key: self.layers(part) if isinstance(part, dict) else part
                for key, part in tree["residual"].items()
            }
        return {key: self.values(key, value) for key, value in tree.items()}

    def layers(self, layers: Tree) -> Tree:
        """Layers by their names."""
        return {self.layer(name): self.called(tree) for name, tree in layers.items()}

    def called(self, tree: Tree) -> Tree:
        """One layer: what it calls, and what it is given."""
        tree = self.form(tree)
        if "from" in tree:
            names = tree["from"]
            many = isinstance(names, list)
            tree["from"] = list(map(self.input, names)) if many else self.input(names)
        title = tree.get("op")
        if title in self.tree.get("blocks", {}):
            params = self.tree["blocks"][title].get("params", {})
            tree["op"] = self.block(title)
            tree = self.arguments(tree, params)
            if "first" in tree:
                tree["first"] = self.arguments(tree["first"], params)
        return tree

    def arguments(self, tree: Tree, params: Mapping[str, Any]) -> Tree:
        """The arguments of a block by its parameters' new names."""
        return {self.param(k) if k in params else k: v for k, v in tree.items()}

    def values(self, key: str, value: Any) -> Any:
        """A value with other `$names`; forms were done before."""
        if key in ("layers", "branches", "residual", "params", "blocks", "heads"):
            return value
        if isinstance(value, dict):
            return {k: self.values(k, v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.values("", item) for item in value]
        return self.expression(value) if isinstance(value, str) else value

    def expression(self, text: str) -> str:
        """An expression over the new names."""
        return re.sub(r"\$(\w+)", lambda found: "$" + self.param(found[1]), text)

    def input(self, name: str) -> str:
        """A name in a `from`."""
        return name if name == WHAT_COMES_IN else self.layer(name)

    def layer(self, name: str) -> str:
        """The new name of a layer or branch."""
        return self.new(f"layer {name}")

    def param(self, name: str) -> str:
        """The new name of a parameter."""
        return name if name == IN_CHANNELS else self.new(f"param {name}")

    def block(self, name: str) -> str:
        """The new name of a block."""
        return self.new(f"Block {name}")


class Respeller(Renamer):
    """A spec whose expressions are spelt otherwise."""

    def __init__(self, tree: Tree, chance: random.Random) -> None:
        super().__init__(tree, lambda old: old.partition(" ")[2])
        self.chance = chance

    def expression(self, text: str) -> str:
        if "$" not in text:
            return text
        return spelt(respelt(parse_expression(text), self.chance))


def spelt(expr: Expr) -> str:
    """An expression as a spec has it."""
    names = {name: Name(f"${name}") for name in names_in(expr)}
    text = show(substitute(expr, names))
    return text.replace("True", "true").replace("False", "false")


def code_of(tree: Tree) -> str | None:
    found = compiled(tree)
    return found.code


def named_back(code: str) -> str:
    """The syntax tree, our names without what makes them long, texts without breaks."""
    tree = ast.parse(_OURS.sub(r"\1\2z", code))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = " ".join(_PLACE.sub("@", node.value).split())
    return ast.dump(tree)


def outline(code: str) -> str:
    """The syntax tree without any name or text."""
    text = ast.dump(ast.parse(_bare_of_names(code)))
    return re.sub(r"'[^']*'", "''", text)


def _bare_of_names(code: str) -> str:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.unparse(tree)


def classes_in(code: str) -> int:
    return code.count("\nclass ")


holds = settings(
    max_examples=100,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # a spec says enough, and shrinks slowly
    suppress_health_check=list(HealthCheck),
)


@holds
@given(trees(), st.sampled_from(LENGTHS[1:]))
def test_names_change_names_alone(tree: Tree, length: int) -> None:
    short = code_of(Renamer(tree, longer(0)).model())
    long = code_of(Renamer(tree, longer(length)).model())
    given_ = code_of(tree)
    assert (short is None) == (long is None)
    if short is not None and long is not None:
        assert named_back(short) == named_back(long)
    if short is not None and given_ is not None:
        assert outline(short) == outline(given_)


@holds
@given(trees(), st.randoms(use_true_random=False))
def test_spellings_give_as_many_classes(tree: Tree, chance: random.Random) -> None:
    code, other = code_of(tree), code_of(Respeller(tree, chance).model())
    assert (code is None) == (other is None)
    if code is not None and other is not None:
        assert classes_in(code) == classes_in(other)
