"""Files that are byte for byte the same."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from pmruntime.data.listing import Entry, Fault, Listing


def groups_of_copies(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Entries with the same content, group by group, each in the order given.

    Only files of equal size are read. Unreadable ones are left out: they are another
    fault.
    """
    by_size: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.path.is_file():
            by_size[entry.path.stat().st_size].append(entry)
    groups: dict[bytes, list[Entry]] = defaultdict(list)
    for size, alike in by_size.items():
        for entry in alike if size and len(alike) > 1 else ():
            groups[_digest(entry)].append(entry)
    return [group for group in groups.values() if len(group) > 1]


def _digest(entry: Entry) -> bytes:
    try:
        return hashlib.sha256(entry.path.read_bytes()).digest()
    except OSError:
        return entry.name.encode()  # like no other


def without_copies(listing: Listing) -> tuple[list[Entry], list[Entry]]:
    """Both splits with one of each image: the first of training, else of validation."""
    extra = {
        entry.path
        for group in groups_of_copies([*listing.train, *listing.val])
        for entry in group[1:]
    }
    train = [entry for entry in listing.train if entry.path not in extra]
    return train, [entry for entry in listing.val if entry.path not in extra]


def copy_faults(listing: Listing) -> list[Fault]:
    """What `check` says of copies: within a split, across splits, with two labels."""
    in_train = {entry.path for entry in listing.train}
    faults = []
    for group in groups_of_copies([*listing.train, *listing.val]):
        first, *others = group
        for other in others:
            across = (first.path in in_train) != (other.path in in_train)
            reason = f"a byte for byte copy of {first.name}"
            reason += " in the other split" if across else ""
            if other.label != first.label:
                reason += ", with another label"
            remedy = "`images: {drop_copies: true}` in the recipe leaves it out"
            faults.append(Fault(other.name, reason, remedy, serious=False))
    return faults
