"""Shell completion: commands, options, and the words of the catalogue."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete
from pmgen.catalogue import names, recipe_names
from pmgen.cli import cli
from pmgen.diagnostics.codes import CODES


def offered(*words: str) -> list[str]:
    """What is offered for the last word, but for files and folders."""
    *before, last = words
    complete = BashComplete(cli, {}, "pmgen", "_PMGEN_COMPLETE")
    found = complete.get_completions(before, last)
    return [item.value for item in found if item.type == "plain"]


def test_commands_and_options() -> None:
    assert offered("bui") == ["build"]
    assert offered("data", "") == ["prepare", "check", "show", "synth"]
    assert offered("train", "lenet", "--da") == ["--data"]
    assert offered("eval", "run", "--wei") == ["--weights"]
    assert offered("export", "run", "--format", "o") == ["onnx"]
    assert offered("train", "--recipe-j") == [], "an option between the programs"


@pytest.mark.parametrize("command", ["build", "check", "show", "new", "train"])
def test_networks(command: str) -> None:
    wanted = [name for name in names() if name.startswith("resnet")]
    assert offered(command, "resnet") == wanted
    assert len(wanted) > 2


def test_recipes_codes_and_data() -> None:
    assert offered("train", "lenet", "--recipe", "") == recipe_names()
    wanted = [code for code in CODES if code.startswith("PM30")]
    assert offered("explain", "pm30") == wanted
    assert offered("train", "lenet", "--data", "dig") == ["digits"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_gets_the_names_beside_files(tmp_path: Path) -> None:
    program = tmp_path / "pmgen"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pmgen "$@"\n')
    program.chmod(0o755)
    script = (
        'eval "$(_PMGEN_COMPLETE=bash_source pmgen)"\n'
        "compopt() { echo compopt $2; }\n"  # it works only while bash completes
        "COMP_WORDS=(pmgen build vgg) COMP_CWORD=2\n"
        "_pmgen_completion pmgen\n"
        'echo "${COMPREPLY[@]}"\n'
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PATH", "")])
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == ["compopt default", "vgg16"], done.stderr
