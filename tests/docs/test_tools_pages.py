"""docs/ci.md and docs/editors.md: their settings can be read, their commands parsed."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from pmgen.catalogue import catalogue
from pmgen.cli import cli

from tests.support.paths import ROOT

DOCS = ROOT / "docs"


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def parsed(command: str) -> dict[str, Any]:
    """The options of a command that pmgen would run; an error where it would not."""
    program, name, *words = shlex.split(command.partition(" >")[0])
    assert program == "pmgen"
    context = click.Context(cli, **cli.context_settings)
    found = cli.get_command(context, name)
    assert found is not None, name
    return found.make_context(name, words, parent=context).params


def test_the_workflows_run_pmgen_as_it_is() -> None:
    workflows = [yaml.safe_load(text) for text in blocks("ci.md", "yml")]
    styles = []
    for workflow in workflows[:2]:
        [job] = workflow["jobs"].values()
        commands = [step["run"] for step in job["steps"] if "run" in step]
        called = [parsed(c) for c in commands if c.startswith("pmgen ")]
        styles += [options["style"] for options in called]
        assert all(options["specs"] for options in called)
    assert styles == ["github", "text", "sarif"]


def test_the_hooks_take_specs_and_no_blocks() -> None:
    [repository] = yaml.safe_load(blocks("ci.md", "yml")[2])["repos"]
    for hook in repository["hooks"]:
        assert parsed(f"{hook['entry']} a.yaml b.yaml")["specs"] == ("a.yaml", "b.yaml")
        assert re.search(hook["files"], "specs/lenet.yaml")
        assert not re.search(hook["files"], "specs/blocks/squeeze_excite.yaml")


@pytest.mark.parametrize("page", ["editors.md", "ci.md"])
def test_commands_are_commands(page: str) -> None:
    lines = [line for text in blocks(page, "sh") for line in text.splitlines()]
    for line in lines:
        parsed(line)


def test_the_setting_names_the_schemas_where_they_are_written() -> None:
    [setting] = blocks("editors.md", "json")
    named = {Path(name) for name in json.loads(setting)["yaml.schemas"]}
    written = [parsed(line) for line in blocks("editors.md", "sh")[1].splitlines()]
    assert {options["out"] for options in written} == named
    assert [options["name"] for options in written] == ["spec", "recipe"]
    assert all((catalogue().parent / path).is_file() for path in named)


def test_the_comment_is_the_one_of_the_specs() -> None:
    [comment, _] = blocks("editors.md", "text")
    lenet = (catalogue() / "lenet.yaml").read_text(encoding="utf-8")
    assert lenet.startswith(comment)
