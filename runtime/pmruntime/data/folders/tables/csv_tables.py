"""Images anywhere in a folder, listed with their labels in `train.csv`, `val.csv`."""

from __future__ import annotations

from pathlib import Path

from pmruntime.data.folders.listing import Entry, Listing, image_files, split_name
from pmruntime.data.folders.tables.finding import ImageNames
from pmruntime.data.folders.tables.labels import (
    MAX_CLASSES,
    measurement_among,
    read_column,
)

_SPLITS = ("train", "val")


def is_csv_tables(folder: Path) -> bool:
    """Whether one of the two tables is there."""
    return any((folder / name).is_file() for name in _tables(folder).values())


def _tables(folder: Path) -> dict[str, str]:
    return {split: split_name(folder, split, ".csv") for split in _SPLITS}


def list_csv_tables(folder: Path) -> Listing:
    """List both splits by the columns `file`, a path relative to the folder, and
    `label`: numbers from 0 up, or names of classes, numbered in sorted order.

    Tables may choose among the images: those that neither names are a warning only.
    """
    listing = Listing(kind="CSV", folder=folder)
    tables = _tables(folder)
    rows = {
        split: listing.read_table(name, ("file", "label"))
        for split, name in tables.items()
        if (folder / name).is_file()
    }
    labels = [row["label"] for found in rows.values() for _, row in found]
    column = read_column(labels)
    number = {name: i for i, name in enumerate(column.names)}
    listing.class_names = column.names
    images = ImageNames(folder)
    for split, entries in listing.splits:
        seen: set[str] = set()
        for line, row in rows.get(split, []):
            place = f"{tables[split]}:{line}"
            name = images.find(row["file"]) if row["file"] else None
            fault = _fault_of_row(images, row["file"], name, row["label"], seen)
            label = column.name_of(row["label"]) if row["label"] else ""
            if fault is None and label not in number:
                fault = f"`{label}` is no class", f"number them below {MAX_CLASSES:,}"
            if fault is not None:
                listing.fault(place, *fault)
                continue
            assert name is not None  # else it would be a label without image
            seen.add(name)
            entries.append(Entry(folder / name, name, number[label]))
    _judge_column(listing, labels, tables[next(iter(rows))])
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
    images: ImageNames, written: str, name: str | None, label: str, seen: set[str]
) -> tuple[str, str] | None:
    """What is wrong with a row, and how to correct it; None for a sound row. `name` is
    that of the file that is meant by what is `written`."""
    if not written or not label:
        return "an empty cell", "a row holds a file and a label"
    if name in seen:
        return f"`{name}` stands here again", "keep one of the lines"
    if images.outside(written):
        return f"`{written}` lies outside the data's folder", "put the image inside"
    if name is None:
        return f"a label without image: `{written}`", "put the image there"
    return None


def _judge_column(listing: Listing, labels: list[str], table: str) -> None:
    """Add what is wrong with the labels as a whole."""
    measured = measurement_among(labels)
    if measured is not None:
        listing.fault(
            table,
            f"the column `label` holds measurements, such as `{measured}`: "
            f"{len(set(labels)):,} different numbers, which would be as many classes",
            "divide them into classes, and write the name or the number of each",
        )
        return
    used = {e.label for _, entries in listing.splits for e in entries}
    if listing.class_names[:1] == ("0",) and used and 0 not in used:
        listing.fault(
            table,
            f"the labels are numbers from {min(used)} up: class 0 has no image, and a "
            f"network needs {len(listing.class_names)} outputs",
            "number the classes from 0, or give them names",
            serious=False,
        )
