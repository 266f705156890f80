"""The processes that train together: one, or several of `paddle.distributed`."""

from __future__ import annotations

import contextlib
import io
import os
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray

from pmruntime.machine.launched import is_one_of_several
from pmruntime.problems import UserError


@dataclass(frozen=True)
class World:
    """This process' rank and the number of processes. Alone it communicates nothing."""

    rank: int = 0
    size: int = 1

    @property
    def is_main(self) -> bool:
        """Whether this process is the one that writes files and prints."""
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
        """The rows of all processes, [n, k] each with the same n, interleaved: row i of
        rank r is at i * size + r."""
        if self.size == 1:
            return rows
        parts: list[Any] = []
        paddle.distributed.all_gather(parts, paddle.to_tensor(rows, dtype="float64"))
        stacked = np.stack([part.numpy() for part in parts], axis=1)
        return stacked.reshape(-1, rows.shape[1])

    def barrier(self) -> None:
        """Wait until every process is here."""
        if self.size > 1:
            paddle.distributed.barrier()

    def data_parallel(self, model: Any) -> Any:
        """The network wrapped so that processes average its gradients; alone, itself.

        Here the processes meet for the first time, and the weights become those of the
        main one. The first waits for up to 15 minutes for the others; later, on CPUs,
        Paddle waits only for half a minute. Raises UserError where Paddle was built
        without its distributed part.
        """
        if self.size == 1:
            return model
        _connect()
        return paddle.DataParallel(model)

    def gradient_sync(self, model: Any, now: bool) -> AbstractContextManager[Any]:
        """The context of a batch's backward pass over the network of `data_parallel`.

        With `now` processes average the gradients accumulated so far; without, each
        only adds to its own."""
        return nullcontext() if self.size == 1 or now else model.no_sync()

    def broadcast_buffers(self, model: Any) -> None:
        """Copy BatchNorm's running statistics, and all else that no gradient changes,
        from the main process: each has seen images of its own."""
        if self.size == 1:
            return
        for tensor in model.state_dict().values():
            if tensor.stop_gradient:
                paddle.distributed.broadcast(tensor.detach(), src=0)


ALONE = World()


def current_world() -> World:
    """This process' rank and their number, which `--nproc` or
    `paddle.distributed.launch` put into the environment; alone where neither did."""
    if not is_one_of_several():
        return ALONE
    environment = paddle.distributed.ParallelEnv()
    return World(environment.rank, environment.world_size)


def _connect() -> None:
    if not paddle.distributed.is_available():
        raise UserError(
            "this Paddle was built without its distributed part; it trains in one "
            "process only"
        )
    if paddle.get_device() == "cpu":
        os.environ["PADDLE_DISTRI_BACKEND"] = "gloo"
    with contextlib.redirect_stderr(io.StringIO()):  # a table of Paddle's flags
        paddle.distributed.init_parallel_env()
