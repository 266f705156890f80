"""Training, top to bottom: what is prepared, the one loop, what is left behind."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import paddle

from pmruntime.checkpoint import save_weights
from pmruntime.cpu import CpuSettings
from pmruntime.data import Data
from pmruntime.device import use_device
from pmruntime.environment import versions
from pmruntime.evaluate import Metrics, evaluate
from pmruntime.files import write_json
from pmruntime.loading import (
    all_arguments,
    build_model,
    load_model_class,
    parameter_count,
)
from pmruntime.losses import main_output, predicted_classes, training_loss
from pmruntime.matching import check_fits
from pmruntime.optim import build_optimizer, learning_rate_at
from pmruntime.plots import draw_curve
from pmruntime.problems import UserError
from pmruntime.progress import Reporter
from pmruntime.recipe import Recipe
from pmruntime.run_folder import RunFolder


class TrainingStoppedError(UserError):
    """The user stopped the run; its weights so far are saved."""

    exit_status = 130


def train(
    source: Path,
    data: Data,
    out: Path,
    *,
    recipe: Recipe | None = None,
    arguments: Mapping[str, Any] | None = None,
    spec: Path | None = None,
    seed: int = 0,
    device: str = "auto",
    force: bool = False,
    cpu: CpuSettings | None = None,
    reporter: Reporter | None = None,
) -> dict[str, Any]:
    """Train the network of a generated file; returns what summary.json holds.

    `arguments` go to the network's constructor. `cpu` is only recorded: the settings
    work before paddle is imported (see pmruntime.cpu). Everything is written into the
    folder `out`, described by RunFolder. Raises UserError for what the user can
    mend, for a loss that is no number, and (as TrainingStoppedError) on Ctrl-C.
    """
    recipe, reporter = recipe or Recipe(), reporter or Reporter()
    run = RunFolder(out)
    run.check_free(force)

    device_name = use_device(device)
    paddle.seed(seed)  # initialisation and dropout
    model_class = load_model_class(source)
    arguments = all_arguments(model_class, arguments or {})
    model = build_model(model_class, arguments)
    check_fits(model, data)
    loss_weights = getattr(model, "loss_weights", (1.0,))
    optimizer = build_optimizer(recipe, model)
    params = parameter_count(model)

    record = {
        "model": model_class.__name__,
        "arguments": arguments,
        "data": data.as_json(),
        "seed": seed,
        "device": device_name,
        "cpu": cpu.as_json() if cpu else None,
        "versions": versions(),
        "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }
    spec_text = spec.read_bytes() if spec else None
    run.begin(record, recipe.as_json(), source.read_bytes(), spec_text)
    reporter.say(
        f"{model_class.__name__}: {params:,} parameters, {len(data.train):,} images to "
        f"train and {len(data.val):,} to validate on, {device_name}"
    )

    started = time.perf_counter()
    steps_per_epoch = math.ceil(len(data.train) / recipe.batch_size)
    rows: list[dict[str, Any]] = []
    best: dict[str, Any] | None = None
    epoch = step = 0
    try:
        for epoch in range(1, recipe.epochs + 1):
            epoch_started = time.perf_counter()
            # Drawn from seed and epoch alone, so that any epoch can be drawn again.
            order = np.random.default_rng([seed, epoch]).permutation(len(data.train))
            total_loss, right, seen, rate = 0.0, 0, 0, 0.0
            model.train()
            reporter.begin_epoch(epoch, recipe.epochs, len(data.train))
            for start in range(0, len(order), recipe.batch_size):
                chosen = order[start : start + recipe.batch_size]
                images = data.preprocessing.normalized(data.train.images[chosen])
                labels = data.train.labels[chosen]
                rate = learning_rate_at(recipe, step, steps_per_epoch)
                optimizer.set_lr(rate)
                outputs = model(paddle.to_tensor(images))
                loss = training_loss(outputs, paddle.to_tensor(labels), loss_weights)
                loss_value = loss.item()
                if not math.isfinite(loss_value):
                    raise _diverged(f"loss of step {step + 1}", loss_value, epoch, rate)
                loss.backward()
                optimizer.step()
                optimizer.clear_grad()

                # Means weigh images, not batches: the last batch may be short.
                classes = predicted_classes(main_output(outputs)).numpy()
                total_loss += loss_value * len(labels)
                right += int((classes == labels).sum())
                seen += len(labels)
                step += 1
                reporter.step(len(labels), total_loss / seen)
            train_seconds = time.perf_counter() - epoch_started

            val = evaluate(model, data.val, data.preprocessing)
            if not math.isfinite(val.loss):
                raise _diverged("validation loss", val.loss, epoch, rate)
            row = {
                "epoch": epoch,
                "lr": rate,
                "train": Metrics(right / seen, total_loss / seen, seen).as_json(),
                "val": val.as_json(),
                "seconds": time.perf_counter() - epoch_started,
                "images_per_s": seen / train_seconds,
            }
            origin = {"model": model_class.__name__, "epoch": epoch, "step": step}
            save_weights(run.weights, model, origin)
            if best is None or _rank(row) > _rank(best):
                best = row
                save_weights(run.best, model, origin)
            run.add_metrics(row)
            rows.append(row)
            reporter.end_epoch(row)
    except KeyboardInterrupt:
        origin = {"model": model_class.__name__, "epoch": epoch, "step": step}
        save_weights(run.weights, model, origin)
        raise TrainingStoppedError(
            f"stopped in epoch {epoch} after {step} steps; the weights of this moment "
            f"are saved in `{run.weights}`"
        ) from None
    finally:
        reporter.stop()

    assert best is not None  # a recipe has at least one epoch
    summary = {
        "model": model_class.__name__,
        "params": params,
        "recipe": recipe.name,
        "epochs": recipe.epochs,
        "val": rows[-1]["val"],
        "best": {"epoch": best["epoch"], **best["val"]},
        "train": rows[-1]["train"],
        "seconds": time.perf_counter() - started,
    }
    write_json(run.summary, summary)
    title = f"{model_class.__name__} on {data.source}"
    if not draw_curve(run.curve, title, rows, best):
        reporter.say("no curve.png: matplotlib is not installed")
    return summary


def _rank(row: Mapping[str, Any]) -> tuple[float, float]:
    """Higher is better: accuracy first, the lower loss among equals."""
    return row["val"]["accuracy"], -row["val"]["loss"]


def _diverged(what: str, value: float, epoch: int, rate: float) -> UserError:
    return UserError(
        f"the {what} became {value} in epoch {epoch}, at a learning rate of {rate:.3g}",
        "lower `learning_rate` in the recipe, or let it rise with "
        "`schedule: {Cosine: {warmup_epochs: 1}}`",
    )
