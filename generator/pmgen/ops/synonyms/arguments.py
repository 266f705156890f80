"""Arguments and keys of layers as other tools call them.

A word may mean several, one for each op: `size` is a window's `kernel_size` in Darknet
and `out_features` of a fully connected layer in older Paddle. The first that the op
takes is meant.
"""

from __future__ import annotations

from pmgen.ops.synonyms.meaning import candidates, folded, words

ARGUMENTS = candidates(
    {
        "out_channels": "filters num_filters n_filters nb_filter num_output out out_ch "
        "out_chs out_planes outplanes planes oup channels ch c2 cout n_out units "
        "output_channels num_channels_out depth_out out_features features dim width",
        "kernel_size": "kernel filter_size pool_size window window_size ksize k ks "
        "kernel_shape kernel_dim size kernel_width filter pooling_size",
        "stride": "strides s pool_stride pool_strides subsample step steps",
        "padding": "pad p pads pool_padding border_mode autopad paddings pad_size "
        "zero_padding cropping",
        "dilation": "dilation_rate dilations rate atrous_rate d dilate hole",
        "groups": "group num_group num_groups n_groups g",
        "num_groups": "groups group num_group n_groups g G",
        "bias": "use_bias bias_term with_bias has_bias bias_attr add_bias b "
        "center affine",
        "out_features": "units num_hidden num_output output_dim features out_dim "
        "n_out out output hidden_units size num_classes classes class_num out_channels "
        "hidden_size filters",
        "output_size": "size output_dim out_size output target_size",
        "epsilon": "eps variance_epsilon",
        "momentum": "bn_momentum decay moving_average_fraction",
        "p": "rate dropout dropout_ratio dropout_rate drop_rate dropout_prob prob "
        "drop_prob probability ratio",
        "negative_slope": "alpha slope leak leakiness a leaky_slope",
        "num_parameters": "num_params n_params",
        "axis": "dim dimension",
        "start_axis": "start_dim",
        "stop_axis": "end_dim end_axis",
        "scale_factor": "scale factor upscale upsample_factor scales stride strides "
        "zoom ratio",
        "mode": "interpolation interp method interpolation_mode upsample_mode "
        "padding_mode resize_mode",
        "divisor_override": "divisor",
        "value": "constant pad_value constant_values fill_value",
        "size": "local_size n nsize",
        "threshold": "theta lambd",
        "min": "min_val min_value",
        "max": "max_val max_value",
        "std": "stddev sigma scale",
        "low": "minval a min lower",
        "high": "maxval b max upper",
        "op": "type class module class_name layer_type op_type block cls operator",
        "act": "activation activation_fn act_fn act_layer act_func activation_layer "
        "act_type act_name activ non_linearity nonlinearity activation_func act_cfg "
        "relu",
        "norm": "normalization normalisation norm_layer norm_type norm_cfg "
        "normalizer_fn batch_normalize batch_norm batchnorm bn use_bn with_bn has_bn "
        "use_batchnorm use_batch_norm use_norm apply_bn batch_normalization",
        "init": "initializer kernel_initializer weight_init weight_initializer "
        "weight_attr weight_filler param_attr kernel_init weights_initializer "
        "depthwise_initializer w_init init_cfg gamma_initializer bias_initializer "
        "bias_init bias_filler beta_initializer",
        "from": "bottom bottoms inputs inbound_nodes inbound input source src parent "
        "parents sources previous in_layer input_layer",
        "repeat": "repeats n number num num_blocks num_repeats times num_layers count "
        "num_block number_of_layers num_stages",
        "when": "if condition cond only_if enabled enable",
    }
)
# What another tool calls the image that comes in.
THE_INPUT = {"data", "image", "images", "x", "inputs"}
# What is not written here, and why.
LEFT_OUT = {
    word: why
    for text, why in {
        "in_channels in_features num_features num_channels input_channels in_planes "
        "inplanes inp input_dim c1 in_chs in_ch in_dim cin input_depth n_in "
        "normalized_shape input_shape input_size batch_input_shape nin "
        "num_input_features": "leave it out: what comes in follows from the layer "
        "before",
        "data_format data_layout image_data_format": "leave it out: images are "
        "[N, C, H, W] here",
        "inplace in_place": "leave it out: it changes nothing that is calculated",
        "name label": "leave it out: a layer is called by its key",
        "top tops output outputs": "leave it out: what comes out is called as the "
        "layer itself",
        "trainable frozen lr_mult decay_mult param lr_scale": "leave it out: what "
        "learns, and how fast, is said in the recipe by `freeze` and `learning_rates`",
        "weight_decay kernel_regularizer bias_regularizer activity_regularizer "
        "gamma_regularizer beta_regularizer "
        "regularizer kernel_constraint bias_constraint l2": "leave it out: a penalty "
        "on weights is `weight_decay` in the recipe",
        "padding_mode": "leave it out: a border is zeros; `Pad2D` before the layer has "
        "other modes",
        "depth_multiplier channel_multiplier": "leave it out: `out_channels` says it",
        "device dtype seed noise_shape return_indices engine include phase "
        "transform_param data_param lr learning_rate": "leave it out: it does not "
        "describe the network",
    }.items()
    for word in words(text)
}
# The same for the ops of one group.
LEFT_OUT_OF = {
    "normalisation": {
        folded(word): "leave it out: a scale and running statistics are there in any "
        "case"
        for word in ("track_running_stats", "use_global_stats", "scale", "is_test")
    }
    | {"axis": "leave it out: it is the channels that are normalised"},
    "merge": dict.fromkeys(
        ("axis", "dim", "concatdim"), "leave it out: it is the channels that are joined"
    ),
    "initializer": {
        folded(word): "leave it out: Paddle takes the fan-in; for the fan-out, "
        "`fan_in` is out_channels * kernel height * kernel width"
        for word in ("mode", "variance_norm")
    },
}
# true there is false here
OPPOSITE = {"nobias": "bias", "countincludepad": "exclusive"}
# 1 less what stands there
REMAINDER = {"keepprob": "p", "keeprate": "p"}
# What an `init` written under these names is for, where it is not the weight.
OF_BIAS = words("bias_initializer bias_init bias_filler beta_initializer")
# Keys of `init`.
PARAMETERS = candidates(
    {"weight": "kernel w weights gamma filter scale", "bias": "b beta shift"}
)
# A mapping whose entries stand in the layer itself here.
WRAPPERS = words(
    "convolution_param pooling_param inner_product_param relu_param dropout_param "
    "lrn_param batch_norm_param eltwise_param concat_param upsample_param "
    "deconvolution_param prelu_param elu_param flatten_param"
)
# Keys at the top of a file.
TOP = candidates(
    {
        "model": "name network net architecture arch class model_name class_name",
        "input": "input_shape input_size image_shape img_size imgsz image_size "
        "input_dim shape",
        "params": "parameters hyperparameters args variables hyper_params",
        "layers": "backbone layer network sequence body head neck",
        "blocks": "block modules module definitions components",
        "extends": "base inherits inherit _base_ parent from",
        "use": "include includes import imports",
        "heads": "aux auxiliary outputs aux_heads",
        "expect": "expected assert asserts check",
        "source": "description paper reference doc comment",
        "pmgen": "version",
        "defaults": "default",
    }
)
TOP_NOTES = {
    folded(word): f"declare it: `params: {{{word}: 10}}`, used as `${word}`"
    for word in ("nc", "num_classes", "classes", "class_num", "n_classes")
}
EXPECTED = candidates(
    {
        "params": "parameters num_params n_params trainable_params trainable",
        "macs": "flops mac gmacs mult_adds madds multiply_adds",
        "output": "out output_shape",
        "shapes": "shape",
    }
)
EXPECT_NOTES = {"flops": "a multiply-accumulate is two FLOPs: `macs` is half of them"}
