"""The check of a folder before training: its images counted, decoded, its faults."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pmruntime.data.arrays.idx import is_idx_folder, read_idx
from pmruntime.data.decode import (
    BadImageError,
    decode,
    image_format,
    read_bytes,
    verify_jpeg,
)
from pmruntime.data.folders.copies import copy_faults
from pmruntime.data.folders.kinds import DESCRIPTIONS, list_images
from pmruntime.data.folders.listing import Entry, Fault, Listing, all_files
from pmruntime.data.folders.parallel import OnProgress, in_threads
from pmruntime.problems import UserError

_NAMED_AS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".bmp": "BMP"}
_TABLES = (".csv", ".xlsx")


@dataclass(frozen=True, kw_only=True)
class FolderCheck:
    """What `check_folder` found.

    `counts` are numbers of images by split and class number, bad ones included; `sizes`
    are numbers of images by (height, width), the most frequent size first; `unread` are
    files that are not recognised as images.
    """

    folder: Path
    kind: str
    class_names: tuple[str, ...]
    counts: dict[str, list[int]]
    sizes: dict[tuple[int, int], int]
    faults: tuple[Fault, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether no fault was found that would stop or falsify training."""
        return not any(fault.serious for fault in self.faults)

    def as_json(self) -> dict[str, Any]:
        """What `--format json` prints."""
        return {
            "folder": str(self.folder),
            "kind": self.kind,
            "sound": self.sound,
            "class_names": list(self.class_names),
            "counts": {
                split: dict(zip(self.class_names, counts, strict=True))
                for split, counts in self.counts.items()
            },
            "sizes": [
                {"height": height, "width": width, "images": n}
                for (height, width), n in self.sizes.items()
            ],
            "faults": [asdict(fault) for fault in self.faults],
            "unread": list(self.unread),
        }


def check_folder(
    folder: Path, *, verify: bool = False, progress: OnProgress | None = None
) -> FolderCheck:
    """List a folder, decode every image of it, and look for copies.

    With `verify` JPEGs are decoded strictly as well, which finds damage in the middle.
    Raises UserError where the folder holds no data of a known kind, and for `verify`
    without simplejpeg.
    """
    if not folder.is_dir():
        raise UserError(f"there is no folder `{folder}`")
    if is_idx_folder(folder):
        return _check_idx(folder)
    listing = list_images(folder)
    if listing is None:
        raise UserError(
            f"the folder `{folder}` holds no data of a known kind",
            f"known kinds: {DESCRIPTIONS}",
        )
    entries = [*listing.train, *listing.val]
    results = in_threads(lambda entry: _check_image(entry, verify), entries, progress)
    sizes = Counter(size for size, _ in results if size is not None)
    faults = [*listing.faults, *(fault for _, found in results for fault in found)]
    faults += [*_missing_splits(listing), *copy_faults(listing)]
    return FolderCheck(
        folder=folder,
        kind=listing.kind,
        class_names=listing.class_names,
        counts={split: _count(found, listing) for split, found in listing.splits},
        sizes=dict(sizes.most_common()),
        faults=tuple(_in_order(faults)),
        unread=tuple(_unread(listing)),
    )


def _check_image(
    entry: Entry, verify: bool
) -> tuple[tuple[int, int] | None, list[Fault]]:
    """A file's (height, width), None for a bad file, and its faults."""
    try:
        content = read_bytes(entry.path)
        height, width = decode(content).shape[:2]
        if verify:
            verify_jpeg(content)
    except BadImageError as error:
        remedy = "copy or download the file again, or take it away"
        return None, [Fault(entry.name, str(error), remedy)]
    named, found = _NAMED_AS.get(entry.path.suffix.lower()), image_format(content)
    if named in (None, found):
        return (height, width), []
    remedy = "it is read as what it is; rename it to be clear"
    reason = f"a {found} under the name of a {named}"
    return (height, width), [Fault(entry.name, reason, remedy, serious=False)]


def _missing_splits(listing: Listing) -> list[Fault]:
    if any(fault.serious for fault in listing.faults):
        return []  # these faults say why a split is empty
    if not listing.train and not listing.val:
        return [Fault(str(listing.folder), "no labelled images", "put images into it")]
    faults = []
    if not listing.train:
        remedy = "add them to train; `pmgen eval` does without"
        faults.append(Fault("train", "no images to train on", remedy, serious=False))
    if not listing.val:
        remedy = "training and `pmgen eval` both need them"
        faults.append(Fault("val", "no images to validate on", remedy))
    return faults


def _in_order(faults: list[Fault]) -> list[Fault]:
    """Serious faults first; within these, faults with the same remedy together."""
    first: dict[str, int] = {}
    for position, fault in enumerate(faults):
        first.setdefault(fault.remedy, position)
    return sorted(faults, key=lambda f: (not f.serious, first[f.remedy]))


def _count(entries: list[Entry], listing: Listing) -> list[int]:
    found = Counter(entry.label for entry in entries)
    return [found[label] for label in range(len(listing.class_names))]


def _unread(listing: Listing) -> list[str]:
    """Files in the listing's folder that are neither images nor tables."""
    known = {entry.path for _, entries in listing.splits for entry in entries}
    known |= {listing.folder / fault.place for fault in listing.faults}
    return [
        listing.name_of(path)
        for path in all_files(listing.folder)
        if path not in known and path.suffix.lower() not in _TABLES
    ]


def _check_idx(folder: Path) -> FolderCheck:
    data = read_idx(folder)
    return FolderCheck(
        folder=folder,
        kind="IDX",
        class_names=data.class_names,
        counts={
            name: [int((split.labels == k).sum()) for k in range(data.num_classes)]
            for name, split in (("train", data.train), ("val", data.val))
        },
        sizes={data.image_shape[1:]: len(data.train) + len(data.val)},
    )
