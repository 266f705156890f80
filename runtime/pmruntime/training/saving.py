"""When a run is saved and when it stops; weights that are not finite are never kept."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path

from pmruntime.machine.stopping import StopRequests
from pmruntime.problems import UserError
from pmruntime.runs.checkpoint import save_weights
from pmruntime.training.state import LoopState, TrainingJob, TrainingState


class TrainingStoppedError(UserError):
    """The user stopped the run; it is saved and can go on."""

    exit_status = 130


class Checkpointer:
    """Writes checkpoints and weights, and answers requests to stop.

    `stops` is entered while the run trains.
    """

    def __init__(self, job: TrainingJob, state: TrainingState) -> None:
        self._job, self._state, self._world = job, state, job.machine.world
        self.stops = StopRequests()
        self._saved_at = time.perf_counter()

    def start_clock(self) -> None:
        """Count the run's seconds, and the age of its checkpoint, from now on."""
        self._saved_at = time.perf_counter()

    def seconds(self) -> float:
        """How long the run has trained, before an interruption too."""
        return self._state.loop.seconds + time.perf_counter() - self._saved_at

    def save_or_stop(self) -> None:
        """After an update, where everything is consistent: save what is due."""
        age = time.perf_counter() - self._saved_at
        is_due = age >= self._job.machine.checkpoint_seconds
        # Both in one question, since with several processes each takes a while.
        if self._world.any(is_due or self.stops.requested is not None):
            self.stop_if_asked()
            self.save_checkpoint()

    def stop_if_asked(self) -> None:
        """Save and raise TrainingStoppedError where any process was asked to stop."""
        if not self._world.any(self.stops.requested is not None):
            return
        run, loop = self._job.run, self._state.loop
        self.save_checkpoint()
        self.save_weights(run.weights)
        self._world.barrier()  # the first to end may end them all
        raise TrainingStoppedError(
            f"stopped in epoch {loop.epoch} after {loop.step} steps; "
            f"everything is saved in `{run.folder}`",
            f"`pmgen train --resume {run.folder}` goes on from here",
        )

    def save_checkpoint(self) -> None:
        """Write all that `--resume` needs. Raises UserError for weights that are not
        finite: a loss shows them only at the next step, when the last good checkpoint
        would have been replaced."""
        loop = self._state.loop
        if not self._state.is_finite():
            raise diverged(self._job, loop, "weights after", loop.step, math.nan)
        loop.seconds = self.seconds()
        self.start_clock()
        if self._world.is_main:
            self._state.save(self._job.run.checkpoint)

    def save_weights(self, path: Path) -> None:
        """Write the network's weights, or their EMA, and where they are from."""
        if self._world.is_main:
            loop = self._state.loop
            name = self._job.model_class.__name__
            origin = {"model": name, "epoch": loop.epoch, "step": loop.step}
            # Who starts from these weights must know which output is which class.
            origin["classes"] = list(self._job.data.class_names)
            save_weights(path, self._state.eval_model, origin)


def diverged(
    job: TrainingJob,
    loop: LoopState,
    what: str,
    step: int,
    value: float,
    names: Sequence[str] = (),
) -> UserError:
    """The error of a run whose loss or weights are not finite since the `step`-th
    update, counted from 1; `names` are the images of its last batch."""
    checkpoint = job.run.checkpoint
    shown = f"; its images: {', '.join(names)}" if names else ""
    kept = (
        f"the last good checkpoint is `{checkpoint}`"
        if checkpoint.exists()
        else "there was no checkpoint yet"
    )
    return UserError(
        f"the {what} step {step} (epoch {loop.epoch}) became {value} at a "
        f"learning rate of {job.learning_rate(step - 1):.3g}{shown}; {kept}",
        "lower `learning_rate` in the recipe, let it rise with `warmup_epochs`, or "
        "limit gradients with `clip_norm`",
    )
