"""Where a variant's new layers go: `before` and `after`, and mistakes in them."""

from __future__ import annotations

from functools import partial

from pmruntime.suggest import did_you_mean, nearest

from pmgen.diagnostics.diagnostic import Diagnostics, Label
from pmgen.load.lost import LostLayers
from pmgen.load.tree import Entry, Mapping, Node, Scalar, kind_of

KINDS = ("op", "layers", "branches", "residual")  # what makes a layer what it is


class Places:
    """Finds the place of a new layer among those of the base."""

    def __init__(self, diagnostics: Diagnostics, lost: LostLayers) -> None:
        self.diagnostics = diagnostics
        self.lost = lost

    def check(self, entry: Entry) -> None:
        """Only one of `before` and `after` can hold."""
        if not isinstance(entry.value, Mapping):
            return
        before, after = entry.value.get("before"), entry.value.get("after")
        if before is not None and after is not None:
            self.diagnostics.error(
                "PM112",
                f"`{entry.name}` goes both `before` and `after` another",
                after.key.span,
                related=[Label(before.key.span, "the other")],
                help="keep one of them",
            )

    def position(
        self, entries: dict[str, Entry], entry: Entry, place: Entry | None
    ) -> int | None:
        """How many layers a new one goes behind; None after a diagnostic."""
        if place is None:
            report = partial(self._where_to, dict(entries), entry)
            self.lost.report(entry.name, entry.key.span, report)
            return None
        if not isinstance(place.value, Scalar) or place.value.value is None:
            empty = isinstance(place.value, Scalar) and not place.value.text
            self.diagnostics.error(
                "PM106",
                f"`{place.name}` names a layer, but this is {kind_of(place.value)}",
                # The two parsers differ in where nothing stands.
                place.key.span if empty else place.value.span,
                help=f"as in `{place.name}: {next(reversed(entries))}`",
            )
            return None
        anchor = place.value.text
        if anchor not in entries:
            report = partial(self._no_anchor, dict(entries), entry, place, anchor)
            self.lost.report(anchor, place.value.span, report)
            return None
        return [*entries].index(anchor) + (place.name == "after")

    def _no_anchor(
        self, entries: dict[str, Entry], entry: Entry, place: Entry, anchor: str
    ) -> None:
        """Report `before` or `after` that names no layer of the base."""
        help_text = did_you_mean(anchor, entries)
        if anchor == entry.name:
            help_text = "name another layer than itself"
        elif anchor == "input":
            help_text = f"for the beginning write `before: {next(iter(entries))}`"
        self.diagnostics.error(
            "PM206",
            f"there is no layer `{anchor}` to go {place.name}",
            place.value.span,
            help=help_text,
            related=self.removal(anchor),
        )

    def removal(self, name: str) -> list[Label]:
        """Where a layer was removed, if it was."""
        at = self.lost.removed.get(name)
        return [Label(at, "it is removed here")] if at else []

    def _where_to(self, entries: dict[str, Entry], entry: Entry) -> None:
        names = list(entries)
        meant = nearest(entry.name, names)
        place = f"say where it goes: `after: {names[-1]}`, or `before` another"
        is_new = isinstance(entry.value, Mapping) and any(
            entry.value.get(key) for key in KINDS
        )
        self.diagnostics.error(
            "PM112",
            f"the base has no layer `{entry.name}`",
            entry.key.span,
            help=f"did you mean `{meant}`?" if meant and not is_new else place,
            related=self.removal(entry.name)
            or (
                [Label(entries[names[-1]].key.span, "the base's last layer")]
                if is_new or not meant
                else []
            ),
        )


def place_of(entry: Entry) -> Entry | None:
    """The `before` or `after` of a layer, where it has one."""
    if not isinstance(entry.value, Mapping):
        return None
    return entry.value.get("before") or entry.value.get("after")


def without_place(node: Node) -> Node:
    """A layer without them: they have no meaning in the tree of all files."""
    if not isinstance(node, Mapping):
        return node
    kept = tuple(e for e in node if e.name not in ("before", "after"))
    return node if len(kept) == len(node) else Mapping(kept, node.span)
