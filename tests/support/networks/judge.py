"""Holds a compiled network to real Paddle: what it predicts against what is there.

Nothing here is computed by the compiler's own rules. Shapes come from forward hooks,
parameters from Paddle's tensors, MACs from the weights and outputs that a run shows.
"""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import paddle
from paddle import nn
from pmgen.compile import Compiled
from pmgen.expand.graph import Graph
from pmgen.expand.graph import Node as GraphNode

_NUMBERS = itertools.count()


@dataclass(frozen=True)
class Call:
    """One call of a sublayer, as a forward hook saw it; shapes with N."""

    inputs: tuple[tuple[int, ...], ...]
    output: tuple[int, ...]


@dataclass(frozen=True)
class Run:
    """One forward pass: the outputs, and each sublayer's calls by attribute path."""

    outputs: tuple[paddle.Tensor, ...]
    calls: dict[str, list[Call]]


def load_module(code: str, folder: Path) -> ModuleType:
    """The generated text as a module, from a file as a user would have it."""
    name = f"generated_{next(_NUMBERS)}"
    path = folder / f"{name}.py"
    path.write_text(code, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build(compiled: Compiled, folder: Path, **arguments: Any) -> Any:
    """The network of a compiled spec. Raises AssertionError where it is wrong."""
    assert compiled.ok, [d.message for d in compiled.diagnostics.items]
    assert compiled.code is not None
    module = load_module(compiled.code, folder)
    (name,) = module.__all__
    return getattr(module, name)(**arguments)


def sizes_of(graph: Graph, open_size: int = 16) -> tuple[int, ...]:
    """The input's (C, H, W); `open_size` for what `any` leaves open."""
    return tuple(s if type(s) is int else open_size for s in graph.input)


def random_images(sizes: tuple[int, ...], batch: int, seed: int = 0) -> paddle.Tensor:
    """Images of noise, the same for the same seed."""
    paddle.seed(seed)
    return paddle.randn([batch, *sizes])


def run(net: Any, images: paddle.Tensor) -> Run:
    """Run the network once with a hook on every sublayer."""
    calls: dict[str, list[Call]] = {}
    hooks = [
        layer.register_forward_post_hook(_recorder(calls.setdefault(name, [])))
        for name, layer in net.named_sublayers()
    ]
    try:
        outputs = net(images)
    finally:
        for hook in hooks:
            hook.remove()
    several = outputs if isinstance(outputs, tuple) else (outputs,)
    return Run(several, calls)


def _recorder(calls: list[Call]) -> Any:
    def hook(layer: Any, inputs: Any, output: Any) -> None:
        shapes = tuple(tuple(x.shape) for x in inputs)
        calls.append(Call(shapes, tuple(output.shape)))

    return hook


def shape_problems(graph: Graph, found: Run) -> list[str]:
    """Where hooks saw another shape, in or out, than the graph says."""
    problems: list[str] = []
    left = left_out(graph, found)
    for node in modules_of(graph):
        calls = found.calls.get(node.module or "", [])
        if node.index in left:
            continue
        if len(calls) != 1:
            problems.append(f"{node.module} ran {len(calls)} times")
            continue
        for what, shape, real in (
            ("takes", node.in_shapes[0], calls[0].inputs[0]),
            ("gives", node.shape, calls[0].output),
        ):
            if not _fits(shape, real[1:]):
                problems.append(f"{node.module} {what} {real}, predicted {shape}")
    for name, shape, output in zip(
        ("the output", *graph.heads),
        (graph.output, *graph.heads.values()),
        found.outputs,
        strict=False,  # heads for training only are absent in evaluation
    ):
        if not _fits(shape, tuple(output.shape)[1:]):
            problems.append(f"{name} is {output.shape}, predicted {shape}")
    return problems


def _fits(predicted: tuple[Any, ...], real: tuple[int, ...]) -> bool:
    """A size that `any` leaves open fits whatever came."""
    return len(predicted) == len(real) and all(
        type(size) is not int or size == found
        for size, found in zip(predicted, real, strict=True)
    )


def left_out(graph: Graph, found: Run) -> set[int]:
    """The nodes that did not run and need not: a `when` leaves out a layer that took
    what they give, and nothing that ran depends on them."""
    if all(graph.kept.values()):
        return set()
    read: set[int] = set()
    for node in reversed(graph.nodes):
        ran = bool(found.calls.get(node.module)) if node.module else node.index in read
        if ran:
            read.update(node.inputs)
    modules = (node for node in modules_of(graph) if not found.calls.get(node.module))
    return {node.index for node in modules if node.index not in read}


def macs_that_ran(graph: Graph, found: Run, macs: int) -> int:
    """The graph's multiply-accumulates without those of what was left out."""
    left = left_out(graph, found)
    training = {node.index for node in graph.nodes if graph.trains_only(node)}
    if macs != graph.training_macs:
        left -= training
    return macs - sum(graph.nodes[index].macs or 0 for index in left)


def modules_of(graph: Graph) -> Iterator[GraphNode]:
    """The nodes that are sublayers of the class."""
    return (node for node in graph.nodes if node.module is not None)


def count_problems(graph: Graph, net: Any) -> list[str]:
    """Where trainable parameters or buffers differ from the graph, layer by layer."""
    layers = dict(net.named_sublayers())
    problems: list[str] = []
    for node in modules_of(graph):
        layer = layers.pop(node.module, None)
        if layer is None:
            problems.append(f"there is no sublayer {node.module}")
        elif own_counts(layer) != (node.params, node.buffers):
            problems.append(
                f"{node.module} has {own_counts(layer)} parameters and buffers, "
                f"predicted {(node.params, node.buffers)}"
            )
    # What is left may group others, but must hold nothing of its own.
    problems += [
        f"{name} is not in the graph, but learns"
        for name, layer in layers.items()
        if any(layer.parameters(include_sublayers=False))
    ]
    total = (trainable(net), _size(p for p in _values(net) if p.stop_gradient))
    if total != (graph.params, graph.buffers):
        problems.append(f"{total} in all, predicted {(graph.params, graph.buffers)}")
    return problems


def own_counts(layer: Any) -> tuple[int, int]:
    """Trainable values and other values of one sublayer, without those inside it."""
    own = _values(layer, inside=False)
    return (
        _size(p for p in own if not p.stop_gradient),
        _size(p for p in own if p.stop_gradient),
    )


def _values(net: Any, *, inside: bool = True) -> list[Any]:
    """The parameters and buffers of a layer and, if `inside`, of those in it.

    A GroupNorm without bias has, before Paddle 3.3, one of zeros that never learns.
    """
    zeros = {
        id(layer.bias)
        for layer in net.sublayers(include_self=True)
        if isinstance(layer, nn.GroupNorm)
        and layer.bias is not None
        and layer.bias.stop_gradient
    }
    values = net.parameters(include_sublayers=inside)
    return [value for value in values if id(value) not in zeros]


def trainable(net: Any) -> int:
    """The number of trainable values."""
    return _size(p for p in net.parameters() if not p.stop_gradient)


def _size(tensors: Any) -> int:
    total = 0
    for tensor in tensors:
        count = 1
        for size in tensor.shape:
            count *= int(size)
        total += count
    return total


def macs_of(net: Any, found: Run) -> int:
    """Multiply-accumulates of one image, from the weights and outputs of a run."""
    layers = dict(net.named_sublayers())
    total = 0
    for name, calls in found.calls.items():
        layer = layers[name]
        for call in calls:
            if isinstance(layer, nn.Conv2D):  # weight [out, in / groups, kh, kw]
                total += _product(layer.weight.shape) * _product(call.output[2:])
            elif isinstance(layer, nn.Conv2DTranspose):  # [in, out / groups, kh, kw]
                total += _product(layer.weight.shape) * _product(call.inputs[0][2:])
            elif isinstance(layer, nn.Linear):
                total += _product(layer.weight.shape)
    return total


def _product(sizes: Any) -> int:
    total = 1
    for size in sizes:
        total *= int(size)
    return total


def backward(found: Run) -> None:
    """Gradients of a weighted sum over all outputs. A plain sum would not do: a
    normalisation or a softmax before it makes every gradient vanish."""
    terms = []
    for output in found.outputs:
        flat = output.flatten()
        weights = paddle.linspace(-1.0, 2.0, flat.shape[0])
        terms.append((flat * weights).sum())
    paddle.add_n(terms).backward()


def gradient_problems(net: Any) -> list[str]:
    """Trainable parameters without a gradient, or with none that is not zero."""
    problems: list[str] = []
    for name, parameter in net.named_parameters():
        if parameter.stop_gradient:
            continue
        if parameter.grad is None:
            problems.append(f"{name} has no gradient")
        elif not bool(parameter.grad.abs().max() > 0):
            problems.append(f"{name} has a gradient of zero")
    return problems
