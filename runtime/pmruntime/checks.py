"""The shape check that generated networks call after each named layer.

Nothing else of the runtime is imported here, so a generated file stays usable with
this one module beside Paddle.
"""

from __future__ import annotations

from collections.abc import Sequence

import paddle

__all__ = ["ShapeError", "check_shape"]


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


# Paddle's translator would otherwise rewrite the function above into program ops
# wherever a network is exported. It marks the function and returns it unchanged, so a
# call costs nothing more; not used as a decorator because Paddle's is untyped.
paddle.jit.not_to_static(check_shape)
