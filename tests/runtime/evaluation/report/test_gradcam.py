"""Grad-CAM on a network that can be computed by hand, and on real ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.paths import GENERATED

paddle = pytest.importorskip("paddle")

from paddle import nn  # noqa: E402
from pmruntime.evaluation.report.gradcam import grad_cam, overlay  # noqa: E402
from pmruntime.model.loading import load_model_class  # noqa: E402
from pmruntime.problems import UserError  # noqa: E402

pytestmark = pytest.mark.paddle


class ByHand(nn.Layer):
    """A convolution that passes its two channels on, and a mean of each, weighed."""

    def __init__(self, weights: list[list[float]], bias: float = 0.0) -> None:
        super().__init__()
        self.conv = nn.Conv2D(2, 2, 1, bias_attr=False)
        self.conv.weight.set_value(np.eye(2, dtype="float32").reshape(2, 2, 1, 1))
        self.pool = nn.AdaptiveAvgPool2D(1)
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(2, len(weights[0]))
        self.fc.weight.set_value(np.array(weights, dtype="float32"))
        self.fc.bias.set_value(np.full(len(weights[0]), bias, dtype="float32"))

    def forward(self, x: Any) -> Any:
        return self.fc(self.drop(self.pool(self.conv(x)).flatten(1)))


def spots() -> np.ndarray:
    """Channel 0 is bright at the top left, channel 1 at the bottom right."""
    image = np.zeros((2, 4, 4), dtype=np.float32)
    image[0, 0, 0] = 8
    image[1, 3, 3] = 4
    return image


def test_a_map_by_hand() -> None:
    found = grad_cam(ByHand([[1.0, 0.0], [0.0, 1.0]]), spots())
    assert (found.class_, found.layer) == (0, "conv")  # not the pooling: one pixel
    assert np.array_equal(found.heat, spots()[0] / 8)
    found = grad_cam(ByHand([[-1.0, 0.0], [0.0, 1.0]]), spots())
    assert found.class_ == 1
    assert np.array_equal(found.heat, spots()[1] / 4)


def test_one_output_speaks_for_both_classes() -> None:
    # The logit is mean(channel 0) - mean(channel 1) + bias = 0.5 - 0.25 + bias.
    positive = grad_cam(ByHand([[1.0], [-1.0]]), spots())
    assert positive.class_ == 1
    assert np.array_equal(positive.heat, spots()[0] / 8)
    negative = grad_cam(ByHand([[1.0], [-1.0]], bias=-1.0), spots())
    assert negative.class_ == 0
    assert np.array_equal(negative.heat, spots()[1] / 4)


def test_nothing_that_speaks_for_the_class_is_all_zeros() -> None:
    found = grad_cam(ByHand([[-1.0], [-1.0]], bias=9.0), spots())
    assert found.class_ == 1
    assert not found.heat.any()


def test_the_network_is_left_as_it_was() -> None:
    model = ByHand([[1.0], [-1.0]])
    model.train()
    model.pool.eval()  # one that was frozen on purpose
    for parameter in model.parameters():
        parameter.stop_gradient = True
    first = grad_cam(model, spots())
    assert np.array_equal(first.heat, grad_cam(model, spots()).heat)  # no dropout
    assert (model.training, model.pool.training, model.drop.training) == (1, 0, 1)
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not any(layer._forward_post_hooks for layer in model.sublayers())


def test_a_failure_leaves_no_hook_behind() -> None:
    model = ByHand([[1.0], [-1.0]])
    model.train()
    with pytest.raises(Exception, match=r"[Cc]hannel"):
        grad_cam(model, np.zeros((3, 4, 4), dtype=np.float32))
    assert model.training
    assert not any(layer._forward_post_hooks for layer in model.sublayers())


def test_a_network_without_images_is_refused() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(32, 2))
    with pytest.raises(UserError, match="no layer of the network gives an image"):
        grad_cam(model, spots())


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("lenet", "pool2"),  # conv3 leaves one pixel
        ("lenet_palm", "conv3"),
        ("resnet18", "c5"),  # the stage, not a layer within it
        ("googlenet", "block5_2"),
    ],
)
def test_real_networks(name: str, layer: str) -> None:
    paddle.seed(1)
    model = load_model_class(GENERATED / f"{name}.py")()
    shape = model.input_shape
    image = np.random.default_rng(0).normal(size=shape).astype("float32")
    found = grad_cam(model, image)
    assert found.layer == layer
    assert found.heat.shape == shape[1:]
    assert found.heat.min() >= 0
    assert found.heat.max() <= 1
    logits = model(paddle.to_tensor(image[None])).numpy()[0]
    wanted = logits.argmax() if len(logits) > 1 else logits[0] > 0
    assert found.class_ == wanted


def test_an_overlay_keeps_the_picture_where_nothing_speaks() -> None:
    picture = np.full((2, 2, 3), 100, dtype=np.uint8)
    heat = np.array([[0.0, 1.0], [0.0, 0.5]], dtype=np.float32)
    mixed = overlay(picture, heat)
    assert mixed.shape == (2, 2, 3)
    cold, hot = mixed[0, 0].astype(int), mixed[0, 1].astype(int)
    assert np.abs(cold - 100).max() < np.abs(hot - 100).max()
    assert hot[2] > cold[2]  # viridis ends in yellow
