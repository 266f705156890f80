"""The product's contract: every network of the catalogue is what its spec says.

A spec that is added to `specs/` is held to it from that day on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pmgen.compile import compile_spec
from pmgen.expand.graph import Graph
from pmgen.settings import Settings

from tests.support.networks import judge
from tests.support.paths import SPECS

pytestmark = pytest.mark.paddle

# Of Paddle's own, those that use what no other spec of the catalogue does.
CATALOGUE = sorted(path.stem for path in SPECS.glob("*.yaml"))
CATALOGUE += [
    f"paddle/{name}"
    for name in (
        "densenet121",
        "googlenet",
        "mobilenet_v3_small",
        "shufflenet_v2_x0_25",
        "squeezenet1_1",
    )
]

# The tutorial's eight networks: input, trainable parameters, MACs of one image.
TUTORIAL = {
    "lenet": ((1, 28, 28), 41_806, 279_040),
    "lenet_palm": ((3, 224, 224), 19_233_841, 144_746_464),
    "alexnet": ((3, 224, 224), 71_916_929, 1_266_063_360),
    "vgg16": ((3, 224, 224), 134_264_641, 15_466_172_416),
    "googlenet": ((3, 224, 224), 5_974_577, 6_326_592_512),
    "resnet50": ((3, 224, 224), 23_510_081, 4_087_138_304),
    "resnet101": ((3, 224, 224), 42_502_209, 7_799_359_488),
    "resnet152": ((3, 224, 224), 58_145_857, 11_511_580_672),
}

# Published for ImageNet's 1000 classes; GoogLeNet without its auxiliary heads.
PUBLISHED = {
    "vgg16": 138_357_544,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "googlenet": 6_998_552,
}


@dataclass(frozen=True)
class Case:
    """A network of the catalogue, built and run forward and backward once."""

    graph: Graph
    net: Any
    training: judge.Run
    evaluation: judge.Run


@pytest.fixture(scope="module", params=CATALOGUE)
def case(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Case:
    compiled = compile_spec(SPECS / f"{request.param}.yaml", root=SPECS)
    net = judge.build(compiled, tmp_path_factory.mktemp("net"))
    graph = compiled.graph
    assert graph is not None
    sizes = judge.sizes_of(graph, open_size=64)
    # Two images: a batch norm of 1 x 1 maps learns nothing from a single one.
    images = judge.random_images(sizes, batch=2)
    net.eval()
    evaluation = judge.run(net, images)
    net.train()
    training = judge.run(net, images)
    judge.backward(training)
    return Case(graph, net, training, evaluation)


def test_every_layer_gives_the_predicted_shape(case: Case) -> None:
    assert judge.shape_problems(case.graph, case.training) == []


def test_every_parameter_is_counted(case: Case) -> None:
    assert judge.count_problems(case.graph, case.net) == []


def test_every_mac_is_counted(case: Case) -> None:
    if None in case.graph.spec.input:
        assert case.graph.macs is None
        return
    assert judge.macs_of(case.net, case.evaluation) == case.graph.macs
    assert judge.macs_of(case.net, case.training) == case.graph.training_macs


def test_every_parameter_learns(case: Case) -> None:
    assert judge.gradient_problems(case.net) == []


def test_heads_for_training_are_absent_in_evaluation(case: Case) -> None:
    always = [head for head in case.graph.spec.heads if not head.train_only]
    assert len(case.training.outputs) == 1 + len(case.graph.heads)
    assert len(case.evaluation.outputs) == 1 + len(always)


@pytest.mark.parametrize("name", TUTORIAL)
def test_the_tutorials_networks_have_its_figures(name: str) -> None:
    graph = _graph(SPECS / f"{name}.yaml")
    assert (graph.input, graph.params, graph.macs) == TUTORIAL[name]


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_figures_at_1000_classes(name: str) -> None:
    graph = _graph(SPECS / f"{name}.yaml", num_classes=1000)
    assert graph.params == PUBLISHED[name]
    assert graph.output == (1000,)


def _graph(path: Path, **params: Any) -> Graph:
    compiled = compile_spec(path, root=SPECS, settings=Settings(params=params))
    assert compiled.ok
    assert compiled.graph is not None
    return compiled.graph
