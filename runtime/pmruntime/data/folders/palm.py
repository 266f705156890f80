"""iChallenge-PM (PALM) as it is distributed: fundus photographs.

PALM-Training400/P0001.jpg ...    the first letter is the label
PALM-Validation400/V0001.jpg ...  labelled by labels.csv
labels.csv                        columns imgName and Label, among others
"""

from __future__ import annotations

from pathlib import Path

from pmruntime.data.folders.listing import (
    Entry,
    Fault,
    Listing,
    image_files,
    read_table,
)

TRAIN, VAL, LABELS = "PALM-Training400", "PALM-Validation400", "labels.csv"
# P: pathological myopia. H, high myopia, and N, normal eyes, are not pathological.
CLASSES = ("non-PM", "PM")
PREFIXES = {"P": 1, "H": 0, "N": 0}
_TABLES = (LABELS, f"{VAL}/{LABELS}", f"PALM-Validation-GT/{LABELS}")


def is_palm(folder: Path) -> bool:
    """Whether one of the two folders of images is there."""
    return any((folder / name).is_dir() for name in (TRAIN, VAL))


def list_palm(folder: Path) -> Listing:
    """Training images by the first letter of their names, validation by labels.csv."""
    listing = Listing("PALM", folder, CLASSES)
    for path in image_files(folder / TRAIN):
        name = listing.name_of(path)
        label = PREFIXES.get(path.name[0])
        if label is None:
            listing.faults.append(
                Fault(
                    name,
                    f"unknown prefix `{path.name[0]}`",
                    "training images begin with P (pathological), H or N; rename it "
                    "or take it away",
                )
            )
        else:
            listing.train.append(Entry(path, name, label))
    if (folder / VAL).is_dir():
        _list_validation(listing)
    return listing.sort()


def _list_validation(listing: Listing) -> None:
    folder = listing.folder
    images: dict[str, Path] = {}
    for path in image_files(folder / VAL):
        first = images.setdefault(path.name, path)
        if first is not path:
            listing.faults.append(
                Fault(
                    listing.name_of(path),
                    f"a second image of the name; the first is "
                    f"{listing.name_of(first)}",
                    f"{LABELS} tells images by name alone: take one of them away",
                )
            )
    table = next((name for name in _TABLES if (folder / name).is_file()), None)
    if table is None:
        listing.faults.append(
            Fault(
                LABELS,
                "missing",
                f"the labels of {VAL} stand in it; `pmgen data prepare` makes it from "
                "valid_gt.zip",
            )
        )
        return
    labels: dict[str, int] = {}
    faults = listing.faults
    failed = len(faults)
    for line, row in read_table(folder / table, table, ("imgName", "Label"), faults):
        name, place = row["imgName"], f"{table}:{line}"
        if row["Label"] not in ("0", "1"):
            remedy = "a label is 0 or 1"
            faults.append(Fault(place, f"`{row['Label']}` is no label", remedy))
        elif name in labels:
            remedy = "keep one of the lines"
            faults.append(Fault(place, f"`{name}` stands here again", remedy))
        elif name not in images:
            remedy = f"put the image into {VAL}, or take the line away"
            labels[name] = -1
            faults.append(Fault(place, f"a label without image: `{name}`", remedy))
        else:
            labels[name] = int(row["Label"])
    if len(faults) > failed and not labels:
        return  # the table itself is unreadable
    for name, path in images.items():
        if name not in labels:
            remedy = f"add a line to {table}, or take the image away"
            faults.append(
                Fault(listing.name_of(path), "an image without label", remedy)
            )
        elif labels[name] >= 0:
            listing.val.append(Entry(path, listing.name_of(path), labels[name]))
