"""The shape checks of generated networks.

Nothing else of the runtime is imported here, so a generated file stays usable with
this one module beside Paddle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

import paddle

try:
    from paddle.jit.sot.psdb import in_sot
except ImportError:  # a Paddle that does not trace bytecode

    def in_sot() -> bool:
        """Whether Paddle traces this bytecode."""
        return False


__all__ = ["ShapeError", "check_layer", "check_shape", "checked"]

# By layers: the shape behind it without N, its line in the spec, and further sublayers
# that give the same shape, such as its normalisation. None before these says that no
# sublayer of the layer's own name gives it.
Shapes = Mapping[str, tuple[Any, ...]]


class ShapeError(ValueError):
    """A tensor's shape differs from what the spec promised for a layer."""


def check_shape(
    x: paddle.Tensor, expected: tuple[int | None, ...], layer: str, where: str
) -> None:
    """Compare a tensor's shape with what the compiler inferred for a layer.

    `expected` is [N, C, H, W] or [N, features]; a None entry is free. Dimensions that
    a traced program leaves open (-1) are passed over, so the same code exports with a
    dynamic batch. It reads `x.shape` and nothing else, hence adds no op to a program.

    Raises ShapeError naming the layer, both shapes and the spec line `where`.
    """
    shape = x.shape
    # Nearly every call ends here. Lists, because `shape` is a list, a tuple or
    # paddle.Size depending on Paddle's version and on tracing.
    if expected[0] is None and [*shape[1:]] == [*expected[1:]]:
        return
    if len(shape) == len(expected) and all(
        wanted is None or size is None or size == -1 or size == wanted
        for size, wanted in zip(shape, expected, strict=True)
    ):
        return
    raise ShapeError(
        f"{layer} ({where}): expected {_shown(expected)}, got {_shown(shape)}"
    )


def _shown(shape: Sequence[int | None]) -> str:
    """[N, 128, 28, 28]: a free batch axis is N, any other free axis is `any`."""
    sizes = ["any" if size is None or size == -1 else str(size) for size in shape]
    if sizes and sizes[0] == "any":
        sizes[0] = "N"
    return "[" + ", ".join(sizes) + "]"


def check_layer(network: Any, layer: str, x: paddle.Tensor) -> None:
    """Hold `x` to the shape that `network.shapes()` has for a layer that is no
    sublayer: a join, or a form written where it stands. Raises ShapeError."""
    shape, where, *_ = network.shapes()[layer]
    check_shape(x, (None, *shape), layer, where)


class _Watched:
    """A network as its own `forward` sees it for one call: what a named sublayer gives
    is checked. All else is the network's.

    Nothing is registered on the network or its sublayers: they can be copied, saved,
    shared, replaced, run by several threads, and called by others in other sizes.
    """

    def __init__(self, network: Any, shapes: Shapes) -> None:
        rows = {}
        for layer, (shape, where, *further) in shapes.items():
            row = ((None, *shape), layer, where)
            for name in further if None in further else (layer, *further):
                rows[name] = row
        vars(self).update(_network=network, _rows=rows)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._network, name)
        row = self._rows.get(name)
        if row is None:
            return found

        def call(*inputs: Any) -> Any:
            x = found(*inputs)
            check_shape(x, *row)
            return x

        return call


def checked(forward: Callable[[Any, paddle.Tensor], Any]) -> Any:
    """`forward` with its input and its named sublayers held to `self.shapes()`.

    Raises ShapeError. In a program that `to_static` makes from bytecode the input alone
    is checked: the rest follows from it, and more would cut the program into pieces.
    """

    @wraps(forward)
    def run(self: Any, x: paddle.Tensor) -> Any:
        shapes = self.shapes()
        shape, where = shapes["input"]
        check_shape(x, (None, *shape), "input", where)
        return forward(self if in_sot() else _Watched(self, shapes), x)

    paddle.jit.not_to_static(run)
    return run


# Paddle's translator would otherwise rewrite these into program ops wherever a network
# is exported. It marks the function and returns it unchanged, so a call costs nothing
# more; not used as a decorator because Paddle's is untyped.
paddle.jit.not_to_static(check_shape)
paddle.jit.not_to_static(check_layer)
