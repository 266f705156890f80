"""The progress of what takes long: a bar in a terminal, else lines now and then."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

LINE_SECONDS = 30.0  # between two lines, where there is no terminal


class Ticker:
    """Says when another line is due."""

    def __init__(self) -> None:
        self._last = time.perf_counter()

    def is_due(self) -> bool:
        """Whether LINE_SECONDS have passed; if so, count from now on."""
        now = time.perf_counter()
        is_due = now - self._last >= LINE_SECONDS
        if is_due:
            self._last = now
        return is_due


def plain_bar(console: Console, *more: ProgressColumn) -> Progress:
    """A bar that goes away when it is done: a description, and how many of how many."""
    text = TextColumn("{task.description}", markup=False)
    columns = (text, BarColumn(), MofNCompleteColumn(), *more)
    return Progress(*columns, console=console, transient=True)


@contextlib.contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr in a terminal, else nothing.

    Yields a function to be called with how many of how many are done.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done, total: None
        return
    with plain_bar(console) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextlib.contextmanager
def counted(
    console: Console | None, title: str, total: int
) -> Iterator[Callable[[int], None]]:
    """A bar in a terminal, a line every half minute on another console, nothing without
    one. Yields a function to be called with how many more of `total` images are done.
    """
    if console is not None and console.is_terminal:
        with plain_bar(console, TimeRemainingColumn()) as bar:
            task = bar.add_task(title, total=total)
            yield lambda images: bar.advance(task, images)
        return
    done, ticker = 0, Ticker()

    def advance(images: int) -> None:
        nonlocal done
        done += images
        if console is not None and ticker.is_due():
            console.print(f"{title}: {done:,}/{total:,} images", markup=False)

    yield advance
