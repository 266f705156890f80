"""`train` and `resume`: from files and settings to a job, then to its session."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from pmruntime.data import Data, Preprocessing, open_data
from pmruntime.files import read_json
from pmruntime.machine.device import use_device
from pmruntime.machine.environment import versions
from pmruntime.machine.machine import Machine
from pmruntime.model.classes import listed
from pmruntime.model.loading import all_arguments, load_model_class
from pmruntime.problems import UserError
from pmruntime.recipe.recipe import Recipe, parse_recipe
from pmruntime.runs.callback import Callback
from pmruntime.runs.folder import RunFolder
from pmruntime.training.losses import check_logits
from pmruntime.training.saving import TrainingStoppedError
from pmruntime.training.session import Session
from pmruntime.training.state import TrainingJob

__all__ = ["TrainingStoppedError", "resume", "train"]


def train(
    source: Path,
    data: Data | str,
    out: Path,
    *,
    recipe: Recipe | None = None,
    arguments: Mapping[str, Any] | None = None,
    spec: Mapping[str, Path] | None = None,
    seed: int = 0,
    force: bool = False,
    machine: Machine | None = None,
    callback: Callback | None = None,
    weights: Path | None = None,
) -> dict[str, Any]:
    """Train the network of a generated file; returns what summary.json holds.

    `data` may be what `open_data` takes; its images are then prepared as the recipe
    says. `arguments` go to the network's constructor; `spec` are the files behind it
    by name, itself first, which are only kept. `weights` is a file that the network
    starts from (docs/weights.md); where its classifier has other classes, that layer
    keeps its initial values. Everything is written into the folder `out` (RunFolder);
    `force` replaces an earlier run there. Raises UserError for what the user can
    correct and a loss that is not finite, TrainingStoppedError on Ctrl-C or SIGTERM.
    """
    recipe, machine = recipe or parse_recipe({}), machine or Machine()
    callback, run = callback or Callback(), RunFolder(out)
    if machine.world.is_main:
        run.check_free(force)
    device = use_device(machine.device)
    model_class = load_model_class(source)
    job = TrainingJob(
        run=run,
        model_class=model_class,
        arguments=all_arguments(model_class, arguments or {}),
        data=_opened(data, recipe, model_class, callback),
        recipe=recipe,
        seed=seed,
        machine=machine,
        device=device,
        weights=weights,
    )
    session = Session(job, callback)
    image = job.data.preprocessing.normalized(job.data.train.images[:1])
    check_logits(session.state.model, image)
    with _claimed(job):
        if machine.world.is_main:
            record = _record(session, data if isinstance(data, str) else None)
            files = {name: path.read_bytes() for name, path in (spec or {}).items()}
            run.begin(record, recipe.as_json(), source.read_bytes(), files)
        _keep_pretrained(session)
        machine.world.barrier()
        return session.run()


def resume(
    folder: Path,
    data: Data | str | None = None,
    *,
    machine: Machine | None = None,
    callback: Callback | None = None,
) -> dict[str, Any]:
    """Go on with an interrupted run, to weights equal to the bit to those of a run that
    nothing interrupted (with the same versions, threads and device).

    Everything but the data lies in the run's folder; `data` is needed where they were
    moved since, and must be the same images. A run that is complete is left alone, its
    summary returned. Raises UserError like `train`.
    """
    machine, callback = machine or Machine(), callback or Callback()
    run = RunFolder(folder)
    record = run.read_record()
    if run.summary.is_file():
        callback.log(f"the run in `{folder}` is complete; there is nothing to resume")
        return read_json(run.summary)
    data = data if data is not None else record["data_name"]
    if data is None:
        raise UserError(f"`{folder}` does not say which data it was trained on")
    device = use_device(machine.device)
    recipe = parse_recipe(read_json(run.recipe))
    model_class = load_model_class(run.model)
    job = TrainingJob(
        run=run,
        model_class=model_class,
        arguments=record["arguments"],
        data=_opened(data, recipe, model_class, callback),
        recipe=recipe,
        seed=record["seed"],
        machine=machine,
        device=device,
    )
    _check_same_data(job, record)
    session = Session(job, callback)
    with _claimed(job):
        _restore(session, record)
        _log_what_differs(session, record)
        return session.run()


def _check_same_data(job: TrainingJob, record: Mapping[str, Any]) -> None:
    if job.data.fingerprint != record["data"]["fingerprint"]:
        raise UserError(
            f"these are not the images that the run in `{job.run.folder}` was trained "
            "on",
            "give the same data with `--data`, or train anew with `--force`",
        )
    names = tuple(record["data"].get("class_names", job.data.class_names))
    if job.data.class_names != names:
        # The fingerprint is of pixels and numbers of classes, which may be the same.
        raise UserError(
            f"the run in `{job.run.folder}` tells apart {listed(names)}; the data hold "
            f"{listed(job.data.class_names)}",
            "give the classes of the data their names again, or train anew with "
            "`--force`",
        )


def _claimed(job: TrainingJob) -> AbstractContextManager[None]:
    """Of several processes that train together one claims the folder for all."""
    return job.run.claimed() if job.machine.world.is_main else nullcontext()


def _opened(
    data: Data | str, recipe: Recipe, model_class: type[Any], callback: Callback
) -> Data:
    if not isinstance(data, str):
        return data
    height, width = model_class.input_shape[1:]
    size = None if height is None or width is None else (height, width)
    with closing(callback):
        return open_data(
            data,
            Preprocessing.chosen(recipe.images, size),
            drop_copies=recipe.images["drop_copies"],
            progress=callback.on_images_read,
        )


def _record(session: Session, data_name: str | None) -> dict[str, Any]:
    """What run.json holds of a run that begins."""
    job, pretrained = session.job, session.state.pretrained
    if data_name and Path(data_name).is_dir():
        # What `--resume` finds the data by, from wherever it is called.
        data_name = str(Path(data_name).resolve())
    return {
        "model": job.model_class.__name__,
        "arguments": dict(job.arguments),
        "data": job.data.as_json(),
        "data_name": data_name,
        "seed": job.seed,
        **_environment(job),
        "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "weights": pretrained.as_json() if pretrained else None,
    }


def _environment(job: TrainingJob) -> dict[str, Any]:
    """What else the last bits of the weights depend on."""
    machine = job.machine
    return {
        "device": job.device,
        "processes": machine.world.size,
        "cpu": machine.cpu.as_json() if machine.cpu else None,
        "versions": versions(),
    }


def _keep_pretrained(session: Session) -> None:
    """Write a checkpoint before the first step, where the run starts from a file of
    weights: one that is resumed need not find the file again."""
    job, pretrained = session.job, session.state.pretrained
    if pretrained is not None:
        if job.machine.world.is_main:
            session.state.save(job.run.checkpoint)
        session.callback.log(f"from {job.weights}: " + "\n".join(pretrained.lines()))


def _restore(session: Session, record: Mapping[str, Any]) -> None:
    """Go back to the run's checkpoint; without one it starts from the seed."""
    run, state, is_main = session.job.run, session.state, session.world.is_main
    if is_main:
        run.sweep()
    if run.checkpoint.is_file():
        state.restore(run.checkpoint)
        if is_main and state.loop.rows:
            # The run may have ended between its checkpoint and these lines.
            run.write_metrics(state.loop.rows)
    elif record.get("weights"):
        raise UserError(
            f"the run in `{run.folder}` ended before it had kept the weights that it "
            "starts from",
            "train anew with `--weights` and `--force`",
        )


def _log_what_differs(session: Session, record: Mapping[str, Any]) -> None:
    """Bits are the same only with the same program on the same kind of machine."""
    now = _environment(session.job)
    for cpu in (now["cpu"], record["cpu"]):
        if isinstance(cpu, dict):
            cpu.pop("set_by_us", None)  # who chose them makes no difference
    names = ("device", "processes", "versions", "cpu")
    differing = [name for name in names if record.get(name) != now[name]]
    if differing:
        session.callback.log(
            f"note: {', '.join(differing)} differ from the run's beginning; the last "
            "bits of its weights may too"
        )
