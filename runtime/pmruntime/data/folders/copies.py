"""Image files that are equal byte for byte: found, left out, reported."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence

from pmruntime.data.folders.listing import Entry, Fault, Listing


def groups_of_copies(entries: Sequence[Entry]) -> list[list[int]]:
    """Groups of positions of entries with the same content, in ascending order.

    Only files of equal size are read. Unreadable files are in no group: `check` reports
    them as another fault.
    """
    by_size: dict[int, list[int]] = defaultdict(list)
    for position, entry in enumerate(entries):
        if entry.path.is_file():
            by_size[entry.path.stat().st_size].append(position)
    groups: dict[bytes, list[int]] = defaultdict(list)
    for size, positions in by_size.items():
        for position in positions if size and len(positions) > 1 else ():
            groups[_digest(entries[position])].append(position)
    return [group for group in groups.values() if len(group) > 1]


def _digest(entry: Entry) -> bytes:
    try:
        return hashlib.sha256(entry.path.read_bytes()).digest()
    except OSError:
        return entry.name.encode()  # equal to no other digest


def without_copies(listing: Listing) -> tuple[list[int], list[int]]:
    """The positions to keep in the training and in the validation split, so that each
    image occurs once: its first copy in training, else its first in validation."""
    entries = [*listing.train, *listing.val]
    extra = {i for group in groups_of_copies(entries) for i in group[1:]}
    kept = [i for i in range(len(entries)) if i not in extra]
    border = len(listing.train)
    return [i for i in kept if i < border], [i - border for i in kept if i >= border]


def copy_faults(listing: Listing) -> list[Fault]:
    """A warning for each copy: within a split, across splits, with another label."""
    entries, border = [*listing.train, *listing.val], len(listing.train)
    faults = []
    for first, *others in groups_of_copies(entries):
        original = entries[first]
        for position in others:
            other = entries[position]
            reason = f"a byte for byte copy of {original.name}"
            reason += " in the other split" if first < border <= position else ""
            if other.label != original.label:
                reason += ", with another label"
            remedy = "`images: {drop_copies: true}` in the recipe leaves it out"
            faults.append(Fault(other.name, reason, remedy, serious=False))
    return faults
