"""The training loop: steps, evaluation after an epoch, and checkpoints in between.

A run can stop at any step: all that it goes on with is its TrainingState (state.py).
What a step computes is in step.py, when a run is saved in saving.py.
"""

from __future__ import annotations

import math
import time
from contextlib import closing
from typing import Any

import paddle

from pmruntime.files import write_json
from pmruntime.inference.split_metrics import Metrics, evaluate
from pmruntime.model.batch_norm import check_batches, idle_norms
from pmruntime.model.loading import parameter_count
from pmruntime.runs.callback import Callback
from pmruntime.runs.curve import draw_curve
from pmruntime.runs.selection import best_row, epochs_since_best
from pmruntime.training.saving import Checkpointer, diverged
from pmruntime.training.state import TrainingJob, TrainingState
from pmruntime.training.step import Step


class Session:
    """A job with all that it takes to train, in memory. Raises UserError where its
    parts do not fit together; nothing is written before `run`."""

    def __init__(self, job: TrainingJob, callback: Callback) -> None:
        self.job, self.data, self.recipe = job, job.data, job.recipe
        self.world, self.callback = job.machine.world, callback
        self.state = TrainingState.initial(job)
        self.note = self._check_batches()
        self.step = Step(job, self.state)
        self.saving = Checkpointer(job, self.state)

    def run(self) -> dict[str, Any]:
        """Train for what is left of the run; returns what summary.json holds."""
        loop, epochs, images = self.state.loop, self.recipe.epochs, len(self.data.train)
        self._log_start()
        self.saving.start_clock()
        with closing(self.callback), self.saving.stops:
            while loop.epoch <= epochs and not self._stops_early():
                self.callback.on_epoch_begin(loop.epoch, epochs, images, loop.seen)
                self._train_epoch()
                self._end_epoch()
        return self._summarise()

    def _train_epoch(self) -> None:
        loop = self.state.loop
        self.step.train_mode()
        for batch in self.step.batches.epoch(loop.epoch, loop.batch):
            started, seen = time.perf_counter(), loop.seen
            is_update = self.step(batch)
            loop.train_seconds += time.perf_counter() - started
            mean = loop.loss_sum / loop.seen
            self.callback.on_train_batch_end(loop.seen - seen, mean)
            if is_update:
                self.saving.save_or_stop()

    def _end_epoch(self) -> None:
        """Evaluate, keep the weights, and move on to the next epoch."""
        loop, run = self.state.loop, self.job.run
        started = time.perf_counter()
        train = Metrics(loop.right / loop.seen, loop.loss_sum / loop.seen, loop.seen)
        row: dict[str, Any] = {
            "epoch": loop.epoch,
            "lr": self.job.learning_rate(loop.step - 1),
            "train": train.as_json(),
        }
        is_last = loop.epoch == self.recipe.epochs
        if is_last or loop.epoch % self.recipe.validate_every == 0:
            row["val"] = self._evaluate().as_json()
        row["seconds"] = loop.train_seconds + time.perf_counter() - started
        row["images_per_s"] = loop.seen / loop.train_seconds
        loop.rows.append(row)
        self.saving.save_weights(run.weights)
        if "val" in row and best_row(loop.rows, self.recipe.select) is row:
            self.saving.save_weights(run.best)
        loop.begin_next_epoch()
        self.saving.save_checkpoint()
        if self.world.is_main:
            run.write_metrics(loop.rows)
        self.callback.on_epoch_end(row)

    def _evaluate(self) -> Metrics:
        """Measure the network on the split `val`."""

        def on_batch(done: int) -> None:
            self.callback.on_eval_batch_end(done, len(self.data.val))
            self.saving.stop_if_asked()

        model, loop = self.state.eval_model, self.state.loop
        self.world.broadcast_buffers(model)
        val = evaluate(
            model,
            self.data.val,
            self.data.preprocessing,
            self.recipe.views,
            self.world,
            on_batch=on_batch,
        )
        if not math.isfinite(val.loss):
            what = "validation loss after"
            raise diverged(self.job, loop, what, loop.step, val.loss)
        return val

    def _stops_early(self) -> bool:
        patience, rows = self.recipe.early_stopping, self.state.loop.rows
        return 0 < patience <= epochs_since_best(rows, self.recipe.select)

    def _check_batches(self) -> str | None:
        """A note on batches that are too small for a batch norm, if there are some."""
        self.state.frozen.hold()
        image = self.data.preprocessing.normalized(self.data.train.images[:1])
        norms, images = idle_norms(self.state.model, image), len(self.data.train)
        return check_batches(norms, images, self.recipe.batch_size, self.world.size)

    def _params(self) -> int:
        """Trainable parameters, as if nothing was frozen."""
        return parameter_count(self.state.model) + self.state.frozen.params

    def _log_start(self) -> None:
        frozen, step = self.state.frozen.params, self.state.loop.step
        self.callback.log(
            f"{self.job.model_class.__name__}: {self._params():,} parameters"
            f"{f' ({frozen:,} of them frozen)' if frozen else ''}, "
            f"{len(self.data.train):,} images to train and {len(self.data.val):,} to "
            f"validate on, {paddle.get_device()}"
        )
        if self.note is not None:
            self.callback.log(self.note)
        batch_size, images = self.recipe.batch_size, len(self.data.train)
        if batch_size > images:
            self.callback.log(
                f"note: `batch_size: {batch_size}` is more than the {images} images to "
                "train on: an epoch is one batch"
            )
        if step:
            self.callback.log(f"going on after {step} steps")

    def _summarise(self) -> dict[str, Any]:
        """Write curve.png and summary.json; returns the latter."""
        run, rows = self.job.run, self.state.loop.rows
        best = best_row(rows, self.recipe.select)
        name = self.job.model_class.__name__
        summary = {
            "model": name,
            "params": self._params(),
            "recipe": self.recipe.name,
            "epochs": len(rows),
            "val": rows[-1]["val"],
            "best": {"epoch": best["epoch"], **best["val"]},
            "train": rows[-1]["train"],
            "seconds": self.saving.seconds(),
        }
        if self.world.is_main:
            if not draw_curve(run.curve, f"{name} on {self.data.source}", rows, best):
                self.callback.log("no curve.png: matplotlib is not installed")
            # Last: its presence says that the run is complete.
            write_json(run.summary, summary)
        self.world.barrier()
        return summary
