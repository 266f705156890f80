"""Images anywhere in a folder, named with their labels in `train.csv` and `val.csv`."""

from __future__ import annotations

from pathlib import Path

from pmruntime.data.listing import Entry, Fault, Listing, read_table

_TABLES = {"train": "train.csv", "val": "val.csv"}


def is_csv_tables(folder: Path) -> bool:
    """Whether one of the two tables is there."""
    return any((folder / name).is_file() for name in _TABLES.values())


def list_csv_tables(folder: Path) -> Listing:
    """Columns `file`, relative to the folder, and `label`: numbers from 0 up, or names
    of classes, which are then numbered in sorted order."""
    faults: list[Fault] = []
    rows = {
        split: read_table(folder / name, name, ("file", "label"), faults)
        for split, name in _TABLES.items()
        if (folder / name).is_file()
    }
    labels = {row["label"] for found in rows.values() for _, row in found}
    numbered = bool(labels) and all(label.isdecimal() for label in labels)
    if numbered:
        names = [str(i) for i in range(max(map(int, labels)) + 1)]
    else:
        names = sorted(labels - {""})
    number = {name: i for i, name in enumerate(names)}
    listing = Listing("CSV", folder, tuple(names), faults=faults)
    for split, entries in listing.splits:
        seen: set[str] = set()
        for line, row in rows.get(split, []):
            place, name = f"{_TABLES[split]}:{line}", row["file"]
            label = str(int(row["label"])) if numbered else row["label"]
            fault = _fault(folder, name, label, seen)
            if fault is not None:
                faults.append(Fault(place, *fault))
                continue
            seen.add(name)
            path = folder / name
            entries.append(Entry(path, Path(name).as_posix(), number[label]))
    return listing.sort()


def _fault(
    folder: Path, name: str, label: str, seen: set[str]
) -> tuple[str, str] | None:
    """What is wrong with a row, and what to do about it."""
    if not name or not label:
        return "an empty cell", "a row holds a file and a label"
    if name in seen:
        return f"`{name}` stands here again", "keep one of the lines"
    if not (folder / name).resolve().is_relative_to(folder.resolve()):
        return f"`{name}` lies outside the data's folder", "put the image inside"
    if not (folder / name).is_file():
        return f"a label without image: `{name}`", "put the image there"
    return None
