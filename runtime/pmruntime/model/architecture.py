"""A network's layers in the order of a forward pass: shapes and parameters."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import paddle

from pmruntime.model.loading import parameter_count
from pmruntime.model.modes import in_eval_mode


@dataclass(frozen=True, kw_only=True)
class LayerRow:
    """A layer: its name, its depth (0: the network's own), its class, the shape of its
    output without the batch (None where no pass reaches it), and its trainable
    parameters, those of the layers within it included."""

    name: str
    depth: int
    kind: str
    shape: tuple[int, ...] | None
    params: int


def layer_rows(model: Any, image_shape: Sequence[int]) -> list[LayerRow]:
    """Every layer in order of execution, a layer before those within it, then the
    layers that run only while it trains. `image_shape` is (C, H, W)."""
    order: list[str] = []
    shapes: dict[str, tuple[int, ...]] = {}

    def watch(name: str, layer: Any) -> None:
        def before(_layer: Any, _inputs: Any) -> None:
            if name not in order:
                order.append(name)

        def after(_layer: Any, _inputs: Any, output: Any) -> None:
            if isinstance(output, paddle.Tensor):
                shapes[name] = tuple(output.shape[1:])

        hooks.callback(layer.register_forward_pre_hook(before).remove)
        hooks.callback(layer.register_forward_post_hook(after).remove)

    layers = dict(model.named_sublayers())
    with ExitStack() as hooks, in_eval_mode(model), paddle.no_grad():
        for name, layer in layers.items():
            watch(name, layer)
        model(paddle.zeros([1, *image_shape]))
    order += [name for name in layers if name not in shapes and name not in order]
    return [
        LayerRow(
            name=name,
            depth=name.count("."),
            kind=type(layers[name]).__name__,
            shape=shapes.get(name),
            params=parameter_count(layers[name]),
        )
        for name in order
    ]
