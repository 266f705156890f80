"""Which module may import which: the floors of both packages, held by a test.

A room stands on the rooms of lower floors and imports no other. Where it imports a
stage, it takes that stage's result and nothing of how the stage comes to it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.paths import ROOT


@dataclass(frozen=True, eq=False)
class House:
    """A package: its floors from the top, and what its stages give to others.

    `gives` names the modules of a room that other rooms may import; a room that is not
    named gives all of its modules. `runs` names the stages that a room starts itself,
    so that it may import whatever starts them.
    """

    folder: Path
    floors: tuple[str, ...]
    gives: Mapping[str, set[str]] = field(default_factory=dict)
    runs: Mapping[str, set[str]] = field(default_factory=dict)

    @property
    def package(self) -> str:
        return self.folder.name

    def level(self, module: str) -> int:
        """How high the module's room stands; the ground is 0."""
        if module.partition(".")[0] == "__init__":
            return -1
        room = _room(module)
        found = [i for i, floor in enumerate(self.floors) if room in floor.split()]
        assert found, f"{self.package}.{module} stands on no floor of {__file__}"
        return len(self.floors) - found[0]


PMGEN = House(
    ROOT / "generator" / "pmgen",
    floors=(
        "__main__",
        "cli",
        "compile",
        "catalogue settings",
        "schema emit",
        "recipe check lint plan show",
        "parse expand",
        "language",
        "ops",
        "load expressions",
        "diagnostics",
    ),
    gives={
        "load": {"tree"},
        "parse": set(),
        "expand": {"graph"},
        "plan": {"plans"},
        "check": set(),
        "lint": set(),
        "show": set(),
        "emit": set(),
        "schema": set(),
        "recipe": {"keys"},
    },
    runs={
        "compile": {"load", "parse", "expand", "check", "lint", "plan", "emit"},
        "cli": {"compile", "show", "emit", "schema", "recipe"},
        "recipe": {"load"},  # it reads a recipe's file
        "settings": {"load"},  # it reads values as YAML has them
    },
)
PMRUNTIME = House(
    ROOT / "runtime" / "pmruntime",
    floors=(
        "__main__",
        "cli",
        "evaluation training",
        "export inference",
        "runs",
        "model",
        "data",
        "recipe machine files",
        "checks sizes layers problems kinds",
        "suggest",
    ),
)
BOTH = pytest.mark.parametrize("house", [PMGEN, PMRUNTIME], ids=lambda h: h.package)
# What `pmgen` may load beside itself and Python: no Paddle, no arrays.
LIGHT = {"click", "jinja2", "rich", "yaml", *sys.stdlib_module_names}


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def modules(house: House) -> dict[str, Path]:
    """Every module by its name inside the package: `plan.body.flow`, `plan`."""
    found: dict[str, Path] = {}
    for path in sorted(house.folder.rglob("*.py")):
        parts = path.relative_to(house.folder).with_suffix("").parts
        inner = parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts
        found[".".join(inner)] = path
    assert found
    return found


def _room(module: str) -> str:
    return module.partition(".")[0]


def imports(path: Path, *, at_once: bool = False) -> Iterator[str]:
    """The full name of everything that a file imports: `pmgen.plan.plans.NameClash`.

    With `at_once` only what importing the file loads: nothing inside functions or
    under TYPE_CHECKING.
    """
    waiting: list[ast.AST] = [_tree(path)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        later = later or (
            isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        )
        if not (at_once and later):
            waiting += ast.iter_child_nodes(node)


def own_imports(house: House, module: str, *, at_once: bool = False) -> set[str]:
    """The modules of the same package that a module imports, by their inner names."""
    return {
        inner
        for name in imports(modules(house)[module], at_once=at_once)
        if (inner := _inside(house, name)) is not None
    }


def _inside(house: House, name: str) -> str | None:
    """The module that an imported name is, or is from; None for another package."""
    package, _, inner = name.partition(".")
    if package != house.package:
        return None
    while inner and inner not in modules(house):
        inner = inner.rpartition(".")[0]
    return inner or "__init__"


def edges(house: House) -> Iterable[tuple[str, str]]:
    return (
        (module, other)
        for module in modules(house)
        for other in sorted(own_imports(house, module))
    )


@BOTH
def test_nothing_is_imported_from_above(house: House) -> None:
    for module, other in edges(house):
        if module == "__init__" or _room(module) == _room(other):
            continue
        assert house.level(other) < house.level(module), (
            f"{house.package}.{module} imports {house.package}.{other}, "
            "which stands no floor below it"
        )


@BOTH
def test_a_stage_gives_its_result_alone(house: House) -> None:
    for module, other in edges(house):
        room, giver = _room(module), _room(other)
        if room == giver or giver not in house.gives:
            continue
        given = other.partition(".")[2] in house.gives[giver]
        assert given or giver in house.runs.get(room, ()), (
            f"{house.package}.{module} imports {house.package}.{other}, "
            f"which is not what `{giver}` gives to others"
        )


@BOTH
def test_no_imports_go_in_a_circle(house: House) -> None:
    graph = {module: own_imports(house, module) for module in modules(house)}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = " imports ".join(reversed(error.args[1]))
        pytest.fail(f"a circle in {house.package}: {circle}")


def test_the_runtime_never_imports_the_compiler() -> None:
    for module, path in modules(PMRUNTIME).items():
        for name in imports(path):
            assert name.partition(".")[0] != "pmgen", (
                f"pmruntime.{module} imports {name}"
            )


def test_the_compiler_loads_nothing_heavy() -> None:
    """Of the runtime it may import what loads neither Paddle nor arrays."""
    for module, path in modules(PMGEN).items():
        for name in imports(path):
            package = name.partition(".")[0]
            if package == "pmruntime":
                inner = _inside(PMRUNTIME, name)
                assert inner is not None
                heavy = {
                    f"{name} (which pmruntime.{by} imports)"
                    for by in loaded_with(inner)
                    for name in imports(modules(PMRUNTIME)[by], at_once=True)
                    if name.partition(".")[0] not in {*LIGHT, "pmruntime"}
                }
                assert not heavy, (
                    f"pmgen.{module} imports pmruntime.{inner}, "
                    f"which loads {', '.join(sorted(heavy))}"
                )
            else:
                assert package in {*LIGHT, "pmgen"}, f"pmgen.{module} imports {name}"


def loaded_with(module: str) -> set[str]:
    """The runtime's modules that importing one of them loads, packages around too."""
    found: set[str] = set()
    waiting = {module}
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            around = name.rpartition(".")[0] or "__init__"
            waiting |= own_imports(PMRUNTIME, name, at_once=True) | {around}
    return found


def test_every_import_is_seen(tmp_path: Path) -> None:
    """Those inside functions, and those for types alone."""
    path = tmp_path / "module.py"
    path.write_text(
        "import a.b\n"
        "if TYPE_CHECKING:\n    from c.d import e\n"
        "def f():\n    from g import h\n",
        encoding="utf-8",
    )
    assert set(imports(path)) == {"a.b", "c.d.e", "g.h"}
    assert set(imports(path, at_once=True)) == {"a.b"}


def test_what_is_named_exists() -> None:
    """A table that names a room which is gone would hold nothing."""
    for house in (PMGEN, PMRUNTIME):
        rooms = {_room(module) for module in modules(house)} - {"__init__"}
        assert {room for floor in house.floors for room in floor.split()} == rooms
        for room, given in house.gives.items():
            assert {f"{room}.{name}" for name in given} <= set(modules(house))
