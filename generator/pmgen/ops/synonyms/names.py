"""Activations, normalisations, initializers and other named values as other tools
call them."""

from __future__ import annotations

from pmgen.ops.synonyms.meaning import Meaning, table, words

# What leaves a default away, or never was there.
NOTHING = words("none null nil no false off linear identity noop empty")
_SMALL = {"std": "0.05"}
ACTIVATIONS = table(
    {
        "ReLU": "Rectify rectifier rect",
        "LeakyReLU": "lrelu leaky_rectify",
        "Hardswish": "hswish h_swish hard_swish HSwish",
        "Hardsigmoid": "hsigmoid h_sigmoid hard_sigmoid HSigmoid",
        "Hardtanh": "htanh",
        "Sigmoid": "logistic sigm",
        "Tanh": "tanh hyperbolic_tangent",
        "Silu": "SiLU",
        "Softmax": "softargmax",
        "GELU": "gelu_none gelu_erf",
    },
    {
        "leaky": Meaning(
            "LeakyReLU",
            {"negative_slope": "0.1"},
            note="Darknet's slope is 0.1; left out, it is 0.01 here",
        ),
        "gelu_tanh gelu_new GELUTanh gelu_pytorch_tanh": Meaning(
            "GELU", {"approximate": "true"}
        ),
        "quick_gelu exponential exp sine SwiGLU GEGLU": Meaning(
            None, note="no activation here does the same"
        ),
    },
)
USUAL_NORM = "BatchNorm2D"  # what `norm: true` and `batch_normalize: 1` mean
NORMS = table(
    {
        "BatchNorm2D": "BN BatchNorm BatchNormalization SyncBN SyncBatchNorm BN2d "
        "batch BatchNorm1d",
        "InstanceNorm2D": "IN InstanceNorm InstanceNormalization instance",
        "LayerNorm": "LN LayerNormalization layer",
        "LocalResponseNorm": "LRN local_response",
    },
    {
        "GN GroupNormalization group": Meaning(
            "GroupNorm",
            asks=("num_groups",),
            note="write `{GroupNorm: {num_groups: ...}}`, with a number that divides "
            "the channels",
        ),
    },
)
INITIALIZERS = table(
    {
        "KaimingNormal": "he_normal HeNormal kaiming kaiming_normal_ msra he "
        "MSRAInitializer MSRAPrelu",
        "KaimingUniform": "he_uniform HeUniform kaiming_uniform_",
        "XavierNormal": "glorot_normal GlorotNormal xavier_normal_",
        "XavierUniform": "glorot_uniform GlorotUniform xavier xavier_uniform_ glorot "
        "Xavier",
        "Constant": "zeros zeros_ Zeros zero constant_",
        "Orthogonal": "orthogonal_",
        "Dirac": "dirac_ identity Identity eye",
    },
    {
        "ones ones_ one": Meaning("Constant", {"value": "1"}),
        "random_normal RandomNormal": Meaning(
            "Normal", _SMALL, note="Keras's standard deviation is 0.05, Paddle's 1.0"
        ),
        "random_uniform RandomUniform": Meaning(
            "Uniform",
            {"low": "-0.05", "high": "0.05"},
            note="Keras draws from -0.05 to 0.05, Paddle from -1.0 to 1.0",
        ),
        "gaussian normal_": Meaning(
            "Normal", {"std": "0.01"}, note="left out, `std` is 1.0: say yours"
        ),
        "truncated_normal trunc_normal trunc_normal_": Meaning(
            "TruncatedNormal", {"std": "0.02"}, note="left out, `std` is 1.0: say yours"
        ),
        "uniform_": Meaning("Uniform", {"low": "0", "high": "1"}),
        "lecun_normal LecunNormal": Meaning(
            "KaimingNormal", {"nonlinearity": "linear"}
        ),
        "lecun_uniform LecunUniform": Meaning(
            "KaimingUniform", {"nonlinearity": "linear"}
        ),
        "VarianceScaling variance_scaling": Meaning(
            None,
            note="for a fan-in and scale 2 it is `KaimingNormal`, for the mean of both "
            "fans and scale 1 `XavierNormal`",
        ),
        "default pretrained none null": Meaning(
            None, note="leave `init` out: Paddle's own defaults hold"
        ),
    },
)
# What a number alone is where an initializer is named: the name, and its argument.
ONE_VALUE = ("Constant", "value")
# The argument that a number alone stands for, where it is not the first.
ALONE = {"Normal": "std", "TruncatedNormal": "std"}
MERGES = table(
    {
        "concat": "cat concatenate concatenation join",
        "add": "sum plus eltwise elementwise_add addition residual",
        "multiply": "mul prod product times dot elementwise_mul scale gate",
    },
    {},
)
SHORTCUTS = table(
    {"identity": "true yes id skip input same", "where_equal": "auto if_equal"},
    {
        "projection conv conv1x1 B downsample": Meaning(
            None, note="write its layers: `shortcut: {conv: {op: Conv2D, ...}}`"
        ),
        "none false no": Meaning(
            None, note="a residual has a shortcut; without one it is `layers`"
        ),
    },
)
TYPES = table(
    {
        "int": "integer long number",
        "float": "double real decimal",
        "bool": "boolean",
        "str": "string text",
        "ints": "list tuple sequence array pair list[int] tuple[int,int]",
        "activation": "act callable",
    },
    {},
)
# Words that arguments take as values.
VALUES = table(
    {
        "SAME": "half same_upper same_lower",
        "VALID": "none",
        "bilinear": "linear INTER_LINEAR bilinear_interp",
        "bicubic": "cubic INTER_CUBIC",
        "nearest": "INTER_NEAREST nearest_interp",
        "replicate": "edge border",
        "constant": "zeros zero",
        "circular": "wrap",
        "reflect": "reflection mirror",
    },
    {},
)
