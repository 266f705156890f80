"""One folder per class: `train/<class>/*` and `val/<class>/*`."""

from __future__ import annotations

from pathlib import Path

from pmruntime.data.folders.listing import Entry, Listing, image_files, is_ignored


def is_class_folders(folder: Path) -> bool:
    """Whether `train` or `val` holds folders."""
    return any(_classes(folder / split) for split in ("train", "val"))


def list_class_folders(folder: Path) -> Listing:
    """List both splits. Classes are the names of the folders, sorted; a class without
    images in one of the splits is a fault."""
    found = {split: _classes(folder / split) for split in ("train", "val")}
    names = sorted({name for classes in found.values() for name in classes})
    listing = Listing(kind="class folders", folder=folder, class_names=tuple(names))
    for split, entries in listing.splits:
        if not (folder / split).is_dir():
            continue
        for label, name in enumerate(names):
            files = list(image_files(folder / split / name))
            if not files:
                remedy = "both splits need images of every class"
                listing.fault(f"{split}/{name}", "no images", remedy)
            entries += [Entry(path, listing.name_of(path), label) for path in files]
        for path in image_files(folder / split):
            if path.parent == folder / split:
                remedy = "put it into the folder of its class, or take it away"
                listing.fault(listing.name_of(path), "an image without label", remedy)
    return listing.sort()


def _classes(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return [p.name for p in folder.iterdir() if p.is_dir() and not is_ignored(p)]
