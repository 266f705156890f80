"""The experiments of docs/results.md: trained, measured, written down.

    python bench/results.py DATA             # train what is missing, then measure all
    python bench/results.py DATA --collect   # only measure what is trained
    python bench/results.py DATA --only palm # the rows whose name holds that word

DATA is a folder in the layout of iChallenge-PM (docs/data.md). Runs lie in
runs/results/; one that was interrupted goes on. The figures go to docs/results.json,
from which `make docs` makes the tables. Hours of work on a CPU: `make results`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RUNS = ROOT / "runs" / "results"
FIGURES = ROOT / "docs" / "results.json"


@dataclass(frozen=True)
class Row:
    """One experiment: a network, a recipe, a seed."""

    network: str
    recipe: str
    seed: int

    @property
    def name(self) -> str:
        return f"{self.network}-{self.recipe}-{self.seed}"

    @property
    def folder(self) -> Path:
        return RUNS / self.name

    def command(self, data: str) -> list[str]:
        """What a user would type."""
        return [
            "pmgen", "train", self.network, "--recipe", self.recipe, "--data", data,
            "--seed", str(self.seed), "--out", f"runs/results/{self.name}",
        ]  # fmt: skip


ROWS = [
    *(Row("resnet18_half", "palm", seed) for seed in range(3)),
    Row("resnet18_half_colour", "palm", 0),
    *(Row("lenet_palm", "tutorial", seed) for seed in range(3)),
    *(Row("alexnet", "tutorial", seed) for seed in range(3)),
    *(Row("resnet50", "tutorial", seed) for seed in range(3)),
    *(Row("googlenet", "tutorial", seed) for seed in range(3)),
    *(Row("vgg16", "tutorial", seed) for seed in range(3)),
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--collect", action="store_true", help="train nothing")
    parser.add_argument("--only", default="", metavar="WORD")
    given = parser.parse_args()
    rows = [row for row in ROWS if given.only in row.name]
    for row in rows:
        if not given.collect:
            train(row, given.data)
        if (row.folder / "summary.json").is_file():
            measure(row, given.data)
            keep(row)
    return 0


def train(row: Row, data: str) -> None:
    """Train the row, or go on with it, or leave it alone where it is complete."""
    if (row.folder / "summary.json").is_file():
        return
    command = row.command(data)
    if (row.folder / "run.json").is_file():
        command = ["pmgen", "train", "--resume", str(row.folder), "--data", data]
    print("$", " ".join(command), flush=True)
    pmgen(command)


def measure(row: Row, data: str) -> None:
    """RUN/eval.json, with the baseline beside it."""
    pmgen(["pmgen", "eval", str(row.folder), "--data", data, "--baseline"])


def pmgen(command: list[str]) -> None:
    subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True)


def keep(row: Row) -> None:
    """Add the row's figures to docs/results.json, in place of older ones."""
    known = json.loads(FIGURES.read_text()) if FIGURES.is_file() else []
    others = [old for old in known if old["name"] != row.name]
    order = {r.name: i for i, r in enumerate(ROWS)}
    found = sorted([*others, figures(row)], key=lambda f: order.get(f["name"], 99))
    FIGURES.write_text(json.dumps(found, indent=1) + "\n")


def figures(row: Row) -> dict[str, Any]:
    """What docs/results.md shows of a run."""
    summary = json.loads((row.folder / "summary.json").read_text())
    record = json.loads((row.folder / "run.json").read_text())
    measured = json.loads((row.folder / "eval.json").read_text())
    lines = (row.folder / "metrics.jsonl").read_text().splitlines()
    epochs = [json.loads(line) for line in lines]
    return {
        "name": row.name,
        "network": row.network,
        "recipe": row.recipe,
        "seed": row.seed,
        "command": " ".join(row.command("DATA")),
        "n": measured["val"]["n"],
        "metrics": {
            name: measured["metrics"][name]
            for name in ("accuracy", "auc", "sensitivity", "specificity")
        },
        "epochs": [e["val"]["accuracy"] for e in epochs if "val" in e],
        "train_accuracy": summary["train"]["accuracy"],
        "seconds": round(summary["seconds"]),
        "threads": (record["cpu"] or {}).get("threads"),
        "paddle": record["versions"]["paddle"],
        "baseline": measured.get("baseline"),
    }


if __name__ == "__main__":
    sys.exit(main())
