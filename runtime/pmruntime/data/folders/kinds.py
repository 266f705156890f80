"""Which kinds of folders of images there are, and of which kind a folder is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pmruntime.data.folders.class_folders import is_class_folders, list_class_folders
from pmruntime.data.folders.listing import Fault, Listing
from pmruntime.data.folders.palm import is_palm, list_palm
from pmruntime.data.folders.tables.csv_tables import is_csv_tables, list_csv_tables
from pmruntime.data.folders.tables.spelling import spellings


class Kind(NamedTuple):
    """A layout of folders: its description, how it is recognised, how it is listed."""

    description: str
    recognises: Callable[[Path], bool]
    list_images: Callable[[Path], Listing]


KINDS = (
    Kind("iChallenge-PM (PALM-Training400, PALM-Validation400)", is_palm, list_palm),
    Kind("tables (train.csv, val.csv)", is_csv_tables, list_csv_tables),
    Kind(
        "one folder per class (train/<class>, val/<class>)",
        is_class_folders,
        list_class_folders,
    ),
)
DESCRIPTIONS = "; ".join(kind.description for kind in KINDS)


def is_image_folder(folder: Path) -> bool:
    """Whether the folder is of one of KINDS."""
    return any(kind.recognises(folder) for kind in KINDS)


def list_images(folder: Path) -> Listing | None:
    """The folder's labelled images and faults; None where it is of no known kind."""
    for kind in KINDS:
        if kind.recognises(folder):
            listing = kind.list_images(folder)
            # First, because a class that is spelled twice lacks images for that reason.
            listing.faults[:0] = _spelled_twice(listing)
            return listing
    return None


def _spelled_twice(listing: Listing) -> list[Fault]:
    """A fault for each label that is another one in another spelling."""
    names = listing.class_names
    by_split = {
        split: {names[entry.label] for entry in entries}
        for split, entries in listing.splits
        if entries
    }
    first = {names[e.label]: e for _, entries in listing.splits for e in entries[::-1]}
    return [
        Fault(
            first[other].name,
            f"its label `{other}` is `{one}` in another spelling, the label of "
            f"{first[one].name}",
            "spell a class alike wherever it stands",
        )
        for one, other in spellings(by_split)
    ]
