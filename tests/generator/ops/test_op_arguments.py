"""Arguments: the least value of each that is bounded, and what is left out.

By hand from Paddle's signatures, without fixtures, as test_op_rules.py.
"""

from __future__ import annotations

from pmgen.ops import INITIALIZERS, OPS
from pmgen.ops import kinds as k
from pmgen.ops.kinds import Kind

# where the least value is 1; those of 0 and those without a bound are below
FROM_ONE = {
    "Conv2D": "out_channels kernel_size stride dilation groups",
    "Conv2DTranspose": "out_channels kernel_size stride dilation groups",
    "Linear": "out_features",
    "MaxPool2D": "kernel_size stride",
    "AvgPool2D": "kernel_size stride divisor_override",
    "AdaptiveAvgPool2D": "output_size",
    "AdaptiveMaxPool2D": "output_size",
    "GroupNorm": "num_groups",
    "LocalResponseNorm": "size",
    "PReLU": "num_parameters",
    "Flatten": "start_axis",
    "ChannelShuffle": "groups",
    "Upsample": "scale_factor",
}
DEFAULTS: dict[str, dict[str, object]] = {
    "Conv2D": {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": True},
    "Conv2DTranspose": {
        "stride": 1, "padding": 0, "output_padding": 0, "dilation": 1, "groups": 1,
        "bias": True,
    },
    "Linear": {"bias": True},
    "MaxPool2D": {"stride": None, "padding": 0, "ceil_mode": False},
    "AvgPool2D": {"exclusive": True, "divisor_override": None, "ceil_mode": False},
    "BatchNorm2D": {"momentum": 0.9, "epsilon": 1e-05, "bias": True},
    "GELU": {"approximate": False},
    "Maxout": {"axis": 1},
    "PReLU": {"num_parameters": 1, "init": 0.25},
    "Softplus": {"beta": 1, "threshold": 20},
    "Softmax": {"axis": -1},
    "Upsample": {"align_corners": False, "size": None},
}  # fmt: skip


def fits(kind: Kind, *values: object) -> list[bool]:
    return [kind.check(value) is None for value in values]


def kind_of(op: str, name: str) -> Kind:
    arg = {**OPS, **INITIALIZERS}[op].arg(name)
    assert arg is not None
    return arg.kind


def test_least_values() -> None:
    for op, names in FROM_ONE.items():
        for name in names.split():
            assert fits(kind_of(op, name), 0, 1) == [False, True], (op, name)
    assert fits(kind_of("Upsample", "size"), (0, 1), (1, 1)) == [False, True]
    assert fits(kind_of("Maxout", "groups"), 1, 2) == [False, True]
    for name in ("padding", "output_padding"):
        assert fits(kind_of("Conv2DTranspose", name), -1, 0) == [False, True]
    assert fits(kind_of("Dirac", "groups"), 0, 1) == [False, True]
    assert fits(kind_of("Normal", "std"), -0.5, 0, 0.5) == [False, True, True]
    for name in ("fan_in", "fan_out"):
        assert fits(kind_of("XavierNormal", name), 0, 0.5) == [False, True]
    for op, name in (
        ("Dropout", "p"), ("BatchNorm2D", "momentum"), ("RReLU", "lower"),
        ("RReLU", "upper"),
    ):  # fmt: skip
        found = fits(kind_of(op, name), -0.5, 0, 0.5, 1, 1.5)
        assert found == [False, True, True, True, False]
    for op in ("Hardshrink", "Softshrink"):
        found = fits(kind_of(op, "threshold"), -0.5, 0, 0.5)
        assert found == [False, True, True]
    assert fits(kind_of("SELU", "scale"), 1, 1.1) == [False, True]
    assert fits(kind_of("SELU", "alpha"), -0.5, 0, 0.5) == [False, True, True]
    assert fits(kind_of("Softplus", "beta"), 0, 0.5) == [False, True]
    assert fits(kind_of("BatchNorm2D", "epsilon"), 0, 0.5, 2) == [False, True, True]
    assert fits(kind_of("LayerNorm", "epsilon"), 0, 1e-3, 0.01) == [False, True, False]


def test_defaults() -> None:
    for op, wanted in DEFAULTS.items():
        found = {arg.name: arg.default for arg in OPS[op].args}
        assert {name: found[name] for name in wanted} == wanted, op
    dirac = INITIALIZERS["Dirac"].arg("groups")
    assert dirac is not None
    assert dirac.default == 1


def names_where(flag: str) -> set[tuple[str, str]]:
    return {
        (op.name, arg.name)
        for op in OPS.values()
        for arg in op.args
        if getattr(arg, flag)
    }


def test_how_arguments_are_bound() -> None:
    assert names_where("free") == {
        ("Conv2D", "out_channels"), ("Conv2DTranspose", "out_channels"),
        ("Linear", "out_features"), ("Dropout", "p"),
    }  # fmt: skip
    assert names_where("fixed") == {
        (op, "axis") for op in ("GLU", "LogSoftmax", "Maxout", "Softmax")
    } | {("Flatten", "start_axis"), ("Flatten", "stop_axis")}
    assert {op.name for op in OPS.values() if op.many_inputs} == {
        "Concat", "Add", "Multiply",
    }  # fmt: skip
    assert OPS["Concat"].function_args == {"axis": 1}


def test_kinds() -> None:
    assert fits(k.integer(), -1, 0, 1.0, True, "1") == [False, True] + [False] * 3
    assert fits(k.any_integer(), -1, 0, 1.5) == [True, True, False]
    pairs = [0, -1, (0, 0), (0, -1), (0,), (0, 0, 0), (1, 1.5), True]
    good = [True, False, True, False, False, False, False, False]
    assert fits(k.pair(), *pairs) == good
    assert fits(k.size_pair(), *pairs) == [False, *good[1:]]
    pads = [*pairs, (0, 0, 0, 0), (0,) * 5, (0, 0, 0, -1), "SAME", "VALID", "same"]
    assert fits(k.padding(), *pads) == [*good, True, False, False, True, True, False]
    edges = [-1, (-1, 0, 1, 2), (1, 2), (1,) * 3, (1,) * 5, (1, 2, 3, 1.5), 1.5]
    assert fits(k.edges(), *edges) == [True, True] + [False] * 5
    inside = k.number(0, 2, open_minimum=True, open_maximum=True)
    assert (
        fits(inside, 0, 0.5, 2, 1, True, "1")
        == [False, True, False, True] + [False] * 2
    )
    assert inside.words == "a number above 0 to below 2"
    assert k.number(0, 2).words == "a number from 0 to 2"
    assert k.number(0).words == "a number from 0 up"
    assert k.number(0, open_minimum=True).words == "a number above 0"
    assert k.number().words == "a number"
    assert fits(k.number(), float("nan"), float("inf"), -1e9) == [False, False, True]
    assert fits(k.nonzero(), 0, 0.0, -1, "x") == [False, False, True, False]
    assert fits(k.truth(), True, False, 1, 0) == [True, True, False, False]
    assert fits(k.one_of("a", "b"), "a", "b", "c") == [True, True, False]


def test_kinds_as_schema() -> None:
    def whole(least: int) -> k.Json:
        return {"type": "integer", "minimum": least}

    def several(item: k.Json, n: int) -> k.Json:
        return {"type": "array", "items": item, "minItems": n, "maxItems": n}

    assert k.integer().schema == whole(0)
    assert k.any_integer().schema == {"type": "integer"}
    assert k.pair(1).schema == {"anyOf": [whole(1), several(whole(1), 2)]}
    assert k.size_pair().schema == several(whole(0), 2)
    assert k.list_of(whole(1)) == {"type": "array", "items": whole(1)}
    assert k.padding().schema["anyOf"] == [
        {"enum": ["SAME", "VALID"]},
        whole(0),
        several(whole(0), 2),
        several(whole(0), 4),
    ]
    assert k.edges().schema["anyOf"][1] == several({"type": "integer"}, 4)
    assert k.nonzero().schema == {"type": "number", "not": {"const": 0}}
    assert k.number(0, 2).schema == {"type": "number", "minimum": 0, "maximum": 2}
    inside = k.number(0, 2, open_minimum=True, open_maximum=True)
    assert inside.schema == {
        "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 2,
    }  # fmt: skip
