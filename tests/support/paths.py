"""Where things are in the checkout, and the real images beside it."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPECS = ROOT / "specs"
GENERATED = ROOT / "generated"
CASES = ROOT / "tests" / "cases"


def real_images(name: str) -> Path | None:
    """A folder of real images, which the repository may not carry; None without it."""
    folder = Path(os.environ.get("PMGEN_DATA", ROOT.parent / "shared" / "data")) / name
    return folder if folder.is_dir() else None
