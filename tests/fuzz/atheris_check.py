"""Coverage-guided: atheris changes bytes wherever that reaches new code of pmgen.

    python -m tests.fuzz.atheris_check -max_total_time=60 CORPUS_FOLDER

The arguments are libFuzzer's. New inputs go to the folder; it starts with the golden
cases and the small shipped specs. The property is that of `property.py`. Exits
with 0, and says so, where atheris is not installed (`pip install -e '.[fuzz]'`).
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

try:
    import atheris
except ImportError:
    print("atheris is not installed: no coverage-guided inputs are made")
    sys.exit(0)

with atheris.instrument_imports(include=["pmgen"]):
    from tests.fuzz import property as fuzz_property
    from tests.fuzz.inputs import Input
    from tests.fuzz.seeds import all_seeds

LARGEST = 2000  # bytes of a file to start from
# Counting the branches slows the compiler down several times; time is measured, with
# its true limit, by run.py.
fuzz_property.MOST_SECONDS = 10.0


def fill(folder: Path) -> None:
    """Lay the files to start from into the corpus, each named by what is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in (seed for seeds in all_seeds() for seed in seeds):
        data = seed.text.encode("utf-8")
        if len(data) <= LARGEST:
            (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def main() -> None:
    """The command line; does not return, as libFuzzer ends the process."""
    corpus = [word for word in sys.argv[1:] if not word.startswith("-")]
    if not corpus:
        sys.exit("name a folder for the corpus")
    fill(Path(corpus[0]))
    specs = fuzz_property.prepare(Path(tempfile.mkdtemp(prefix="pmgen-fuzz-")))

    def one(data: bytes) -> None:
        fuzz_property.check(Input(-1, "bytes", data), specs)

    atheris.Setup([*sys.argv, f"-max_len={2 * LARGEST}"], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
