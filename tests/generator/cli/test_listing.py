"""`pmgen list` and its kept figures, and tables on terminals of any width."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest
from pmgen.catalogue import catalogue, find_spec, names
from pmgen.cli import figures
from pmgen.cli.tables import print_networks
from pmgen.compile import compile_spec
from pmgen.show.table import print_table
from rich.console import Console

from tests.support.shell import Shell


def never() -> dict[str, figures.Figures]:
    raise AssertionError("the networks are compiled")


def test_the_kept_figures_are_those_of_the_specs() -> None:
    kept = json.loads((catalogue() / figures.FILE).read_text(encoding="utf-8"))
    compiled = {n: list(row) for n, row in figures.compiled_figures().items()}
    assert kept["figures"] == compiled
    assert list(compiled) == names()


def test_nothing_is_compiled_while_the_specs_are_the_same(
    monkeypatch: pytest.MonkeyPatch, shell: Shell
) -> None:
    monkeypatch.setattr(figures, "compiled_figures", never)
    kept = json.loads((catalogue() / figures.FILE).read_text(encoding="utf-8"))
    monkeypatch.setattr(figures, "digest", lambda: kept["specs"])
    done = shell("list")
    assert done.status == 0
    assert "58,145,857" in done.out


@pytest.mark.parametrize("change", ["spec", "file", "gone"])
def test_changed_specs_are_compiled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change: str
) -> None:
    folder = tmp_path / "specs"
    folder.mkdir()
    shutil.copy(find_spec("lenet"), folder / "lenet.yaml")
    monkeypatch.setattr(figures, "catalogue", lambda: folder)
    kept = {"specs": figures.digest(), "figures": {"lenet": ["a", "b", "c", "d", "e"]}}
    (folder / figures.FILE).write_text(json.dumps(kept))
    assert figures.figures_of_all() == {"lenet": ("a", "b", "c", "d", "e")}
    if change == "spec":
        spec = (folder / "lenet.yaml").read_text()
        (folder / "lenet.yaml").write_text(spec.replace("28", "32"))
    elif change == "file":
        (folder / figures.FILE).write_text("{")
    else:
        (folder / figures.FILE).unlink()
    assert figures.figures_of_all()["lenet"][2] == "41,806"


def printed(width: int, network: str | None) -> list[str]:
    file = io.StringIO()
    console = Console(file=file, width=width, highlight=False)
    if network is None:
        rows = [(name, *row) for name, row in figures.figures_of_all().items()]
        print_networks(console, "spec", "source", rows)
    else:
        graph = compile_spec(find_spec(network)).graph
        assert graph is not None
        print_table(graph, console)
    return [line.rstrip() for line in file.getvalue().splitlines()]


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("network", [None, "lenet", "resnet50"])
def test_a_table_keeps_to_the_terminal(width: int, network: str | None) -> None:
    lines = printed(width, network)
    assert max(map(len, lines)) <= width
    assert "…" not in "".join(lines), "half a number is worse than none"
    text = "\n".join(lines)
    for heading in ("parameters", "spec" if network is None else "line"):
        assert heading in text


def test_a_wide_terminal_has_all_columns() -> None:
    assert "source" in "".join(printed(120, None))
    heading = next(line for line in printed(120, "lenet") if "layer" in line)
    columns = ["layer", "op", "output", "parameters", "MACs", "memory", "sees", "line"]
    assert heading.split() == columns
