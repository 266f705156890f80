"""`extends` and `use`: several files become one tree, every value keeping its place.

A variant is laid over its base by name, deeply: a value replaces, `null` removes, a
new layer says where it goes. Paths are relative to the file that names them and stay
inside the trusted folder.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

from pmruntime.suggest import did_you_mean

from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.diagnostics.source import SourceFile, Span
from pmgen.load.lost import LostLayers
from pmgen.load.places import KINDS, Places, place_of, without_place
from pmgen.load.reader import read_file
from pmgen.load.tree import (
    Entry,
    Library,
    Mapping,
    Node,
    Scalar,
    Sequence,
    Sources,
    kind_of,
)

MAX_FILES = 32

Mend: TypeAlias = "Callable[[Mapping, Diagnostics], Mapping]"

# What the mapping under a key of a section is merged as; any other is replaced.
_INSIDE: dict[str, dict[str, str]] = {
    "spec": {
        "params": "names", "defaults": "sections", "blocks": "blocks",
        "layers": "layers", "branches": "branches", "residual": "residual",
        "heads": "layers",
    },
    "block": {
        "params": "names", "layers": "layers", "branches": "branches",
        "residual": "residual",
    },
    "layer": {
        "first": "names", "init": "names", "layers": "layers",
        "branches": "branches", "residual": "residual",
    },
    "residual": {"body": "layers", "shortcut": "layers"},
}  # fmt: skip
# What every mapping of a section is merged as, where the section's keys are names.
_EACH = {
    "blocks": "block", "layers": "layer", "branches": "layers", "sections": "names"
}  # fmt: skip
# A variant that sets one of these is another network than its base, so that the
# figures under the base's `expect` are not its own.
_CHANGES = {"input", "use", "merge", "split", "norm", "act", *_INSIDE["spec"]}


def load_sources(
    path: Path,
    root: Path,
    diagnostics: Diagnostics,
    *,
    hint: Callable[[Path], str | None] | None = None,
    mend: Mend | None = None,
    data: bytes | None = None,
) -> Sources | None:
    """Read a spec and every file that it extends or uses. None on failure.

    `root` is the trusted folder: no file outside is read. Files are called by their
    path inside it, so that what is generated does not depend on where it lies. `hint`
    gives the help for a file that is named and missing, where it knows one. `mend`
    reads the slips of structure in each file as they were meant, before the files are
    laid over each other. `data` is the spec's content where `path` only says what it is
    called and where it stands.
    """
    return _Loader(root, diagnostics, hint, mend).load(path, data)


class _Loader:
    def __init__(
        self,
        root: Path,
        diagnostics: Diagnostics,
        hint: Callable[[Path], str | None] | None,
        mend: Mend | None,
    ) -> None:
        self.root = root.resolve()
        self.diagnostics = diagnostics
        self.hint = hint
        self.mend = mend
        self.files: list[SourceFile] = []
        self.libraries: dict[Path, Library] = {}
        self.variant: tuple[Mapping | None, Mapping | None] = (None, None)
        self.lost = LostLayers(self.files)
        self.places = Places(diagnostics, self.lost)

    def load(self, path: Path, data: bytes | None) -> Sources | None:
        tree = self._spec(path.resolve(), None, (), data)
        if tree is None:
            return None
        libraries, files = tuple(self.libraries.values()), tuple(self.files)
        own, base = self.variant
        return Sources(tree, libraries, files, own, base, self.lost.settle(tree))

    def _name(self, path: Path) -> str:
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return path.name

    def _read(
        self, path: Path, asked_at: Span | None, data: bytes | None = None
    ) -> Mapping | None:
        if len(self.files) >= MAX_FILES and asked_at is not None:
            self.diagnostics.error(
                "PM104", f"one spec is made of at most {MAX_FILES} files", asked_at
            )
            return None
        name = self._name(path)
        tree = read_file(path, name, self.diagnostics, asked_at, self.hint, data)
        if tree is None:
            return None
        self.files.append(tree.span.file)
        return self.mend(tree, self.diagnostics) if self.mend else tree

    def _spec(
        self,
        path: Path,
        asked_at: Span | None,
        chain: tuple[Path, ...],
        data: bytes | None = None,
    ) -> Mapping | None:
        if path in chain and asked_at is not None:
            self._circle("extends", path, chain, asked_at)
            return None
        tree = self._read(path, asked_at, data)
        if tree is None or not self._use(tree, path, ()):
            return None
        extends = tree.get("extends")
        if extends is None:
            return tree
        target = self._target(extends.value, path, "extends")
        if target is None:
            return None
        base = self._spec(target, extends.value.span, (*chain, path))
        if base is None:
            return None
        if asked_at is None:
            self.variant = (tree, base)
        return self._inherit(base, tree)

    def _circle(self, key: str, path: Path, chain: tuple[Path, ...], at: Span) -> None:
        """Report files that lead back to each other, as a path."""
        circle = [*chain[chain.index(path) :], path]
        shown = " -> ".join(self._name(p) for p in circle)
        verb = {"extends": "extend"}.get(key, key)
        self.diagnostics.error(
            "PM111",
            f"`{key}` goes round in a circle: {shown}",
            at,
            help=f"one of these files must not {verb} another",
        )

    def _use(self, tree: Mapping, path: Path, chain: tuple[Path, ...]) -> bool:
        """Read the files of blocks that a file names, and those that they name: the
        parser tells that only a spec may. False for a circle, which ends all."""
        use = tree.get("use")
        if use is None:
            return True
        chain = (*chain, path)
        nodes = use.value.items if isinstance(use.value, Sequence) else (use.value,)
        for node in nodes:
            target = self._target(node, path, "use")
            if target in chain:
                assert target is not None
                self._circle("use", target, chain, node.span)
                return False
            if target is None or target in self.libraries:
                continue
            library = self._read(target, node.span)
            if library is not None:
                self.libraries[target] = Library(library, library.span.file, node.span)
                if not self._use(library, target, chain):
                    return False
        return True

    def _target(self, node: Node, path: Path, key: str) -> Path | None:
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            first = node.items[:1] if isinstance(node, Sequence) else ()
            path_text = first[0].text if first and isinstance(first[0], Scalar) else ""
            self.diagnostics.error(
                "PM106",
                f"`{key}` is the path of a spec, but this is {kind_of(node)}",
                node.span,
                help=f"write `{key}: {path_text}`"
                if path_text.endswith((".yaml", ".yml"))
                else f"as in `{key}: base.yaml`",
            )
            return None
        if "\\" in node.value:
            self.diagnostics.error(
                "PM111",
                f"the path in `{key}` has a `\\`",
                node.span,
                help="folders are separated by `/`, on every system",
            )
            return None
        inside = False
        try:
            target = (path.parent / node.value).resolve()
            inside = target.is_relative_to(self.root)
        except (OSError, ValueError, RuntimeError):
            target = path
        if not inside or node.value.startswith(("/", "~")):
            self.diagnostics.error(
                "PM111",
                f"`{key}` leads out of the trusted folder",
                node.span,
                help="paths are relative to this file and stay in its folder; "
                "`--root` trusts a larger one",
            )
            return None
        return target

    def _inherit(self, base: Mapping, variant: Mapping) -> Mapping:
        changed = any(entry.name in _CHANGES for entry in variant)
        kept = [
            entry
            for entry in base
            if entry.name not in ("extends", "use")
            and not (entry.name == "expect" and (changed or _drops(base, variant)))
        ]
        # what a variant drops by its changes, it may drop by `null` as well
        dropped = ("extends", "expect") if _drops(base, variant) else ("extends",)
        over = [e for e in variant if e.name not in dropped]
        merged = self._merge(
            Mapping(tuple(kept), base.span), Mapping(tuple(over), variant.span), "spec"
        )
        self.lost.look_for_users(merged)
        return merged

    def _merge(self, base: Mapping, variant: Mapping, kind: str) -> Mapping:
        """`variant` laid over `base`; `kind` is the section that they are."""
        entries = {entry.name: entry for entry in base}
        for entry in variant:
            old = entries.get(entry.name)
            if isinstance(entry.value, Scalar) and entry.value.value is None:
                self._remove(entries, entry, kind)
            elif old is None:
                self._add(entries, entry, kind)
            else:
                entries[entry.name] = self._replace(old, entry, kind)
                if kind == "layers" and place_of(entry) is not None:
                    self._add(entries, entries.pop(entry.name), kind, place_of(entry))
        return Mapping(tuple(entries.values()), variant.span)

    def _remove(self, entries: dict[str, Entry], entry: Entry, kind: str) -> None:
        if entries.pop(entry.name, None) is not None:
            if kind == "layers":
                self.lost.remove(entry.name, entry.key.span)
        else:
            report = partial(self._not_there, entry, did_you_mean(entry.name, entries))
            self.lost.report(entry.name, entry.key.span, report)

    def _not_there(self, entry: Entry, help_text: str | None) -> None:
        self.diagnostics.error(
            "PM112",
            f"`{entry.name}` is not in the base, so it cannot be removed",
            entry.key.span,
            help=help_text,
            related=self.places.removal(entry.name),
        )

    def _add(
        self,
        entries: dict[str, Entry],
        entry: Entry,
        kind: str,
        place: Entry | None = None,
    ) -> None:
        self.places.check(entry)
        place = place or place_of(entry)
        new = Entry(entry.key, without_place(entry.value))
        if kind != "layers" or not entries:
            entries[entry.name] = new
            return
        at = self.places.position(entries, entry, place)
        if at is None:
            self.lost.unplaced.add(entry.name)
            return
        ordered = list(entries.values())
        ordered.insert(at, new)
        entries.clear()
        entries.update({e.name: e for e in ordered})
        self.lost.put(entry.name)

    def _replace(self, old: Entry, new: Entry, kind: str) -> Entry:
        inner = _EACH.get(kind) or _INSIDE.get(kind, {}).get(new.name)
        if new.name == "allow" and kind in ("spec", "layer"):
            return Entry(new.key, _together(old.value, new.value))
        mappings = isinstance(old.value, Mapping) and isinstance(new.value, Mapping)
        if inner is None or not mappings or _other_kind(old.value, new.value):
            return Entry(new.key, without_place(new.value))
        assert isinstance(old.value, Mapping)
        stripped = without_place(new.value)
        assert isinstance(stripped, Mapping)
        # The layer keeps the name's first place: that is where it can be read.
        return Entry(old.key, self._merge(old.value, stripped, inner))


def _other_kind(old: Node, new: Node) -> bool:
    """True where a layer changes its op or form: then nothing of it is kept."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return True
    for key in KINDS:
        theirs, ours = old.get(key), new.get(key)
        if ours is None:
            continue
        if theirs is None:
            return any(old.get(k) for k in KINDS)
        if key == "op" and isinstance(ours.value, Scalar):
            return not (
                isinstance(theirs.value, Scalar)
                and theirs.value.text == ours.value.text
            )
    return False


def _drops(base: Mapping, variant: Mapping) -> bool:
    """True where the variant takes the base's `expect` away."""
    own = variant.get("expect")
    taken = (
        own is not None and isinstance(own.value, Scalar) and own.value.value is None
    )
    return taken and base.get("expect") is not None


def _together(old: Node, new: Node) -> Node:
    """What either allows: a variant has the warnings of its base, and its own."""
    parts = [n.items if isinstance(n, Sequence) else (n,) for n in (old, new)]
    return Sequence((*parts[0], *parts[1]), new.span)
