"""Generated networks against Paddle's own: the same weights give the same bits.

Every family by its smallest member; `make catalogue` measures them all and writes the
table of docs/catalogue.md.
"""

from __future__ import annotations

from pathlib import Path

import paddle
import pytest
from paddle.vision import models

from tests.support.networks import oracle
from tests.support.networks.oracle import Case, Equality

pytestmark = pytest.mark.paddle

SMALLEST = [
    Case("alexnet"),
    Case("densenet121"),
    Case("googlenet"),
    Case("inception_v3"),
    Case("lenet"),
    Case("mobilenet_v1", 0.25),
    Case("mobilenet_v2", 0.5),
    Case("mobilenet_v3_large", 0.5),
    Case("mobilenet_v3_small", 0.75),
    Case("resnet18"),
    Case("resnet50"),
    Case("resnext50_32x4d"),
    Case("shufflenet_v2_swish"),
    Case("shufflenet_v2_x0_25"),
    Case("squeezenet1_0"),
    Case("squeezenet1_1"),
    Case("vgg11_bn"),
]


@pytest.mark.parametrize("case", SMALLEST, ids=lambda case: case.title)
def test_everything_is_bit_equal(case: Case, tmp_path: Path) -> None:
    found = oracle.measure(case, tmp_path)
    assert found.whole, found


def test_every_constructor_of_paddle_has_a_spec() -> None:
    """What `paddle.vision.models` exports in lower case makes a network."""
    made = {name for name in models.__all__ if name.islower()}
    names = {case.name for case in oracle.cases()}
    assert made <= names
    assert names - made == {"lenet", *(f"vgg{n}_bn" for n in (11, 13, 16, 19))}


def test_one_step_of_training_is_bit_equal(tmp_path: Path) -> None:
    *pair, images = oracle.pair(Case("resnet18"), tmp_path)
    labels = paddle.to_tensor([3, 998])
    before = [tensor.numpy() for tensor in pair[0].parameters()]
    for net in pair:
        net.train()
        paddle.nn.functional.cross_entropy(net(images), labels).backward()
        paddle.optimizer.Momentum(1e-3, parameters=net.parameters()).step()
    mine, given = (list(net.parameters()) for net in pair)
    assert all((b != a.numpy()).any() for b, a in zip(before, mine, strict=True))
    assert all(map(oracle.same_bits, mine, given))


@pytest.mark.parametrize("part", ["weight", "_mean"])
def test_the_last_bit_of_one_tensor_shows(
    part: str, tmp_path: Path, monkeypatch
) -> None:
    """The oracle's own test: what it measures can come out unequal."""
    pair = oracle.pair

    def changed(case: Case, folder: Path):
        ours, theirs, images = pair(case, folder)
        names = [n for n in ours.state_dict() if n.startswith("conv5")]
        (name,) = [n for n in names if n.endswith("1.pointwise_norm." + part)]
        tensor = ours.state_dict()[name]
        bits = tensor.numpy()
        bits.view("uint32")[:] ^= 1
        tensor.set_value(bits)
        return ours, theirs, images

    monkeypatch.setattr(oracle, "pair", changed)
    found = oracle.measure(Case("mobilenet_v1", 0.25), tmp_path)
    if part == "weight":
        assert found == Equality(False, False, False, False)
    else:  # statistics are not used in training, but kept
        assert found == Equality(False, True, True, False)
