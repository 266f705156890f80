"""A network that is looked at while it trains: in eval mode, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def in_eval_mode(model: Any) -> Iterator[None]:
    """Every layer in eval mode; afterwards each is in its own mode again."""
    layers = model.sublayers(include_self=True)
    modes = [layer.training for layer in layers]
    model.eval()
    try:
        yield
    finally:
        for layer, mode in zip(layers, modes, strict=True):
            layer.training = mode
