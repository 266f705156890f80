"""The examples in the documentation: their files, and their commands.

A fenced block right after `<!-- file: PATH -->` is that file. A ```console block holds
`$ command` lines, each with its output; `pmgen` and `cat` are run in a folder with the
shipped specs in `specs/` and the files of the page, as a reader has it.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pmgen

_FILE = re.compile(
    r"<!-- file: (?P<path>\S+) -->\n+```\w+\n(?P<text>.*?)```", re.DOTALL
)
_CONSOLE = re.compile(r"(?P<open>```console\n)(?P<body>.*?)(?P<close>```)", re.DOTALL)
_PACKAGES = str(Path(pmgen.__file__).parents[1])


def files_of(page: str) -> dict[str, str]:
    """The files that a page shows, by path."""
    return {match["path"]: match["text"] for match in _FILE.finditer(page)}


def lay_out(page: str, specs: Path, folder: Path) -> None:
    """Fill a folder as a reader of the page has it: the shipped specs, its files."""
    shutil.copytree(specs, folder / "specs")
    for name, text in files_of(page).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def run_consoles(page: str, specs: Path) -> str:
    """The page with the present output of every console block."""
    if not _CONSOLE.search(page):
        return page
    with tempfile.TemporaryDirectory() as folder:
        lay_out(page, specs, Path(folder))
        shell = _Shell(Path(folder))
        return _CONSOLE.sub(shell.replay, page)


class _Shell:
    """Runs the commands of a page in its folder; `$?` is the status of the last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.status = 0
        known = os.environ.get("PYTHONPATH")
        paths = [_PACKAGES, *([known] if known else [])]
        self.environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}

    def replay(self, match: re.Match[str]) -> str:
        parts = [match["open"]]
        for line in match["body"].splitlines():
            if line.startswith("$ "):
                parts += [f"{line}\n", self.run(line.removeprefix("$ "))]
        return "".join((*parts, match["close"]))

    def run(self, command: str) -> str:
        if command == "echo $?":
            return f"{self.status}\n"
        words = shlex.split(command)
        if words[0] == "pmgen":
            words[:1] = [sys.executable, "-m", "pmgen"]
        elif words[0] != "cat":
            raise ValueError(f"an example may run pmgen and cat, not `{command}`")
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        self.status = done.returncode
        return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())
