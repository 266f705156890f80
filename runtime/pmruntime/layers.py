"""Layers that Paddle does not have, for generated code.

Like `pmruntime.checks`, this imports nothing else of the runtime.
"""

from __future__ import annotations

import paddle
from paddle import nn

__all__ = ["LayerNorm2D"]


class LayerNorm2D(nn.LayerNorm):  # type: ignore[misc]
    """Layer normalisation over the channels at each place of an image [N, C, H, W].

    Its weight and bias have one value a channel, as those of `nn.LayerNorm(C)`.
    """

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """The image normalised; its shape is kept."""
        x = super().forward(paddle.transpose(x, [0, 2, 3, 1]))
        return paddle.transpose(x, [0, 3, 1, 2])
