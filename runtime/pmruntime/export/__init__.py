"""A trained run for use without this package: as ONNX, or for Paddle Inference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pmruntime.export.folder import (
    FORMAT,
    PROGRAM,
    README,
    RECORD,
    check_free,
    new_folder,
)
from pmruntime.export.onnx_format import check_installed, load_onnx, write_onnx
from pmruntime.export.paddle_format import INPUT, load_paddle, write_paddle
from pmruntime.export.readme import program, readme
from pmruntime.export.steps import in_words
from pmruntime.export.verify import BATCHES, Agreement, verify
from pmruntime.files import write_atomic, write_json
from pmruntime.machine.environment import versions
from pmruntime.problems import unknown
from pmruntime.runs.trained import TrainedRun, load_run

__all__ = ["FORMATS", "export_run"]

FORMATS = {
    "onnx": (write_onnx, load_onnx),
    "paddle": (write_paddle, load_paddle),
}


def export_run(
    folder: Path,
    out: Path,
    form: str,
    *,
    weights: str = "last",
    force: bool = False,
) -> dict[str, Any]:
    """Write the network of a run's folder into the folder `out`, and check it.

    Beside the network there are preprocessing.json, whose content is returned,
    classify.py, which uses both, and README.md, which explains them. Batches may have
    any size, and so may height and width where the spec says `any`; auxiliary outputs
    are left out. The exported network is loaded and run on the CPU, its outputs are
    compared with the checkpoint's (see verify), and only then does `out` appear. Raises
    UserError for an unknown format, an `out` that must not be replaced, and a network
    that cannot be exported or differs.
    """
    if form not in FORMATS:
        raise unknown("format", form, FORMATS)
    check_free(out, force)
    if form == "onnx":
        check_installed()
    write, load = FORMATS[form]
    run = load_run(folder, weights, "cpu")
    shape = tuple(run.model.input_shape)
    with new_folder(out) as new:
        files = write(run.model, shape, new)
        exported, output = load(new, files)
        agreement = verify(exported, run.model, run.file_preprocessing(), shape)
        record = {
            "format": FORMAT,
            "export": form,
            "files": files,
            **_record(run, output, agreement),
        }
        write_json(new / RECORD, record)
        write_atomic(new / PROGRAM, program(record).encode())
        write_atomic(new / README, readme(record).encode())
    return record


def _record(run: TrainedRun, output: str, agreement: Agreement) -> dict[str, Any]:
    """What preprocessing.json says of the network, whatever the format."""
    preprocessing, outputs = run.file_preprocessing(), agreement.outputs
    shape = [None, *run.model.input_shape]
    return {
        "model": run.record["model"],
        "weights": run.weights,
        "epoch": run.epoch,
        "class_names": list(run.names_of(2 if outputs == 1 else outputs)),
        "preprocessing": preprocessing.as_json(),
        "views": run.recipe.views,
        "input": {"name": INPUT, "dtype": "float32", "shape": shape},
        "output": {"name": output, "dtype": "float32", "shape": [None, outputs]},
        "steps": in_words(preprocessing, run.recipe.views, outputs),
        "check": {
            "batches": list(BATCHES),
            "difference": agreement.difference,
            "allowed": agreement.allowed,
        },
        "versions": versions(),
    }
