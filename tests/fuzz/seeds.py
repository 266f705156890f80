"""What mutations start from: every shipped spec and recipe, and every golden case."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT

# A large network takes long to compile; it is drawn more rarely, the smaller it is the
# more often.
SMALL = 1200


@dataclass(frozen=True)
class Seed:
    """A file to mutate: its text, and the folder it stands in below `specs/`, where
    the files that it extends or uses are found."""

    name: str
    text: str
    folder: str = "."


def all_seeds() -> tuple[list[Seed], list[Seed]]:
    """The seeds that are shipped, and those of the golden cases, which are small."""
    specs = ROOT / "specs"
    shipped = [
        Seed(
            str(path.relative_to(ROOT)),
            path.read_text(encoding="utf-8"),
            str(path.parent.relative_to(specs)),
        )
        for path in sorted(specs.rglob("*.yaml"))
    ]
    cases = [
        Seed(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "tests" / "cases").glob("*/*.yaml"))
        if path.stat().st_size < SMALL and _is_text(path)
    ]
    return shipped, cases


def _is_text(path: Path) -> bool:
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False
    return True
