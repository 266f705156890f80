"""The training loop: one epoch after another, saved so that it can stop at any step."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import paddle

from pmruntime.data import Data
from pmruntime.data.augment import Augmentation
from pmruntime.data.batches import Batch, TrainingBatches
from pmruntime.files import write_json
from pmruntime.inference.evaluate import Metrics, evaluate
from pmruntime.machine.machine import Machine
from pmruntime.machine.stopping import StopRequests
from pmruntime.machine.world import World
from pmruntime.model.batch_norm import check_batches, idle_norms
from pmruntime.model.finetune import freeze
from pmruntime.model.loading import build_model, parameter_count
from pmruntime.model.matching import check_fits
from pmruntime.model.outputs import main_output, predicted_classes
from pmruntime.model.weights.pretrained import load_pretrained
from pmruntime.problems import UserError
from pmruntime.recipe import Recipe
from pmruntime.runs.checkpoint import save_weights
from pmruntime.runs.curve import draw_curve
from pmruntime.runs.folder import RunFolder
from pmruntime.runs.progress import Reporter
from pmruntime.runs.selection import best_row, check_select, epochs_without_better
from pmruntime.training.ema import Average
from pmruntime.training.losses import loss_for
from pmruntime.training.optim import build_optimizer, learning_rate_at
from pmruntime.training.precision import Precision
from pmruntime.training.state import Progress, TrainingState


class TrainingStoppedError(UserError):
    """The user stopped the run; it is saved and can go on."""

    exit_status = 130


class Session:
    """A network with all that training it takes, in memory."""

    def __init__(
        self,
        run: RunFolder,
        model_class: type[Any],
        arguments: Mapping[str, Any],
        data: Data,
        recipe: Recipe,
        seed: int,
        machine: Machine,
        device: str,
        weights: Path | None = None,
    ) -> None:
        self.run, self.recipe, self.data, self.seed = run, recipe, data, seed
        self.world, self.machine = machine.world, machine
        precision = Precision(recipe.amp, device)
        twin = build_model(model_class, arguments) if recipe.ema else None
        paddle.seed(seed)
        model = build_model(model_class, arguments)
        check_select(recipe.select, check_fits(model, data), data.val.labels)
        self.pretrained = None
        if weights is not None:
            self.pretrained = load_pretrained(model, weights, skip_classifier=True)
        if recipe.sync_batch_norm and self.world.size > 1:
            _refuse_on_cpu(device)
            model = paddle.nn.SyncBatchNorm.convert_sync_batchnorm(model)
        self.params = parameter_count(model)
        self.frozen = freeze(model, recipe.freeze)
        self.frozen.hold()
        image = data.preprocessing.normalized(data.train.images[:1])
        self.note = check_batches(
            idle_norms(model, image),
            len(data.train),
            recipe.batch_size,
            self.world.size,
        )
        average = None
        if twin is not None:
            average = Average(model, twin, recipe.ema, self.frozen.names)
        self.state = TrainingState(
            model, build_optimizer(recipe, model), average, precision, Progress()
        )
        self.name = model_class.__name__
        self.shared = self.world.shared(model)
        self.batches = TrainingBatches(
            data,
            recipe.batch_size,
            Augmentation(recipe.augment),
            seed,
            machine.workers,
            self.world.rank,
            self.world.size,
        )
        self.steps_per_epoch = math.ceil(len(self.batches) / recipe.accumulate)
        self.loss = loss_for(
            recipe.loss,
            getattr(model, "loss_weights", (1.0,)),
            data.train.labels,
            data.num_classes,
        )

    def save_start(self) -> None:
        """Write a checkpoint before the first step: a run that is resumed need not find
        the weights again that it started from."""
        if self.world.is_main:
            self.state.save(self.run.checkpoint)

    def run_to_the_end(self, reporter: Reporter) -> dict[str, Any]:
        """The loop over what is left of the run, then the summary."""
        progress, recipe = self.state.progress, self.recipe
        still = self.params - parameter_count(self.state.model)
        reporter.say(
            f"{self.name}: {self.params:,} parameters"
            f"{f' ({still:,} of them frozen)' if still else ''}, "
            f"{len(self.data.train):,} images to train and {len(self.data.val):,} to "
            f"validate on, {paddle.get_device()}"
        )
        if self.note is not None:
            reporter.say(self.note)
        if progress.step:
            reporter.say(f"going on after {progress.step} steps")
        self._clock = time.perf_counter()
        try:
            with StopRequests() as self.stops:
                while progress.epoch <= recipe.epochs and not self._enough():
                    reporter.begin_epoch(
                        progress.epoch,
                        recipe.epochs,
                        len(self.data.train),
                        progress.seen,
                    )
                    self._train_epoch(reporter)
                    self._end_epoch(reporter)
        finally:
            reporter.stop()
        return self._summarise(reporter)

    def _train_epoch(self, reporter: Reporter) -> None:
        progress, world = self.state.progress, self.world
        self.shared.train()
        self.frozen.hold()
        for batch in self.batches.epoch(progress.epoch, progress.batch):
            started = time.perf_counter()
            # A run's random numbers (dropout) start anew from the step's own seed, so
            # that no generator's state has to survive an interruption.
            paddle.seed(_step_seed(self.seed, progress.epoch, progress.batch, world))
            rate = self._rate(progress.step)
            first = progress.batch - progress.batch % self.recipe.accumulate
            images = self.batches.images_in(first, self.recipe.accumulate)
            is_last = (
                progress.batch + 1 == len(self.batches)
                or progress.batch + 1 == first + self.recipe.accumulate
            )
            with world.averaging(self.shared, is_last):
                sums = self._gradients(batch, images, rate)
            progress.batch += 1
            if is_last:
                self.state.optimizer.set_lr(rate)
                self.state.precision.step(self.state.optimizer)
                progress.step += 1
                if self.state.average is not None:
                    self.state.average.update(progress.step)
            progress.loss_sum += float(sums[0])
            progress.right += int(sums[1])
            progress.seen += int(sums[2])
            progress.train_seconds += time.perf_counter() - started
            reporter.step(int(sums[2]), progress.loss_sum / progress.seen)
            if is_last:
                self._save_or_stop()

    def _gradients(self, batch: Batch, images: int, rate: float) -> Any:
        """Add the gradients of one batch, whose step has `images` images in all; the
        sums of its losses and of right answers, and its size, over all processes."""
        with self.state.precision.autocast():
            outputs = self.shared(paddle.to_tensor(batch.images))
            losses = self.loss(outputs, paddle.to_tensor(batch.labels))
        if not batch.counts:
            losses = losses * 0
        total = losses.sum()
        classes = predicted_classes(main_output(outputs)).numpy()
        right = int((classes == batch.labels).sum()) if batch.counts else 0
        size = len(batch.labels) if batch.counts else 0
        sums = self.world.sum(np.array([total.item(), right, size], dtype=np.float64))
        if not math.isfinite(sums[0]):
            names = [self.data.train.names[i] for i in batch.positions]
            mean = sums[0] / max(sums[2], 1)
            step = self.state.progress.step + 1
            raise self._diverged(f"loss of step {step}", mean, rate, names)
        # Processes average their gradients, so each counts its images times as much.
        self.state.precision.backward(total * (self.world.size / images))
        return sums

    def _end_epoch(self, reporter: Reporter) -> None:
        """Validate, keep the weights, and move on to the next epoch."""
        progress = self.state.progress
        started = time.perf_counter()
        seen = progress.seen
        row: dict[str, Any] = {
            "epoch": progress.epoch,
            "lr": self._rate(progress.step - 1),
            "train": Metrics(
                progress.right / seen, progress.loss_sum / seen, seen
            ).as_json(),
        }
        if self._validates:
            row["val"] = self._validate(reporter).as_json()
        row["seconds"] = progress.train_seconds + time.perf_counter() - started
        row["images_per_s"] = seen / progress.train_seconds
        progress.rows.append(row)
        if self.world.is_main:
            self._save_weights(self.run.weights)
            if "val" in row and best_row(progress.rows, self.recipe.select) is row:
                self._save_weights(self.run.best)
        progress.begin_next_epoch()
        self._save_checkpoint()
        if self.world.is_main:
            self.run.write_metrics(progress.rows)
        reporter.end_epoch(row)

    @property
    def _validates(self) -> bool:
        epoch = self.state.progress.epoch
        return epoch % self.recipe.validate_every == 0 or epoch == self.recipe.epochs

    def _validate(self, reporter: Reporter) -> Metrics:
        def on_batch(done: int) -> None:
            reporter.validating(done, len(self.data.val))
            self._stop_if_asked()

        self.world.take_statistics(self._trained)
        val = evaluate(
            self._trained,
            self.data.val,
            self.data.preprocessing,
            self.recipe.views,
            self.world,
            on_batch=on_batch,
        )
        if not math.isfinite(val.loss):
            rate = self._rate(self.state.progress.step - 1)
            what = f"validation loss after step {self.state.progress.step}"
            raise self._diverged(what, val.loss, rate)
        return val

    def _rate(self, step: int) -> float:
        return learning_rate_at(self.recipe, step, self.steps_per_epoch)

    @property
    def _trained(self) -> Any:
        """The network that is validated and kept."""
        average = self.state.average
        return self.state.model if average is None else average.model

    def _enough(self) -> bool:
        patience, rows = self.recipe.early_stopping, self.state.progress.rows
        return patience > 0 and (
            epochs_without_better(rows, self.recipe.select) >= patience
        )

    def _save_or_stop(self) -> None:
        """After a step, where everything is consistent."""
        age = time.perf_counter() - self._clock
        is_due = age >= self.machine.checkpoint_seconds
        # Both in one question, since with several processes each takes a while.
        if self.world.any(is_due or self.stops.requested is not None):
            self._stop_if_asked()
            self._save_checkpoint()

    def _stop_if_asked(self) -> None:
        if not self.world.any(self.stops.requested is not None):
            return
        progress = self.state.progress
        self._save_checkpoint()
        if self.world.is_main:
            self._save_weights(self.run.weights)
        self.world.wait()  # the first to end may end them all
        raise TrainingStoppedError(
            f"stopped in epoch {progress.epoch} after {progress.step} steps; "
            f"everything is saved in `{self.run.folder}`",
            f"`pmgen train --resume {self.run.folder}` goes on from here",
        )

    def _save_checkpoint(self) -> None:
        progress = self.state.progress
        if not self.state.is_finite():
            # A loss shows it only at the next step, when the last good checkpoint
            # would have been replaced.
            rate = learning_rate_at(
                self.recipe, progress.step - 1, self.steps_per_epoch
            )
            what = f"weights after step {progress.step}"
            raise self._diverged(what, math.nan, rate)
        now = time.perf_counter()
        progress.seconds += now - self._clock
        self._clock = now
        if self.world.is_main:
            self.state.save(self.run.checkpoint)

    def _save_weights(self, path: Path) -> None:
        progress = self.state.progress
        origin = {"model": self.name, "epoch": progress.epoch, "step": progress.step}
        save_weights(path, self._trained, origin)

    def _diverged(
        self, what: str, value: float, rate: float, names: Sequence[str] = ()
    ) -> UserError:
        shown = f"; its images: {', '.join(names)}" if names else ""
        kept = (
            f"the last good checkpoint is `{self.run.checkpoint}`"
            if self.run.checkpoint.exists()
            else "there was no checkpoint yet"
        )
        return UserError(
            f"the {what} (epoch {self.state.progress.epoch}) became {value} at a "
            f"learning rate of {rate:.3g}{shown}; {kept}",
            "lower `learning_rate` in the recipe, let it rise with `warmup_epochs`, or "
            "limit gradients with `clip_norm`",
        )

    def _summarise(self, reporter: Reporter) -> dict[str, Any]:
        progress = self.state.progress
        rows = progress.rows
        best = best_row(rows, self.recipe.select)
        summary = {
            "model": self.name,
            "params": self.params,
            "recipe": self.recipe.name,
            "epochs": len(rows),
            "val": rows[-1]["val"],
            "best": {"epoch": best["epoch"], **best["val"]},
            "train": rows[-1]["train"],
            "seconds": progress.seconds + time.perf_counter() - self._clock,
        }
        if self.world.is_main:
            title = f"{self.name} on {self.data.source}"
            if not draw_curve(self.run.curve, title, rows, best):
                reporter.say("no curve.png: matplotlib is not installed")
            # Last: its presence says that the run is complete.
            write_json(self.run.summary, summary)
        self.world.wait()
        return summary


def _refuse_on_cpu(device: str) -> None:
    if not device.startswith("gpu"):
        raise UserError(
            "`sync_batch_norm` works on GPUs only: Paddle cannot compute it on a CPU",
            "train with `--set sync_batch_norm=false`, or in one process",
        )


def _step_seed(seed: int, epoch: int, batch: int, world: World) -> int:
    """A seed of 32 bits for one batch of one process."""
    return int(
        np.random.SeedSequence([seed, epoch, batch, world.rank]).generate_state(1)[0]
    )
