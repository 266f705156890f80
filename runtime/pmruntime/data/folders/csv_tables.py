"""Images anywhere in a folder, listed with their labels in `train.csv`, `val.csv`."""

from __future__ import annotations

import os
from pathlib import Path

from pmruntime.data.folders.listing import Entry, Listing, image_files

_TABLES = {"train": "train.csv", "val": "val.csv"}
_MAX_CLASSES = 10_000


def is_csv_tables(folder: Path) -> bool:
    """Whether one of the two tables is there."""
    return any((folder / name).is_file() for name in _TABLES.values())


def list_csv_tables(folder: Path) -> Listing:
    """List both splits by the columns `file`, a path relative to the folder, and
    `label`: numbers from 0 up, or names of classes, numbered in sorted order.

    Tables may choose among the images: those that neither names are a warning only.
    """
    listing = Listing(kind="CSV", folder=folder)
    rows = {
        split: listing.read_table(name, ("file", "label"))
        for split, name in _TABLES.items()
        if (folder / name).is_file()
    }
    labels = {row["label"] for found in rows.values() for _, row in found}
    numbered = bool(labels) and all(
        label.isdecimal() and len(label) < 10 for label in labels
    )
    if numbered:
        highest = max(n for n in (0, *map(int, labels)) if n < _MAX_CLASSES)
        names = [str(i) for i in range(highest + 1)]
    else:
        names = sorted(labels - {""})
    number = {name: i for i, name in enumerate(names)}
    listing.class_names = tuple(names)
    for split, entries in listing.splits:
        seen: set[str] = set()
        for line, row in rows.get(split, []):
            place = f"{_TABLES[split]}:{line}"
            name = Path(os.path.normpath(row["file"])).as_posix() if row["file"] else ""
            label = str(int(row["label"])) if numbered else row["label"]
            fault = _fault_of_row(folder, name, label, seen)
            if fault is None and label not in number:
                fault = f"`{label}` is no class", f"number them below {_MAX_CLASSES:,}"
            if fault is not None:
                listing.fault(place, *fault)
                continue
            seen.add(name)
            entries.append(Entry(folder / name, name, number[label]))
    _warn_of_unlisted(listing)
    return listing.sort()


def _warn_of_unlisted(listing: Listing) -> None:
    named = {entry.path for _, entries in listing.splits for entry in entries}
    others = [path for path in image_files(listing.folder) if path not in named]
    if others:
        many = "1 image stands" if len(others) == 1 else f"{len(others):,} images stand"
        listing.fault(
            listing.name_of(others[0]),
            f"{many} in no table, of which this is the first",
            "add lines to train.csv or val.csv, or leave it at that",
            serious=False,
        )


def _fault_of_row(
    folder: Path, name: str, label: str, seen: set[str]
) -> tuple[str, str] | None:
    """What is wrong with a row, and how to correct it; None for a sound row."""
    if not name or not label:
        return "an empty cell", "a row holds a file and a label"
    if name in seen:
        return f"`{name}` stands here again", "keep one of the lines"
    if Path(name).is_absolute() or Path(name).parts[:1] == ("..",):
        return f"`{name}` lies outside the data's folder", "put the image inside"
    # Path.is_file may raise for an impossible name
    if not os.path.isfile(folder / name):
        return f"a label without image: `{name}`", "put the image there"
    return None
