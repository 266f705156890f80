"""specs/figures.json, which `pmgen list` shows instead of compiling every network.

python -m docs.figures           # write it (`make docs`)
python -m docs.figures --check   # write nothing; exit 1 where it is stale
"""

from __future__ import annotations

import argparse
import sys

from pmgen.catalogue import catalogue
from pmgen.cli.figures import FILE, as_text


def main() -> int:
    """Write the file, or check it."""
    parser = argparse.ArgumentParser(description="Keep specs/figures.json up to date.")
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args().check
    path, text = catalogue() / FILE, as_text()
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return 0
    print(f"{path.name}: {'stale; `make docs` writes it' if check else 'written'}")
    if not check:
        path.write_text(text, encoding="utf-8", newline="\n")
    return 1 if check else 0


if __name__ == "__main__":
    sys.exit(main())
