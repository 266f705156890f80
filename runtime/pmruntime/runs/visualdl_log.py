"""Training's curves for VisualDL.

metrics.jsonl stays the record; this is a copy of it in VisualDL's own format:

    visualdl --logdir RUN/visualdl
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pmruntime.problems import UserError
from pmruntime.runs.callback import Callback
from pmruntime.runs.folder import RunFolder

FOLDER = "visualdl"
# VisualDL reads files whose name holds `vdlrecords`. One name, so that a run that was
# interrupted has one curve.
FILE = "vdlrecords.pmgen.log"


class VisualDLLogger(Callback):
    """Passes everything on to `inner`, and writes each epoch into RUN/visualdl.

    Scalars by epoch: `train/loss`, `train/accuracy`, `val/loss` and whatever else the
    epoch's line holds for the two splits, `learning_rate`, and `images_per_second`.
    Nothing is written before the first epoch ends. Then the log begins anew with all
    epochs of metrics.jsonl: a resumed run's log has each of them once.

    Raises UserError where VisualDL is not installed. Of several processes only one may
    have one.
    """

    def __init__(self, inner: Callback, run: Path) -> None:
        self._inner = inner
        self._run = RunFolder(run)
        self._writer_class = _log_writer_class()
        self._writer: Any = None

    def log(self, text: str) -> None:
        """One line of news, for `inner` alone."""
        self._inner.log(text)

    def on_images_read(self, done: int, total: int) -> None:
        """Nothing is logged yet."""
        self._inner.on_images_read(done, total)

    def on_epoch_begin(self, epoch: int, epochs: int, images: int, done: int) -> None:
        """Nothing is logged yet."""
        self._inner.on_epoch_begin(epoch, epochs, images, done)

    def on_train_batch_end(self, images: int, loss: float) -> None:
        """Epochs alone are logged."""
        self._inner.on_train_batch_end(images, loss)

    def on_eval_batch_end(self, done: int, total: int) -> None:
        """The epoch's metrics alone are logged."""
        self._inner.on_eval_batch_end(done, total)

    def on_epoch_end(self, row: Mapping[str, Any]) -> None:
        """Log the epoch, to be seen at once."""
        self._inner.on_epoch_end(row)
        rows = [row]
        if self._writer is None:
            self._writer = self._new_log()
            rows = [*self._earlier(row["epoch"]), row]
        for each in rows:
            for tag, value in scalars(each):
                self._writer.add_scalar(tag, value, step=each["epoch"])
        self._writer.flush()

    def close(self) -> None:
        """Close the log, also after a failure."""
        try:
            self._inner.close()
        finally:
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def _new_log(self) -> Any:
        folder = self._run.folder / FOLDER
        (folder / FILE).unlink(missing_ok=True)
        with contextlib.redirect_stdout(io.StringIO()):  # it prints what it does
            return self._writer_class(logdir=str(folder), file_name=FILE)

    def _earlier(self, epoch: int) -> list[dict[str, Any]]:
        """The lines of metrics.jsonl for the epochs before."""
        if not self._run.metrics.is_file():
            return []
        lines = self._run.metrics.read_text(encoding="utf-8").splitlines()
        return [row for row in map(json.loads, lines) if row["epoch"] < epoch]


def scalars(row: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """The tags and values of an epoch's line; not every epoch is evaluated."""
    for split in ("train", "val"):
        for name, value in row.get(split, {}).items():
            if name != "n" and isinstance(value, (int, float)):
                yield f"{split}/{name}", float(value)
    yield "learning_rate", float(row["lr"])
    yield "images_per_second", float(row["images_per_s"])


def _log_writer_class() -> Any:
    try:
        # Noise of its web server's libraries, which are of no use here.
        with contextlib.redirect_stdout(io.StringIO()):
            from visualdl import LogWriter
    except ImportError as error:
        raise UserError(
            f"`--visualdl` needs VisualDL, which cannot be imported: {error}",
            "install the `visualdl` extra: pip install 'pmgen[visualdl]'",
        ) from error
    return LogWriter
