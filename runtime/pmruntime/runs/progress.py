"""What a person sees while a network trains: a bar in a terminal, else plain lines."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)


class Reporter:
    """Says nothing: the one for programs, and the base of the two below."""

    def say(self, text: str) -> None:
        """One line of news."""

    def reading(self, done: int, total: int) -> None:
        """So many of a split's images are decoded, before training begins."""

    def begin_epoch(self, epoch: int, epochs: int, images: int, done: int = 0) -> None:
        """`images` images are about to be trained on; `done` of them are behind."""

    def step(self, images: int, loss: float) -> None:
        """A batch is done: its size, and the mean loss of the epoch so far."""

    def validating(self, done: int, total: int) -> None:
        """So many images are validated, between an epoch's last step and its end."""

    def end_epoch(self, row: Mapping[str, Any]) -> None:
        """The epoch's line of metrics.jsonl."""

    def stop(self) -> None:
        """Leave the terminal as it was, also after a failure."""


class PlainReporter(Reporter):
    """One line an epoch, and one every half minute within what takes long."""

    EVERY_SECONDS = 30.0

    def __init__(self, console: Console) -> None:
        self._console = console
        self._spoke = time.perf_counter()

    def say(self, text: str) -> None:
        """Print the line as it is."""
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)

    def reading(self, done: int, total: int) -> None:
        """Speak where the last word is long ago."""
        if self._is_time():
            self.say(f"reading images  {done}/{total}")

    def begin_epoch(self, epoch: int, epochs: int, images: int, done: int = 0) -> None:
        """Start the clock."""
        self._title = f"epoch {epoch}/{epochs}"
        self._images, self._done, self._before = images, done, done
        self._started = self._spoke = time.perf_counter()

    def step(self, images: int, loss: float) -> None:
        """Speak where the last word is long ago."""
        self._done += images
        if self._is_time():
            self.say(
                f"{self._title}  {self._done}/{self._images} images  {self._news(loss)}"
            )

    def validating(self, done: int, total: int) -> None:
        """Speak where the last word is long ago."""
        if self._is_time():
            self.say(f"{self._title}  {done}/{total} images validated")

    def end_epoch(self, row: Mapping[str, Any]) -> None:
        """The epoch in one line."""
        self.say(f"{self._title}  {epoch_line(row)}")

    def _is_time(self) -> bool:
        now = time.perf_counter()
        if now - self._spoke < self.EVERY_SECONDS:
            return False
        self._spoke = now
        return True

    def _news(self, loss: float) -> str:
        seconds = time.perf_counter() - self._started
        return f"loss {loss:.4f}  {_rate((self._done - self._before) / seconds)}"


class TerminalReporter(PlainReporter):
    """A bar for the running epoch; a finished epoch stays as a line."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._bar: Progress | None = None

    def reading(self, done: int, total: int) -> None:
        """A bar for each split; it goes with the last image."""
        if self._bar is None:
            self._bar = _plain_bar(self._console)
            self._task = self._bar.add_task("reading images", total=total)
            self._bar.start()
        self._bar.update(self._task, completed=done)
        if done == total:
            self.stop()

    def begin_epoch(self, epoch: int, epochs: int, images: int, done: int = 0) -> None:
        """Draw an empty bar."""
        super().begin_epoch(epoch, epochs, images, done)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[news]}"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
        self._task = self._bar.add_task(
            self._title, total=images, completed=done, news=""
        )
        self._bar.start()

    def step(self, images: int, loss: float) -> None:
        """Move the bar."""
        self._done += images
        if self._bar is not None:
            self._bar.update(self._task, advance=images, news=self._news(loss))

    def validating(self, done: int, total: int) -> None:
        """The bar begins again, with the images that are validated."""
        if self._bar is not None:
            self._bar.update(
                self._task, completed=done, total=total, news="images validated"
            )

    def end_epoch(self, row: Mapping[str, Any]) -> None:
        """Replace the bar by the epoch's line."""
        self.stop()
        super().end_epoch(row)

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def reporter_for(console: Console) -> Reporter:
    """A bar where a person watches, lines where a file or a program does."""
    return (TerminalReporter if console.is_terminal else PlainReporter)(console)


@contextlib.contextmanager
def counted(
    console: Console | None, title: str, total: int
) -> Iterator[Callable[[int], None]]:
    """Yields what is told how many more of `total` images are done. A bar where a
    person watches, a line every half minute on another console, nothing without one."""
    if console is not None and console.is_terminal:
        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        text = TextColumn("{task.description}", markup=False)
        with Progress(text, *columns, console=console, transient=True) as bar:
            task = bar.add_task(title, total=total)
            yield lambda images: bar.advance(task, images)
        return
    done, spoke = 0, time.perf_counter()

    def advance(images: int) -> None:
        nonlocal done, spoke
        done += images
        now = time.perf_counter()
        if console is not None and now - spoke >= PlainReporter.EVERY_SECONDS:
            spoke = now
            console.print(f"{title}: {done:,}/{total:,} images", markup=False)

    yield advance


def epoch_line(row: Mapping[str, Any]) -> str:
    """A line of metrics.jsonl in words; not every epoch is validated."""
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


@contextlib.contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr where a person watches, else nothing.

    Gives a function to be called with how many of how many are done.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done, total: None
        return
    with _plain_bar(console) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _plain_bar(console: Console) -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(*columns, console=console, transient=True)
