"""What the documentation names exists: files, modules, commands, options, targets."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
from pmgen.cli import cli

from docs.examples import blocks_of, files_of
from tests.support.paths import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("bench/*.md")])
PLACES = [
    ROOT / place
    for place in (
        ".",
        "generator",
        "generator/pmgen",
        "runtime",
        "runtime/pmruntime",
    )
]
# A span ends with as many backticks as it begins with, in its own paragraph.
_SPAN = re.compile(r"(?<!`)(`+)(?!`)((?:(?!\n\n).)+?)(?<!`)\1(?!`)", re.DOTALL)
FENCES = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
# Options of Paddle's launcher, and files that pmgen makes or does without.
LAUNCHER = {"--backend", "--log_dir"}
ELSEWHERE = {"classify.py", "utils.py", "build/corpus"}
OTHERS = {"venv", "pip", "build", "paddle.distributed.launch"}

on_every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def spans(page: Path) -> list[str]:
    """What stands in backticks between the blocks of a page, on one line."""
    text = FENCES.sub("", page.read_text(encoding="utf-8")).replace("\\|", "|")
    return [" ".join(match[2].split()) for match in _SPAN.finditer(text)]


def lines(page: Path) -> Iterator[str]:
    """The spans, and the commands of the blocks."""
    yield from spans(page)
    for block in blocks_of(page.read_text(encoding="utf-8")):
        if block.language == "sh":
            yield from block.text.replace("\\\n", " ").splitlines()


def commands(page: Path) -> list[list[str]]:
    """The words of every call of pmgen, without its name."""
    found = (re.search(r"\bpmgen (?!\{)([^#>]+)", line) for line in lines(page))
    called = [shlex.split(match[1]) for match in found if match]
    return [words for words in called if re.fullmatch("[a-z]+", words[0])]


@cache
def options(*path: str) -> frozenset[str]:
    """The options of a command, of the compiler's and the runtime's. KeyError: none."""
    from pmruntime.cli import cli as runtime

    found: list[click.Command] = []
    for program in (cli, runtime):
        command: click.Command | None = program
        for name in path:
            inside = isinstance(command, click.Group)
            context = click.Context(command) if command else None
            command = command.get_command(context, name) if inside else None
        found += [command] if command else []
    if not found:
        raise KeyError(" ".join(path))
    params = [param for command in found for param in command.params]
    return frozenset({"--help", *(name for p in params for name in p.opts)})


def every_option() -> set[str]:
    names = [(name,) for name in cli.list_commands(click.Context(cli))]
    inner = [("data", name) for name in ("prepare", "check", "show", "synth")]
    paths = [(), *names, *inner, ("weights", "import")]
    return {option for path in paths for option in options(*path)}


@on_every_page
def test_commands_and_their_options(page: Path) -> None:
    for words in commands(page):
        nested = words[0] in ("data", "weights") and len(words) > 1
        nested = nested and re.fullmatch("[a-z]+", words[1]) is not None
        known = options(*words[: 2 if nested else 1])
        named = {word.partition("=")[0] for word in words if word.startswith("-")}
        assert named <= known, words


@on_every_page
def test_options_by_themselves(page: Path) -> None:
    named = {span.split()[0] for span in spans(page) if span.startswith("--")}
    assert named <= every_option() | LAUNCHER


@on_every_page
def test_targets_of_make(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    found = (re.match(r"make ([a-z -]+)", line) for line in lines(page))
    assert {word for match in found if match for word in match[1].split()} <= targets


@on_every_page
def test_files_and_folders(page: Path) -> None:
    shown = set(files_of(page.read_text(encoding="utf-8")))
    made = {f"generated/{Path(name).stem}.py" for name in shown}
    tops = {path.name for place in PLACES for path in place.iterdir() if path.is_dir()}
    for span in {*spans(page)} - shown - made - ELSEWHERE:
        if not re.fullmatch(r"[\w./*-]+", span):
            continue
        if "/" in span and span.split("/")[0] in tops - {"build", "paddle"}:
            assert any(any(place.glob(span)) for place in PLACES), span
        if re.fullmatch(r"\w+\.py", span):
            assert any(any(ROOT.glob(f"{top}/**/{span}")) for top in _SOURCES), span


_SOURCES = ("generator", "runtime", "generated", "tests", "docs", "bench")


@on_every_page
def test_tests_in_commands(page: Path) -> None:
    for line in lines(page):
        for name in re.findall(r"\btests/[\w/.]+", line):
            assert any(ROOT.glob(f"{name.rstrip('/.')}*")), line


@on_every_page
def test_modules_and_what_they_hold(page: Path) -> None:
    for line in lines(page):
        called = re.search(r"\bpython -m ([\w.]+)", line)
        if called and called[1] not in OTHERS:
            assert importlib.util.find_spec(called[1]), line
        dotted = re.match(r"(?:pmgen|pmruntime|docs|tests)(?:\.\w+)+(?=\(|$)", line)
        if dotted and not dotted[0].endswith((".md", ".yaml")):
            assert resolved(dotted[0]) is not None, line


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_parts_of_the_compiler(name: str) -> None:
    """`load.tree` is a module, and `self.report.error(...)` is called somewhere."""
    sources = [path.read_text("utf-8") for path in ROOT.glob("generator/**/*.py")]
    rooms = {path.name for path in (ROOT / "generator/pmgen").iterdir()}
    for span in spans(ROOT / name):
        dotted = re.match(r"[a-z_]\w*(\.\w+)+(?=\(|$)", span)
        if dotted is None or dotted[0].endswith(".yaml"):
            continue
        if span.split(".")[0] in ("self", "context"):
            assert any(f"{dotted[0]}(" in text for text in sources), span
        elif span.split(".")[0] in rooms:
            assert resolved(f"pmgen.{dotted[0]}") is not None, span


def resolved(name: str) -> object | None:
    """A module, or what a module holds under a name; None where there is neither."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part, None)
        return found
    return None


@pytest.mark.paddle
def test_functions_take_what_the_table_says() -> None:
    pytest.importorskip("paddle")
    import pmruntime

    rows = re.findall(r"`(\w+)\(([^)]*)\)`", (ROOT / "docs/python.md").read_text())
    assert len(rows) >= 9
    for name, arguments in rows:
        taken = inspect.signature(getattr(pmruntime, name)).parameters
        for argument in arguments.replace(" ", "").split(","):
            assert argument in taken or argument == "...", f"{name}({argument})"
