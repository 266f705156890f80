"""Every op and initializer, argument by argument, against the Paddle class it names.

A case is a one-layer spec. `FITS` must compile and run as predicted; `REFUSED` must be
refused by the compiler, and by Paddle itself, at construction or in a run. An op, an
argument or an option without a case fails a test.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import paddle
import pytest
import yaml
from paddle import nn
from pmgen.compile import Compiled, compile_spec
from pmgen.ops import ACTIVATIONS, INITIALIZERS, NORMS, OPS
from pmgen.ops.definition import REQUIRED, OpDef
from pmgen.ops.kinds import one_of
from pmruntime import layers

from tests.support.networks import judge

pytestmark = pytest.mark.paddle

IMAGE = (4, 7, 6)
FEATURES = (12,)
Args = dict[str, Any]
Case = tuple[str, Args, tuple[int, ...]]


def _conv(**args: Any) -> Args:
    return {"out_channels": 6, "kernel_size": 3, **args}


def _cases(op: str, *several: Args, shape: tuple[int, ...] = IMAGE) -> list[Case]:
    return [(op, args, shape) for args in several]


_POOLS: tuple[Args, ...] = (
    {"kernel_size": 2},
    {"kernel_size": 3, "stride": 2},
    {"kernel_size": [3, 2], "stride": [2, 1]},
    {"kernel_size": 3, "stride": 2, "padding": 1},
    {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
    {"kernel_size": 2, "stride": 2, "ceil_mode": True},
    {"kernel_size": 3, "stride": 3, "ceil_mode": True},
    {"kernel_size": 3, "stride": 2, "padding": [1, 0], "ceil_mode": True},
    {"kernel_size": 3, "stride": 2, "padding": [0, 1, 1, 0]},
    {"kernel_size": 3, "padding": 2},  # more than half of the kernel
    {"kernel_size": 3, "stride": 2, "padding": "SAME"},
    {"kernel_size": 3, "stride": 2, "padding": "VALID"},
    {"kernel_size": 2, "stride": 1, "padding": "SAME"},
    {"kernel_size": [7, 6]},
    {"kernel_size": 1, "stride": 3},
)

FITS: list[Case] = [
    *_cases(
        "Conv2D",
        _conv(),
        _conv(kernel_size=1),
        _conv(kernel_size=[3, 1]),
        _conv(kernel_size=[7, 6]),
        _conv(stride=2),
        _conv(stride=[2, 3]),
        _conv(padding=1),
        _conv(padding=5),
        _conv(padding=[2, 0]),
        _conv(padding=[0, 1, 2, 3]),
        _conv(padding="SAME"),
        _conv(padding="SAME", stride=2),
        _conv(kernel_size=2, padding="SAME"),
        _conv(padding="VALID", stride=2),
        _conv(dilation=2),
        _conv(dilation=[3, 2], padding=1),
        _conv(groups=2),
        _conv(groups=4, out_channels=4),
        _conv(groups=4, out_channels=8, padding=1),
        _conv(bias=False),
        _conv(bias=True),
    ),
    *_cases("Conv2D", _conv(stride=2, padding=1), shape=(3, 1, 9)),
    *_cases(
        "Conv2DTranspose",
        _conv(),
        _conv(kernel_size=[2, 3]),
        _conv(kernel_size=2, stride=2),
        _conv(stride=[3, 2], padding=[1, 0]),
        _conv(stride=2, padding=1, output_padding=1),
        _conv(stride=3, output_padding=[2, 0]),
        _conv(dilation=2),
        _conv(dilation=[1, 2], stride=2, padding=2),
        _conv(groups=2),
        _conv(groups=4, out_channels=4, stride=2),
        _conv(bias=False),
    ),
    *_cases("Linear", {"out_features": 5}, {"out_features": 1}, shape=FEATURES),
    *_cases("Linear", {"out_features": 5, "bias": False}, shape=FEATURES),
    *_cases("MaxPool2D", *_POOLS),
    *_cases(
        "AvgPool2D",
        *_POOLS,
        {"kernel_size": 3, "padding": 1, "exclusive": False},
        {"kernel_size": 3, "divisor_override": 5},
    ),
    *_cases("AdaptiveAvgPool2D", {"output_size": 1}, {"output_size": [3, 2]}),
    *_cases("AdaptiveAvgPool2D", {"output_size": 9}),
    *_cases("AdaptiveMaxPool2D", {"output_size": 1}, {"output_size": [3, 2]}),
    *_cases("AdaptiveMaxPool2D", {"output_size": 9}),
    *_cases(
        "BatchNorm2D",
        {},
        {"momentum": 0.5},
        {"momentum": 1},
        {"epsilon": 0.001},
        {"bias": False},
    ),
    *_cases("InstanceNorm2D", {}, {"epsilon": 0.001}),
    *_cases(
        "GroupNorm",
        {"num_groups": 2},
        {"num_groups": 4, "epsilon": 0.001},
        {"num_groups": 1, "epsilon": 1},
        {"num_groups": 1, "bias": False},
    ),
    *_cases("LayerNorm", {}, {"epsilon": 0.001}, {"bias": False}),
    *_cases("LayerNorm", {}, {"bias": False}, shape=FEATURES),
    *_cases("LayerNorm2D", {}, {"epsilon": 0.001}, {"bias": False}),
    *_cases(
        "LocalResponseNorm",
        {"size": 5},
        {"size": 2, "alpha": 0.1, "beta": 0.5, "k": 2},
        {"size": 9},
    ),
    *_cases("CELU", {"alpha": 0.5}, {"alpha": -1}),
    *_cases("ELU", {"alpha": 0.5}, {"alpha": 2}),
    *_cases("GELU", {"approximate": True}, {}),
    *_cases("GLU", {"axis": 1}, {"axis": -3}),
    *_cases("GLU", {"axis": -1}, {"axis": 3}, {}),
    *_cases("GLU", {"axis": 2}, shape=(3, 8, 5)),
    *_cases("GLU", {}, {"axis": 1}, {"axis": -1}, shape=FEATURES),
    *_cases("Hardshrink", {"threshold": 1}, {}),
    *_cases("Hardtanh", {"min": -2, "max": 2.5}, {"min": 1, "max": 0}),
    *_cases("LeakyReLU", {"negative_slope": 0.2}, {"negative_slope": 1}),
    *_cases("LogSoftmax", {"axis": 1}, {"axis": -2}, {}),
    *_cases("LogSoftmax", {"axis": -1}, shape=FEATURES),
    *_cases("Maxout", {"groups": 2}, {"groups": 4, "axis": 1}),
    *_cases("Maxout", {"groups": 3, "axis": -1}, {"groups": 2, "axis": 3}),
    *_cases("PReLU", {}, {"num_parameters": 4, "init": 0.1}, {"init": 1}),
    *_cases("PReLU", {"num_parameters": 12}, shape=FEATURES),
    *_cases("RReLU", {}, {"lower": 0, "upper": 1}, {"lower": 0.5, "upper": 0.5}),
    *_cases("SELU", {"scale": 1.5, "alpha": 2}, {"scale": 2, "alpha": 0}),
    *_cases("Softmax", {"axis": 1}, {"axis": 3}, {}),
    *_cases("Softmax", {"axis": 1}, shape=FEATURES),
    *_cases("Softplus", {"beta": 2, "threshold": 10}, {"beta": 0.5}),
    *_cases("Softshrink", {"threshold": 1}, {"threshold": 0}),
    *_cases("ThresholdedReLU", {"threshold": 0.5, "value": 2}, {"threshold": -1}),
    *_cases("Flatten", {}, {"start_axis": 1, "stop_axis": -1}, {"stop_axis": 3}),
    *_cases("Flatten", {"start_axis": 1, "stop_axis": 1}, {"start_axis": 3}),
    *_cases("Dropout", {"p": 0.3}, {"p": 0}, {"p": 1}, {"mode": "upscale_in_train"}),
    *_cases("Dropout", {"mode": "downscale_in_infer", "p": 0.5}, shape=FEATURES),
    *_cases("ChannelShuffle", {"groups": 2}, {"groups": 4}, {"groups": 1}),
    *_cases(
        "Pad2D",
        {"padding": 2},
        {"padding": [1, 2, 3, 0]},
        {"padding": -1},
        {"padding": [-1, 2, 0, -3], "value": 1},
        {"padding": [1, 2, 3, 0], "mode": "constant", "value": 0.5},
        {"padding": [1, 2, 3, 0], "mode": "reflect"},
        {"padding": [5, 5, 6, 6], "mode": "reflect"},
        {"padding": [1, 2, 9, 0], "mode": "replicate"},
        {"padding": [1, 2, 3, 8], "mode": "circular"},
    ),
    *_cases(
        "Upsample",
        {"size": [9, 5]},
        {"scale_factor": 2},
        {"scale_factor": [1, 3], "mode": "nearest"},
        {"size": [9, 5], "mode": "bilinear"},
        {"scale_factor": 2, "mode": "bilinear", "align_corners": True},
        {"scale_factor": 2, "mode": "bicubic", "align_corners": True},
        {"size": [3, 8], "mode": "bicubic"},
        {"size": [3, 8], "mode": "area"},
    ),
    *(
        case
        for name in (
            "Hardsigmoid", "Hardswish", "Identity", "LogSigmoid", "Mish", "ReLU",
            "ReLU6", "Sigmoid", "Silu", "Softsign", "Swish", "Tanh", "Tanhshrink",
        )
        for case in (*_cases(name, {}), *_cases(name, {}, shape=FEATURES))
    ),
    *_cases("Softmax2D", {}),
]  # fmt: skip

REFUSED: list[Case] = [
    *_cases("Conv2D", _conv(groups=3), _conv(out_channels=5, groups=2)),
    *_cases("Conv2D", _conv(kernel_size=9), _conv(kernel_size=5, dilation=2)),
    *_cases("Conv2D", _conv(stride=0), _conv(padding=[1, 2, 3])),
    *_cases("Conv2D", _conv(), shape=FEATURES),
    *_cases("Conv2DTranspose", _conv(groups=3), _conv(padding=8)),
    *_cases("Conv2DTranspose", _conv(stride=2, output_padding=2)),
    *_cases(
        "MaxPool2D", {"kernel_size": 9, "stride": 1}, {"kernel_size": 2, "stride": 0}
    ),
    *_cases("MaxPool2D", {"kernel_size": 3, "ceil_mode": True, "padding": "VALID"}),
    *_cases("AvgPool2D", {"kernel_size": 9}, {"kernel_size": 3}, shape=FEATURES),
    *_cases("AvgPool2D", {"kernel_size": 3, "ceil_mode": True, "padding": "VALID"}),
    *_cases("AdaptiveAvgPool2D", {"output_size": 1}, shape=FEATURES),
    *_cases("BatchNorm2D", {}, shape=FEATURES),
    *_cases("GroupNorm", {"num_groups": 3}, {"num_groups": 8}),
    *_cases("LayerNorm", {"epsilon": 0.1}),
    *_cases("LayerNorm2D", {"epsilon": 0.1}),
    *_cases("LayerNorm2D", {}, shape=FEATURES),
    *_cases("CELU", {"alpha": 0}),
    *_cases("GLU", {"axis": 2}, {"axis": 4}),
    *_cases("LogSoftmax", {"axis": 4}, {"axis": -5}),
    *_cases("Softmax", {"axis": 4}),
    *_cases("Softmax2D", {}, shape=FEATURES),
    *_cases("SELU", {"scale": 1}, {"alpha": -1}),
    *_cases("Maxout", {"groups": 3}, {"groups": 2, "axis": 2}),
    *_cases("Maxout", {"groups": 2}, shape=FEATURES),
    *_cases("PReLU", {"num_parameters": 3}),
    *_cases("RReLU", {"lower": 0.5, "upper": 0.25}, {"upper": 2.0}),
    *_cases("Dropout", {"p": 1.5}, {"mode": "upscale"}),
    *_cases("ChannelShuffle", {"groups": 3}),
    *_cases("Pad2D", {"padding": 7, "mode": "reflect"}),
    *_cases("Pad2D", {"padding": -4}, {"padding": 1, "mode": "mirror"}),
    *_cases("Upsample", {}, {"scale_factor": 2, "mode": "area"}, {"size": 5}),
    *_cases("Upsample", {"size": [3, 8], "scale_factor": 2}, {"mode": "cubic"}),
    *_cases("Upsample", {"scale_factor": 2, "align_corners": True}),
]

# What Paddle runs, but not as it reads.
STRICTER: list[Case] = [
    # A window that does not fit: the division towards zero makes it one step, and the
    # values come from beyond the image.
    *_cases("MaxPool2D", {"kernel_size": 9}),
    # A window in the border alone: its largest value is the least float, its mean NaN.
    *_cases("MaxPool2D", {"kernel_size": 2, "padding": 2}),
    *_cases("AvgPool2D", {"kernel_size": 2, "padding": 2}),
    # Under SAME, Paddle sets the dilation to 1 without a word,
    *_cases("Conv2D", _conv(padding="SAME", dilation=2)),
    # and with `ceil_mode` the size is no longer the stride's share of the input.
    *_cases("MaxPool2D", {"kernel_size": 1, "padding": "SAME", "ceil_mode": True}),
    *_cases("AvgPool2D", {"kernel_size": 1, "padding": "SAME", "ceil_mode": True}),
    # One spelling of the two that Paddle takes, as its documentation has it.
    *_cases("Conv2D", _conv(padding="same")),
    # Four edges or one for all; Paddle says nothing of two.
    *_cases("Pad2D", {"padding": [1, 2]}),
]

_WEIGHT: Args = {"fan_in": 9, "fan_out": 18, "gain": 2}
_HE: Args = {"fan_in": 9, "negative_slope": 0.1, "nonlinearity": "leaky_relu"}

INITS: list[tuple[str, Args]] = [
    ("Constant", {"value": 0.25}),
    ("Constant", {"value": 1}),
    ("Normal", {"mean": 1, "std": 0.5}),
    ("TruncatedNormal", {"mean": 0, "std": 2, "a": -1, "b": 3}),
    ("Uniform", {"low": -0.5, "high": 1}),
    ("XavierNormal", {}),
    ("XavierNormal", _WEIGHT),
    ("XavierUniform", {}),
    ("XavierUniform", _WEIGHT),
    *(
        (name, args)
        for name in ("KaimingNormal", "KaimingUniform")
        for args in (
            {}, _HE, *({"nonlinearity": n} for n in ("relu", "tanh", "sigmoid")),
            {"nonlinearity": "linear"},
        )
    ),
    ("Orthogonal", {"gain": 2}),
    ("Dirac", {}),
    ("Dirac", {"groups": 2}),
]  # fmt: skip


# -- running a case --------------------------------------------------------------------


def _compile(layers: Args, shape: tuple[int, ...], folder: Path) -> Compiled:
    if len(shape) == 1:
        layers = {"flat": {"op": "Flatten"}, **layers}
    tree = {
        "pmgen": 1,
        "model": "OneLayer",
        "input": [*shape, *[1] * (3 - len(shape))],
        "layers": layers,
    }
    path = folder / "one_layer.yaml"
    path.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return compile_spec(path)


def _hold(compiled: Compiled, folder: Path) -> judge.Run:
    """Shapes and parameters as predicted, in a forward and a backward pass."""
    net = judge.build(compiled, folder)
    graph = compiled.graph
    assert graph is not None
    images = judge.random_images(judge.sizes_of(graph), batch=2)
    images.stop_gradient = False
    found = judge.run(net, images)
    assert judge.shape_problems(graph, found) == []
    assert judge.count_problems(graph, net) == []
    assert judge.macs_of(net, found) == graph.macs
    found.outputs[0].sum().backward()
    assert images.grad is not None
    return found


def _named(case: Any) -> str:
    if isinstance(case, dict):
        return ",".join(f"{k}={v}" for k, v in case.items()).replace(" ", "") or "-"
    return "x".join(map(str, case)) if isinstance(case, tuple) else str(case)


@pytest.mark.parametrize(("op", "args", "shape"), FITS, ids=_named)
def test_an_op_is_predicted(
    op: str, args: Args, shape: tuple[int, ...], tmp_path: Path
) -> None:
    _hold(_compile({"it": {"op": op, **args}}, shape, tmp_path), tmp_path)


@pytest.mark.parametrize(
    ("op", "args", "shape"), [c for c in FITS if c[0] in {**ACTIVATIONS, **NORMS}],
    ids=_named,
)  # fmt: skip
def test_an_op_behind_a_layer_gives_the_same(
    op: str, args: Args, shape: tuple[int, ...], tmp_path: Path
) -> None:
    """`act:` becomes a function where Paddle has one: the same numbers as the layer."""
    key = "act" if op in ACTIVATIONS else "norm"
    behind = {"it": {"op": "Identity", key: {op: args}}}
    one = _compile({"it": {"op": op, **args}}, shape, tmp_path)
    other = _compile(behind, shape, tmp_path)
    _hold(other, tmp_path)
    nets = [judge.build(compiled, tmp_path) for compiled in (one, other)]
    images = judge.random_images((*shape, *[1] * (3 - len(shape))), batch=2)
    for net in nets:
        net.eval()
    results = [net(images).numpy() for net in nets]
    assert (results[0] == results[1]).all()


@pytest.mark.parametrize(("op", "args", "shape"), REFUSED, ids=_named)
def test_what_paddle_refuses_is_refused(
    op: str, args: Args, shape: tuple[int, ...], tmp_path: Path
) -> None:
    assert not _compile({"it": {"op": op, **args}}, shape, tmp_path).ok
    assert _paddle_refuses(op, args, shape)


@pytest.mark.parametrize(("op", "args", "shape"), STRICTER, ids=_named)
def test_what_paddle_runs_in_a_way_of_its_own_is_refused(
    op: str, args: Args, shape: tuple[int, ...], tmp_path: Path
) -> None:
    assert not _compile({"it": {"op": op, **args}}, shape, tmp_path).ok
    assert not _paddle_refuses(op, args, shape)


def _paddle_refuses(op: str, args: Args, shape: tuple[int, ...]) -> bool:
    own = {name: rule(shape) for name, rule in OPS[op].inferred.items()}
    try:
        output = getattr(nn, op)(**own, **args)(paddle.randn([2, *shape]))
    except Exception:  # each of Paddle's layers has its own way to say no
        return True
    return 0 in output.shape or any(size < 0 for size in output.shape)


@pytest.mark.parametrize(("name", "args"), INITS, ids=_named)
def test_an_initializer_is_taken(name: str, args: Args, tmp_path: Path) -> None:
    init = {"weight": {name: args} if args else name}
    conv = {"op": "Conv2D", **_conv(), "init": init}
    _hold(_compile({"it": conv}, IMAGE, tmp_path), tmp_path)


@pytest.mark.parametrize(
    ("layer", "values"),
    [
        ({"op": "Conv2D", **_conv()}, ("weight", "bias")),
        ({"op": "Conv2DTranspose", **_conv()}, ("weight", "bias")),
        ({"op": "BatchNorm2D"}, ("weight", "bias")),
        ({"op": "GroupNorm", "num_groups": 2}, ("weight", "bias")),
        ({"op": "LayerNorm"}, ("weight", "bias")),
    ],
    ids=_named,
)
def test_an_initializer_reaches_its_parameter(
    layer: Args, values: tuple[str, ...], tmp_path: Path
) -> None:
    wanted = {name: 0.25 * (i + 1) for i, name in enumerate(values)}
    init = {name: {"Constant": {"value": value}} for name, value in wanted.items()}
    compiled = _compile({"it": {**layer, "init": init}}, IMAGE, tmp_path)
    net = judge.build(compiled, tmp_path)
    for name, value in wanted.items():
        assert (getattr(net.it, name).numpy() == value).all()


@pytest.mark.parametrize(
    ("init", "make"),
    [
        (
            {"weight": "Dirac"},
            lambda: nn.LayerNorm([4], weight_attr=nn.initializer.Dirac()),
        ),
        (
            {"weight": {"Dirac": {"groups": 4}}},
            lambda: nn.Conv2D(4, 6, 3, weight_attr=nn.initializer.Dirac(4)),
        ),
        (
            {"bias": "Orthogonal"},
            lambda: nn.Conv2D(4, 6, 3, bias_attr=nn.initializer.Orthogonal()),
        ),
        (
            {"weight": {"Uniform": {"low": 1, "high": 0}}},
            lambda: nn.Conv2D(4, 6, 3, weight_attr=nn.initializer.Uniform(1, 0)),
        ),
    ],
    ids=["axes", "groups", "bias", "bounds"],
)
def test_an_initializer_that_does_not_suit_is_refused(
    init: Args, make: Any, tmp_path: Path
) -> None:
    layer: Args = {"op": "Conv2D", **_conv(), "init": init}
    if init == {"weight": "Dirac"}:
        layer = {"op": "LayerNorm", "init": init}
    assert not _compile({"it": layer}, IMAGE, tmp_path).ok
    with pytest.raises((AssertionError, ValueError, TypeError)):
        make()


MERGES = [
    ("Concat", [(4, 7, 6), (2, 7, 6), (1, 7, 6)], (7, 7, 6)),
    ("Add", [(4, 7, 6), (4, 7, 6)], (4, 7, 6)),
    ("Multiply", [(4, 7, 6), (4, 1, 1)], (4, 7, 6)),
    ("Multiply", [(1, 7, 6), (4, 1, 1)], (4, 7, 6)),
]


@pytest.mark.parametrize(("op", "shapes", "result"), MERGES, ids=_named)
def test_a_merge_is_predicted(
    op: str, shapes: list[Any], result: tuple[int, ...], tmp_path: Path
) -> None:
    layers: Args = {"start": {"op": "Identity"}}
    for index, (channels, height, width) in enumerate(shapes):
        layers[f"in{index}"] = {
            "from": "start",
            "layers": {
                "pool": {"op": "AdaptiveAvgPool2D", "output_size": [height, width]},
                "conv": {"op": "Conv2D", "out_channels": channels, "kernel_size": 1},
            },
        }
    layers["it"] = {"op": op, "from": [f"in{i}" for i in range(len(shapes))]}
    compiled = _compile(layers, IMAGE, tmp_path)
    found = _hold(compiled, tmp_path)
    assert tuple(found.outputs[0].shape) == (2, *result)


# -- the table is complete, and the definitions are Paddle's ---------------------------

_TESTED: dict[str, list[Args]] = {}
for _name, _args, _ in FITS:
    _TESTED.setdefault(_name, []).append(_args)
for _name, _args in INITS:
    _TESTED.setdefault(_name, []).append(_args)
for _name, *_ in MERGES:
    _TESTED.setdefault(_name, []).append({})
_ALL: dict[str, OpDef] = {**OPS, **INITIALIZERS}


@pytest.mark.parametrize("name", _ALL)
def test_every_argument_and_option_has_a_case(name: str) -> None:
    tested = _TESTED.get(name)
    assert tested, f"{name} has no case"
    for arg in _ALL[name].args:
        values = [args[arg.name] for args in tested if arg.name in args]
        assert values, f"`{arg.name}` of {name} has no case"
        for option in _options(arg.kind.words):
            assert option in values, f"`{arg.name}: {option}` of {name} has no case"


def _options(words: str) -> list[str]:
    """The words that an argument takes, where it takes words."""
    if words.startswith("one of "):
        return words.removeprefix("one of ").split(", ")
    return re.findall(r"\b[A-Z]{4,}\b", words)


def test_options_are_found_in_the_words_of_a_kind() -> None:
    assert _options(one_of("nearest", "area").words) == ["nearest", "area"]
    padding = OPS["Conv2D"].arg("padding")
    assert padding is not None
    assert _options(padding.kind.words) == ["SAME", "VALID"]


def _paddle_callables(op: OpDef) -> list[Any]:
    roots = {"nn": nn, "F": nn.functional, "paddle": paddle}
    found = []
    for path in (op.layer, op.function):
        if path is not None:
            root, *names = path.split(".")
            target: Any = roots.get(root) or getattr(layers, root)
            for part in names:
                target = getattr(target, part)
            found.append(target)
    return found


@pytest.mark.parametrize("name", _ALL)
def test_arguments_and_defaults_are_paddles(name: str) -> None:
    op = _ALL[name]
    for target in _paddle_callables(op):
        theirs = inspect.signature(target).parameters
        for arg in op.args:
            if arg.name == "bias":  # in the language for Paddle's `bias_attr=False`
                assert arg.default is True
                assert theirs["bias_attr"].default is None
                continue
            wanted = theirs[arg.name].default
            assert wanted is inspect.Parameter.empty or not arg.required
            assert arg.default == (
                REQUIRED if wanted is inspect.Parameter.empty else wanted
            )
            assert arg.required or type(arg.default) is type(wanted)


@pytest.mark.parametrize("name", [n for n, op in _ALL.items() if op.positional])
def test_positional_arguments_stand_in_paddles_order(name: str) -> None:
    op = _ALL[name]
    for target in _paddle_callables(op):
        leading = [n for n in inspect.signature(target).parameters if n != "x"]
        assert tuple(leading[: len(op.positional)]) == op.positional
