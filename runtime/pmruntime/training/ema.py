"""A running average of a network's weights (EMA): what is validated and saved."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

import paddle

# The first steps count more: with the full decay the average would hold on to the
# random initialisation for hundreds of steps.
_WARM = 10


class Average:
    """A second network of the same class that follows the first.

    After step t it is decay * average + (1 - decay) * weights with a decay of at most
    (1 + t) / (10 + t). BatchNorm's running statistics are averaged like weights. What
    is `still` (names of the state dict) is left as it is: the mean of two equal numbers
    need not be that number, to the bit.
    """

    def __init__(
        self,
        followed: Any,
        average: Any,
        decay: float,
        still: AbstractSet[str] = frozenset(),
    ) -> None:
        """`average` becomes a copy of `followed` as it is now."""
        self.model = average
        self.decay = decay
        state = followed.state_dict()
        average.set_state_dict(state)
        average.eval()
        self._pairs = [
            (mine, state[name], "float" in str(mine.dtype))
            for name, mine in average.state_dict().items()
            if name not in still
        ]

    def update(self, step: int) -> None:
        """Follow after the network's `step`-th update, counted from 1."""
        decay = min(self.decay, (1 + step) / (_WARM + step))
        with paddle.no_grad():
            for mine, followed, is_float in self._pairs:
                if is_float:
                    mine.set_value(mine * decay + followed * (1 - decay))
                else:
                    mine.set_value(followed)
