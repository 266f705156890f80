"""Warnings on the command line: what they print, and the exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pmgen.cli import cli

WARNED = """\
pmgen: 1
model: Net
input: [3, 8, 8]
layers:
  flatten: {op: Flatten}
  fc: {op: Linear, out_features: 2, act: Softmax}
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "net.yaml"
    path.write_text(WARNED)
    return path


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words), standalone_mode=False)


def test_a_warning_leaves_the_exit_status(spec: Path) -> None:
    done = run("check", "net.yaml")
    assert done.return_value == 0
    assert "warning[PM601]: " in done.stderr
    assert "\n1 warning found\n" in done.stderr
    assert done.stdout == "Net: sound, 386 parameters\n"


def test_strict_makes_it_an_error(spec: Path) -> None:
    done = run("check", "--strict", "net.yaml")
    assert (done.return_value, done.stdout) == (1, "")
    assert run("build", "--strict", "net.yaml").return_value == 1
    assert not (spec.parent / "generated").exists()
    spec.write_text(WARNED + "allow: PM601\n")
    assert run("check", "--strict", "net.yaml").return_value == 0
    assert run("build", "--strict", "net.yaml").return_value == 0
    assert (spec.parent / "generated/net.py").exists()


def test_build_and_show_warn_and_go_on(spec: Path) -> None:
    built = run("build", "net.yaml")
    shown = run("show", "--format", "json", "net.yaml")
    for done in (built, shown):
        assert done.return_value == 0
        assert "warning[PM601]: " in done.stderr
    assert json.loads(shown.stdout)["params"] == 386
    assert (spec.parent / "generated/net.py").exists()


def test_each_format_has_its_level(spec: Path) -> None:
    [item] = json.loads(run("check", "--format", "json", "net.yaml").stdout)
    assert (item["severity"], item["code"], item["line"]) == ("warning", "PM601", 6)
    log = json.loads(run("check", "--format", "sarif", "net.yaml").stdout)
    [result] = log["runs"][0]["results"]
    assert (result["level"], result["ruleId"]) == ("warning", "PM601")
    rule = log["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["defaultConfiguration"] == {"level": "warning"}
    line = run("check", "--format", "github", "net.yaml").stdout
    assert line.startswith("::warning file=net.yaml,line=6,")


def test_errors_and_warnings_are_counted_apart(spec: Path) -> None:
    (spec.parent / "wrong.yaml").write_text(WARNED.replace("Softmax", "Softmux"))
    done = run("check", "net.yaml", "wrong.yaml")
    assert done.return_value == 1
    assert done.stderr.endswith("\n1 error and 1 warning found\n")
