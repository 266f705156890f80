"""The examples in the documentation: what a reader copies from a page, and runs.

A page is read from its top, in one folder that is empty at first:

* a block below a line that ends in `` `PATH`: `` is that file;
* a ```sh block is pasted into a shell, and a ```python block is a program;
* a ```text block directly below a ```sh block, with no word between, is what it prints.

A ```sh block whose first line begins with `# needs` or `# takes` cannot be run
everywhere: it says what it needs, or how long it takes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pmgen

_BLOCK = re.compile(
    r"(?P<before>[^\n]*)\n+^```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
_OUTPUT = re.compile(r"(?P<open>\n+```text\n)(?P<text>.*?)^```$", re.DOTALL | re.M)
_FILE = re.compile(r"`(?P<path>[\w./-]+\.\w+)`:$")
_LIMIT = re.compile(r"# (needs|takes) .+")
# Commands that take no training, no Paddle and no network.
_QUICK = re.compile(r"pmgen (build|check|show|list|new|explain|schema|data check)\b")
_PACKAGES = str(Path(pmgen.__file__).parents[1])
_SECONDS = 300


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, the line before it, where it ends."""

    language: str
    text: str
    before: str
    end: int

    @property
    def path(self) -> str | None:
        """The file that the block is, where the line before it names one."""
        named = _FILE.search(self.before)
        return (
            named["path"] if named and self.language not in ("sh", "python") else None
        )

    @property
    def limit(self) -> str | None:
        """Why a block of commands is not run by tests: its first line."""
        first = self.text.partition("\n")[0]
        return first if self.language == "sh" and _LIMIT.fullmatch(first) else None

    @property
    def excerpt(self) -> bool:
        """Whether it shows a part of a file, made by docs/reference.py."""
        return self.before.startswith("<!-- begin: excerpt")

    @property
    def quick(self) -> bool:
        """Whether it can be run, and has the compiler's commands alone."""
        lines = self.text.replace("\\\n", " ").splitlines()
        commands = [line for line in lines if line and not line.startswith("#")]
        runs = self.language == "sh" and self.limit is None
        return runs and all(_QUICK.match(command) for command in commands)

    @property
    def slow(self) -> bool:
        """Whether it runs, and may train a network or import Paddle."""
        runs = self.language in ("sh", "python") and self.limit is None
        return runs and not self.quick and not self.excerpt


def blocks_of(page: str) -> Iterator[Block]:
    """The fenced blocks of a page, in their order."""
    for match in _BLOCK.finditer(page):
        yield Block(match["language"], match["text"], match["before"], match.end())


def files_of(page: str) -> dict[str, str]:
    """The files that a page shows, by path."""
    return {block.path: block.text for block in blocks_of(page) if block.path}


class Reader:
    """Somebody who does what a page says, in a folder that is empty at first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        paths = [_PACKAGES, *filter(None, [os.environ.get("PYTHONPATH")])]
        tools = [str(Path(sys.executable).parent), os.environ["PATH"]]
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "PATH": os.pathsep.join(tools),
        }

    def write(self, block: Block) -> None:
        """Save the block as the file that it is."""
        assert block.path is not None
        path = self.folder / block.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")

    def run(self, block: Block) -> tuple[int, str]:
        """The exit status, and what was printed, both streams in one."""
        shell = (
            ["bash", "-e", "-c"] if block.language == "sh" else [sys.executable, "-c"]
        )
        done = subprocess.run(
            [*shell, block.text],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=_SECONDS,
            check=False,
        )
        lines = done.stdout.splitlines()
        return done.returncode, "".join(f"{line.rstrip()}\n" for line in lines)


def with_outputs(page: str) -> str:
    """The page with the present outputs of its quick blocks."""
    parts = []
    written = 0
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(Path(folder))
        for block in blocks_of(page):
            if block.path is not None:
                reader.write(block)
            elif block.quick:
                _, printed = reader.run(block)
                shown = _OUTPUT.match(page, block.end)
                if shown:
                    parts += [page[written : block.end], shown["open"], printed, "```"]
                    written = shown.end()
    return "".join((*parts, page[written:]))
