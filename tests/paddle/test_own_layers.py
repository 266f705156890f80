"""Layers that Paddle does not have, from the runtime and standalone: what they give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pmgen.compile import compile_spec
from pmruntime import layers

from tests.support.networks import judge
from tests.support.paths import ROOT

pytestmark = pytest.mark.paddle


@pytest.mark.parametrize("standalone", [False, True])
def test_layer_norm_2d(standalone: bool, tmp_path: Path) -> None:
    """The mean and variance over channels at each place, then a factor and a shift."""
    case = ROOT / "tests/cases/layer_norm_2d/spec.yaml"
    code = compile_spec(case, standalone=standalone).code
    assert code is not None
    module = judge.load_module(code, tmp_path)
    assert (module.LayerNorm2D is layers.LayerNorm2D) is not standalone
    layer = module.LayerNorm2D(5, epsilon=1e-4)
    random = np.random.default_rng(0)
    scale, shift = (random.normal(size=5).astype("float32") for _ in range(2))
    layer.weight.set_value(scale)
    layer.bias.set_value(shift)
    images = judge.random_images((5, 3, 4), batch=2)
    values = images.numpy().astype("float64")
    mean, spread = values.mean(1, keepdims=True), values.var(1, keepdims=True)
    wanted = (values - mean) / np.sqrt(spread + 1e-4)
    wanted = wanted * scale[:, None, None] + shift[:, None, None]
    np.testing.assert_allclose(layer(images).numpy(), wanted, rtol=1e-5, atol=1e-5)
