"""A tensor of the wrong shape is named where it arrives, and exports stay open in N."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paddle
import pytest
from paddle.static import InputSpec
from pmgen.catalogue import generated_name, spec_paths
from pmgen.compile import compile_spec
from pmgen.expand.graph import Graph
from pmruntime.checks import ShapeError

from tests.support.networks import judge
from tests.support.paths import SPECS

pytestmark = pytest.mark.paddle

BOTH = pytest.mark.parametrize(
    "standalone", [False, True], ids=["shared", "standalone"]
)


def _net(name: str, folder: Path, *, standalone: bool) -> tuple[Any, type[Exception]]:
    """A network of the catalogue, and the ShapeError that its file raises."""
    path = SPECS / f"{name}.yaml"
    compiled = compile_spec(path, root=SPECS, standalone=standalone)
    assert compiled.code is not None
    assert ("pmruntime" in compiled.code) is not standalone
    module = judge.load_module(compiled.code, folder)
    (title,) = module.__all__
    error = module.ShapeError if standalone else ShapeError
    return getattr(module, title)(), error


@BOTH
@pytest.mark.parametrize(
    "sizes", [(3, 28, 28), (1, 32, 32), (1, 28)], ids=["channels", "size", "axes"]
)
def test_a_wrong_input_is_named(
    sizes: tuple[int, ...], standalone: bool, tmp_path: Path
) -> None:
    net, error = _net("lenet", tmp_path, standalone=standalone)
    images = judge.random_images(sizes, batch=5)
    with pytest.raises(error) as caught:
        net(images)
    message = str(caught.value)
    line = _line_of("lenet", "input:")
    assert message.startswith(f"input (lenet.yaml:{line}): expected ")
    wanted, got = message.split("expected ")[1].split(", got ")
    assert _numbers(wanted) == [1, 28, 28]
    assert _numbers(got) == [5, *sizes]


@BOTH
def test_a_layer_that_was_changed_by_hand_is_named(
    standalone: bool, tmp_path: Path
) -> None:
    net, error = _net("lenet", tmp_path, standalone=standalone)
    net.conv2 = paddle.nn.Conv2D(6, 17, 5)
    line = _line_of("lenet", "  conv2:")
    with pytest.raises(error, match=rf"^conv2 \(lenet\.yaml:{line}\): ") as caught:
        net(judge.random_images((1, 28, 28), batch=2))
    wanted, got = str(caught.value).split("expected ")[1].split(", got ")
    assert _numbers(wanted) == [16, 8, 8]
    assert _numbers(got) == [2, 17, 8, 8]


class _Stub(paddle.nn.Layer):
    """Stands for a sublayer: gives zeros of a shape, whatever comes in."""

    def __init__(self, sizes: tuple[int, ...]) -> None:
        super().__init__()
        self.sizes = sizes

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return paddle.zeros([x.shape[0], *self.sizes])


@BOTH
@pytest.mark.parametrize("path", spec_paths(), ids=generated_name)
def test_each_layer_of_each_network_is_checked(
    path: Path, standalone: bool, tmp_path: Path
) -> None:
    """Sublayers are stubs, so that a run takes no time; each in turn is wrong. Then
    each row of the table is, those of layers that are no sublayer too."""
    compiled = compile_spec(path, root=SPECS, standalone=standalone)
    graph = compiled.graph
    assert graph is not None
    with paddle.LazyGuard():
        net = judge.build(compiled, tmp_path)
    sublayers = list(_sublayers(graph, net))
    for name, _, shape in sublayers:
        setattr(net, name, _Stub(shape))
    images = paddle.zeros([1, *judge.sizes_of(graph, open_size=64)])
    net.train()  # heads for training too
    net(images)
    for name, path_inside, shape in sublayers:
        layer, _, inside = path_inside.partition(".")
        if inside:
            continue  # of a form written inline, whose end is compared
        wrong = (shape[0] + 1, *shape[1:])
        setattr(net, name, _Stub(wrong))
        _expect_error(net, images, layer, shape, wrong)
        setattr(net, name, _Stub(shape))
    rows = net.shapes()
    assert list(rows) == ["input", *_named_layers(graph)]
    for layer, (shape, *rest) in rows.items():
        net.shapes = lambda wrong=(layer, (shape[0] + 1, *shape[1:]), rest): {
            **rows,
            wrong[0]: (wrong[1], *wrong[2]),
        }
        _expect_error(net, images, layer, (shape[0] + 1, *shape[1:]), shape)


def _sublayers(graph: Graph, net: Any) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """The sublayers of the model by their names, with their places in the spec and the
    shapes that they give, by the graph."""
    shapes = {**graph.layer_shapes, **graph.heads}
    nodes = {node.module: node for node in graph.nodes}
    for name, _ in net.named_children():
        node = nodes.get(name)
        path, shape = (name, shapes[name]) if node is None else (node.path, node.shape)
        assert all(type(size) is int for size in shape)
        yield name, path, tuple(map(int, shape))


def _named_layers(graph: Graph) -> list[str]:
    names = [layer.name.text for layer in graph.spec.form.layers]
    always = [head.layer.name.text for head in graph.spec.heads if not head.train_only]
    training = [head.layer.name.text for head in graph.spec.heads if head.train_only]
    return [*names, *always, *training]


def _expect_error(
    net: Any,
    images: paddle.Tensor,
    layer: str,
    wanted: tuple[int, ...],
    got: tuple[int, ...],
) -> None:
    """The error names the layer, both shapes, and the line where the layer stands."""
    with pytest.raises(ValueError, match=rf"^{layer} \(") as caught:
        net(images)
    assert type(caught.value).__name__ == "ShapeError"
    message = re.fullmatch(
        r"(\w+) \((.+):(\d+)\): expected (.+), got (.+)", str(caught.value)
    )
    assert message is not None
    _, file, line, expected, found = message.groups()
    text = (SPECS / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
    assert text.strip().startswith(f"{layer}:")
    assert _numbers(expected) == list(wanted)
    assert _numbers(found) == [1, *got]


def _line_of(spec: str, start: str) -> int:
    text = (SPECS / f"{spec}.yaml").read_text(encoding="utf-8")
    lines = text.splitlines()
    return next(i for i, line in enumerate(lines, 1) if line.startswith(start))


def _numbers(text: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", text)]


@BOTH
@pytest.mark.parametrize("name", ["lenet", "resnet18", "googlenet_paper"])
def test_an_export_runs_with_any_batch(
    name: str, standalone: bool, tmp_path: Path
) -> None:
    net, _ = _net(name, tmp_path, standalone=standalone)
    net.eval()
    sizes = type(net).input_shape
    path = str(tmp_path / "exported")
    paddle.jit.save(net, path, input_spec=[InputSpec([None, *sizes], "float32")])
    loaded = paddle.jit.load(path)
    loaded.eval()
    for batch in (1, 3):
        images = judge.random_images(sizes, batch)
        with paddle.no_grad():
            wanted, got = net(images), loaded(images)
        assert got.shape == wanted.shape
        assert float((got - wanted).abs().max().item()) <= 1e-5
