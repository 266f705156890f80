"""The processes that train together: one, or several of `paddle.distributed`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray


@dataclass(frozen=True)
class World:
    """This process' rank and the number of processes. Alone it communicates nothing."""

    rank: int = 0
    size: int = 1

    @property
    def is_main(self) -> bool:
        """Whether this process is the one that writes files and speaks."""
        return self.rank == 0

    def sum(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of every process' values, in each of them."""
        if self.size == 1:
            return values
        tensor = paddle.to_tensor(values, dtype="float64")
        paddle.distributed.all_reduce(tensor)
        result: NDArray[np.float64] = tensor.numpy()
        return result

    def any(self, flag: bool) -> bool:
        """Whether the flag is set in any process."""
        return (self.size > 1 and bool(self.sum(np.array([float(flag)]))[0])) or flag

    def gather(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The rows of all processes, [n, k] each with the same n, by turns: row i of
        rank r comes at i * size + r."""
        if self.size == 1:
            return rows
        parts: list[Any] = []
        paddle.distributed.all_gather(parts, paddle.to_tensor(rows, dtype="float64"))
        stacked = np.stack([part.numpy() for part in parts], axis=1)
        return stacked.reshape(-1, rows.shape[1])

    def wait(self) -> None:
        """Until every process is here."""
        if self.size > 1:
            paddle.distributed.barrier()

    def shared(self, model: Any) -> Any:
        """The network as it trains: wrapped, where gradients are to be averaged."""
        if self.size == 1:
            return model
        return paddle.DataParallel(model)


ALONE = World()


def join_world() -> World:
    """This process' place, as `paddle.distributed.launch` has put it into the
    environment; alone where it was not launched so."""
    environment = paddle.distributed.ParallelEnv()
    if environment.world_size <= 1:
        return ALONE
    paddle.distributed.init_parallel_env()
    return World(environment.rank, environment.world_size)
