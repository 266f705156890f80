"""One training step: forward, loss and backward of a batch, then the update."""

from __future__ import annotations

import math

import numpy as np
import paddle
from numpy.typing import NDArray

from pmruntime.data.augment import Augmentation
from pmruntime.data.batches import Batch, TrainingBatches
from pmruntime.model.outputs import main_output, predicted_classes
from pmruntime.training.losses import loss_for
from pmruntime.training.saving import diverged
from pmruntime.training.state import TrainingJob, TrainingState


class Step:
    """Trains on one batch after another; `accumulate` batches make one update."""

    def __init__(self, job: TrainingJob, state: TrainingState) -> None:
        self._job, self._state, self._world = job, state, job.machine.world
        self._model = self._world.data_parallel(state.model)
        self.batches = TrainingBatches(
            data=job.data,
            batch_size=job.recipe.batch_size,
            augmentation=Augmentation(job.recipe.augment),
            seed=job.seed,
            workers=job.machine.workers,
            rank=self._world.rank,
            size=self._world.size,
        )
        self._loss = loss_for(
            job.recipe.loss,
            getattr(state.model, "loss_weights", (1.0,)),
            job.data.train.labels,
            job.data.num_classes,
        )

    def train_mode(self) -> None:
        """Let dropout drop and batch norms learn, but for frozen ones."""
        self._model.train()
        self._state.frozen.hold()

    def __call__(self, batch: Batch) -> bool:
        """Train on the epoch's next batch and count it; True if it made an update.

        Raises UserError where the loss is not a finite number.
        """
        loop, accumulate = self._state.loop, self._job.recipe.accumulate
        # Random numbers (dropout) start from the batch's own seed, so that no
        # generator's state has to survive an interruption.
        key = [self._job.seed, loop.epoch, loop.batch, self._world.rank]
        paddle.seed(int(np.random.SeedSequence(key).generate_state(1)[0]))
        first = loop.batch - loop.batch % accumulate
        images = self.batches.images_in(first, accumulate)
        is_last = loop.batch + 1 in (first + accumulate, len(self.batches))
        with self._world.gradient_sync(self._model, is_last):
            loss_sum, right, seen = self._gradients(batch, images)
        loop.batch += 1
        if is_last:
            self._update()
        loop.loss_sum += float(loss_sum)
        loop.right += int(right)
        loop.seen += int(seen)
        return is_last

    def _gradients(self, batch: Batch, images: int) -> NDArray[np.float64]:
        """Add the gradients of one batch, whose update has `images` images in all.

        Returns the sum of its losses, its right answers and its size, float64 [3], over
        all processes.
        """
        with self._state.precision.autocast():
            outputs = self._model(paddle.to_tensor(batch.images))
            losses = self._loss(outputs, paddle.to_tensor(batch.labels))
        if not batch.counts:
            losses = losses * 0
        total = losses.sum()
        classes = predicted_classes(main_output(outputs)).numpy()
        right = int((classes == batch.labels).sum()) if batch.counts else 0
        size = len(batch.labels) if batch.counts else 0
        sums = self._world.sum(np.array([total.item(), right, size], dtype=np.float64))
        if not math.isfinite(sums[0]):
            mean, step = sums[0] / max(sums[2], 1), self._state.loop.step + 1
            names = [self._job.data.train.names[i] for i in batch.positions]
            raise diverged(self._job, self._state.loop, "loss of", step, mean, names)
        # Processes average their gradients, so each counts its images times as much.
        self._state.precision.backward(total * (self._world.size / images))
        return sums

    def _update(self) -> None:
        """Update the weights by the accumulated gradients, and the EMA by these."""
        state = self._state
        state.optimizer.set_lr(self._job.learning_rate(state.loop.step))
        state.precision.step(state.optimizer)
        state.loop.step += 1
        if state.ema is not None:
            state.ema.update(state.loop.step)
