"""`pmgen check` of folders and of standard input."""

from __future__ import annotations

import io
import json
import sys

import pytest

from tests.support.shell import Shell

SOUND = """\
pmgen: 1
model: Net
input: [3, 8, 8]
layers:
  conv: {op: Conv2D, out_channels: 4, kernel_size: 3}
"""
WRONG = SOUND.replace("Conv2D", "Conv2d")
RECIPE = "pmgen: 1\nrecipe: mine\nepochs: 3\n"
BLOCKS = """\
pmgen: 1
blocks:
  Pair:
    layers:
      conv: {op: Conv2D, out_channels: 4, kernel_size: 3}
"""


def give(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_a_folder_is_all_that_is_in_it(shell: Shell) -> None:
    shell.write("d/net.yaml", SOUND)
    shell.write("d/deep/er.yml", SOUND.replace("Net", "Deeper"))
    shell.write("d/mine.yaml", RECIPE)
    shell.write("d/blocks/pair.yaml", BLOCKS)
    shell.write("d/compose.yaml", "services: {web: {image: nginx}}\n")
    shell.write("d/.hidden/net.yaml", WRONG)
    shell.write("d/notes.txt", WRONG)
    done = shell("check", "d")
    assert (done.status, done.err) == (0, "")
    assert sorted(done.out.splitlines()) == [
        "Deeper: sound, 112 parameters",
        "Net: sound, 112 parameters",
        "mine: a sound recipe",
    ]


def test_specs_of_a_folder_may_reach_all_of_it(shell: Shell) -> None:
    shell.write("d/net.yaml", SOUND)
    shell.write("d/more/own.yaml", "pmgen: 1\nextends: ../net.yaml\nmodel: Own\n")
    assert "Own: sound, 112 parameters" in shell("check", "d").out
    assert shell("check", "d/more").status == 1, "the folder given is what is trusted"
    assert shell("check", "d/more", "--root", "d").status == 0


def test_a_mistake_in_a_folder_has_its_place(shell: Shell) -> None:
    shell.write("d/more/net.yaml", WRONG)
    done = shell("check", "d")
    assert (done.status, done.out) == (1, "")
    assert " --> d/more/net.yaml:5:14" in done.err
    [item] = json.loads(shell("check", "d", "--format", "json").out)
    assert (item["path"], item["line"]) == ("d/more/net.yaml", 5)


def test_a_folder_without_specs(shell: Shell) -> None:
    shell.write("d/notes.txt", WRONG)
    done = shell("check", "d")
    assert (done.status, done.out) == (1, "")
    assert done.err == "error: there is no spec and no recipe in the folder `d`\n"


def test_standard_input(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, SOUND.encode())
    assert shell("check", "-").out == "Net: sound, 112 parameters\n"
    give(monkeypatch, WRONG.encode())
    done = shell("check", "-")
    assert (done.status, done.out) == (1, "")
    assert " --> <stdin>:5:14\n" in done.err
    give(monkeypatch, WRONG.encode())
    [item] = json.loads(shell("check", "-", "--format", "json").out)
    assert (item["path"], item["line"]) == ("<stdin>", 5)
    give(monkeypatch, RECIPE.replace("epochs", "epoch").encode())
    assert "<stdin>:3:1" in shell("check", "-").err


def test_standard_input_stands_in_the_working_folder(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.write("net.yaml", SOUND)
    give(monkeypatch, b"pmgen: 1\nextends: net.yaml\nmodel: Own\n")
    assert shell("check", "-").out == "Own: sound, 112 parameters\n"


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"", "there is nothing in this file"),
        (b"\xff\xfe", "`<stdin>` is not UTF-8 text"),
        (b"#" * 2**23, "`<stdin>` is larger than 1024 KiB"),
    ],
    ids=["empty", "binary", "large"],
)
def test_standard_input_that_is_no_spec(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, data: bytes, part: str
) -> None:
    give(monkeypatch, data)
    done = shell("check", "-")
    assert (done.status, done.out) == (1, "")
    assert part in done.err
