"""The figures of the catalogue's networks, kept beside the specs: `pmgen list` shows
them, and compiling sixty networks for a table would take seconds.

`make docs` writes the file. It names the specs it was made from by a digest; where they
are others by now, the networks are compiled.
"""

from __future__ import annotations

import hashlib
import json
from typing import TypeAlias

from pmgen.catalogue import catalogue, names

FILE = "figures.json"
# shapes of the input and the output, parameters, MACs, source
Figures: TypeAlias = tuple[str, str, str, str, str]
_UNKNOWN = ("-", "-", "-", "-", "does not compile")


def figures_of_all() -> dict[str, Figures]:
    """The figures of every network of the catalogue, by its name."""
    try:
        kept = json.loads((catalogue() / FILE).read_text(encoding="utf-8"))
        if kept["specs"] == digest():
            return {name: tuple(row) for name, row in kept["figures"].items()}
    except (OSError, ValueError, KeyError):
        pass  # no file, or one of another version: compile
    return compiled_figures()


def compiled_figures() -> dict[str, Figures]:
    """The same, from the specs themselves."""
    from pmgen.cli.common import compiled
    from pmgen.cli.tables import figures
    from pmgen.compile import collector_off

    found = {}
    with collector_off():
        for name in names():
            graph = compiled(name, None).graph
            source = graph and (graph.spec.source or "")
            found[name] = _UNKNOWN if graph is None else (*figures(graph), source or "")
    return found


def digest() -> str:
    """Of every file that a network of the catalogue may be made of."""
    folder = catalogue()
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*.yaml")):
        text = path.read_bytes().replace(b"\r\n", b"\n")
        name = path.relative_to(folder).as_posix().encode()
        whole.update(b"%s %d\n%s" % (name, len(text), text))
    return whole.hexdigest()


def as_text() -> str:
    """The file as it should be now: one network a line."""
    rows = [
        f"    {json.dumps(n)}: {json.dumps(r)}" for n, r in compiled_figures().items()
    ]
    joined = ",\n".join(rows)
    return f'{{\n  "specs": "{digest()}",\n  "figures": {{\n{joined}\n  }}\n}}\n'
