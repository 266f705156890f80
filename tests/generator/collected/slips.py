"""What people typed: a hundred slips from public questions, issues and documentation.

Each is written anew in this language: the word is theirs, the network around it is not.
«» is where the mistake has to be marked. `MEANT` is what did-you-mean proposes there;
`OUT` has to be left out; of the others, the words that the help must have, and the line
as somebody writes it who follows the help.
"""

from __future__ import annotations

from typing import NamedTuple

OUT = "leave it out"


class Slip(NamedTuple):
    """A layer (or a line of a recipe), what is meant, and the line that follows a help
    in words."""

    source: str
    typed: str
    meant: str
    mended: str = ""


CONV = "op: Conv2D, out_channels: 8, kernel_size: 3"

LAYERS = [
    # Keras
    Slip("K1", "{op: «Convolution2D», out_channels: 6, kernel_size: 5}", "Conv2D"),
    Slip("K1", "{op: MaxPool2D, «pool_size»: 2}", "kernel_size"),
    Slip("K1", "{op: «MaxPooling2D», kernel_size: 2}", "MaxPool2D"),
    Slip(
        "K1",
        "{op: «Activation», activation: relu}",
        "write `op: ReLU`, without `activation`",
        "{op: ReLU}",
    ),
    Slip("K2", f"{{{CONV}, «border_mode»: SAME}}", "padding"),
    Slip("K2", f"{{{CONV}, «subsample»: 2}}", "stride"),
    Slip("K3", f"{{{CONV}, padding: «same»}}", "SAME"),
    Slip("K3", f"{{{CONV}, «strides»: 1}}", "stride"),
    Slip("K3", f"{{{CONV}, «activation: relu»}}", "act: ReLU"),
    Slip("K3", "{op: «Concatenate», from: [a, c]}", "Concat"),
    Slip("K3", "{op: Linear, out_features: 128, «input_dim»: 784}", OUT),
    Slip("K3", "{op: Linear, out_features: 2, «activation: softmax»}", "act: Softmax"),
    Slip("K4", "{op: «Dense», out_features: 512}", "Linear"),
    Slip("K4", "{op: Linear, out_features: 1, act: «sigmoid»}", "Sigmoid"),
    Slip("K4", "{op: Linear, «units»: 512}", "out_features"),
    Slip("K5", "{op: Conv2D, «nb_filter»: 32, kernel_size: 3}", "out_channels"),
    Slip("K5", f"{{{CONV}, «input_shape»: [1, 28, 28]}}", OUT),
    Slip("K5", f"{{{CONV}, padding: «valid»}}", "VALID"),
    Slip("K6", "{op: Conv2D, «filters»: 8, kernel_size: 3}", "out_channels"),
    Slip("K7", f"{{{CONV}, act: «LeakyRelu»}}", "LeakyReLU"),
    Slip("K8", f"{{{CONV}, act: «leaky_relu»}}", "LeakyReLU"),
    Slip("K9", "{op: «leakyrelu»}", "LeakyReLU"),
    Slip("K10", f"{{{CONV}, init: «orthogonal»}}", "{weight: Orthogonal}"),
    Slip(
        "K10",
        f"{{{CONV}, act: «LeakyReLU(0.3)»}}",
        "{LeakyReLU: {negative_slope: 0.3}}",
    ),
    Slip("K10", "{op: LeakyReLU, «alpha»: 0.3}", "negative_slope"),
    Slip("K11", f"{{{CONV}, act: «hard_sigmoid»}}", "Hardsigmoid"),
    Slip("K11", f"{{{CONV}, act: «linear»}}", "none"),
    Slip("K11", f"{{{CONV}, act: «silu»}}", "Silu"),
    Slip("K11", f"{{{CONV}, act: «log_softmax»}}", "LogSoftmax"),
    Slip("K11", f"{{{CONV}, act: «relu6»}}", "ReLU6"),
    Slip("K12", "{op: «BatchNormalization», momentum: 0.9}", "BatchNorm2D"),
    Slip("K12", "{op: BatchNorm2D, «axis»: -1}", OUT),
    Slip("K13", "{op: BatchNorm2D, «center»: false}", "bias"),
    Slip("K13", "{op: BatchNorm2D, «scale»: true}", OUT),
    Slip(
        "K13",
        "{op: BatchNorm2D, «gamma_initializer: ones»}",
        "init: {weight: {Constant: {value: 1}}}",
    ),
    Slip(
        "K13", "{op: BatchNorm2D, «beta_initializer: zeros»}", "init: {bias: Constant}"
    ),
    Slip("K13", "{op: BatchNorm2D, «beta_regularizer»: l2}", OUT),
    Slip("K14", f"{{{CONV}, act: «swish»}}", "Swish"),
    Slip(
        "K15",
        "{op: «GlobalAveragePooling2D»}",
        "AdaptiveAvgPool2D, output_size: 1",
    ),
    Slip(
        "K15",
        "{op: «DepthwiseConv2D», kernel_size: 3}",
        "the channels that come in as `groups` and as `out_channels`",
        "{op: Conv2D, kernel_size: 3, groups: 8, out_channels: 8}",
    ),
    Slip("K15", f"{{{CONV}, act: «hard_swish»}}", "Hardswish"),
    Slip("K15", f"{{{CONV}, act: «hswish»}}", "Hardswish"),
    Slip("K16", "{op: Dropout, «rate»: 0.25}", "p"),
    Slip("K16", "{op: Dropout, «keep_prob: 0.75»}", "p: 0.25"),
    Slip("K16", f"{{{CONV}, «use_bias»: false}}", "bias"),
    Slip(
        "K16",
        f"{{{CONV}, «kernel_initializer: he_normal»}}",
        "init: {weight: KaimingNormal}",
    ),
    Slip(
        "K16",
        f"{{{CONV}, «kernel_initializer: glorot_uniform»}}",
        "init: {weight: XavierUniform}",
    ),
    Slip("K16", f"{{{CONV}, «dilation_rate»: 2}}", "dilation"),
    Slip("K16", f"{{{CONV}, «data_format»: channels_last}}", OUT),
    # PyTorch and Paddle
    Slip("P1", "{op: «BatchNorm2d»}", "BatchNorm2D"),
    Slip("P1", f"{{{CONV}, norm: «BN2d»}}", "BatchNorm2D"),
    Slip("P2", "{op: «Conv2d», out_channels: 8, kernel_size: 1}", "Conv2D"),
    Slip("P3", "{op: «nn.Conv2d», out_channels: 8, kernel_size: 1}", "Conv2D"),
    Slip("P3", f"{{{CONV}, «in_channels»: 3}}", OUT),
    Slip("P4", f"{{{CONV}, act: «HARD_SWISH»}}", "Hardswish"),
    Slip("P4", f"{{{CONV}, act: «relu»}}", "ReLU"),
    Slip(
        "P5",
        f"{{{CONV}, init: {{weight: {{KaimingNormal: {{«mode»: fan_out}}}}}}}}",
        OUT,
    ),
    Slip(
        "P5",
        f"{{{CONV}, init: {{weight: {{KaimingNormal: {{«a»: 0.1}}}}}}}}",
        "negative_slope",
    ),
    Slip("P6", "{op: Conv2D, «num_filters»: 8, kernel_size: 3}", "out_channels"),
    Slip("P6", "{op: Conv2D, out_channels: 8, «filter_size»: 3}", "kernel_size"),
    Slip("P6", f"{{{CONV}, «bias_attr»: false}}", "bias"),
    Slip("P6", "{op: «Pool2D», kernel_size: 2}", "MaxPool2D"),
    Slip(
        "T1",
        "{op: AvgPool2D, kernel_size: 2, «count_include_pad: true»}",
        "exclusive: false",
    ),
    Slip("T1", "{op: «AvgPool2d», kernel_size: 2}", "AvgPool2D"),
    Slip(
        "T2",
        f"{{{CONV}, init: {{weight: «kaiming_normal_»}}}}",
        "KaimingNormal",
    ),
    Slip(
        "T2",
        f"{{{CONV}, init: {{weight: «xavier_uniform_»}}}}",
        "XavierUniform",
    ),
    Slip(
        "T2",
        f"{{{CONV}, init: {{weight: {{Normal: «0.01»}}}}}}",
        "{std: 0.01}",
    ),
    Slip("T2", f"{{{CONV}, init: {{bias: «zeros_»}}}}", "Constant"),
    Slip("T2", f"{{{CONV}, init: {{bias: «0»}}}}", "{Constant: {value: 0}}"),
    Slip("T3", f"{{{CONV}, «norm_layer: nn.BatchNorm2d»}}", "norm: BatchNorm2D"),
    Slip("T4", f"{{{CONV}, «act_layer: nn.GELU»}}", "act: GELU"),
    Slip("T5", "{op: Dropout, «drop_rate»: 0.1}", "p"),
    Slip("T6", "{op: Dropout, «dropout_rate»: 0.1}", "p"),
    Slip("T7", "{op: «ConvNormAct», out_channels: 8, kernel_size: 3}", "Conv2D"),
    Slip(
        "T8",
        f"{{{CONV}, act: «quick_gelu»}}",
        "no activation here does the same",
        f"{{{CONV}, act: GELU}}",
    ),
    # Ultralytics
    Slip("U2", "{op: Add, «bottoms»: [a, c]}", "from"),
    Slip("U4", f"{{{CONV}, act: «nn.SiLU()»}}", "Silu"),
    Slip(
        "U1",
        "{op: «C2f», c2: 128}",
        "describe it under `blocks`",
        f"{{{CONV}}}",
    ),
    Slip("U1", f"{{{CONV}, «n»: 3, padding: 1}}", "repeat"),
    # Caffe
    Slip("C1", f"{{{CONV}, «bottom»: c}}", "from"),
    Slip("C1", f"{{{CONV}, «top»: conv1}}", OUT),
    Slip("C1", "{«type»: Conv2D, out_channels: 8, kernel_size: 3}", "op"),
    Slip("C2", "{op: «InnerProduct», out_features: 4}", "Linear"),
    Slip("C2", "{op: Linear, «num_output»: 4}", "out_features"),
    Slip(
        "C2",
        f"{{{CONV}, «weight_filler: {{type: msra}}»}}",
        "init: {weight: KaimingNormal}",
    ),
    Slip("C2", "{op: BatchNorm2D, «use_global_stats»: true}", OUT),
    Slip(
        "C3",
        "{op: «Scale»}",
        "leave it out: `BatchNorm2D` has its scale and shift itself",
        "{op: BatchNorm2D}",
    ),
    Slip("C3", "{op: «Eltwise», from: [a, c]}", "Add"),
    Slip("C4", f"{{{CONV}, «pad»: 1}}", "padding"),
    Slip("C4", f"{{{CONV}, «bias_term»: false}}", "bias"),
    Slip("C4", f"{{{CONV}, «group»: 1}}", "groups"),
    Slip("C4", "{op: BatchNorm2D, «eps»: 0.001}", "epsilon"),
    Slip(
        "C4",
        "{op: «Pooling», pool: AVE, kernel_size: 2}",
        "write `op: AvgPool2D`, without `pool`",
        "{op: AvgPool2D, kernel_size: 2}",
    ),
    Slip(
        "C6",
        f"{{{CONV}, «weight_filler: {{type: gaussian, std: 0.005}}»}}",
        "init: {weight: {Normal: {std: 0.005}}}",
    ),
    Slip("C6", f"{{{CONV}, «lr_mult»: 10}}", OUT),
    # Darknet
    Slip("D1", f"{{{CONV}, act: «mish»}}", "Mish"),
    Slip("D2", f"{{{CONV}, act: «leaky»}}", "{LeakyReLU: {negative_slope: 0.1}}"),
    Slip("D3", f"{{{CONV}, act: «logistic»}}", "Sigmoid"),
    Slip("D3", f"{{{CONV}, «batch_normalize: 1»}}", "norm: BatchNorm2D"),
    # typed as in China, or in haste
    Slip("Y1", "{op«：» Conv2D, out_channels: 8, kernel_size: 3}", ":"),
    Slip("Y1", "{op: Conv2D«，» out_channels: 8, kernel_size: 3}", ","),
]

RECIPES = [
    Slip("R1", "schedule: «CosineAnealing»", "Cosine"),
    Slip("R1", "schedule: {Cosine: {«warmup»: 2}}", "warmup_epochs"),
    Slip("R2", "optimizer: {Adam: {«lr»: 0.001}}", "learning_rate"),
    Slip("R2", "schedule: «CosineAnnealingLR»", "Cosine"),
    Slip("R3", "«max_epochs»: 30", "epochs"),
    Slip("R3", "«patience»: 2", "early_stopping"),
    Slip(
        "R3",
        "schedule: «ReduceLROnPlateau»",
        "no such schedule here",
        "schedule: Cosine",
    ),
    Slip("R4", "schedule: {«StepLR»: {gamma: 0.1}}", "Step"),
    Slip("R4", "schedule: {Step: {«step_size»: 3}}", "step_epochs"),
    Slip("R5", "schedule: «cosine»", "Cosine"),
]
