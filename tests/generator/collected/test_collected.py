"""A hundred slips from public questions, issues and documentation, each judged: it is
found, at its place, as one error, and whoever follows its help has a sound file.

The sources, by title:

- K1 keras-team/keras #10300, "It seems that you are using the Keras 2 and you are
  passing both `kernel_size` and `strides` as integer positional arguments"
- K2 keras-team/keras #9259, "Update your `Conv2D` call to the Keras 2 API"
- K3 Theano/Theano #6765, "('Keyword argument not understood:', 'border_mode')"
- K4 keras-team/keras #17379, "add() got an unexpected keyword argument 'activation'"
- K5 keras-team/keras #2302, "got an unexpected keyword argument 'input_shape'"
- K6 DoDuy/Deep-Learning-Specialization #1, "Changed filter to filters in _conv2d()"
- K7 thaler-lab/EnergyFlow #7, "Using advanced activation functions"
- K8 BBQuercus/deepBlink #107, "Unknown activation function:leaky_relu"
- K9 Shen-Lab/gcWGAN #1, "Invalid activation function: leakyrelu"
- K10 keras-team/keras #2272, "LeakyReLU activation does not work with newest release"
- K11 keras-team/keras-io #1538, "Added missing activations"
- K12 Stack Overflow 60079783, "Difference between Keras' BatchNormalization and
  PyTorch's BatchNorm2d?"
- K13 Stack Overflow 49930367, "Convert Lasagne BatchNormLayer to Keras
  BatchNormalization layer"
- K14 onnx/keras-onnx #390, "support the swish activation layer"
- K15 MarsTechHAN/keras2ncnn #28, "Activation type _hard_swish is not supported yet"
- K16 Keras's API reference, "Conv2D layer" and "Dropout layer"; TensorFlow 1's,
  "dropout"
- P1 open-mmlab/mmcv #1771, "The Registryclass cannot instantiate Paddle BatchNorm2d"
- P2 PaddlePaddle/PaddleDetection #6883, "Conv2d in distill.py file"
- P3 syp2ysy/SVF #14, "Conv2d can't be found in paddle.nn"
- P4 PaddlePaddle/Paddle-Lite #5093, "Add fuse for conv and hard_swish"
- P5 Paddle's guide to conversion, "torch.nn.init.kaiming_normal_"
- P6 Paddle 1's API reference, "Conv2D" and "Pool2D" of fluid.dygraph
- T1 PyTorch's reference, "AvgPool2d"; T2 the same, "torch.nn.init"
- T3 huggingface/pytorch-image-models #875, "make it possible to provide norm_layer via
  create_model"
- T4 SpikeZIP-TF #7, "got an unexpected keyword argument 'act_layer'"
- T5 huggingface/pytorch-image-models #641, "[BUG] MLP fail to start"
- T6 google-research/vision_transformer #57, "The keyword argument 'dropout_rate'"
- T7 huggingface/pytorch-image-models #2352, "Attribute aa in ConvNormAct not found"
- T8 huggingface/pytorch-image-models #2019, "Add quickgelu vit clip variants"
- U1 ultralytics/ultralytics #13866, "KeyError When Customization to YOLOv8 Model"
- U2 ultralytics/yolov5 #990, "Architecture Understanding"
- U4 ultralytics/yolov5 #2865, "When I replaced the Silu activation function"
- C1 taourl.com, "Caffe Unknown bottom blob"
- C2 microsoft/MMdnn #916, "Caffe to Pytorch or Tensorflow unable to convert"
- C3 fanq15/caffe_to_torch_to_pytorch #6, "[type BatchNorm]' not found"
- C4 xxradon/PytorchToCaffe #20, "Convert model accuracy drop about 8%"
- C6 pythonjishu.com, on Caffe's InnerProduct layer
- D1 AlexeyAB/darknet #7625, "Couldn't find activation function mish, going with ReLU"
- D2 rockchip-linux/rknn-toolkit #19, "[YOLOv4] Darknet Mish Activation ignored"
- D3 ceccocats/tkDNN #179, "difference of yolov4x-mish.cfg between yours and Alexey"
- R1 open-mmlab/mmdetection #3647, "Question about learning rate config"
- R2 KevinMusgrave/powerful-benchmarker #4, "lr_scheduler"
- R3 facebookresearch/fairchem #226, "Support for multiple schedulers"
- R4 DeepLearnPhysics/lartpc_mlreco3d #47, "Allow users to specify optimizer and
  learning rate scheduler"
- R5 open-mmlab/mmdetection #2348, "How to set cosine lr update in config"
- Y1 exchangetuts.com, "Why does the YAML spec mandate a space after the colon?"
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pmgen.compile import compile_spec
from pmgen.diagnostics.codes import is_warning
from pmgen.diagnostics.diagnostic import Diagnostic, Diagnostics
from pmgen.diagnostics.source import Span
from pmgen.recipe.parse import parse_recipe

from tests.generator.collected.slips import LAYERS, OUT, RECIPES, Slip

_CONV = "{op: Conv2D, out_channels: 8, kernel_size: 3, padding: 1}"
_HEAD = (
    f"pmgen: 1\nmodel: Net\ninput: [3, 32, 32]\nlayers:\n  a: {_CONV}\n  c: {_CONV}\n"
)
_FLAT = "  f: {op: Flatten}\n"


def spec(typed: str) -> str:
    """A network with the layer behind two convolutions, flattened where it must be."""
    features = re.search(r"Linear|Dense|InnerProduct", typed)
    return f"{_HEAD}{_FLAT if features else ''}  b: {typed}\n"


def errors(text: str, path: Path, *, recipe: bool) -> list[Diagnostic]:
    path.write_text(text, encoding="utf-8")
    if recipe:
        diagnostics = Diagnostics()
        parse_recipe(path, diagnostics)
        return diagnostics.ordered()
    found = compile_spec(path).diagnostics.ordered()
    return [item for item in found if not is_warning(item.code)]


def judged(slip: Slip, folder: Path, *, recipe: bool) -> str:
    """What is not good about the answer to a slip; nothing where all is."""
    start, marked, end = re.split("[«»]", slip.typed)
    frame = (lambda line: f"pmgen: 1\n{line}\n") if recipe else spec
    text = frame(start + marked + end)
    found = errors(text, folder / "file.yaml", recipe=recipe)
    if len(found) != 1:
        return f"{len(found)} errors: {[item.message for item in found]}"
    [item] = found
    if shown(text, item.span) != marked:
        return f"marked is {shown(text, item.span)!r}"
    help_text = item.help or ""
    if slip.mended:
        if slip.meant not in help_text:
            return f"help: {help_text}"
        mended = frame(slip.mended)
    elif slip.meant == OUT:
        if not help_text.startswith(OUT):
            return f"help: {help_text}"
        pattern = rf"(, )?{re.escape(marked)}: (\[.*?\]|[^,}}]*)"
        mended = frame(re.sub(pattern, "", start + marked + end))
    else:
        if help_text != f"did you mean `{slip.meant}`?":
            return f"help: {help_text}"
        mended = frame(start + slip.meant + end)
    left = errors(mended, folder / "mended.yaml", recipe=recipe)
    return f"mended: {[item.message for item in left]}" if left else ""


def shown(text: str, span: Span) -> str:
    line = text.split("\n")[span.line - 1]
    return line[span.column - 1 : span.end_column - 1]


def test_there_are_a_hundred_from_every_tool() -> None:
    slips = [*LAYERS, *RECIPES]
    assert len(slips) >= 100
    assert len(set(slips)) == len(slips)
    assert {slip.source for slip in slips} <= set(re.findall(r"\b[A-Z]\d+\b", __doc__))


@pytest.mark.parametrize("slip", LAYERS, ids=lambda slip: slip.typed)
def test_layers(slip: Slip, tmp_path: Path) -> None:
    assert judged(slip, tmp_path, recipe=False) == ""


@pytest.mark.parametrize("slip", RECIPES, ids=lambda slip: slip.typed)
def test_recipes(slip: Slip, tmp_path: Path) -> None:
    assert judged(slip, tmp_path, recipe=True) == ""
