"""Activations: every one that Paddle has as a layer."""

from __future__ import annotations

from pmgen.ops.definition import (
    ArgDef,
    Args,
    OpDef,
    Shape,
    ShapeIssue,
    ShapeRule,
    Weights,
    in_order,
    is_size,
    keeps_image,
    known,
    need_image,
)
from pmgen.ops.kinds import any_integer, integer, nonzero, number, truth


def _axis(args: Args, shape: Shape) -> int:
    """The index into a shape without N of an axis counted with N."""
    rank = len(shape) + 1
    axis: int = args["axis"]
    if not -rank <= axis < rank or axis % rank == 0:
        raise ShapeIssue(
            "PM301",
            f"there is no axis {axis} to work on in an input of {rank} axes",
            arg="axis",
            help=f"axis 1 holds the channels; choose 1 to {rank - 1}",
        )
    return axis % rank - 1


def _any_axis(args: Args, inputs: tuple[Shape, ...]) -> Shape:
    if known(args["axis"]):
        _axis(args, inputs[0])
    return inputs[0]


def _split_axis(parts_from: str | None) -> ShapeRule:
    def shape(args: Args, inputs: tuple[Shape, ...]) -> Shape:
        axis, dims = _axis(args, inputs[0]), list(inputs[0])
        parts = args[parts_from] if parts_from else 2
        size = dims[axis]
        if known(size, parts) and is_size(size) and size % parts:
            raise ShapeIssue(
                "PM305",
                f"{size} values on axis {axis + 1} cannot be divided into {parts}",
                arg=parts_from or "axis",
                help=f"let a multiple of {parts} come in",
            )
        dims[axis] = size // parts
        return tuple(dims)

    return shape


def _maxout(args: Args, inputs: tuple[Shape, ...]) -> Shape:
    need_image(inputs, "Maxout")
    if known(args["axis"]) and args["axis"] not in (1, -1, 3):
        raise ShapeIssue(
            "PM301",
            f"Paddle's Maxout does not work on axis {args['axis']}",
            arg="axis",
            help="take axis 1, the channels, or -1, the width",
        )
    return _split_axis("groups")(args, inputs)


def _prelu_shape(args: Args, inputs: tuple[Shape, ...]) -> Shape:
    count, channels = args["num_parameters"], inputs[0][0]
    if known(count, channels) and count not in (1, channels):
        raise ShapeIssue(
            "PM305",
            f"`num_parameters` is {count}, but {channels} channels arrive",
            arg="num_parameters",
            help="1 shares one slope; `$in_channels` gives each channel its own",
        )
    return inputs[0]


def _activation(
    name: str, function: str | None, doc: str, *args: ArgDef, **more: object
) -> OpDef:
    return OpDef(
        name,
        doc,
        args=args,
        layer=f"nn.{name}",
        function=function and f"F.{function}",
        group="activation",
        **more,  # type: ignore[arg-type]
    )


_ALPHA = ArgDef("alpha", number(), "Scale of the negative side.", 1.0)
_LAST = ArgDef("axis", any_integer(), "Axis, counted with N as 0.", -1, fixed=True)

USUAL = "ReLU"
OPS = (
    _activation(
        "CELU",
        "celu",
        "Continuously differentiable ELU.",
        ArgDef("alpha", nonzero(), "Scale of the negative side.", 1.0),
    ),
    _activation("ELU", "elu", "Exponential below zero.", _ALPHA),
    _activation(
        "GELU",
        "gelu",
        "Input times the normal distribution's mass below it.",
        ArgDef("approximate", truth(), "The tanh approximation.", False),
    ),
    _activation(
        "GLU",
        "glu",
        "One half of an axis gated by the other.",
        _LAST,
        infer=_split_axis(None),
    ),
    _activation(
        "Hardshrink",
        "hardshrink",
        "Zero between plus and minus the threshold.",
        ArgDef("threshold", number(0), "Half of the zeroed width.", 0.5),
    ),
    _activation("Hardsigmoid", "hardsigmoid", "Sigmoid of three straight pieces."),
    _activation("Hardswish", "hardswish", "Input times Hardsigmoid."),
    _activation(
        "Hardtanh",
        "hardtanh",
        "The input held between two bounds.",
        ArgDef("min", number(), "Lower bound.", -1.0),
        ArgDef("max", number(), "Upper bound.", 1.0),
    ),
    _activation(
        "LeakyReLU",
        "leaky_relu",
        "ReLU with a slope below zero.",
        ArgDef("negative_slope", number(), "Slope below zero.", 0.01),
    ),
    _activation("LogSigmoid", "log_sigmoid", "Logarithm of Sigmoid."),
    _activation(
        "LogSoftmax", "log_softmax", "Logarithm of Softmax.", _LAST, infer=_any_axis
    ),
    _activation(
        "Maxout",
        "maxout",
        "The largest of each group of channels.",
        ArgDef("groups", integer(2), "Channels in a group."),
        ArgDef("axis", any_integer(), "Axis, counted with N as 0.", 1, fixed=True),
        infer=_maxout,
        positional=("groups",),
    ),
    _activation("Mish", "mish", "Input times tanh of Softplus."),
    _activation(
        "PReLU",
        None,
        "LeakyReLU with a learned slope.",
        ArgDef("num_parameters", integer(1), "1, or one slope per channel.", 1),
        ArgDef("init", number(), "Slope at the start.", 0.25),
        infer=_prelu_shape,
        weights=Weights(
            lambda args, inputs, output: {"weight": (args["num_parameters"],)},
            names=(),  # it is initialised by its own argument
        ),
    ),
    _activation(
        "RReLU",
        None,
        "LeakyReLU with a slope drawn at random in training.",
        ArgDef("lower", number(0, 1), "Least slope.", 0.125, real=True),
        ArgDef("upper", number(0, 1), "Greatest slope.", 0.3333333333333333, real=True),
        infer=in_order("lower", "upper"),
    ),
    _activation("ReLU", "relu", "Zero below zero."),
    _activation("ReLU6", "relu6", "ReLU held at 6."),
    _activation(
        "SELU",
        "selu",
        "ELU that keeps mean and variance.",
        ArgDef("scale", number(1, open_minimum=True), "Scale.", 1.0507009873554805),
        ArgDef("alpha", number(0), "Scale of the negative side.", 1.6732632423543772),
    ),
    _activation("Sigmoid", "sigmoid", "From 0 to 1."),
    _activation("Silu", "silu", "Input times Sigmoid."),
    _activation(
        "Softmax", "softmax", "Shares that add up to 1.", _LAST, infer=_any_axis
    ),
    _activation(
        "Softmax2D",
        None,
        "Softmax over an image's channels.",
        infer=keeps_image("Softmax2D"),
    ),
    _activation(
        "Softplus",
        "softplus",
        "A smooth ReLU.",
        ArgDef("beta", number(0, open_minimum=True), "Sharpness.", 1),
        ArgDef("threshold", number(), "Straight above this.", 20),
    ),
    _activation(
        "Softshrink",
        "softshrink",
        "Towards zero by the threshold.",
        ArgDef("threshold", number(0), "Step towards zero.", 0.5),
    ),
    _activation("Softsign", "softsign", "Input over one plus its size."),
    _activation("Swish", "swish", "Input times Sigmoid."),
    _activation("Tanh", "tanh", "From -1 to 1."),
    _activation("Tanhshrink", "tanhshrink", "Input less its tanh."),
    _activation(
        "ThresholdedReLU",
        "thresholded_relu",
        "The input above the threshold, else a fixed value.",
        ArgDef("threshold", number(), "Least input that passes.", 1.0),
        ArgDef("value", number(), "Given for what does not pass.", 0.0),
    ),
)
