"""Random specs of several files, whose blocks have parameters of every type.

A spec of `random_specs` is rewritten into one that means the same: values become
parameters, blocks move into a file that is used, and the whole becomes the base of a
variant that adds layers which keep the shape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import yaml
from hypothesis import strategies as st
from random_specs import SpecDrawer, Tree, _Dumper

MAIN = "net.yaml"
# These keep any shape, and take no arguments.
_KEEPING = ("ReLU", "Sigmoid", "Tanh", "Hardswish", "Swish", "GELU")


class Quoted(str):
    """A text that YAML shows in quotes: as a default, a bare word would be a type."""


class _QuotingDumper(_Dumper):
    pass


_QuotingDumper.add_representer(
    Quoted,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", str(text), style='"'
    ),
)


def _text(tree: Tree) -> str:
    return yaml.dump(tree, Dumper=_QuotingDumper, sort_keys=False, width=200)


def _layers_in(tree: Any) -> Iterator[Tree]:
    """Every layer with an op; `first` and the like are no layers."""
    if isinstance(tree, dict):
        if isinstance(tree.get("op"), str):
            yield tree
        for key, item in tree.items():
            if key not in ("first", "init", "norm", "act"):
                yield from _layers_in(item)


class _Rewriter:
    def __init__(self, draw: Callable[[Any], Any], tree: Tree) -> None:
        self.draw = draw
        self.tree = tree

    def one_in(self, times: int) -> bool:
        return bool(self.draw(st.integers(1, times)) == times)

    def parameters(self) -> None:
        """Values in blocks, and drop rates of the model, become parameters."""
        for name, block in self.tree.get("blocks", {}).items():
            self._more_to_set(block)
            for arg, param, kind in (
                ("p", "drop_rate", "float"),
                ("padding", "pad_mode", "str"),
                ("kernel_size", "window_size", "ints"),
                ("act", "nonlinearity", "activation"),
            ):
                if not self.one_in(4):
                    self._parameter(name, block, arg, param, kind)
        body = {key: self.tree[key] for key in ("layers", "heads") if key in self.tree}
        drops = [y for y in _layers_in(body) if y["op"] == "Dropout"]
        if drops and self.one_in(2):
            self.tree.setdefault("params", {})["drop_rate"] = 0.25
            drops[0]["p"] = "$drop_rate"

    def _more_to_set(self, block: Tree) -> None:
        """A drop rate and an activation, which few drawn blocks have."""
        if "layers" in block and not self.one_in(3):
            block["layers"]["block_drop"] = {"op": "Dropout", "p": 0.25}
        for layer in _layers_in(block):
            if layer["op"] in ("Conv2D", "Linear") and not self.one_in(3):
                layer.setdefault("act", self.draw(st.sampled_from(_KEEPING)))

    def _parameter(
        self, name: str, block: Tree, arg: str, param: str, kind: str
    ) -> None:
        forms = {key: item for key, item in block.items() if key != "params"}
        layers = [y for y in _layers_in(forms) if _is(kind, y.get(arg))]
        if not layers:
            return
        value = layers[0][arg]
        for layer in layers:
            if layer[arg] == value:
                layer[arg] = f"${param}"
        if kind == "str":
            value = Quoted(value)
        params = {**block.get("params", {}), param: value}
        if self.one_in(2):
            params[param] = kind
            for use in _layers_in(self.tree):
                if use["op"] == name:
                    use[param] = value
        rest = {key: item for key, item in block.items() if key != "params"}
        block.clear()
        block.update({"params": params, **rest})

    def files(self) -> dict[str, str]:
        """The texts by the names of their files."""
        tree, files = self.tree, {}
        if "blocks" in tree and self.one_in(2):
            used = {"pmgen": 1, "blocks": tree["blocks"]}
            if "defaults" in tree:
                used["defaults"] = tree["defaults"]
            files["blocks.yaml"] = _text(used)
            tree = {key: item for key, item in tree.items() if key != "blocks"}
            tree["use"] = self.draw(st.sampled_from(("blocks.yaml", ["blocks.yaml"])))
        if not self.one_in(2):
            return {**files, MAIN: _text(tree)}
        files["base.yaml"] = _text(tree)
        return {**files, MAIN: _text(self._variant(tree))}

    def _variant(self, tree: Tree) -> Tree:
        layers: Tree = {}
        names = list(tree["layers"])
        for number in range(self.draw(st.integers(1, 3))):
            near = self.draw(st.sampled_from(names))
            where = self.draw(st.sampled_from(("before", "after")))
            op = self.draw(st.sampled_from(_KEEPING))
            layers[f"variant{number}"] = {where: near, "op": op}
        return {"pmgen": 1, "extends": "base.yaml", "model": "Mine", "layers": layers}


def _is(kind: str, value: Any) -> bool:
    """Whether a value can be a parameter of this type."""
    if kind == "float":
        return isinstance(value, float)
    if kind == "str":
        return value in ("SAME", "VALID")
    if kind == "ints":
        return isinstance(value, list) and all(type(item) is int for item in value)
    return isinstance(value, str) and value in _KEEPING


@st.composite
def spec_files(draw: Callable[[Any], Any]) -> dict[str, str]:
    """The files of a random spec; `net.yaml` is the one to compile."""
    rewriter = _Rewriter(draw, SpecDrawer(draw).spec())
    rewriter.parameters()
    return rewriter.files()
