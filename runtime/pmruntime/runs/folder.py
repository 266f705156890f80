"""The folder of one training run: its files' names, and who may write where."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pmruntime.files import (
    check_replaceable,
    leftovers,
    read_json,
    write_atomic,
    write_json,
)
from pmruntime.problems import UserError

try:
    import fcntl
except ImportError:  # on Windows, where two runs at once are not noticed
    fcntl = None  # type: ignore[assignment]

_FORMAT = "pmruntime run 1"


class RunFolder:
    """Paths inside a run's folder. A run writes nowhere else.

    model.py            the generated source that was trained
    spec/               the spec behind it with the files that it extends and uses,
                        where they were given
    recipe.json         the resolved recipe
    run.json            seed, device, data, versions, constructor arguments
    metrics.jsonl       one line an epoch
    weights.safetensors the last weights; best.safetensors those of the best epoch
    checkpoint.safetensors what `--resume` goes on from
    summary.json        the result, written when the run is complete
    curve.png           loss and accuracy over the epochs
    visualdl/           the log of `--visualdl`

    What `eval` measured last, all from one measurement:

    eval.json           every metric with its interval
    predictions.csv     every validation image's probabilities
    report.html         both, with pictures, in one file
    *.png               roc, precision_recall, calibration, confusion
    other_data/         the same files for other data, where those of the run's own
                        data are there
    """

    EVAL_FILES = (
        "eval.json",
        "predictions.csv",
        "report.html",
        "roc.png",
        "precision_recall.png",
        "calibration.png",
        "confusion.png",
    )
    FILES = (
        "model.py",
        "recipe.json",
        "run.json",
        "metrics.jsonl",
        "weights.safetensors",
        "best.safetensors",
        "checkpoint.safetensors",
        "summary.json",
        "curve.png",
        *EVAL_FILES,
    )

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.model = folder / "model.py"
        self.spec = folder / "spec"
        self.recipe = folder / "recipe.json"
        self.run = folder / "run.json"
        self.metrics = folder / "metrics.jsonl"
        self.weights = folder / "weights.safetensors"
        self.best = folder / "best.safetensors"
        self.checkpoint = folder / "checkpoint.safetensors"
        self.summary = folder / "summary.json"
        self.curve = folder / "curve.png"
        self.other_data = folder / "other_data"
        self.visualdl = folder / "visualdl"

    def check_free(self, force: bool) -> None:
        """Raise UserError where a new run must not be written here.

        An earlier run is replaced only with `force`; files of a run's names that no
        run wrote are never replaced.
        """
        names = (*self.FILES, self.spec.name)
        present = [name for name in names if (self.folder / name).exists()]
        check_replaceable(self.run, _FORMAT, "run", present, force)

    def begin(
        self,
        record: Mapping[str, Any],
        recipe: Mapping[str, Any],
        source: bytes,
        spec: Mapping[str, bytes],
    ) -> None:
        """Remove an earlier run's files (only those) and write what is known so far."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.sweep()
        # run.json exists throughout, or is written first: so a run that is cut short at
        # any point can be recognised as a run.
        for name in self.FILES:
            if name != self.run.name:
                (self.folder / name).unlink(missing_ok=True)
        write_json(self.run, {"format": _FORMAT, **record})
        write_json(self.recipe, dict(recipe))
        write_atomic(self.model, source)
        for earlier in (self.spec, self.visualdl, self.other_data):
            if earlier.is_dir():
                shutil.rmtree(earlier)
        for name, content in spec.items():
            place = self.spec / name
            if not place.resolve().is_relative_to(self.spec.resolve()):
                raise UserError(
                    f"the spec's file `{name}` would leave the run's folder"
                )
            place.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(place, content)

    @contextlib.contextmanager
    def claimed(self) -> Iterator[None]:
        """While it lasts, no other process of this machine trains in the folder: two
        would each overwrite what the other wrote. Raises UserError where one does.

        The lock is the system's own, on the folder: it leaves no file, and ends with
        the process, however that ends.
        """
        if fcntl is None:
            yield
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UserError(
                    f"another process is training in `{self.folder}`",
                    "wait for it, or stop it with Ctrl-C and `--resume` the run",
                ) from None
            except OSError:
                pass  # a file system without locks
            yield
        finally:
            os.close(folder)

    def sweep(self) -> None:
        """Remove half-written copies of a run's files, which a killed process left."""
        for name in self.FILES:
            for path in leftovers(self.folder / name):
                shutil.rmtree(path, ignore_errors=True)

    def write_metrics(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """metrics.jsonl: one line an epoch."""
        lines = [json.dumps(dict(row), allow_nan=False) + "\n" for row in rows]
        write_atomic(self.metrics, "".join(lines).encode())

    def read_record(self) -> dict[str, Any]:
        """run.json. Raises UserError where the folder holds no run."""
        if not self.run.is_file():
            raise UserError(
                f"`{self.folder}` holds no run (no run.json)",
                "give the folder that `train` wrote with `--out`",
            )
        record = read_json(self.run)
        if record.get("format") != _FORMAT:
            raise UserError(f"`{self.run}` was not written by this runtime")
        return record
