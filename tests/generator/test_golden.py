"""Every golden case, and what is true of each of them for free."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from pmgen.catalogue import generated_name, spec_paths
from pmgen.diagnostics.codes import CODES
from pmgen.diagnostics.diagnostic import Diagnostic
from pmgen.diagnostics.render import render_json, render_text
from pmgen.emit.files import drift
from pmgen.expressions.functions import HELPERS
from pmgen.ops import OWN_LAYERS

from tests.support.compiler import golden
from tests.support.paths import ROOT

CASES = golden.cases()
SOUND = [case for case in CASES if (case / golden.CODE).exists()]
WRONG = [case for case in CASES if (case / golden.ERRORS).exists()]

# All that generated code is made of. What is not here (lambda, try, global, await,
# with, exec, an f-string of the user's text) has no business in it.
NODES = {
    "Module", "Import", "ImportFrom", "alias", "ClassDef", "FunctionDef", "arguments",
    "arg", "Return", "Assign", "Expr", "If", "Call", "keyword", "Attribute", "Name",
    "Load", "Store", "Constant", "Tuple", "List", "Starred", "GeneratorExp",
    "comprehension", "BinOp", "Add", "Sub", "Mult", "FloorDiv", "Mod", "UnaryOp",
    "USub", "Not", "Compare", "Eq", "NotEq", "Lt", "LtE", "Gt", "GtE", "BoolOp", "And",
    "Or", "IfExp", "Subscript", "BitOr", "Dict",
}  # fmt: skip
# The functions that --standalone writes into the file. They are the templates' own.
STANDALONE_NODES = {
    "Div",
    "ExceptHandler",
    "For",
    "JoinedStr",
    "FormattedValue",
    "Raise",
    "In",
    "Is",
    "IsNot",
    "NotIn",
    "Pass",
    "Try",
}


@cache
def reported(case: Path) -> tuple[Diagnostic, ...]:
    """The diagnostics of a case, worked out once."""
    return golden.outcome(case).diagnostics


def ids(cases: list[Path]) -> list[str]:
    return [case.name for case in cases]


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_case(case: Path) -> None:
    difference = golden.mismatch(case)
    assert not difference, f"\n{difference}"


def test_there_are_cases_of_both_kinds() -> None:
    assert len(SOUND) >= 25
    assert len(WRONG) >= 80
    assert len(SOUND) + len(WRONG) == len(CASES), "a case has one expected file"


def test_every_code_has_a_case() -> None:
    seen = {item.code for case in WRONG for item in reported(case)}
    assert set(CODES) - seen == set(), "codes without a case in tests/cases"


def test_messages_are_written_alike() -> None:
    for case in WRONG:
        for item in reported(case):
            first = item.message.split()[0]
            assert first[0] in "`[" or first == first.lower(), item.message
            assert not item.message.endswith("."), item.message
            assert item.span.file.line(item.span.line) or item.span.column == 1
            assert item.help is None or not item.help.endswith("."), item.help


def test_diagnostics_as_json_hold_what_the_text_holds() -> None:
    import json

    case = golden.CASES / "error_branch_sizes"
    [item] = reported(case)
    [data] = json.loads(render_json([item]))
    assert data["path"] == "spec.yaml"
    assert (data["line"], data["column"]) == (13, 9)
    assert data["end"] == {"line": 13, "column": 13}
    assert data["code"] == "PM303"
    assert [related["line"] for related in data["related"]] == [9, 11]
    assert data["help"] in render_text([item])
    assert data["notes"][0] in render_text([item])


@pytest.mark.parametrize("case", SOUND, ids=ids(SOUND))
def test_code_holds_only_known_syntax(case: Path) -> None:
    code = (case / golden.CODE).read_text(encoding="utf-8")
    allowed = set(NODES)
    standalone = (case / "arguments.txt").exists() and "def check_shape" in code
    if standalone:
        allowed |= STANDALONE_NODES
    tree = ast.parse(code)
    found = {type(node).__name__ for node in ast.walk(tree)}
    assert found - allowed == set()
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    known = {
        "paddle",
        "paddle.nn.functional",
        "nn",
        "check_layer",
        "checked",
        *HELPERS,
        *OWN_LAYERS,
    }
    if standalone:
        known |= {"functools", "in_sot"}
    assert imported <= known
    assert all(line.isprintable() for line in code.splitlines())


def test_code_is_clean_for_ruff(tmp_path: Path) -> None:
    """One run over all: as formatted, and without a finding of the repository's."""
    folder = tmp_path / "generated"
    folder.mkdir()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for case in SOUND:
        shutil.copy(case / golden.CODE, folder / f"{case.name}.py")
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["format", "--check", "--diff"], ["check", "--no-cache"]):
        done = subprocess.run(
            [*ruff, *command, "."], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_mismatch_says_how_to_accept_it(tmp_path: Path) -> None:
    case = tmp_path / "made_up"
    shutil.copytree(golden.CASES / "plain_layers", case)
    file = case / golden.CODE
    file.write_text(file.read_text().replace("Plain", "Plane"), newline="\n")
    reported = golden.mismatch(case)
    assert "-class Plane(nn.Layer):\n+class Plain(nn.Layer):\n" in reported
    assert "python -m tests.support.compiler.golden --update made_up" in reported
    assert golden.update(case)
    assert not golden.update(case)
    assert golden.mismatch(case) == ""


def test_a_case_that_turns_wrong_loses_its_code(tmp_path: Path) -> None:
    case = tmp_path / "made_up"
    shutil.copytree(golden.CASES / "plain_layers", case)
    spec = case / "spec.yaml"
    spec.write_text(spec.read_text().replace("op: Flatten", "op: Flaten"))
    assert "expected.py should not be there" in golden.mismatch(case)
    golden.update(case)
    assert not (case / golden.CODE).exists()
    assert "did you mean `Flatten`?" in (case / golden.ERRORS).read_text()


@pytest.mark.parametrize("spec", spec_paths(), ids=generated_name)
def test_committed_code_follows_its_spec(spec: Path) -> None:
    from pmgen.compile import compile_spec

    result = compile_spec(spec)
    assert result.ok, render_text(result.diagnostics.ordered())
    assert result.code is not None
    difference = drift(ROOT / "generated" / generated_name(spec), result.code)
    assert not difference, f"\n{difference}\n    pmgen build --all"
