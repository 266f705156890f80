"""Random valid specs for Hypothesis: every form of the language, nested in each other.

A spec is drawn layer by layer. Each candidate is traced with the shapes and numbers
that it would meet; one that does not fit is thrown away and another is drawn, so that
most specs are valid. Blocks are drawn at the shape of their first use, and used again
elsewhere with other arguments where that fits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml
from hypothesis import strategies as st
from pmgen.expressions.expression import NoValue
from pmgen.expressions.parser import parse_expression
from pmgen.expressions.substitution import evaluate
from pmgen.ops import ACTIVATIONS, MERGES, NORMS, OPS
from pmgen.ops.definition import OpDef, Shape, ShapeIssue

from tests.support.compiler.unused_params import without_unused

T = TypeVar("T")
Env = Mapping[str, Any]
Tree = dict[str, Any]

MAX_CHANNELS = 24
MAX_IMAGE = 20
MAX_VALUES = 6000
MAX_DEPTH = 3
# Names that a careless emitter would confuse with its own.
NASTY = (
    "y", "y2", "i", "H", "W", "shortcut", "body", "width", "stride", "act_1", "norm_1",
    "a", "a_b", "has_x", "conv", "p1", "out", "j", "has_shortcut", "C",
)  # fmt: skip


class DoesNotFit(Exception):
    """A candidate that has no shape here."""


# -- tracing: the shape that a tree of layers gives ------------------------------------


@dataclass(frozen=True)
class Tracer:
    """Follows shapes through trees as they will stand in the YAML."""

    blocks: Mapping[str, Tree]
    defaults: Mapping[str, Tree]

    def value(self, value: Any, env: Env) -> Any:
        """A value with its expressions worked out."""
        if isinstance(value, list):
            return tuple(self.value(item, env) for item in value)
        if isinstance(value, str) and "$" in value:
            try:
                return evaluate(parse_expression(value), env)
            except NoValue as error:
                raise DoesNotFit from error
        return value

    def form(
        self, tree: Tree, shape: Shape, env: Env, outer: Mapping[str, Shape] = {}
    ) -> Shape:
        """The shape after a form and its `norm` and `act`."""
        if "layers" in tree:
            end = self.series(tree["layers"], shape, env, outer)
        elif "branches" in tree:
            end = self._branches(tree, shape, env, outer)
        else:
            end = self._residual(tree["residual"], shape, env, outer)
        return self.after(tree, end, env)

    def series(
        self, layers: Tree, shape: Shape, env: Env, outer: Mapping[str, Shape] = {}
    ) -> Shape:
        """The shape after layers one behind the other."""
        named = dict(outer)
        for name, layer in layers.items():
            shape = self.layer(layer, shape, env, named)
            named[name] = shape
        return shape

    def _branches(
        self, tree: Tree, shape: Shape, env: Env, outer: Mapping[str, Shape]
    ) -> Shape:
        parts = tree["branches"]
        if tree.get("split"):
            _need(shape[0] % len(parts) == 0)
            shape = (shape[0] // len(parts), *shape[1:])
        ends = [self.series(layers, shape, env, outer) for layers in parts.values()]
        return infer(OPS[MERGES[tree["merge"]]], {}, tuple(ends))

    def _residual(
        self, tree: Tree, shape: Shape, env: Env, outer: Mapping[str, Shape]
    ) -> Shape:
        end = self.series(tree["body"], shape, env, outer)
        shortcut = tree.get("shortcut", "identity")
        if end != shape and shortcut != "where_equal":
            _need(isinstance(shortcut, dict))
            _need(self.series(shortcut, shape, env, outer) == end)
        return end

    def layer(
        self, layer: Tree, shape: Shape, env: Env, named: Mapping[str, Shape]
    ) -> Shape:
        """The shape after one layer with all that surrounds it."""
        inputs = [shape]
        if "from" in layer:
            names = layer["from"]
            names = names if isinstance(names, list) else [names]
            _need(all(name in named for name in names))
            inputs = [named[name] for name in names]
        if "when" in layer and not self.value(layer["when"], env):
            return inputs[0]
        own_class = "repeat" in layer and "op" not in layer
        count = self.value(layer.get("repeat", 1), env)
        _need(type(count) is int and 1 <= count <= 4)
        for index in range(count):
            tree = {**layer, **layer.get("first", {})} if index == 0 else layer
            if own_class:  # it sees nothing but what comes in
                named = {"input": inputs[0]}
            inputs = [self._once(tree, inputs, env, named)]
        return inputs[0]

    def _once(
        self, layer: Tree, inputs: list[Shape], env: Env, named: Mapping[str, Shape]
    ) -> Shape:
        name = layer.get("op")
        layer = {**self.defaults.get(name or "", {}), **layer}
        if name is None:
            return self.form(layer, inputs[0], env, named)
        if name in self.blocks:
            return self.after(layer, self._block(layer, inputs[0], env), env)
        end = infer(OPS[name], self.bound(OPS[name], layer, env), tuple(inputs))
        return self.after(layer, end, env)

    def _block(self, layer: Tree, shape: Shape, env: Env) -> Shape:
        block = self.blocks[layer["op"]]
        inner: dict[str, Any] = {"in_channels": shape[0]}
        for name, default in block.get("params", {}).items():
            inner[name] = self.value(layer.get(name, default), env)
            _need(inner[name] not in ("int", "bool"))
        return self.form(block, shape, inner, {"input": shape})

    def after(self, tree: Tree, shape: Shape, env: Env) -> Shape:
        """The shape behind `norm` and `act`."""
        for key, known in (("norm", NORMS), ("act", ACTIVATIONS)):
            call = tree.get(key)
            if call is not None and call != "none":
                name, args = (
                    (call, {}) if isinstance(call, str) else next(iter(call.items()))
                )
                shape = infer(known[name], self.bound(known[name], args, env), (shape,))
        return shape

    def bound(self, op: OpDef, args: Mapping[str, Any], env: Env) -> dict[str, Any]:
        """Every argument of an op, checked against its kind."""
        found: dict[str, Any] = {}
        for arg in op.args:
            if arg.name not in args:
                _need(not arg.required)
                found[arg.name] = arg.default
                continue
            found[arg.name] = self.value(args[arg.name], env)
            _need(arg.kind.check(found[arg.name]) is None)
        return found


def _need(fits: bool) -> None:
    if not fits:
        raise DoesNotFit


def infer(op: OpDef, args: Mapping[str, Any], shapes: tuple[Shape, ...]) -> Shape:
    """The shape an op gives, if it is a small one."""
    try:
        shape = op.infer(args, shapes)
    except (ShapeIssue, NoValue) as error:
        raise DoesNotFit from error
    total = 1
    for size in shape:
        total *= size if type(size) is int else 1
    _need(total <= MAX_VALUES)
    if len(shape) == 3:
        _need(type(shape[0]) is int and shape[0] <= 2 * MAX_CHANNELS)
    return shape


# -- drawing ---------------------------------------------------------------------------


@dataclass
class Spot:
    """Where a layer is drawn: what comes in, which names have values."""

    shape: Shape
    env: dict[str, Any]
    named: dict[str, Shape] = field(default_factory=dict)
    depth: int = 0
    in_block: bool = False

    def deeper(self) -> Spot:
        """The same place inside an inline form."""
        return Spot(
            self.shape, self.env, dict(self.named), self.depth + 1, self.in_block
        )


class SpecDrawer:
    """Draws one spec. `draw` is Hypothesis's."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self.draw = draw
        self.blocks: dict[str, Tree] = {}
        self.defaults = self._defaults()
        self.tracer = Tracer(self.blocks, self.defaults)
        self.count = 0

    # -- choices

    def pick(self, *options: T) -> T:
        """One of the options."""
        return self.draw(st.sampled_from(options))  # type: ignore[no-any-return]

    def one_in(self, times: int) -> bool:
        """True now and then."""
        return bool(self.draw(st.integers(1, times)) == times)

    def size(self, low: int, high: int) -> int:
        """A whole number."""
        return int(self.draw(st.integers(low, high)))

    def name(self, base: str, taken: Mapping[str, Any]) -> str:
        """A name that is free here; sometimes one that an emitter may trip over."""
        if self.one_in(6):
            nasty = self.pick(*NASTY)
            if nasty not in taken:
                return nasty
        number = 1
        while f"{base}{number}" in taken:
            number += 1
        return f"{base}{number}"

    # -- values

    def number(self, spot: Spot, low: int, high: int) -> Any:
        """A whole number in a range, often as an expression over what is known."""
        options: list[str] = []
        for name in spot.env:
            options += [
                f"${name}", f"${name} * 2", f"${name} // 2", f"${name} + 1",
                f"${name} - 1", f"${name} % 3 + 1", f"(${name} + 1) // 2 * 2",
                f"2 * ${name}", f"${name} * 2 // 2",
            ]  # fmt: skip
            options += [f"${name} + ${other}" for other in spot.env]
        fitting = [text for text in options if self._fits(text, spot, low, high)]
        if fitting and not self.one_in(3):
            return self.pick(*fitting)
        return self.size(low, high)

    def _fits(self, text: str, spot: Spot, low: int, high: int) -> bool:
        try:
            value = self.tracer.value(text, spot.env)
        except DoesNotFit:
            return False
        return type(value) is int and low <= value <= high

    def exactly(self, spot: Spot, value: int) -> Any:
        """A number as an expression that has it here, or as it is."""
        return self.number(spot, value, value)

    def condition(self, spot: Spot) -> Any:
        """A condition for `when`."""
        if not spot.env:
            return self.pick(True, False)
        name = self.pick(*spot.env)
        value = spot.env[name]
        if isinstance(value, bool):
            return self.pick(f"${name}", f"not ${name}")
        near = self.size(max(0, value - 1), value + 1)
        text = f"${name} {self.pick('==', '!=', '<', '>=', '>')} {near}"
        if self.one_in(4):
            text = f"{text} {self.pick('and', 'or')} {self.condition(spot)}"
        return text

    # -- layers

    def series(self, spot: Spot, least: int, most: int) -> tuple[Tree, Shape]:
        """Layers one behind the other."""
        layers: Tree = {}
        for _ in range(self.size(least, most)):
            name, layer = self.layer(spot, layers)
            if layer is None:
                continue
            layers[name] = layer
            spot.shape = self.tracer.layer(layer, spot.shape, spot.env, spot.named)
            spot.named[name] = spot.shape
        return layers, spot.shape

    def layer(self, spot: Spot, taken: Tree) -> tuple[str, Tree | None]:
        """One layer that fits, or None after some tries."""
        for _ in range(4):
            kind, layer = self.candidate(spot)
            if layer is None:
                continue
            try:
                self.tracer.layer(layer, spot.shape, spot.env, spot.named)
            except DoesNotFit:
                continue
            return self.name(kind, {**taken, **spot.named}), layer
        return "", None

    def candidate(self, spot: Spot) -> tuple[str, Tree | None]:
        """A layer that may fit."""
        image = len(spot.shape) == 3
        kinds = ["conv"] * 4 + ["plain"] * 3 if image else ["linear"] * 3 + ["plain"]
        kinds += ["from"] * (len(spot.named) > 1)
        if spot.depth < MAX_DEPTH:
            kinds += ["layers", "branches", "residual", "block", "block"]
        if image and spot.depth < 2:
            kinds.append("flatten")
        kind = self.pick(*kinds)
        layer: Tree | None = getattr(self, f"_{kind}")(spot)
        if layer is None:
            return kind, None
        if kind in ("conv", "linear", "layers", "branches", "residual", "block"):
            self._surround(layer, spot)
        if self.one_in(6 if kind == "from" else 12):
            layer["when"] = self.condition(spot)
        if kind != "from" and spot.named and self.one_in(15):
            layer["from"] = self.pick(*spot.named)
        if kind != "flatten" and kind != "from" and self.one_in(6):
            self._repeat(layer, spot)
        return kind, layer

    def _surround(self, layer: Tree, spot: Spot) -> None:
        if self.one_in(4):
            layer["norm"] = self.pick(
                "BatchNorm2D", {"BatchNorm2D": {"momentum": 0.8}}, "InstanceNorm2D",
                {"GroupNorm": {"num_groups": self.number(spot, 1, 3)}}, "LayerNorm",
                {"LocalResponseNorm": {"size": 3}},
                {"BatchNorm2D": {"bias": False, "epsilon": 0.001}},
            )  # fmt: skip
        if self.one_in(3):
            layer["act"] = self.pick(
                "ReLU", "Sigmoid", "PReLU", {"LeakyReLU": {"negative_slope": 0.2}},
                "GELU", {"Softmax": {"axis": 1}}, "RReLU", "Swish", "Hardswish",
                {"GLU": {"axis": 1}}, {"Maxout": {"groups": 2}}, "Softmax2D", "GLU",
                {"Hardtanh": {"max": 2.5}}, {"GELU": {"approximate": True}},
            )  # fmt: skip

    def _repeat(self, layer: Tree, spot: Spot) -> None:
        layer["repeat"] = self.number(spot, 1, 3)
        params = self.blocks.get(layer.get("op", ""), {}).get("params", {})
        if params and self.one_in(2):
            name = self.pick(*params)
            if not isinstance(params[name], bool) and params[name] != "bool":
                layer["first"] = {name: self.number(spot, 1, 4)}
        elif layer.get("op") == "Conv2D" and self.one_in(2):
            layer["first"] = {"stride": self.pick(1, 2)}

    def _conv(self, spot: Spot) -> Tree:
        if self.one_in(8):
            return self._transpose(spot)
        kernel = self.pick(1, 1, 3, 3, 3, 5, 2, [3, 1], [1, 3])
        layer: Tree = {
            "op": "Conv2D",
            "out_channels": self.number(spot, 1, MAX_CHANNELS),
            "kernel_size": kernel,
        }
        if not self.one_in(3):
            layer["padding"] = kernel // 2 if isinstance(kernel, int) else "SAME"
        elif self.one_in(2):
            layer["padding"] = self.pick("SAME", "VALID", 1, [1, 0], [0, 1, 2, 0], 2)
        if self.one_in(3):
            layer["stride"] = self.pick(self.number(spot, 1, 2), 2, [2, 1], [1, 2])
        if self.one_in(8) and layer.get("padding") != "SAME":
            layer["dilation"] = self.pick(2, [1, 2])
        if self.one_in(6):
            layer["groups"] = self.pick(2, "$in_channels", self.number(spot, 1, 4))
            layer["out_channels"] = self.pick(
                "$in_channels", "$in_channels * 2", layer["out_channels"]
            )
        if self.one_in(4):
            layer["bias"] = False
        elif self.one_in(8):
            layer["init"] = {"bias": {"Constant": {"value": 0.5}}}
        return layer

    def _transpose(self, spot: Spot) -> Tree:
        layer: Tree = {
            "op": "Conv2DTranspose",
            "out_channels": self.number(spot, 1, MAX_CHANNELS // 2),
            "kernel_size": self.pick(2, 3, 4),
            "stride": self.pick(1, 2),
        }
        if self.one_in(3):
            layer["padding"] = 1
        if self.one_in(4):
            layer["output_padding"] = self.pick(1, [1, 0])
        return layer

    def _plain(self, spot: Spot) -> Tree:
        everywhere: list[Tree] = [
            {"op": "ReLU"}, {"op": "Dropout", "p": 0.25}, {"op": "Identity"},
            {"op": "LayerNorm"}, {"op": "PReLU", "num_parameters": "$in_channels"},
            {"op": "GLU", "axis": 1}, {"op": "LogSoftmax"}, {"op": "Tanh"},
            {"op": "Softplus", "beta": 2, "threshold": 10},
        ]  # fmt: skip
        if len(spot.shape) == 1:
            return dict(self.pick(*everywhere))
        on_images: list[Tree] = [
            {"op": "MaxPool2D", "kernel_size": 2},
            {"op": "MaxPool2D", "kernel_size": 3, "stride": 2, "padding": 1},
            {"op": "MaxPool2D", "kernel_size": 3, "stride": 1, "padding": 1},
            {"op": "MaxPool2D", "kernel_size": [2, 1], "ceil_mode": True},
            {"op": "MaxPool2D", "kernel_size": 3, "stride": 2, "ceil_mode": True},
            {"op": "AvgPool2D", "kernel_size": 2, "stride": self.number(spot, 1, 2)},
            {"op": "AvgPool2D", "kernel_size": 3, "padding": "SAME"},
            {"op": "AvgPool2D", "kernel_size": 3, "padding": 1, "exclusive": False},
            {"op": "AdaptiveAvgPool2D", "output_size": self.pick(1, 2, [2, 3])},
            {"op": "AdaptiveMaxPool2D", "output_size": self.number(spot, 1, 3)},
            {"op": "BatchNorm2D"}, {"op": "InstanceNorm2D"},
            {"op": "GroupNorm", "num_groups": self.pick(1, 2, "$in_channels")},
            {"op": "ChannelShuffle", "groups": self.pick(1, 2, "$in_channels")},
            {"op": "Pad2D", "padding": self.pick(1, [1, 0, 0, 2], -1)},
            {"op": "Pad2D", "padding": 1, "mode": self.pick("reflect", "replicate")},
            {"op": "Upsample", "scale_factor": self.pick(2, [1, 2])},
            {"op": "Upsample", "size": self.pick([5, 5], [4, 6]), "mode": "bilinear"},
            {"op": "Softmax", "axis": 1}, {"op": "Softmax2D"},
            {"op": "Maxout", "groups": 2}, {"op": "GLU", "axis": self.pick(2, 3, -1)},
        ]  # fmt: skip
        return dict(self.pick(*everywhere, *on_images))

    def _linear(self, spot: Spot) -> Tree:
        layer: Tree = {"op": "Linear", "out_features": self.number(spot, 1, 24)}
        if self.one_in(5):
            layer["bias"] = False
        elif self.one_in(5):
            layer["init"] = {"weight": {"Uniform": {"low": -0.5, "high": 0.5}}}
        return layer

    def _flatten(self, spot: Spot) -> Tree | None:
        if spot.depth == 0 and not spot.in_block and not self.one_in(2):
            return None  # keep the trunk an image for a while
        return {"op": "Flatten"}

    def _from(self, spot: Spot) -> Tree:
        same = [name for name, shape in spot.named.items() if shape == spot.shape]
        near = [n for n, shape in spot.named.items() if shape[1:] == spot.shape[1:]]
        op = self.pick("Concat", "Concat", "Add", "Multiply")
        names = (near if op == "Concat" else same) or list(spot.named)
        some = [self.pick(*names) for _ in range(self.size(2, 3))]
        return {"op": op, "from": some}

    # -- forms

    def _layers(self, spot: Spot) -> Tree:
        return {"layers": self.series(spot.deeper(), 0, 3)[0]}

    def _branches(self, spot: Spot) -> Tree | None:
        tree: Tree = {"branches": {}, "merge": self.pick("concat", "concat", "add")}
        start = spot.shape
        parts = self.size(2, 3)
        if self.one_in(4) and type(start[0]) is int and start[0] % parts == 0:
            tree["split"] = True
            start = (start[0] // parts, *start[1:])
        ends: list[Shape] = []
        for _ in range(parts):
            inner = spot.deeper()
            inner.shape = start
            layers, end = self.series(inner, 0, 2)
            if ends and not _joins(end, ends[0], tree["merge"]):
                layers, end = self._towards(spot, start, ends[0])
            tree["branches"][self.name("p", tree["branches"])] = layers
            ends.append(end)
        if self.one_in(6) and len(ends[0]) == 3:
            tree["merge"] = "multiply"
        return tree

    def _towards(self, spot: Spot, start: Shape, wanted: Shape) -> tuple[Tree, Shape]:
        """Layers that give a wanted shape from `start`, whatever that is."""
        if start == wanted:
            return {}, wanted
        layers: Tree = {}
        if len(wanted) == 1:
            if len(start) == 3:
                layers["flat"] = {"op": "Flatten"}
            layers["fc"] = {"op": "Linear", "out_features": wanted[0]}
            return layers, wanted
        conv: Tree = {
            "op": "Conv2D",
            "out_channels": self.exactly(spot, wanted[0]),  # type: ignore[arg-type]
            "kernel_size": 1,
        }
        if len(start) == 3 and start[1:] != wanted[1:]:
            strides = [-(-a // b) for a, b in zip(start[1:], wanted[1:], strict=True)]  # type: ignore[operator]
            if all(
                (a - 1) // s + 1 == b  # type: ignore[operator]
                for a, b, s in zip(start[1:], wanted[1:], strides, strict=True)
            ):
                conv["stride"] = strides
                if strides[0] == strides[1]:
                    conv["stride"] = self.exactly(spot, strides[0])
            else:
                layers["pool"] = {
                    "op": "AdaptiveAvgPool2D",
                    "output_size": list(wanted[1:]),
                }
        layers["conv"] = conv
        return layers, wanted

    def _residual(self, spot: Spot) -> Tree:
        start = spot.shape
        body, end = self.series(spot.deeper(), 0, 3)
        tree: Tree = {"body": body}
        how = self.pick("layers", "layers", "identity", "where_equal")
        if how == "where_equal":
            tree["shortcut"] = how
        elif how == "identity" and len(start) == len(end):
            fix, _ = self._towards(spot, end, start)
            for name, layer in fix.items():
                body[self.name(f"back_{name}", {**body, **spot.named})] = layer
            if self.one_in(2):
                tree["shortcut"] = "identity"
        elif len(start) == 3 or len(end) == 1:
            # Also where it is not needed here: another use of a block may need it.
            layers, _ = self._towards(spot, start, end)
            if not layers and self.one_in(2):
                tree["shortcut"] = "where_equal"
            else:
                tree["shortcut"] = layers or {
                    "conv" if len(start) == 3 else "fc": self._same(spot, end)
                }
        return {"residual": tree}

    def _same(self, spot: Spot, shape: Shape) -> Tree:
        if len(shape) == 1:
            return {"op": "Linear", "out_features": self.exactly(spot, shape[0])}  # type: ignore[arg-type]
        return {
            "op": "Conv2D",
            "out_channels": self.exactly(spot, shape[0]),  # type: ignore[arg-type]
            "kernel_size": 1,
        }

    # -- blocks

    def _block(self, spot: Spot) -> Tree | None:
        if self.blocks and not self.one_in(3):
            return self._use(self.pick(*self.blocks), spot)
        if len(self.blocks) >= 4 or (spot.in_block and spot.depth > 1):
            return None
        return self._new_block(spot)

    def _use(self, name: str, spot: Spot) -> Tree:
        layer: Tree = {"op": name}
        for param, default in self.blocks[name].get("params", {}).items():
            if default in ("int", "bool") or self.one_in(2):
                if isinstance(default, bool) or default == "bool":
                    layer[param] = self.pick(True, False)
                else:
                    high = 2 if "stride" in param else MAX_CHANNELS
                    layer[param] = self.number(spot, 1, high)
        return layer

    def _new_block(self, spot: Spot) -> Tree | None:
        params: Tree = {}
        values: dict[str, Any] = {"in_channels": spot.shape[0]}
        call: Tree = {}
        for _ in range(self.size(0, 3)):
            if self.one_in(4):
                name = self.name("flag", params)
                values[name] = self.pick(True, False)
                call[name] = values[name]
                params[name] = self.pick("bool", values[name])
                continue
            if self.one_in(3):
                name, high = self.name("stride", params), 2
            else:
                name, high = self.name("width", params), 12
            call[name] = self.number(spot, 1, high)
            values[name] = self.tracer.value(call[name], spot.env)
            params[name] = "int"
            if self.one_in(3):
                params[name] = values[name]
                if self.one_in(2):
                    del call[name]
        known = {"input": spot.shape}
        inner = Spot(spot.shape, values, known, spot.depth + 1, True)
        form = self.pick("layers", "layers", "residual", "branches")
        tree: Tree | None = getattr(self, f"_{form}")(inner)
        assert tree is not None
        block: Tree = {**({"params": params} if params else {}), **tree}
        self._surround(block, inner)
        self.count += 1
        title = self.pick("Unit", "Block", "Stage") + str(self.count)
        self.blocks[title] = block
        layer: Tree = {"op": title, **call}
        try:
            self.tracer.layer(layer, spot.shape, spot.env, spot.named)
        except DoesNotFit:
            del self.blocks[title]
            return None
        return layer

    # -- the whole

    def spec(self) -> Tree:
        """A spec as a tree."""
        channels = self.size(1, 4)
        height, width = self.size(6, 12), self.size(6, 12)
        params: Tree = {}
        if self.one_in(2):
            params["num_classes"] = self.size(1, 10)
        if self.one_in(3):
            params[self.pick("width", "y", "H", "i")] = self.size(2, 8)
        if self.one_in(6):
            params["flag"] = self.pick(True, False)
        shape = (channels, height, width)
        env = {"in_channels": channels, **params}
        spot = Spot(shape, env, {"input": shape})
        tree: Tree = {
            "pmgen": 1,
            "model": "Net",
            "input": [channels, height, width],
        }
        if params:
            tree["params"] = params
        layers, _ = self.series(spot, 2, 7)
        if not layers:
            layers = {"only": {"op": "Identity"}}
        if self.one_in(2):
            if len(spot.shape) == 3:
                layers["flatten"] = {"op": "Flatten"}
                spot.shape = self.tracer.layer(
                    layers["flatten"], spot.shape, spot.env, {}
                )
            layers["last"] = self._linear(spot)
        heads = self._heads(spot, layers)
        if self.defaults:
            tree["defaults"] = self.defaults
        if self.blocks:
            tree["blocks"] = self.blocks
        tree["layers"] = layers
        if heads:
            tree["heads"] = heads
        if self.one_in(4) and not heads and _never_needs_sizes(tree):
            tree["input"] = [channels, self.pick("any", height), "any"]
        return tree

    def _defaults(self) -> Tree:
        if not self.one_in(3):
            return {}
        return {
            "Conv2D": self.pick(
                {"bias": False, "norm": "BatchNorm2D"},
                {"act": "ReLU"},
                {"init": {"weight": "KaimingNormal"}},
                {"padding": "SAME"},
            )
        }

    def _heads(self, spot: Spot, layers: Tree) -> Tree:
        heads: Tree = {}
        names = [name for name in spot.named if name in layers or name == "input"]
        if not names or not self.one_in(3):
            return heads
        for _ in range(self.size(1, 2)):
            source = self.pick(*names)
            inner = Spot(spot.named[source], spot.env, dict(spot.named), 1)
            if self.one_in(3):
                head = self._use_block_as_head(inner) or {"op": "Flatten"}
            else:
                head = {"layers": self.series(inner, 1, 2)[0]}
            head["from"] = source
            if self.one_in(2):
                head["train_only"] = True
            if self.one_in(2):
                head["loss_weight"] = 0.3
            heads[self.name("aux", {**layers, **heads})] = head
        return heads

    def _use_block_as_head(self, spot: Spot) -> Tree | None:
        layer = self._block(spot)
        if layer is None:
            return None
        try:
            self.tracer.layer(layer, spot.shape, spot.env, {})
        except DoesNotFit:
            return None
        return layer


def _joins(end: Shape, first: Shape, merge: str) -> bool:
    """Whether two branches can be merged as they are."""
    return end == first if merge == "add" else end[1:] == first[1:]


def _never_needs_sizes(tree: Any) -> bool:
    """True where nothing in the tree takes its sizes from an image's."""
    if isinstance(tree, dict):
        return all(
            key != "LayerNorm" and _never_needs_sizes(item)
            for key, item in tree.items()
        )
    if isinstance(tree, list):
        return all(_never_needs_sizes(item) for item in tree)
    return tree not in ("LayerNorm", "Flatten")


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def as_yaml(tree: Tree) -> str:
    """The spec as text."""
    return yaml.dump(tree, Dumper=_Dumper, sort_keys=False, width=200)


@st.composite
def trees(draw: Callable[[Any], Any]) -> Tree:
    """A random spec as a tree."""
    return without_unused(SpecDrawer(draw).spec())


@st.composite
def specs(draw: Callable[[Any], Any]) -> str:
    """The text of a random spec."""
    return as_yaml(draw(trees()))
