"""Ops as Keras, PyTorch, Caffe, Darknet, Ultralytics, ONNX and older Paddle call them.

A name that differs in case or `_` alone, such as `Conv2d`, needs no entry.
"""

from __future__ import annotations

from pmgen.ops.synonyms.meaning import Choice, Meaning, table

_GLOBAL = {"output_size": "1"}
_INPUT = Meaning(
    None, note="leave it out: `input` at the top of the file says what comes in"
)
_OF_TRAINING = Meaning(
    None, note="leave it out: losses and metrics belong to training, not to a network"
)
_CHANNELS_DROPPED = Meaning(
    None,
    note="no op here drops whole channels or layers; `Dropout` drops single values",
)
_RESHAPE = Meaning(
    None, note="no op here reshapes at will; `Flatten` makes an image features"
)
_DEPTHWISE = Meaning(
    "Conv2D",
    note="write `op: Conv2D`, with the channels that come in as `groups` and as "
    "`out_channels`",
    asks=("out_channels",),
)
_CONTAINER = Meaning(
    None, note="leave `op` out: layers that belong together stand under `layers`"
)
_COMPOUND = Meaning(
    None,
    note="a block of another tool: describe it under `blocks`, of the ops in it",
)

_POOLS = Choice(
    "pool pool_type pooling_type mode type",
    {"max": "MaxPool2D", "ave": "AvgPool2D", "avg": "AvgPool2D"},
    "MaxPool2D",
)

OPS = table(
    {
        "Conv2D": "Convolution Convolution2D LazyConv2d convolutional Conv2dSame "
        "SpatialConvolution",
        "Conv2DTranspose": "ConvTranspose2d ConvTranspose Deconvolution Deconv2D "
        "Deconv Deconvolution2D Convolution2DTranspose deconvolutional",
        "Linear": "Dense InnerProduct InnerProductLayer FullyConnected fc connected "
        "LazyLinear Gemm fully_connected",
        "BatchNorm2D": "BatchNorm BN BN2d",
        "GroupNorm": "GroupNormalization GN",
        "InstanceNorm2D": "InstanceNorm InstanceNormalization",
        "LayerNorm": "LayerNormalization LN",
        "LocalResponseNorm": "LRN LocalResponseNormalization",
        "MaxPool2D": "MaxPooling2D MaxPooling MaxPool SpatialMaxPooling max_pool",
        "AvgPool2D": "AveragePooling2D AvgPooling2D AveragePooling AveragePool AvgPool "
        "MeanPool SpatialAveragePooling",
        "Upsample": "UpsamplingNearest2d Interpolate Resize resize_nearest",
        "Concat": "Concatenate cat Concatenation route",
        "Add": "Sum AddN elementwise_add EltwiseAdd shortcut Plus",
        "Multiply": "Mul elementwise_mul EltwiseMul Prod",
        "Pad2D": "ZeroPad2d ConstantPad2d Pad",
        "ChannelShuffle": "ShuffleChannel ChannelShuffleLayer shuffle_channel",
        "Identity": "NoOp Nop Passthrough",
    },
    {
        "BatchNorm2d SyncBatchNorm LazyBatchNorm2d BatchNormAct2d": Meaning(
            "BatchNorm2D",
            notes={
                "momentum": "PyTorch's `momentum` is the weight of the new value, here "
                "it is that of the old one: 0.1 there is 0.9 here"
            },
        ),
        "BatchNormalization": Meaning(
            "BatchNorm2D",
            note="left out, `momentum` is 0.99 in Keras and 0.9 here, `epsilon` 0.001 "
            "there and 1e-05 here",
        ),
        "Conv ConvBNLayer ConvBN ConvBNAct ConvBNReLU ConvModule ConvNormAct": Meaning(
            "Conv2D",
            note="if it holds a normalisation and an activation too, say so: "
            "`norm: BatchNorm2D, act: ...`",
        ),
        "DepthwiseConv2D DWConv DepthwiseConv ConvolutionDepthwise": _DEPTHWISE,
        "SeparableConv2D SeparableConvolution2D DepthwiseSeparableConv": Meaning(
            None,
            note="two layers here: a `Conv2D` whose `groups` and `out_channels` are "
            "the channels that come in, then a `Conv2D` with `kernel_size: 1`",
        ),
        "GlobalAveragePooling2D GlobalAvgPooling2D GAP GAP2D GlobalAveragePooling": (
            Meaning(
                "AdaptiveAvgPool2D",
                _GLOBAL,
                note="it keeps height and width of 1: a `Linear` behind it needs "
                "`flatten: {op: Flatten}` between",
            )
        ),
        "GlobalAvgPool GlobalAveragePool GlobalAvgPool2D GlobalPool": Meaning(
            "AdaptiveAvgPool2D", _GLOBAL
        ),
        "GlobalMaxPooling2D GlobalMaxPool GlobalMaxPool2D GMP": Meaning(
            "AdaptiveMaxPool2D", _GLOBAL
        ),
        "Pooling": Meaning(
            None,
            choice=_POOLS,
            note="Caffe rounds sizes up, as `ceil_mode: true` does",
        ),
        "Pool2D Pool Pooling2D": Meaning(None, choice=_POOLS),
        "Eltwise Elementwise": Meaning(
            None,
            choice=Choice(
                "operation",
                {"sum": "Add", "prod": "Multiply", "0": "Multiply", "1": "Add"},
                "Add",
            ),
        ),
        "SelectAdaptivePool2d": Meaning(
            None,
            _GLOBAL,
            choice=Choice(
                "pool_type",
                {"avg": "AdaptiveAvgPool2D", "max": "AdaptiveMaxPool2D"},
                "AdaptiveAvgPool2D",
            ),
        ),
        "UpSampling2D": Meaning("Upsample", renames={"size": "scale_factor"}),
        "UpsamplingBilinear2d": Meaning(
            "Upsample", {"mode": "bilinear", "align_corners": "true"}
        ),
        "ZeroPadding2D": Meaning(
            "Pad2D",
            note="`padding` is one number, or [left, right, top, bottom]; Keras has "
            "height before width",
        ),
        "ReflectionPad2d": Meaning("Pad2D", {"mode": "reflect"}),
        "ReplicationPad2d": Meaning("Pad2D", {"mode": "replicate"}),
        "CircularPad2d": Meaning("Pad2D", {"mode": "circular"}),
        "Cropping2D Crop": Meaning("Pad2D", note="negative numbers crop"),
        "Scale Bias ScaleLayer": Meaning(
            None, note="leave it out: `BatchNorm2D` has its scale and shift itself"
        ),
        "Input InputLayer Data ImageData HDF5Data Placeholder": _INPUT,
        "SoftmaxWithLoss SigmoidCrossEntropyLoss EuclideanLoss Accuracy "
        "CrossEntropyLoss softmax_loss": _OF_TRAINING,
        "Dropout2d SpatialDropout2D DropBlock DropBlock2d DropPath StochasticDepth "
        "AlphaDropout": _CHANNELS_DROPPED,
        "Reshape View Permute Transpose Unflatten Squeeze Unsqueeze": _RESHAPE,
        "Sequential ModuleList Model Functional LayerList": _CONTAINER,
        "C2f C3 C2 C3k2 C2PSA C3TR SPP SPPF SPPELAN Focus GhostConv GhostBottleneck "
        "BottleneckCSP Bottleneck BasicBlock InvertedResidual ConvBlock ResBlock "
        "SqueezeExcite SEModule SELayer SEBlock MBConv DepthwiseSeparable "
        "Inception": _COMPOUND,
        "Detect Segment Classify yolo region": Meaning(
            None,
            note="no op here finds boxes; a classifier ends in `AdaptiveAvgPool2D`, "
            "`Flatten` and `Linear`",
        ),
        "Lambda Split Slice Chunk Gather LSTM GRU Embedding Attention "
        "MultiHeadAttention PixelShuffle DepthToSpace Conv1D Conv3D": Meaning(
            None, note="no op here does the same"
        ),
    },
)
