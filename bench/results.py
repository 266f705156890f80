"""The experiments of docs/results.md: trained, evaluated, recorded.

    python bench/results.py DATA             # train what is missing, then evaluate all
    python bench/results.py DATA --collect   # only evaluate what is trained
    python bench/results.py DATA --only palm # the rows with this word in their name

DATA is a folder in the layout of iChallenge-PM (docs/data.md). Runs lie in
runs/results/; interrupted ones are resumed. The metrics go to docs/results.json, from
which `make docs` makes the tables. Hours of work on a CPU: `make results`.
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
RESULTS = ROOT / "docs" / "results.json"


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
        """The command that a user would type."""
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
            evaluate(row, given.data)
            record(row)
    return 0


def train(row: Row, data: str) -> None:
    """Train the row, or resume it; a complete run is left as it is."""
    if (row.folder / "summary.json").is_file():
        return
    command = row.command(data)
    if (row.folder / "run.json").is_file():
        command = ["pmgen", "train", "--resume", str(row.folder), "--data", data]
    print("$", " ".join(command), flush=True)
    pmgen(command)


def evaluate(row: Row, data: str) -> None:
    """Write eval.json into the run's folder, with the baseline's metrics."""
    pmgen(["pmgen", "eval", str(row.folder), "--data", data, "--baseline"])


def pmgen(command: list[str]) -> None:
    subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True)


def record(row: Row) -> None:
    """Add the row's result to docs/results.json, in place of an earlier one."""
    known = json.loads(RESULTS.read_text()) if RESULTS.is_file() else []
    others = [old for old in known if old["name"] != row.name]
    order = {r.name: i for i, r in enumerate(ROWS)}
    found = sorted([*others, result(row)], key=lambda f: order.get(f["name"], 99))
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


def result(row: Row) -> dict[str, Any]:
    """What docs/results.md shows of a run, from the files in its folder."""
    summary = json.loads((row.folder / "summary.json").read_text())
    about = json.loads((row.folder / "run.json").read_text())
    evaluation = json.loads((row.folder / "eval.json").read_text())
    lines = (row.folder / "metrics.jsonl").read_text().splitlines()
    epochs = [json.loads(line) for line in lines]
    return {
        "name": row.name,
        "network": row.network,
        "recipe": row.recipe,
        "seed": row.seed,
        "command": " ".join(row.command("DATA")),
        "n": evaluation["val"]["n"],
        "metrics": {
            name: evaluation["metrics"][name]
            for name in ("accuracy", "auc", "sensitivity", "specificity")
        },
        "epochs": [e["val"]["accuracy"] for e in epochs if "val" in e],
        "train_accuracy": summary["train"]["accuracy"],
        "seconds": round(summary["seconds"]),
        "threads": (about["cpu"] or {}).get("threads"),
        "paddle": about["versions"]["paddle"],
        "baseline": evaluation.get("baseline"),
    }


if __name__ == "__main__":
    sys.exit(main())
