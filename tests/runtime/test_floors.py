"""The rooms of pmruntime are floors: none imports a higher one, and no file itself."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

from tests.support.paths import ROOT

RUNTIME = ROOT / "runtime"
FLOORS = (
    {"cli"},
    {"evaluation", "training"},
    {"export", "inference"},
    {"runs"},
    {"model", "recipe"},
    {"data"},
    {"machine", "files"},
    {"checks", "sizes", "layers", "problems"},
)
FLOOR_OF = {room: -number for number, rooms in enumerate(FLOORS) for room in rooms}


def module_name(path: Path) -> str:
    parts = path.relative_to(RUNTIME).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in RUNTIME.rglob("*.py")}


def imports(path: Path) -> set[str]:
    """The modules of pmruntime that a file imports anywhere, also only for types."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in names}
    return found & MODULES.keys()


GRAPH = {name: imports(path) for name, path in MODULES.items()}


def floor(module: str) -> int | None:
    """None for `pmruntime` itself and for `__main__`."""
    return FLOOR_OF.get(module.partition(".")[2].partition(".")[0])


def test_every_room_has_a_floor() -> None:
    without = {module for module in MODULES if floor(module) is None}
    assert without == {"pmruntime", "pmruntime.__main__"}


def test_no_room_imports_a_higher_one() -> None:
    upwards = [
        f"{module} imports {used}"
        for module, uses in GRAPH.items()
        for used in uses
        if (below := floor(module)) is not None
        and (above := floor(used)) is not None
        and below < above
    ]
    assert not upwards


def test_no_file_imports_itself_through_others() -> None:
    TopologicalSorter(GRAPH).prepare()  # raises CycleError, which names the files
