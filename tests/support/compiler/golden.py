"""The golden cases: folders of tests/cases with a spec and what becomes of it.

    spec.yaml       the network; further files beside it are what it extends or uses
    recipe.yaml     in its place, a recipe that is refused
    arguments.txt   where there is one, options of `pmgen build`, one line
    expected.py     the generated file, for a spec that is sound
    stderr.txt      the diagnostics, for a spec that is not, and the warnings

After a change that means to change them:

    python -m tests.support.compiler.golden --update [CASE...]

The change of the files is then part of the change, and is read as such.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from pmgen.compile import compile_spec
from pmgen.diagnostics.diagnostic import Diagnostic, Diagnostics
from pmgen.diagnostics.render import render_text
from pmgen.recipe.parse import parse_recipe
from pmgen.settings import Settings, parse_settings

from tests.support.paths import CASES

SPEC, RECIPE = "spec.yaml", "recipe.yaml"
CODE, ERRORS = "expected.py", "stderr.txt"


@dataclass(frozen=True)
class Outcome:
    """What a case gives: its files with their texts, and its diagnostics."""

    files: dict[str, str]
    diagnostics: tuple[Diagnostic, ...]


def cases() -> list[Path]:
    """Every case, by name."""
    files = (path for name in (SPEC, RECIPE) for path in CASES.glob(f"*/{name}"))
    return sorted(path.parent for path in files)


def outcome(case: Path) -> Outcome:
    """Compile a case as it stands now."""
    found, code = _compiled(case)
    files = {CODE: code} if code is not None else {}
    files |= {ERRORS: render_text(found)} if found else {}
    assert files, f"{case.name}: neither code nor diagnostics"
    return Outcome(files, found)


def diagnostics_of(case: Path) -> tuple[Diagnostic, ...]:
    """What is wrong with a case; nothing where it is sound."""
    return _compiled(case)[0]


def _compiled(case: Path) -> tuple[tuple[Diagnostic, ...], str | None]:
    if (case / RECIPE).exists():
        diagnostics = Diagnostics()
        parse_recipe(case / RECIPE, diagnostics, _settings_of_recipe(case))
        return tuple(diagnostics.ordered()), None
    settings, standalone = _arguments(case)
    result = compile_spec(case / SPEC, settings=settings, standalone=standalone)
    return tuple(result.diagnostics.ordered()), result.code


def _settings_of_recipe(case: Path) -> list[str]:
    path = case / "arguments.txt"
    words = path.read_text(encoding="utf-8").split() if path.exists() else []
    assert set(words[::2]) <= {"--set"}, f"{path}: unknown options"
    return words[1::2]


def _arguments(case: Path) -> tuple[Settings, bool]:
    path = case / "arguments.txt"
    words = path.read_text(encoding="utf-8").split() if path.exists() else []
    standalone = "--standalone" in words
    words = [word for word in words if word != "--standalone"]
    options = list(zip(words[::2], words[1::2], strict=True))
    pairs = tuple(value for option, value in options if option == "--set")
    sizes = [value for option, value in options if option == "--input"]
    assert len(pairs) + len(sizes) == len(options), f"{path}: unknown options"
    return parse_settings(pairs, sizes[0] if sizes else None), standalone


def mismatch(case: Path) -> str:
    """How a case differs from its files, and what accepts it; empty where it agrees."""
    now = outcome(case).files
    changes = "".join(
        _difference(case / name, now.get(name)) for name in (CODE, ERRORS)
    )
    if not changes:
        return ""
    return (
        f"{changes}\nIf this is as it should be:\n"
        f"    python -m tests.support.compiler.golden --update {case.name}\n"
    )


def _difference(file: Path, now: str | None) -> str:
    if now is None:
        return f"{file.name} should not be there\n" if file.exists() else ""
    old = file.read_text(encoding="utf-8") if file.exists() else ""
    return "".join(
        unified_diff(
            old.splitlines(keepends=True),
            now.splitlines(keepends=True),
            f"{file.parent.name}/{file.name}",
            "what the compiler says now",
        )
    )


def update(case: Path) -> bool:
    """Write what the compiler says now; True where something changed."""
    if not mismatch(case):
        return False
    now = outcome(case).files
    for name in (CODE, ERRORS):
        if name in now:
            (case / name).write_text(now[name], encoding="utf-8", newline="\n")
        else:
            (case / name).unlink(missing_ok=True)
    return True


def main(arguments: list[str]) -> int:
    """Show the cases that differ, or with `--update` accept them. The exit status."""
    names = [word for word in arguments if word != "--update"]
    chosen = [CASES / name for name in names] or cases()
    changed = list(_changed(chosen, write="--update" in arguments))
    print(f"{len(changed)} of {len(chosen)} cases differ")
    return 1 if changed and "--update" not in arguments else 0


def _changed(chosen: list[Path], *, write: bool) -> Iterator[Path]:
    for case in chosen:
        difference = mismatch(case)
        if not difference:
            continue
        print(f"updated {case.name}" if write and update(case) else difference)
        yield case


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
