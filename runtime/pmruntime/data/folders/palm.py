"""iChallenge-PM (PALM) as it is distributed: fundus photographs.

PALM-Training400/P0001.jpg ...    the first letter is the label
PALM-Validation400/V0001.jpg ...  labelled by labels.csv
labels.csv                        columns imgName and Label, among others
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pmruntime.data.folders.listing import Entry, Listing, image_files

TRAIN, VAL, LABELS = "PALM-Training400", "PALM-Validation400", "labels.csv"
# P: pathological myopia. H, high myopia, and N, normal eyes, are not pathological.
CLASSES = ("non-PM", "PM")
PREFIXES = {"P": 1, "H": 0, "N": 0}
_TABLES = (LABELS, f"{VAL}/{LABELS}", f"PALM-Validation-GT/{LABELS}")


def is_palm(folder: Path) -> bool:
    """Whether one of the two folders of images is there."""
    return any((folder / name).is_dir() for name in (TRAIN, VAL))


def list_palm(folder: Path) -> Listing:
    """List both splits: the first letter of its name labels a training image, a line in
    labels.csv a validation image."""
    listing = Listing(kind="PALM", folder=folder, class_names=CLASSES)
    for path in image_files(folder / TRAIN):
        name = listing.name_of(path)
        label = PREFIXES.get(path.name[0])
        if label is None:
            listing.fault(
                name,
                f"unknown prefix `{path.name[0]}`",
                "training images begin with P (pathological), H or N; rename it or "
                "take it away",
            )
        else:
            listing.train.append(Entry(path, name, label))
    listing.refuse_unread(TRAIN)
    listing.refuse_unread(VAL)
    if (folder / VAL).is_dir():
        _list_validation(listing)
    return listing.sort()


def _list_validation(listing: Listing) -> None:
    images = _validation_images(listing)
    table = next((t for t in _TABLES if (listing.folder / t).is_file()), None)
    if table is None:
        listing.fault(
            LABELS,
            "missing",
            f"the labels of {VAL} stand in it; `pmgen data prepare` makes it from "
            "valid_gt.zip",
        )
        return
    before = len(listing.faults)
    labels = _read_labels(table, images, listing)
    if len(listing.faults) > before and not labels:
        return  # the table itself is unreadable: that fault is enough
    for name, path in images.items():
        place = listing.name_of(path)
        label = labels.get(name)
        if label is not None:
            listing.val.append(Entry(path, place, label))
        else:
            remedy = f"add a line to {table}, or take the image away"
            listing.fault(place, "an image without label", remedy)


def _validation_images(listing: Listing) -> dict[str, Path]:
    """The validation images by file name, by which labels.csv refers to them."""
    images: dict[str, Path] = {}
    for path in image_files(listing.folder / VAL):
        first = images.setdefault(path.name, path)
        if first is not path:
            listing.fault(
                listing.name_of(path),
                f"a second image of the name; the first is {listing.name_of(first)}",
                f"{LABELS} tells images by name alone: take one of them away",
            )
    return images


def _read_labels(
    table: str, images: Mapping[str, Path], listing: Listing
) -> dict[str, int]:
    """The labels in the table by file name; a fault for each line that is no use."""
    labels: dict[str, int] = {}
    for line, row in listing.read_table(table, ("imgName", "Label")):
        name, place = row["imgName"], f"{table}:{line}"
        if row["Label"] not in ("0", "1"):
            listing.fault(place, f"`{row['Label']}` is no label", "a label is 0 or 1")
        elif name in labels:
            listing.fault(place, f"`{name}` stands here again", "keep one of the lines")
        else:
            labels[name] = int(row["Label"])
            if name not in images:
                remedy = f"put the image into {VAL}, or take the line away"
                listing.fault(place, f"a label without image: `{name}`", remedy)
    return labels
