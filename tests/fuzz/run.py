"""Check many hostile inputs; each is made from a number, so a failure can be repeated.

    python -m tests.fuzz.run --count 100000 --jobs 2
    python -m tests.fuzz.run --seed 4711          that one alone, with its text

Exits with 1 where the property fails; the input is then saved in `fuzz_failures/`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.inputs import input_of
from tests.fuzz.property import MOST_GROWTH, Broken, check, peak_memory, prepare

CHUNK = 500


@dataclass
class Report:
    """What a run gave."""

    checked: Counter[str] = field(default_factory=Counter)  # by kind
    outcomes: Counter[str] = field(default_factory=Counter)  # sound, or by code
    broken: list[tuple[int, str]] = field(default_factory=list)
    slowest: tuple[float, int] = (0.0, -1)  # seconds and seed
    growth: int = 0  # of the worker that grew most, in bytes

    def add(self, other: Report) -> None:
        """Take in what another run gave."""
        self.checked += other.checked
        self.outcomes += other.outcomes
        self.broken += other.broken
        self.slowest = max(self.slowest, other.slowest)
        self.growth = max(self.growth, other.growth)


_start = 0  # the memory of a worker after its first input, in bytes


def run(seeds: range) -> Report:
    """Check the inputs of these numbers, in this process."""
    global _start
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        specs = prepare(Path(folder))
        for seed in seeds:
            given = input_of(seed)
            report.checked[given.kind] += 1
            try:
                found = check(given, specs)
            except Broken as error:
                cause = error.__cause__
                lines = traceback.format_exception(cause)[-6:] if cause else []
                report.broken.append((seed, "".join([f"{error}\n", *lines])))
                continue
            report.outcomes.update(found.codes or ("sound",))
            report.slowest = max(report.slowest, (found.seconds, seed))
            _start = _start or peak_memory()
    report.growth = peak_memory() - _start
    return report


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument(
        "--first", type=int, default=0, help="number of the first input"
    )
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, help="check this one input and show it")
    parser.add_argument("--save", type=Path, default=Path("fuzz_failures"))
    return parser.parse_args()


def _save(report: Report, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for seed, reason in report.broken:
        path = folder / f"{seed}.yaml"
        path.write_bytes(input_of(seed).data)
        print(f"BROKEN: --seed {seed}, saved as {path}: {reason}")


def main() -> int:
    """The command line."""
    options = _arguments()
    if options.seed is not None:
        sys.stdout.buffer.write(input_of(options.seed).data + b"\n")
        sys.stdout.flush()
    first, count = options.first, options.count
    if options.seed is not None:
        first, count = options.seed, 1
    chunks = [
        range(start, min(start + CHUNK, first + count))
        for start in range(first, first + count, CHUNK)
    ]
    begin, reported = time.monotonic(), 0
    report = Report()
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for part in pool.imap_unordered(run, chunks):
            report.add(part)
            done = report.checked.total()
            if done - reported >= 10 * CHUNK:
                reported = done
                print(f"{done:,} of {count:,}, {len(report.broken)} broken", flush=True)
    seconds = time.monotonic() - begin
    total = report.checked.total()
    print(f"{total:,} inputs in {seconds:.0f} s, {total / seconds:.0f} a second")
    print("kinds:", ", ".join(f"{k} {n:,}" for k, n in report.checked.most_common()))
    print(
        "outcomes:", ", ".join(f"{k} {n:,}" for k, n in report.outcomes.most_common())
    )
    print(f"slowest: {report.slowest[0]:.2f} s, --seed {report.slowest[1]}")
    print(f"memory: a worker grew by {report.growth / 2**20:.0f} MiB")
    _save(report, options.save) if report.broken else None
    too_large = report.growth > MOST_GROWTH
    return 1 if report.broken or too_large else 0


if __name__ == "__main__":
    sys.exit(main())
