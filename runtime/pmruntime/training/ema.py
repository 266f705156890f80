"""EMA: the exponential moving average of a network's weights, evaluated and saved."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

import paddle

# The first steps count more: with the full decay the average would hold on to the
# random initialisation for hundreds of steps.
_WARMUP = 10


class EMA:
    """`model`, a second network of the same class, whose weights follow the first's.

    After step t they are decay * average + (1 - decay) * weights with a decay of at
    most (1 + t) / (10 + t). BatchNorm's running statistics are averaged like weights.
    What is `frozen` (names of the state dict) is left as it is: the mean of two equal
    numbers need not be that number, to the bit.
    """

    def __init__(
        self,
        followed: Any,
        model: Any,
        decay: float,
        frozen: AbstractSet[str] = frozenset(),
    ) -> None:
        """`model` becomes a copy of `followed` as it is now."""
        self.model = model
        self.decay = decay
        state = followed.state_dict()
        model.set_state_dict(state)
        model.eval()
        self._pairs = [
            (average, state[name], "float" in str(average.dtype))
            for name, average in model.state_dict().items()
            if name not in frozen
        ]

    def update(self, step: int) -> None:
        """Follow after the network's `step`-th update, counted from 1."""
        decay = min(self.decay, (1 + step) / (_WARMUP + step))
        with paddle.no_grad():
            for average, followed, is_float in self._pairs:
                if is_float:
                    average.set_value(average * decay + followed * (1 - decay))
                else:
                    average.set_value(followed)
