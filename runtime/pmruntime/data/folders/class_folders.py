"""One folder per class: `train/<class>/*` and `val/<class>/*`."""

from __future__ import annotations

from pathlib import Path

from pmruntime.data.folders.listing import (
    Entry,
    Listing,
    image_files,
    is_ignored,
    split_name,
)


def is_class_folders(folder: Path) -> bool:
    """Whether `train` or `val` holds folders."""
    return any(_classes(folder / split_name(folder, s)) for s in ("train", "val"))


def list_class_folders(folder: Path) -> Listing:
    """List both splits. Classes are the names of the folders, sorted; a class without
    images in one of the splits is a fault."""
    parts = {split: split_name(folder, split) for split in ("train", "val")}
    found = [_classes(folder / part) for part in parts.values()]
    names = sorted({name for classes in found for name in classes})
    listing = Listing(kind="class folders", folder=folder, class_names=tuple(names))
    for split, entries in listing.splits:
        part = parts[split]
        if not (folder / part).is_dir():
            continue
        listing.refuse_unread(part)
        for label, name in enumerate(names):
            files = list(image_files(folder / part / name))
            if not files:
                remedy = "both splits need images of every class"
                listing.fault(f"{part}/{name}", "no images", remedy)
            entries += [Entry(path, listing.name_of(path), label) for path in files]
        for path in image_files(folder / part):
            if path.parent == folder / part:
                remedy = "put it into the folder of its class, or take it away"
                listing.fault(listing.name_of(path), "an image without label", remedy)
    return listing.sort()


def _classes(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return [p.name for p in folder.iterdir() if p.is_dir() and not is_ignored(p)]
