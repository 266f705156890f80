"""What a run trains (`TrainingJob`), and how far that is (`TrainingState`).

The state is all that an interrupted run needs to go on to the same bits. It is saved as
one file, the checkpoint, because a file is replaced by a rename: a run is never left
with weights of one moment and an optimizer of another. The file is safetensors: the
network's state dict under `model/`, its EMA's under `average/`, the optimizer's under
`optimizer/SLOT/` by the parameter's structured name. Where the loop is, is JSON in the
metadata.

It holds no state of a random generator: what is drawn depends on the seed and the step
alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import paddle
from numpy.typing import NDArray

from pmruntime.data import Data
from pmruntime.machine.machine import Machine
from pmruntime.model.finetune import Frozen, freeze
from pmruntime.model.loading import build_model
from pmruntime.model.matching import check_fits
from pmruntime.model.weights.pretrained import LoadingInfo, load_pretrained
from pmruntime.problems import UserError
from pmruntime.recipe.recipe import Recipe
from pmruntime.runs.checkpoint import read_tensors, state_arrays, write_tensors
from pmruntime.runs.folder import RunFolder
from pmruntime.runs.selection import check_select
from pmruntime.training.ema import EMA
from pmruntime.training.optim import (
    build_optimizer,
    learning_rate_at,
    optimizer_arrays,
    restore_optimizer,
)
from pmruntime.training.precision import Precision


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingJob:
    """What is trained, on which data, how and where; it never changes.

    `arguments` go to the constructor of `model_class`. `device` is Paddle's name for
    the choice of `machine.device`. `weights` is a file that the network starts from; a
    resumed run starts from its checkpoint instead.
    """

    run: RunFolder
    model_class: type[Any]
    arguments: Mapping[str, Any]
    data: Data
    recipe: Recipe
    seed: int
    machine: Machine
    device: str
    weights: Path | None = None

    def learning_rate(self, step: int) -> float:
        """That of the `step`-th update of the run, counted from 0."""
        batches = -(-len(self.data.train) // self.recipe.batch_size)
        steps_per_epoch = -(-batches // self.recipe.accumulate)
        return learning_rate_at(self.recipe, step, steps_per_epoch)


@dataclass(kw_only=True)
class LoopState:
    """Where the loop is: in epoch `epoch`, counted from 1, `batch` batches of it and
    `step` updates of the whole run are done. `loss_sum`, `right` and `seen` are sums
    over the images of the epoch so far, `train_seconds` its time without evaluation;
    `rows` are the lines of metrics.jsonl, `seconds` is the run's time at its last
    checkpoint. Checkpoints hold the fields under these names."""

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


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingState:
    """A network with all that changes while it trains.

    `frozen` and `pretrained` say which parts do not, and which weights it began with.
    """

    model: Any
    optimizer: Any
    ema: EMA | None
    precision: Precision
    frozen: Frozen
    pretrained: LoadingInfo | None
    loop: LoopState = field(default_factory=LoopState)

    @classmethod
    def initial(cls, job: TrainingJob) -> TrainingState:
        """The state before the first step. Raises UserError where network, data,
        recipe, weights and device do not fit together."""
        recipe = job.recipe
        precision = Precision(recipe.amp, job.device)
        # Before the seed is set: the EMA's initial weights are overwritten, and must
        # not change those of the network.
        twin = build_model(job.model_class, job.arguments) if recipe.ema else None
        paddle.seed(job.seed)
        model = build_model(job.model_class, job.arguments)
        classes = check_fits(model, job.data)
        check_select(recipe.select, classes, job.data.val.labels)
        pretrained = None
        if job.weights is not None:
            names = job.data.class_names
            pretrained = load_pretrained(
                model, job.weights, skip_classifier=True, classes=names
            )
        if recipe.sync_batch_norm and job.machine.world.size > 1:
            _refuse_on_cpu(job.device)
            model = paddle.nn.SyncBatchNorm.convert_sync_batchnorm(model)
        frozen = freeze(model, recipe.freeze)
        ema = None if twin is None else EMA(model, twin, recipe.ema, frozen.names)
        return cls(
            model=model,
            optimizer=build_optimizer(recipe, model),
            ema=ema,
            precision=precision,
            frozen=frozen,
            pretrained=pretrained,
        )

    @property
    def eval_model(self) -> Any:
        """The network that is evaluated and kept: the EMA where there is one."""
        return self.model if self.ema is None else self.ema.model

    def save(self, path: Path) -> None:
        """Write everything atomically."""
        tensors = _under("model/", state_arrays(self.model))
        if self.ema is not None:
            tensors |= _under("average/", state_arrays(self.ema.model))
        tensors |= _under("optimizer/", optimizer_arrays(self.optimizer, self.model))
        facts = {
            "progress": asdict(self.loop),
            "amp": self.precision.state(),
            "optimizer": type(self.optimizer).__name__,
        }
        write_tensors(path, tensors, facts)

    def is_finite(self) -> bool:
        """Whether every trained weight is finite. (These are the same in all processes;
        BatchNorm's statistics are each one's own.)"""
        trained = (p for p in self.model.parameters() if not p.stop_gradient)
        return all(bool(paddle.isfinite(p).all()) for p in trained)

    def restore(self, path: Path) -> None:
        """Take over what `save` wrote, in place.

        Raises UserError where the file is missing, damaged, or of another run.
        """
        tensors, facts = read_tensors(path)
        model = _of("model/", tensors)
        wanted = state_arrays(self.model)
        average = _of("average/", tensors)
        fits = model.keys() == wanted.keys() and all(
            model[name].shape == wanted[name].shape for name in wanted
        )
        fits &= average.keys() == (wanted.keys() if self.ema else set())
        # Paddle would silently ignore another optimizer's tensors.
        fits &= facts.get("optimizer") == type(self.optimizer).__name__
        if not fits:
            raise UserError(
                f"the checkpoint `{path}` is of another network or recipe",
                "its model.py or recipe.json was changed; train anew with `--force`",
            )
        self.model.set_state_dict(model)
        if self.ema is not None:
            self.ema.model.set_state_dict(average)
        restore_optimizer(self.optimizer, self.model, _of("optimizer/", tensors))
        try:
            self.precision.restore(facts["amp"])
            vars(self.loop).update(asdict(LoopState(**facts["progress"])))
        except (KeyError, TypeError) as error:
            raise UserError(f"`{path}` is no checkpoint of a run: {error!r}") from error


def _under(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {prefix + name: array for name, array in arrays.items()}


def _of(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    cut = len(prefix)
    return {n[cut:]: array for n, array in arrays.items() if n.startswith(prefix)}


def _refuse_on_cpu(device: str) -> None:
    if not device.startswith("gpu"):
        raise UserError(
            "`sync_batch_norm` works on GPUs only: Paddle cannot compute it on a CPU",
            "train with `--set sync_batch_norm=false`, or in one process",
        )
