"""Commands in processes of their own: what they load, pipes, disks, colours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

WRONG = "pmgen: 1\nmodel: Net\ninput: [3, 8, 8]\nlayers: {a: {op: Conv2d}}\n"


def in_a_terminal(words: str, folder: Path, environment: dict[str, str]) -> str:
    """What a command writes into a terminal."""
    pty = pytest.importorskip("pty")
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
        command = [sys.executable, "-m", "pmgen", *words.split()]
        os.execve(sys.executable, command, {**kept, "TERM": "xterm", **environment})
    found = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # how Linux ends it
            break
        if not piece:
            break
        found += piece
    os.waitpid(child, 0)
    os.close(terminal)
    return found.decode()


@pytest.mark.parametrize("words", ["show lenet", "check wrong.yaml", "chek"])
def test_colours(tmp_path: Path, words: str) -> None:
    (tmp_path / "wrong.yaml").write_text(WRONG)
    assert "\x1b[" in in_a_terminal(words, tmp_path, {})
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        shown = in_a_terminal(words, tmp_path, environment)
        assert len(shown) > 20
        assert "\x1b" not in shown


def run(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *[str(word) for word in words]],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
    )


LOADED = """\
import sys
from pmgen.cli import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    status = ended.code
heavy = {"paddle", "numpy", "cv2", "safetensors", "matplotlib"}
print("loaded:", sorted(heavy & set(sys.modules)), "status:", status)
"""


@pytest.mark.parametrize(
    "words",
    [
        ["build", "--all", "-o", "out"],
        ["check", "vgg16"],
        ["show", "vgg16"],
        ["list"],
        ["explain", "PM101"],
    ],
    ids=lambda words: words[0],
)
def test_no_command_of_the_compiler_loads_paddle(
    tmp_path: Path, words: list[str]
) -> None:
    done = run("-c", LOADED, *words, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "loaded: [] status: 0", done.stderr


def test_as_a_module(tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text(WRONG)
    done = run("-m", "pmgen", "build", "wrong.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error[PM202]: there is no op or block `Conv2d`\n")
    assert "\x1b" not in done.stderr, "no colours in a pipe"


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    command = f'"{sys.executable}" -m pmgen show resnet152 --format json | head -c 10'
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux has it")
@pytest.mark.parametrize("words", ["list", "show lenet", "explain", "train --help"])
def test_a_full_disk(tmp_path: Path, words: str) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "pmgen", *words.split()],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr == "error: the output: no space left on the device\n"


@pytest.mark.skipif(os.name != "posix", reason="a shell that closes a stream")
@pytest.mark.parametrize("words", ["list", "show lenet", "check lenet", "--version"])
def test_a_closed_output_is_no_fault(tmp_path: Path, words: str) -> None:
    command = f'"{sys.executable}" -m pmgen {words} >&-'
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_without_a_command_there_is_the_help(tmp_path: Path) -> None:
    done = run("-m", "pmgen", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.lower().startswith("usage: pmgen [options] command")
    assert "Design a network:" in done.stderr
    assert done.stderr.count("Usage:") == 1
