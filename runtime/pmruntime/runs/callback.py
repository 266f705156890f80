"""What is called as training goes on, and shows it: a bar in a terminal, else lines."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.progress import Progress, TaskID, TextColumn, TimeRemainingColumn

from pmruntime.runs.progress import Ticker, plain_bar


class Callback:
    """Its methods are called as training goes on. This one does nothing: the one for
    programs, and the base of all others."""

    def log(self, text: str) -> None:
        """One line of news."""

    def on_images_read(self, done: int, total: int) -> None:
        """So many of a split's images are decoded, before training begins."""

    def on_epoch_begin(self, epoch: int, epochs: int, images: int, done: int) -> None:
        """`images` images are about to be trained on; a resumed run has `done` of them
        behind it."""

    def on_train_batch_end(self, images: int, loss: float) -> None:
        """A batch is done: its size, and the mean loss of the epoch so far."""

    def on_eval_batch_end(self, done: int, total: int) -> None:
        """So many images are evaluated, between an epoch's last step and its end."""

    def on_epoch_end(self, row: Mapping[str, Any]) -> None:
        """The epoch's line of metrics.jsonl."""

    def close(self) -> None:
        """Leave the terminal as it was; called after a failure too."""


class LineLogger(Callback):
    """One line an epoch, and one every half minute within what takes long."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._ticker = Ticker()
        self._title = ""
        self._images = self._done = self._done_before = 0
        self._started = 0.0

    def log(self, text: str) -> None:
        """Print the line as it is."""
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)

    def on_images_read(self, done: int, total: int) -> None:
        """Print a line where one is due."""
        if self._ticker.is_due():
            self.log(f"reading images  {done}/{total}")

    def on_epoch_begin(self, epoch: int, epochs: int, images: int, done: int) -> None:
        """Start the clock."""
        self._title = f"epoch {epoch}/{epochs}"
        self._images, self._done, self._done_before = images, done, done
        self._started = time.perf_counter()
        self._ticker = Ticker()

    def on_train_batch_end(self, images: int, loss: float) -> None:
        """Print a line where one is due."""
        self._done += images
        if self._ticker.is_due():
            count = f"{self._done}/{self._images} images"
            self.log(f"{self._title}  {count}  {self._news(loss)}")

    def on_eval_batch_end(self, done: int, total: int) -> None:
        """Print a line where one is due."""
        if self._ticker.is_due():
            self.log(f"{self._title}  {done}/{total} images validated")

    def on_epoch_end(self, row: Mapping[str, Any]) -> None:
        """The epoch in one line."""
        self.log(f"{self._title}  {epoch_line(row)}")

    def _news(self, loss: float) -> str:
        seconds = time.perf_counter() - self._started
        return f"loss {loss:.4f}  {_rate((self._done - self._done_before) / seconds)}"


class ProgressBar(LineLogger):
    """A bar for the running epoch; a finished epoch stays as a line."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._bar: Progress | None = None
        self._task = TaskID(0)

    def on_images_read(self, done: int, total: int) -> None:
        """A bar for each split; it goes away with the last image."""
        if self._bar is None:
            self._bar = plain_bar(self._console)
            self._task = self._bar.add_task("reading images", total=total)
            self._bar.start()
        self._bar.update(self._task, completed=done)
        if done == total:
            self.close()

    def on_epoch_begin(self, epoch: int, epochs: int, images: int, done: int) -> None:
        """Draw an empty bar."""
        super().on_epoch_begin(epoch, epochs, images, done)
        news = TextColumn("{task.fields[news]}")
        self._bar = plain_bar(self._console, news, TimeRemainingColumn())
        self._task = self._bar.add_task(
            self._title, total=images, completed=done, news=""
        )
        self._bar.start()

    def on_train_batch_end(self, images: int, loss: float) -> None:
        """Move the bar."""
        self._done += images
        if self._bar is not None:
            self._bar.update(self._task, advance=images, news=self._news(loss))

    def on_eval_batch_end(self, done: int, total: int) -> None:
        """The bar begins again, with the images that are evaluated."""
        if self._bar is not None:
            self._bar.update(
                self._task, completed=done, total=total, news="images validated"
            )

    def on_epoch_end(self, row: Mapping[str, Any]) -> None:
        """Replace the bar by the epoch's line."""
        self.close()
        super().on_epoch_end(row)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def console_callback(console: Console) -> Callback:
    """A bar in a terminal, lines where a file or a program reads."""
    return (ProgressBar if console.is_terminal else LineLogger)(console)


def epoch_line(row: Mapping[str, Any]) -> str:
    """A line of metrics.jsonl in words; not every epoch is evaluated."""
    parts = [
        f"{name} loss {row[name]['loss']:.4f} accuracy {row[name]['accuracy']:.2%}"
        for name in ("train", "val")
        if name in row
    ]
    parts.append(_rate(row["images_per_s"]))
    return "  ".join([*parts, f"{row['seconds']:.1f} s"])


def _rate(images_per_s: float) -> str:
    """A large network does less than one image a second."""
    digits = 0 if images_per_s >= 10 else 1 if images_per_s >= 1 else 2
    return f"{images_per_s:,.{digits}f} images/s"
