"""The whole pipeline on one page: a spec's path in, a network and its code out.

    files --inherit--> tree --parse--> ModelSpec --expand--> Graph
          --plan--> ModulePlan --emit--> text

Each stage adds to the same `Diagnostics`, so that one run reports every mistake.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pmgen import catalogue
from pmgen.check.expect import check_expectations
from pmgen.check.unused import check_params_named, check_used
from pmgen.diagnostics.diagnostic import Diagnostics, Label, TooManyErrors
from pmgen.diagnostics.source import SourceFile
from pmgen.emit.module import emit_module
from pmgen.expand import expand_model
from pmgen.expand.graph import Graph
from pmgen.load.inherit import load_sources
from pmgen.parse import parse_model
from pmgen.plan import ModulePlan, NameClash, Note, plan_module
from pmgen.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """What a spec became. `graph` and `code` are None where it is wrong. `files` are
    those it is made of, itself first, each named relative to the trusted folder.
    `notes` are about the code: nothing in them is wrong."""

    path: Path
    diagnostics: Diagnostics
    graph: Graph | None = None
    code: str | None = None
    files: tuple[SourceFile, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def ok(self) -> bool:
        """True where the spec is sound."""
        return not self.diagnostics.failed


def compile_spec(
    path: Path,
    *,
    root: Path | None = None,
    settings: Settings | None = None,
    standalone: bool = False,
    data: bytes | None = None,
) -> Compiled:
    """Compile one spec. Nothing is written, and nothing but its own files is read.

    `root` is the folder that `extends` and `use` may reach. If None it is the spec's
    own, or the whole catalogue for a spec of it.
    `settings` are the command line's `--set` and `--input`. `data` is the content of a
    spec that is no file: `path` says what it is called, and where it stands.
    """
    diagnostics = Diagnostics()
    with collector_off():
        try:
            return _compile(
                path,
                root or catalogue.trusted_folder(path),
                settings or Settings(),
                standalone,
                diagnostics,
                data,
            )
        except TooManyErrors:
            return Compiled(path=path, diagnostics=diagnostics)


@contextmanager
def collector_off() -> Iterator[None]:
    """No search for garbage meanwhile: what a compilation makes lives to its end, and
    going through it again and again would cost more with every layer, or every spec."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _compile(
    path: Path,
    root: Path,
    settings: Settings,
    standalone: bool,
    diagnostics: Diagnostics,
    data: bytes | None,
) -> Compiled:
    sources = load_sources(path, root, diagnostics, _copy_hint, data)
    spec = parse_model(sources, diagnostics) if sources else None
    values = settings.values_for(spec) if spec else {}
    graph = (
        expand_model(spec, diagnostics, settings=values, input_shape=settings.input)
        if spec
        else None
    )
    if spec is not None and not diagnostics.failed:
        check_used(spec, diagnostics)
        check_params_named(spec, diagnostics)
    if graph is not None and not diagnostics.failed and not settings.changed:
        check_expectations(graph, diagnostics)
    if graph is None or diagnostics.failed:
        return Compiled(path=path, diagnostics=diagnostics, graph=graph)
    plan = _plan(graph, standalone, settings.note, diagnostics)
    code = emit_module(plan) if plan else None
    assert sources is not None
    return Compiled(
        path=path,
        diagnostics=diagnostics,
        graph=graph,
        code=code,
        files=sources.files,
        notes=plan.notes if plan else (),
    )


def _copy_hint(missing: Path) -> str | None:
    """Help for a file that a spec names, is not there, and is in the catalogue."""
    name = missing.stem
    if name not in catalogue.names():
        return None
    return f"`pmgen new {name} -o FOLDER` copies the catalogue's beside yours"


def _plan(
    graph: Graph, standalone: bool, note: str, diagnostics: Diagnostics
) -> ModulePlan | None:
    try:
        return plan_module(graph, standalone=standalone, build_note=note)
    except NameClash as clash:
        diagnostics.error(
            "PM207",
            f"the class would have two attributes `{clash.name}`",
            clash.span,
            related=[Label(clash.first, "the other")],
            help=_clash_help(clash.name),
        )
        return None


def _clash_help(name: str) -> str:
    if name.endswith(("_norm", "_act")):
        return "rename one of them: a layer's `norm` and `act` are called after it"
    if "_" in name:
        return "rename one of them: names in inline forms are joined by `_`"
    return "rename one of them"
