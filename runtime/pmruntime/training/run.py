"""`train` and `resume`: what is prepared before the loop of session.py runs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from pmruntime.data import Data, open_data
from pmruntime.files import read_json
from pmruntime.machine.device import use_device
from pmruntime.machine.environment import versions
from pmruntime.machine.machine import Machine
from pmruntime.model.loading import all_arguments, load_model_class
from pmruntime.problems import UserError
from pmruntime.recipe import Recipe, parse_recipe
from pmruntime.runs.folder import RunFolder
from pmruntime.runs.progress import Reporter
from pmruntime.training.session import Session, TrainingStoppedError

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
    reporter: Reporter | None = None,
    weights: Path | None = None,
) -> dict[str, Any]:
    """Train the network of a generated file; returns what summary.json holds.

    `data` may be what `open_data` takes; its images are then prepared as the recipe
    says. `arguments` go to the network's constructor; `spec` are the files behind it
    by name, itself first, which are only kept. `weights` is a file that the network
    starts from (docs/weights.md); where its classifier has other classes, that layer
    keeps its initial values. Everything is written into the folder `out`, described by
    RunFolder. Raises UserError for what the user can mend,
    for a loss that is no number, and (as TrainingStoppedError) on Ctrl-C or SIGTERM.
    """
    recipe, machine = recipe or Recipe(), machine or Machine()
    reporter = reporter or Reporter()
    run = RunFolder(out)
    if machine.world.is_main:
        run.check_free(force)
    device = use_device(machine.device)
    model_class = load_model_class(source)
    arguments = all_arguments(model_class, arguments or {})
    given = data if isinstance(data, str) else None
    data = _opened(data, recipe, model_class, reporter)
    session = Session(
        run, model_class, arguments, data, recipe, seed, machine, device, weights
    )
    record = {
        "model": model_class.__name__,
        "arguments": arguments,
        "data": data.as_json(),
        "data_name": _lasting_name(given),
        "seed": seed,
        "device": device,
        "processes": machine.world.size,
        "cpu": machine.cpu.as_json() if machine.cpu else None,
        "versions": versions(),
        "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "weights": session.pretrained.as_json() if session.pretrained else None,
    }
    with _claimed(run, machine):
        if machine.world.is_main:
            files = {name: path.read_bytes() for name, path in (spec or {}).items()}
            run.begin(record, recipe.as_json(), source.read_bytes(), files)
        if session.pretrained is not None:
            session.save_start()
            reporter.say(f"from {weights}: " + "\n".join(session.pretrained.lines()))
        machine.world.wait()
        return session.run_to_the_end(reporter)


def resume(
    folder: Path,
    data: Data | str | None = None,
    *,
    machine: Machine | None = None,
    reporter: Reporter | None = None,
) -> dict[str, Any]:
    """Go on with an interrupted run, to weights equal to the bit to those of a run that
    nothing interrupted (with the same versions, threads and device).

    Everything but the data lies in the run's folder; `data` is needed where they were
    moved since, and must be the same images. A run that is complete is left alone, its
    summary returned. Raises UserError like `train`.
    """
    machine, reporter = machine or Machine(), reporter or Reporter()
    run = RunFolder(folder)
    record = run.read_record()
    if run.summary.is_file():
        reporter.say(f"the run in `{folder}` is complete; there is nothing to resume")
        return read_json(run.summary)
    data = data if data is not None else record["data_name"]
    if data is None:
        raise UserError(f"`{folder}` does not say which data it was trained on")
    device = use_device(machine.device)
    recipe = parse_recipe(read_json(run.recipe))
    model_class = load_model_class(run.model)
    data = _opened(data, recipe, model_class, reporter)
    if data.fingerprint != record["data"]["fingerprint"]:
        raise UserError(
            f"these are not the images that the run in `{folder}` was trained on",
            "give the same data with `--data`, or train anew with `--force`",
        )
    session = Session(
        run, model_class, record["arguments"], data, recipe, record["seed"],
        machine, device,
    )  # fmt: skip
    with _claimed(run, machine):
        if machine.world.is_main:
            run.sweep()
        if run.checkpoint.is_file():
            session.state.restore(run.checkpoint)
            if machine.world.is_main and session.state.progress.rows:
                # The run may have ended between its checkpoint and these lines.
                run.write_metrics(session.state.progress.rows)
        elif record.get("weights"):
            raise UserError(
                f"the run in `{folder}` ended before it had kept the weights that it "
                "starts from",
                "train anew with `--weights` and `--force`",
            )
        _say_what_differs(record, machine, device, reporter)
        return session.run_to_the_end(reporter)


def _claimed(run: RunFolder, machine: Machine) -> AbstractContextManager[None]:
    """Of several processes that train together one claims the folder for all."""
    return run.claimed() if machine.world.is_main else nullcontext()


def _opened(
    data: Data | str, recipe: Recipe, model_class: type[Any], reporter: Reporter
) -> Data:
    if not isinstance(data, str):
        return data
    height, width = model_class.input_shape[1:]
    size = None if height is None or width is None else (height, width)
    drop_copies = recipe.images["drop_copies"]
    try:
        return open_data(
            data,
            recipe.preprocessing(size),
            drop_copies=drop_copies,
            progress=reporter.reading,
        )
    finally:
        reporter.stop()


def _lasting_name(name: str | None) -> str | None:
    """What `--resume` finds the data by, from wherever it is called."""
    return str(Path(name).resolve()) if name and Path(name).is_dir() else name


def _say_what_differs(
    record: Mapping[str, Any], machine: Machine, device: str, reporter: Reporter
) -> None:
    """Bits are the same only with the same program on the same kind of machine."""
    now = {
        "device": device,
        "processes": machine.world.size,
        "versions": versions(),
        "cpu": machine.cpu.as_json() if machine.cpu else None,
    }
    for cpu in (now["cpu"], record["cpu"]):
        if isinstance(cpu, dict):
            cpu.pop("set_by_us", None)  # who chose them makes no difference
    names = [name for name, value in now.items() if record.get(name) != value]
    if names:
        reporter.say(
            f"note: {', '.join(names)} differ from the run's beginning; the last bits "
            "of its weights may too"
        )
