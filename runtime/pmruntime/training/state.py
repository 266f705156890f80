"""All that an interrupted run needs to go on to the same bits, in one file.

One file, because it is replaced by a rename: a run is never left with weights of one
moment and an optimizer of another. It is safetensors: the network's state under
`model/`, the average's under `average/`, the optimizer's under `optimizer/SLOT/` by the
parameter's structured name (Paddle's own names count layers over the whole process and
differ in the next one). Where training stands is JSON in its metadata.

No state of a random generator is among it: what is drawn depends on the seed and the
step alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray

from pmruntime.problems import UserError
from pmruntime.runs.checkpoint import read_tensors, write_tensors
from pmruntime.training.ema import Average
from pmruntime.training.precision import Precision


@dataclass
class Progress:
    """Where a run stands: in epoch `epoch`, counted from 1, `batch` batches of it and
    `step` updates of the whole run done. Sums are over the images of the epoch so far,
    `rows` are the lines of metrics.jsonl, `seconds` the time spent so far."""

    epoch: int = 1
    batch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    right: int = 0
    seen: int = 0
    train_seconds: float = 0.0
    seconds: float = 0.0
    rows: list[dict[str, Any]] = field(default_factory=list)

    def begin_next_epoch(self) -> None:
        """Count from the start of the next epoch."""
        self.epoch += 1
        self.batch, self.loss_sum, self.right, self.seen = 0, 0.0, 0, 0
        self.train_seconds = 0.0


@dataclass(frozen=True, eq=False)
class TrainingState:
    """What changes while a network trains."""

    model: Any
    optimizer: Any
    average: Average | None
    precision: Precision
    progress: Progress

    def save(self, path: Path) -> None:
        """Write everything atomically."""
        tensors = _under("model/", _arrays(self.model.state_dict()))
        if self.average is not None:
            tensors |= _under("average/", _arrays(self.average.model.state_dict()))
        tensors |= _optimizer_arrays(self.optimizer, self.model)
        facts = {
            "progress": asdict(self.progress),
            "amp": self.precision.state(),
            "optimizer": type(self.optimizer).__name__,
        }
        write_tensors(path, tensors, facts)

    def is_finite(self) -> bool:
        """Whether every weight is a number. (Of what is trained, which is the same in
        all processes; BatchNorm's statistics are each one's own.)"""
        trained = (p for p in self.model.parameters() if not p.stop_gradient)
        return all(bool(paddle.isfinite(p).all()) for p in trained)

    def restore(self, path: Path) -> None:
        """Take up what `save` wrote, in place.

        Raises UserError where the file is missing, torn, or of another run.
        """
        tensors, facts = read_tensors(path)
        model = _of("model/", tensors)
        wanted = _arrays(self.model.state_dict())
        average = _of("average/", tensors)
        fits = model.keys() == wanted.keys() and all(
            model[name].shape == wanted[name].shape for name in wanted
        )
        fits &= average.keys() == (wanted.keys() if self.average else set())
        # Paddle would take another optimizer's tensors without a word, and start anew.
        fits &= facts.get("optimizer") == type(self.optimizer).__name__
        if not fits:
            raise UserError(
                f"the checkpoint `{path}` is of another network or recipe",
                "its model.py or recipe.json was changed; train anew with `--force`",
            )
        self.model.set_state_dict(model)
        if self.average is not None:
            self.average.model.set_state_dict(average)
        _restore_optimizer(self.optimizer, self.model, _of("optimizer/", tensors))
        try:
            self.precision.restore(facts["amp"])
            vars(self.progress).update(asdict(Progress(**facts["progress"])))
        except (KeyError, TypeError) as error:
            raise UserError(f"`{path}` is no checkpoint of a run: {error!r}") from error


def _arrays(state: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    return {name: np.ascontiguousarray(t.numpy()) for name, t in state.items()}


def _under(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {prefix + name: array for name, array in arrays.items()}


def _of(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    cut = len(prefix)
    return {n[cut:]: array for n, array in arrays.items() if n.startswith(prefix)}


def _optimizer_arrays(optimizer: Any, model: Any) -> dict[str, NDArray[Any]]:
    """The optimizer's tensors as `optimizer/velocity_0/conv.weight`."""
    structured = {p.name: name for name, p in model.named_parameters()}
    found = {}
    for key, tensor in optimizer.state_dict().items():
        if not isinstance(tensor, paddle.Tensor):
            continue  # the (empty) tables of a scheduler and of master weights
        # `conv2d_1.w_0_velocity_0` begins with the name of its parameter. A longer
        # parameter's name may begin with a shorter one's.
        owner = max((n for n in structured if key.startswith(n + "_")), key=len)
        slot = key[len(owner) + 1 :]
        found[f"optimizer/{slot}/{structured[owner]}"] = tensor.numpy()
    return found


def _restore_optimizer(
    optimizer: Any, model: Any, arrays: Mapping[str, NDArray[Any]]
) -> None:
    global_names = {name: p.name for name, p in model.named_parameters()}
    state = {}
    for key, array in arrays.items():
        slot, _, name = key.partition("/")
        full = f"{global_names[name]}_{slot}"
        tensor = paddle.to_tensor(array)
        tensor.name = full
        state[full] = tensor
    optimizer.set_state_dict(state)
