"""Which pages there are, by what a person does, and the landing page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Caption -> pages, by their paths in the repository, without suffix.
NAVIGATION = {
    "Start": ("docs/install", "docs/tutorial"),
    "Design a network": (
        "docs/language",
        "docs/networks",
        "docs/catalogue",
        "docs/mistakes",
        "docs/errors",
        "docs/generated-code",
        "docs/editors",
    ),
    "Train it": (
        "docs/recipes",
        "docs/data",
        "docs/evaluation",
        "docs/weights",
        "docs/distributed",
        "docs/results",
        "docs/lenet-relu",
    ),
    "Use it": ("docs/use", "docs/python", "docs/ci"),
    "Reference": (
        "docs/command-line",
        "docs/schemas",
        "docs/api",
        "docs/api-compiler",
        "docs/terms",
        "genindex",
    ),
    "pmgen itself": ("ARCHITECTURE", "CONTRIBUTING", "bench/README", "CHANGELOG"),
}
# Where the heading is a sentence, or says too little beside the others.
_TITLES = {
    "docs/tutorial": "Tutorial",
    "docs/language": "The language",
    "docs/errors": "All errors",
    "docs/lenet-relu": "LeNet on fundus photographs",
    "docs/use": "Predict and export",
    "docs/python": "From Python",
    "docs/ci": "Checks for CI",
    "genindex": "Index",
    "bench/README": "Measurements",
}


def pages() -> Iterator[str]:
    """All pages in the navigation, in its order."""
    for names in NAVIGATION.values():
        yield from names


def setup(app: Any) -> None:
    """Put the navigation below the landing page."""
    app.connect("source-read", _append)
    app.connect("build-finished", _copy_landing_page)


def _append(app: Any, name: str, source: list[str]) -> None:
    """The README has no directives of Sphinx: other readers would show them as text."""
    if name == app.config.root_doc:
        source[0] += "".join(_toctree(*group) for group in NAVIGATION.items())


def _toctree(caption: str, names: tuple[str, ...]) -> str:
    lines = [f"{_TITLES[n]} <{n}>" if n in _TITLES else n for n in names]
    body = "\n".join(lines)
    return f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{body}\n```\n"


def _copy_landing_page(app: Any, exception: Exception | None) -> None:
    """Servers and people look for index.html; its links are relative to its folder."""
    if exception is None:
        out = Path(app.outdir)
        shutil.copyfile(out / f"{app.config.root_doc}.html", out / "index.html")
