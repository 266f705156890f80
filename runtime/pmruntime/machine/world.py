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
        """The network as it trains: wrapped, where gradients are to be averaged.

        Here the processes meet for the first time, and its weights become those of the
        main one. Whoever is early waits for up to 15 minutes; later, on CPUs, Paddle
        waits for half a minute only. Raises UserError where this Paddle cannot do it.
        """
        if self.size == 1:
            return model
        _connect()
        return paddle.DataParallel(model)

    def averaging(self, shared: Any, now: bool) -> AbstractContextManager[Any]:
        """The context of a batch: with `now` its gradients are averaged, with all that
        were added up before; without, they only add to this process' own."""
        return nullcontext() if self.size == 1 or now else shared.no_sync()

    def take_statistics(self, model: Any) -> None:
        """BatchNorm's running statistics, and all else that no gradient changes, become
        those of the main process: each has seen images of its own."""
        if self.size == 1:
            return
        for tensor in model.state_dict().values():
            if tensor.stop_gradient:
                paddle.distributed.broadcast(tensor.detach(), src=0)


ALONE = World()


def own_place() -> World:
    """This process' place, as `--nproc` or `paddle.distributed.launch` has put it into
    the environment; alone where nothing has."""
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
    with contextlib.redirect_stderr(io.StringIO()):  # a table of Paddle's own flags
        paddle.distributed.init_parallel_env()
