"""`data check`: counts, sizes and every fault of a folder of images."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pmruntime.cli.common import (
    debug_option,
    format_option,
    images_argument,
    problems_explained,
)

if TYPE_CHECKING:
    from pmruntime.data.folders.listing import Fault
    from pmruntime.data.inspect.check import FolderCheck

_SHOWN = 5  # sizes, and files that are not read


@click.command("check")
@images_argument
@click.option(
    "--verify",
    is_flag=True,
    help="Decode JPEGs strictly too: finds damage in the middle of a file.",
)
@format_option
@debug_option
def check_command(folder: Path, verify: bool, form: str, debug: bool) -> None:
    """Count the images of DIR; name every bad one.

    Each with what to do about it. Exit status 1 where something would stop or falsify
    training. Copies are warnings.
    """
    with problems_explained(debug):
        from pmruntime.data.inspect.check import check_folder
        from pmruntime.runs.progress import progress_bar

        with progress_bar("checking images") as progress:
            report = check_folder(folder, verify=verify, progress=progress)
        if form == "json":
            click.echo(json.dumps(report.as_json(), indent=2, ensure_ascii=False))
        else:
            print_report(report)
    if not report.sound:
        raise SystemExit(1)


def print_report(report: FolderCheck) -> None:
    """The report as a table, then every fault."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    click.echo(f"{report.folder}: {report.kind}")
    table = Table()
    table.add_column("class")
    for split in report.counts:
        table.add_column(split, justify="right")
    for number, name in enumerate(report.class_names):
        counts = [f"{counts[number]:,}" for counts in report.counts.values()]
        table.add_row(escape(name), *counts)
    table.add_section()
    table.add_row("all", *(f"{sum(counts):,}" for counts in report.counts.values()))
    Console().print(table)
    sizes = [f"{h} x {w}: {n:,}" for (h, w), n in report.sizes.items()]
    if sizes:
        click.echo(f"height x width: {_first(sizes)}")
    if report.unread:
        click.echo(f"no images, not read: {_first(list(report.unread))}")
    for label, color, serious in (("error", "red", True), ("warning", "yellow", False)):
        found = [fault for fault in report.faults if fault.serious == serious]
        _print_faults(found, click.style(f"{label}: ", fg=color, bold=True))
    errors = sum(fault.serious for fault in report.faults)
    click.echo(
        f"{_count(errors, 'error')}, {_count(len(report.faults) - errors, 'warning')}"
    )


def _print_faults(faults: list[Fault], label: str) -> None:
    """Fault by fault; what to do is said once for those that share it."""
    for remedy, alike in groupby(faults, lambda fault: fault.remedy):
        for fault in alike:
            click.echo(f"{label}{fault.place}: {fault.reason}")
        click.echo(f"  {remedy}")


def _first(words: list[str]) -> str:
    rest = len(words) - _SHOWN
    return ", ".join(words[:_SHOWN]) + (f" and {rest:,} more" if rest > 0 else "")


def _count(n: int, what: str) -> str:
    return f"{n or 'no'} {what}{'s' * (n != 1)}"
