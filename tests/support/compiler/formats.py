"""What `pmgen check --format` prints of several wrong files, held in files.

After a change that means to change it:

    python -m tests.support.compiler.formats

The change of the files is then part of the change, and is read as such.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.paths import ROOT

EXPECTED = ROOT / "tests/generator/diagnostics/expected"
FORMATS = ("json", "sarif", "github")
HEAD = "pmgen: 1\nmodel: Net\ninput: [3, 8, 8]\n"
# Tabs and wide letters before a mistake, lines that end as on Windows, a name that each
# format writes in its own way, places in two files, a place of two lines.
FILES = {
    "tabs.yaml": HEAD + "layers:\n"
    "  one:\t{op: Conv2D,\tout_chanels:\t3, kernel_size: 3}\n",
    "wide.yaml": HEAD + "source: Ｗide 日本 𝒳\nlayers:\n"
    "  one: {op: ReLU, act: {日本: {}}, 𝒳: 1}  # 日本 \N{COMBINING ACUTE ACCENT}\n",
    "crlf.yaml": (HEAD + "layers:\n  one: {op: ReLu}\n  two: {op: Linear}\n").replace(
        "\n", "\r\n"
    ),
    "nets/50%, odd.yaml": HEAD + "params: {n: 3}\n"
    "layers:\n  one: {op: Conv2D, out_channels: $m, kernel_size: 1}\n  ReLU: 1\n",
    "nets/blocks.yaml": "pmgen: 1\nblocks:\n  Twin:\n    params: {n: int}\n"
    "    layers:\n      a: {op: Conv2D, out_channels: 4, kernel_size: 1, groups: $m}\n",
    "nets/joined.yaml": HEAD + "use: blocks.yaml\nblocks:\n  Twin: {layers: {}}\n"
    "layers:\n  one: {op: Twin, n: 2}\n  two: {op: Conv2D, out_channels: 1,\n"
    "    kernel_size: {a: 1,\n      b: 2}}\n",
    "sound.yaml": HEAD + "layers:\n  one: {op: ReLU}\n",
}  # fmt: skip
CHECKED = [name for name in FILES if name != "nets/blocks.yaml"]


def lay_out(folder: Path) -> None:
    """Write the files, their bytes as they stand here."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`pmgen` in a folder, by a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pmgen", *words],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def accepted(name: str, printed: str) -> str:
    """What is held of an output: of SARIF not the rules, which are the table of codes
    over again and grow with it."""
    if name != "sarif":
        return printed
    log = json.loads(printed)
    for run_of_tool in log["runs"]:
        del run_of_tool["tool"]["driver"]["rules"]
        for result in run_of_tool["results"]:
            del result["ruleIndex"]
    return json.dumps(log, indent=2) + "\n"


def main() -> None:
    """Write what is printed now."""
    EXPECTED.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder))
        for name in FORMATS:
            done = run(Path(folder), "check", "--format", name, *CHECKED)
            target = EXPECTED / f"several.{name}"
            target.write_bytes(accepted(name, done.stdout).encode())


if __name__ == "__main__":
    main()
