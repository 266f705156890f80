"""Lines of a file as a fenced block: of the repository, or of what a page builds.

`PATH | FIRST | STOP` are the lines from the first that begins with FIRST up to the next
that begins with STOP, or to the end.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from pmgen.compile import compile_spec

from docs.examples import files_of

ROOT = Path(__file__).resolve().parents[1]


def excerpt(words: str, page: str) -> str:
    """The block. A class that the repository has not is that of a spec on the page."""
    path, first, stop = (part.strip() for part in words.split("|"))
    kept = ROOT / path
    text = kept.read_text("utf-8") if kept.is_file() else _built(Path(path), page)
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(first))
    rest = range(start + 1, len(lines))
    end = next((i for i in rest if lines[i].startswith(stop)), len(lines))
    language = {".py": "python", ".yaml": "yaml"}[Path(path).suffix]
    shown = "\n".join(lines[start:end]).rstrip()
    return f"```{language}\n{shown}\n```\n"


def _built(path: Path, page: str) -> str:
    """What `pmgen build` makes of the page's spec of that name."""
    name = f"{path.stem}.yaml"
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder, name)
        spec.write_text(files_of(page)[name], encoding="utf-8")
        code = compile_spec(spec).code
    if code is None:
        raise ValueError(f"{name} has a mistake")
    return code
