"""The parts of the documentation that are made from the code.

    python -m docs.reference           # write them (`make docs`)
    python -m docs.reference --check   # write nothing; exit 1 where they are stale

Two things are kept up to date in README.md and docs/*.md:

* regions between `<!-- begin: NAME -->` and `<!-- end: NAME -->`, made from the
  compiler's own definitions by the function of that name in REGIONS;
* the output below blocks of the compiler's commands, by running them (examples.py).

A region `excerpt PATH | FIRST | STOP` holds lines of a file (excerpts.py).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from pmgen import expand
from pmgen.catalogue import names as spec_names
from pmgen.cli import cli
from pmgen.cli.common import compiled
from pmgen.cli.explained import explain
from pmgen.diagnostics import diagnostic
from pmgen.diagnostics.codes import CODES, FAMILIES
from pmgen.expressions import expression
from pmgen.expressions import parser as expression_parser
from pmgen.expressions.functions import FUNCTIONS
from pmgen.language import names, spec
from pmgen.language.types import ANNOTATIONS, PARAM_TYPES
from pmgen.load import inherit, reader
from pmgen.ops import INITIALIZERS, MERGES, OPS
from pmgen.ops.definition import REQUIRED, ArgDef, OpDef
from pmruntime.recipe.definition import (
    OPTIMIZERS,
    SCHEDULES,
    SECTIONS,
    SETTINGS,
    Argument,
    Configurable,
)

from docs.examples import with_outputs
from docs.excerpts import excerpt
from docs.markdown import table
from docs.results import results_baseline, results_palm, results_tutorial

ROOT = Path(__file__).resolve().parents[1]
PAGES = (
    "README.md",
    "docs/tutorial.md",
    "docs/mistakes.md",
    "docs/networks.md",
    "docs/language.md",
    "docs/errors.md",
    "docs/recipes.md",
    "docs/results.md",
    "docs/data.md",
    "docs/generated-code.md",
    "docs/command-line.md",
    "docs/editors.md",
    "docs/ci.md",
)
_REGION = re.compile(
    r"(?P<begin><!-- begin: (?P<name>[^\n]+?) -->\n)(?P<body>.*?)"
    r"(?P<end><!-- end: (?P=name) -->)",
    re.DOTALL,
)
_GROUPS = {
    "convolution": "Convolution",
    "linear": "Linear",
    "pooling": "Pooling",
    "normalisation": "Normalisation",
    "other": "Reshaping and the rest",
    "merge": "Merges",
}


# -- ops ------------------------------------------------------------------------


def _default(arg: ArgDef | Argument) -> str:
    if arg.default is REQUIRED:
        return "required"
    if arg.default is None:
        return "left out"
    if isinstance(arg.default, bool):
        return f"`{str(arg.default).lower()}`"
    if isinstance(arg.default, tuple):
        return f"`{list(arg.default)}`"
    return f"`{arg.default}`"


def _arguments(args: Iterable[ArgDef | Argument]) -> str:
    rows = [(f"`{a.name}`", a.kind.words, _default(a), a.doc) for a in args]
    return table(("argument", "value", "default", "meaning"), rows)


def _extras(op: OpDef) -> str:
    notes = []
    if op.many_inputs:
        notes.append("Takes `from: [a, b]`.")
    if op.weights is not None and op.weights.names:
        learned = " and ".join(f"`{name}`" for name in op.weights.names)
        notes.append(f"`init` takes {learned}.")
    return " ".join(notes)


def _op(op: OpDef) -> str:
    return _entry(op.name, f"{op.doc} {_extras(op)}", op.args)


def _entry(name: str, doc: str, args: Iterable[ArgDef | Argument]) -> str:
    args = list(args)
    text = f"**`{name}`** {doc}".rstrip() + "\n"
    return text + ("\n" + _arguments(args) if args else "")


def ops() -> str:
    """Every op except the activations, family by family."""
    parts = []
    for group, title in _GROUPS.items():
        parts.append(f"### {title}\n")
        parts += [_op(op) for op in OPS.values() if op.group == group]
    left = {op.group for op in OPS.values()} - {*_GROUPS, "activation"}
    if left:
        raise ValueError(f"docs/reference.py has no heading for the groups {left}")
    return "\n".join(parts)


def _brief(args: Iterable[ArgDef]) -> str:
    return "<br>".join(
        f"`{a.name}` ({_default(a)}): {a.kind.words}. {a.doc}" for a in args
    )


def _listed(found: Iterable[OpDef]) -> str:
    rows = [(f"`{op.name}`", op.doc, _brief(op.args)) for op in found]
    return table(("name", "what it does", "arguments (default)"), rows)


def activations() -> str:
    """The values of `act`, each of which is an op too."""
    return _listed(op for op in OPS.values() if op.group == "activation")


def norms() -> str:
    """The values of `norm`, in one line."""
    found = [op.name for op in OPS.values() if op.group == "normalisation"]
    return ", ".join(f"`{name}`" for name in found) + ".\n"


def initializers() -> str:
    """The values of `init`."""
    return _listed(INITIALIZERS.values())


def merges() -> str:
    """The values of `merge`."""
    rows = [(f"`{word}`", f"`{op}`", OPS[op].doc) for word, op in MERGES.items()]
    return table(("merge", "op", "what it does"), rows)


# -- the language -----------------------------------------------------------------


def types() -> str:
    """The types of parameters."""
    examples = {
        "int": "`64`",
        "float": "`0.5`",
        "bool": "`true`",
        "str": '`"SAME"`',
        "ints": "`[3, 3]`",
        "activation": "`ReLU`",
    }
    rows = [
        (f"`{name}`", kind.words, examples[name], f"`{ANNOTATIONS[name]}`")
        for name, kind in PARAM_TYPES.items()
    ]
    return table(("type", "values", "as a default", "in the class"), rows)


def functions() -> str:
    """The functions of expressions."""
    rows = [(f"`{found.usage}`", found.doc) for found in FUNCTIONS.values()]
    return table(("function", "what it gives"), rows)


def free() -> str:
    """The arguments to which a parameter may be passed without a fixed value."""
    found = [
        f"`{arg.name}` of `{op.name}`"
        for op in OPS.values()
        for arg in op.args
        if arg.free
    ]
    return ", ".join(found) + ".\n"


def limits() -> str:
    """The limits of a spec."""
    rows = [
        ("size of one file", f"{reader.MAX_BYTES // 1024:,} KiB"),
        ("nesting of one file", f"{reader.MAX_DEPTH} levels"),
        ("values in one file, aliases counted out", f"{reader.MAX_NODES:,}"),
        ("aliases in one file", f"{reader.MAX_ALIASES:,}"),
        ("digits of a number", f"{reader.MAX_DIGITS}"),
        ("files of one spec", f"{inherit.MAX_FILES}"),
        ("characters of a name", f"{names.MAX_NAME}"),
        ("characters of an expression", f"{expression_parser.MAX_EXPRESSION}"),
        ("nesting of an expression", f"{expression_parser.MAX_NESTING} levels"),
        (
            "names, numbers and operators of a size that `any` leaves open",
            f"{expression.MAX_WEIGHT}",
        ),
        ("value of an expression", f"{expression.MAX_VALUE:,} either way"),
        ("layers of the expanded network", f"{expand.MAX_LAYERS:,}"),
        ("blocks and forms inside each other", f"{expand.MAX_FORMS}"),
        ("channels, height or width of the input", f"{spec.MAX_SIZE:,}"),
        ("errors that are shown of one spec", f"{diagnostic.MAX_ERRORS}"),
    ]
    return table(("what", "at most"), rows)


def reserved() -> str:
    """The reserved names, apart from those of Python."""
    return table(
        ("why", "names"),
        [
            ("meanings of their own in the file", _words(names.MODULE_NAMES)),
            ("attributes of every generated class", _words(names.CLASS_ATTRIBUTES)),
            ("attributes of every Paddle layer", _words(names.LAYER_ATTRIBUTES)),
        ],
    )


def _words(found: Iterable[str]) -> str:
    return " ".join(f"`{name}`" for name in sorted(found))


def codes() -> str:
    """The diagnostic codes."""
    parts = []
    for digit, title in FAMILIES.items():
        rows = [
            (f"[`{code}`](errors.md#{code.lower()})", text)
            for code, text in CODES.items()
            if code[2] == digit
        ]
        parts.append(f"### {title}\n\n" + table(("code", "meaning"), rows))
    return "\n".join(parts)


def errors() -> str:
    """The long form of every code, with its example."""
    parts = []
    for digit, title in FAMILIES.items():
        parts.append(f"## {title}\n")
        parts += [
            f"### {code}\n\n{explain(code).as_markdown()}"
            for code in CODES
            if code[2] == digit
        ]
    return "\n".join(parts)


def commands() -> str:
    """The compiler's commands and their options."""
    context = click.Context(cli, **cli.context_settings)
    rows = []
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        usage = " ".join(["pmgen", name, *command.collect_usage_pieces(context)])
        usage = usage.replace(" [OPTIONS]", "").replace(" [RUNTIME]...", "")
        options = [
            ", ".join(p.opts) + (f" {p.metavar}" if p.metavar else "")
            for p in command.params
            if isinstance(p, click.Option) and "--help" not in p.opts
        ]
        summary = command.get_short_help_str(200)
        rows.append(
            (f"`{usage}`", summary, "<br>".join(f"`{option}`" for option in options))
        )
    return table(("command", "what it does", "options"), rows)


# -- recipes, networks, excerpts -----------------------------------------------------


def optimizers() -> str:
    """The values of `optimizer` in a recipe."""
    return _configurable(OPTIMIZERS.values())


def schedules() -> str:
    """The values of `schedule` in a recipe."""
    return _configurable(SCHEDULES.values())


def sections() -> str:
    """The sections of a recipe."""
    return _configurable(SECTIONS.values())


def _configurable(found: Iterable[Configurable]) -> str:
    return "\n".join(_entry(f.name, f.doc, f.arguments.values()) for f in found)


def settings() -> str:
    """The settings of a recipe outside sections."""
    return _arguments(SETTINGS.values())


def networks() -> str:
    """The shipped specs with parameters and MACs; catalogue.md has those in folders."""
    rows = []
    for name in spec_names():
        if "/" in name:
            continue
        graph = compiled(name, None).graph
        assert graph is not None, f"{name} does not compile"
        size = " x ".join(str(d) for d in graph.input)
        rows.append(
            (
                f"[`{name}`](../specs/{name}.yaml)",
                size,
                f"{graph.params:,}",
                "?" if graph.macs is None else f"{graph.macs:,}",
                graph.spec.source or "",
            )
        )
    return table(("spec", "input", "parameters:", "MACs:", "source"), rows)


REGIONS: dict[str, Callable[[], str]] = {
    function.__name__: function
    for function in (
        ops, activations, norms, initializers, merges, types, functions, free, limits,
        reserved, codes, errors, commands, optimizers, schedules, sections, settings,
        networks, results_baseline, results_tutorial, results_palm,
    )
}  # fmt: skip


def _region(match: re.Match[str]) -> str:
    name: Any = match["name"]
    word, _, rest = name.partition(" ")
    page = match.string
    body = excerpt(rest, page) if word == "excerpt" else REGIONS[name]()
    return f"{match['begin']}\n{body.rstrip()}\n\n{match['end']}"


def current(text: str) -> str:
    """A page with all of its regions and outputs made from the code as it is now."""
    return with_outputs(_REGION.sub(_region, text))


def main() -> int:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(description="Keep the documentation up to date.")
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args().check
    stale = []
    for page in PAGES:
        path = ROOT / page
        text = path.read_text(encoding="utf-8")
        made = current(text)
        if made != text:
            stale.append(page)
            if not check:
                path.write_text(made, encoding="utf-8")
    for page in stale:
        print(f"{page}: {'stale' if check else 'written'}")
    if check and stale:
        print("`python -m docs.reference` (or `make docs`) writes them")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
