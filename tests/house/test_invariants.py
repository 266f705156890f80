"""The rules of the house, each held by a test."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes
from pmgen.catalogue import spec_paths
from pmgen.ops import ACTIVATIONS, INITIALIZERS, NORMS, OPS

from tests.support.paths import ROOT

COMPILER = ROOT / "generator" / "pmgen"
RUNTIME = ROOT / "runtime" / "pmruntime"
LONGEST_FILE = 400


def sources(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.py"))
    assert found
    return found


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> Iterator[str]:
    """The module of every import in a file, inside functions too."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield node.module or ""


def packages(path: Path) -> set[str]:
    """The top-level packages of those modules."""
    return {name.partition(".")[0] for name in imported(path)}


# What the compiler may import of the runtime. The base install has neither Paddle nor
# NumPy, and `pmgen check` answers in a fraction of a second.
SHARED = {
    "pmruntime.cli.data",
    "pmruntime.cli.ending",
    "pmruntime.cli.evaluate",
    "pmruntime.cli.export",
    "pmruntime.cli.on_demand",
    "pmruntime.cli.predict",
    "pmruntime.cli.train",
    "pmruntime.cli.weights",
    "pmruntime.files",
    "pmruntime.problems",
    "pmruntime.recipe.definition",
    "pmruntime.kinds",
    "pmruntime.recipe.layers",
    "pmruntime.recipe.mistakes",
    "pmruntime.recipe.resolve",
    "pmruntime.sizes",
    "pmruntime.suggest",
}


def test_the_compiler_imports_no_paddle_and_only_the_shared_modules() -> None:
    allowed = {"pmgen", "pmruntime", "click", "jinja2", "rich", "yaml"}
    of_the_runtime = set()
    for path in sources(COMPILER):
        foreign = packages(path) - allowed - set(sys.stdlib_module_names)
        assert not foreign, f"{path} imports {foreign}"
        of_the_runtime |= {n for n in imported(path) if n.startswith("pmruntime")}
    assert of_the_runtime == SHARED


def test_the_shared_modules_import_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        f"import {', '.join(sorted(SHARED))}\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded - set(sys.stdlib_module_names) <= {"pmruntime", "click"}


def test_the_packages_have_one_home() -> None:
    """Else `import generator.pmgen` would make a second copy of it."""
    assert not (ROOT / "generator" / "__init__.py").exists()
    assert not (ROOT / "runtime" / "__init__.py").exists()


# The emitted text is compiled and never run: a check before it is written.
COMPILES = {"emit/module.py"}
BANNED = {"eval", "exec", "compile", "__import__", "globals", "setattr", "delattr"}
BANNED_MODULES = {"pickle", "marshal", "shelve", "imp"}
BANNED_METHODS = {("yaml", "load"), ("yaml", "unsafe_load"), ("yaml", "full_load"),
                  ("os", "system"), ("os", "popen")}  # fmt: skip


@pytest.mark.parametrize("folder", [COMPILER, RUNTIME], ids=["compiler", "runtime"])
def test_no_text_becomes_code(folder: Path) -> None:
    for path in sources(folder):
        assert not packages(path) & BANNED_MODULES, path
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.Call):
                continue
            place = f"{path}:{node.lineno}"
            function = node.func
            if isinstance(function, ast.Name):
                inside = path.relative_to(folder).as_posix()
                known = function.id == "compile" and inside in COMPILES
                assert known or function.id not in BANNED, place
            elif isinstance(function, ast.Attribute) and isinstance(
                function.value, ast.Name
            ):
                called = (function.value.id, function.attr)
                assert called not in BANNED_METHODS, place
            shell = [k for k in node.keywords if k.arg == "shell"]
            assert not shell, place


def test_templates_decide_nothing_by_name() -> None:
    """No op, no network, no class of Paddle's; and no comparison with a text at all."""
    known = {*OPS, *ACTIVATIONS, *NORMS, *INITIALIZERS}
    known |= {path.stem for path in spec_paths()}
    templates = sorted((COMPILER / "emit" / "templates").glob("*.j2"))
    assert templates
    for path in templates:
        text = path.read_text(encoding="utf-8")
        words = set(re.findall(r"[A-Za-z_]\w*", text))
        assert not words & known, path
        for node in Environment(autoescape=True).parse(text).find_all(nodes.Compare):
            assert not list(node.find_all(nodes.Const)), f"{path}:{node.lineno}"


def literals(path: Path) -> Iterator[tuple[str, int]]:
    """Every text of a file but its docstrings."""
    tree = tree_of(path)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docs
        ):
            yield node.value, node.lineno


def test_ops_are_named_in_ops_alone() -> None:
    """Else adding an op, or renaming one, would touch more than its file."""
    names = {*OPS, *INITIALIZERS}
    for path in sources(COMPILER):
        inside = path.relative_to(COMPILER).as_posix()
        # diagnostics/codes/ holds examples of mistakes, as text that is only shown.
        if inside.startswith(("ops/", "diagnostics/codes/")):
            continue
        for text, line in literals(path):
            found = set(re.findall(r"[A-Za-z]\w*", text)) & names
            assert not found, f"{inside}:{line} names {found}"


def test_networks_are_named_in_specs_alone() -> None:
    known = {path.stem for path in spec_paths()} - {"lenet"}
    for path in [*sources(COMPILER), *sources(RUNTIME)]:
        for text, line in literals(path):
            # `pmgen build vgg16` in a help text is an example, not a decision.
            assert text not in known, f"{path}:{line}"


@pytest.mark.parametrize("folder", [COMPILER, RUNTIME], ids=["compiler", "runtime"])
def test_what_is_public_says_what_it_is(folder: Path) -> None:
    for path in sources(folder):
        tree = tree_of(path)
        assert ast.get_docstring(tree), f"{path} has no docstring"
        for node in tree.body:
            if isinstance(
                node, ast.ClassDef | ast.FunctionDef
            ) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{path}:{node.lineno} {node.name}"


@pytest.mark.parametrize("folder", [COMPILER, RUNTIME], ids=["compiler", "runtime"])
def test_no_file_is_long(folder: Path) -> None:
    lengths = {
        path.relative_to(folder).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in sources(folder)
    }
    assert {n: count for n, count in lengths.items() if count > LONGEST_FILE} == {}


def test_no_file_is_a_drawer_for_everything() -> None:
    banned = {"utils.py", "helpers.py", "misc.py", "common_utils.py"}
    for folder in (COMPILER, RUNTIME):
        assert not banned & {path.name for path in sources(folder)}


@pytest.mark.parametrize("folder", [COMPILER, RUNTIME], ids=["compiler", "runtime"])
def test_nothing_is_left_for_later(folder: Path) -> None:
    for path in sources(folder):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text), path
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Raise) and node.exc is not None:
                assert "NotImplementedError" not in ast.dump(node.exc), path
