"""The labelled images of a folder, listed before any of them is decoded.

A listing also holds what is wrong with the folder: `check` shows all of it, training
refuses with the first few faults.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pmruntime.data.decode import SUFFIXES, UNREAD_SUFFIXES

_SPLIT_NAMES = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation"),
}
_IGNORED = {"thumbs.db", "desktop.ini", "__macosx"}


@dataclass(frozen=True)
class Entry:
    """One labelled image: its file, its name in the data's folder, its class."""

    path: Path
    name: str
    label: int


@dataclass(frozen=True)
class Fault:
    """Something wrong with a folder: where, what, and what to do about it.

    `place` is a file's name in the folder, for a table with `:line`. A fault that is
    not `serious` (a copy) does not keep a network from training.
    """

    place: str
    reason: str
    remedy: str
    serious: bool = True


@dataclass(kw_only=True)
class Listing:
    """What a folder holds. Entries are sorted by name in both splits."""

    kind: str
    folder: Path
    class_names: tuple[str, ...] = ()
    train: list[Entry] = field(default_factory=list)
    val: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def splits(self) -> tuple[tuple[str, list[Entry]], ...]:
        """("train", entries) and ("val", entries)."""
        return (("train", self.train), ("val", self.val))

    def fault(self, place: str, reason: str, remedy: str, serious: bool = True) -> None:
        """Add a fault."""
        self.faults.append(Fault(place, reason, remedy, serious))

    def sort(self) -> Listing:
        """Sort the entries by name, which is the same order on every system."""
        for _, entries in self.splits:
            entries.sort(key=lambda entry: entry.name)
        return self

    def name_of(self, path: Path) -> str:
        """A path as it is named in messages: relative to the folder, with `/`."""
        return path.relative_to(self.folder).as_posix()

    def read_table(
        self, name: str, columns: Sequence[str]
    ) -> list[tuple[int, dict[str, str]]]:
        """The rows of a CSV file, each with its line number and its cells by column.

        Columns may come in any order, divided as the first line shows, and further ones
        are ignored. A table that cannot be read, or lacks a column, is a fault and has
        no rows.
        """
        try:
            with open(self.folder / name, encoding="utf-8-sig", newline="") as file:
                delimiter = _delimiter(file.readline())
                file.seek(0)
                reader = csv.DictReader(file, delimiter=delimiter)
                found = [column.strip() for column in reader.fieldnames or ()]
                reader.fieldnames = found
                missing = [f"`{column}`" for column in columns if column not in found]
                if missing:
                    self.fault(
                        f"{name}:1",
                        f"no column {' and '.join(missing)}",
                        f"its first line must name the columns; it has: "
                        f"{', '.join(found) or 'nothing'}",
                    )
                    return []
                return [
                    (reader.line_num, {k: (row[k] or "").strip() for k in columns})
                    for row in reader
                ]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            self.fault(name, f"cannot be read: {error}", "save it as CSV text in UTF-8")
            return []

    def refuse_unread(self, part: str) -> None:
        """A fault for the images in a part of the folder that are of a format that is
        not read: to go on without them would change the data in silence."""
        files = [
            path
            for path in all_files(self.folder / part)
            if path.suffix.lower() in UNREAD_SUFFIXES
        ]
        if files:
            kind = UNREAD_SUFFIXES[files[0].suffix.lower()]
            more = f", the first of {len(files):,} such images" if files[1:] else ""
            self.fault(
                self.name_of(files[0]),
                f"{kind} is not read{more}",
                "convert them to PNG or JPEG, or take them away",
            )


def image_files(folder: Path) -> Iterator[Path]:
    """The files with an image's suffix in a folder and its subfolders, sorted, without
    those that `is_ignored`."""
    return (path for path in all_files(folder) if path.suffix.lower() in SUFFIXES)


def all_files(folder: Path) -> Iterator[Path]:
    """Every file of a folder and its subfolders except the ignored ones, sorted."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if is_ignored(path):
            continue
        if path.is_dir():
            yield from all_files(path)
        else:
            yield path


def is_ignored(path: Path) -> bool:
    """Whether it is hidden, or left behind by a system or an archiver."""
    return path.name.startswith(".") or path.name.lower() in _IGNORED


def split_name(folder: Path, split: str, suffix: str = "") -> str:
    """What the split `train` or `val` is called in the folder: as here, or else with
    capitals or another of its names, where there is one such; `suffix` is a table's."""
    if (folder / f"{split}{suffix}").exists():
        return f"{split}{suffix}"
    known = {f"{name}{suffix}" for name in _SPLIT_NAMES[split]}
    others = os.listdir(folder) if folder.is_dir() else []
    found = [name for name in others if name.casefold() in known]
    return found[0] if len(found) == 1 else f"{split}{suffix}"


def _delimiter(first_line: str) -> str:
    """What divides the columns: spreadsheets write `;` where a comma is the decimal
    sign, and tabs."""
    return max(",;\t|", key=first_line.count)
