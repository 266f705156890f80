"""Which epoch is the best, and when there is no use in going on."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

paddle = pytest.importorskip("paddle")

from pmruntime.data.dataset import Data, Split  # noqa: E402
from pmruntime.inference.split_metrics import Metrics  # noqa: E402
from pmruntime.machine.machine import Machine  # noqa: E402
from pmruntime.problems import UserError  # noqa: E402
from pmruntime.recipe.recipe import parse_recipe  # noqa: E402
from pmruntime.runs.checkpoint import read_tensors  # noqa: E402
from pmruntime.runs.selection import best_row, epochs_since_best  # noqa: E402
from pmruntime.training import session  # noqa: E402
from pmruntime.training.run import train  # noqa: E402

from tests.support.runs.tiny_data import make_tiny_data  # noqa: E402

pytestmark = pytest.mark.paddle

# accuracy, loss, auc of five epochs: each figure has its best in another one.
FIGURES = [
    (0.5, 0.9, 0.5),
    (0.8, 0.7, 0.6),
    (0.8, 0.6, 0.9),
    (0.7, 0.4, 0.8),
    (0.7, 0.4, 0.9),
]
ROWS = [
    {"epoch": number, "val": {"accuracy": a, "loss": b, "auc": c}}
    for number, (a, b, c) in enumerate(FIGURES, 1)
]


def test_the_best_and_who_wins_among_equals() -> None:
    assert best_row(ROWS, "accuracy") is ROWS[2]  # as good as 2, at a lower loss
    assert best_row(ROWS, "loss") is ROWS[3]  # as good as 5, and earlier
    assert best_row(ROWS, "auc") is ROWS[4]  # as good as 3, at a lower loss


def test_epochs_since_best() -> None:
    assert epochs_since_best([], "loss") == 0
    counts = {
        select: [epochs_since_best(ROWS[:n], select) for n in range(1, 6)]
        for select in ("accuracy", "loss", "auc")
    }
    assert counts == {
        "accuracy": [0, 0, 0, 1, 2],
        "loss": [0, 0, 0, 0, 1],
        "auc": [0, 0, 0, 1, 0],
    }


@pytest.mark.parametrize(
    ("select", "patience", "epochs", "best"),
    [
        ("accuracy", 1, 4, 3), ("accuracy", 2, 5, 3), ("loss", 1, 5, 4),
        ("auc", 1, 4, 3), ("auc", 2, 5, 5), ("auc", 0, 5, 5),
    ],
)  # fmt: skip
def test_a_run_ends_and_keeps_the_best(
    tiny: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    select: str,
    patience: int,
    epochs: int,
    best: int,
) -> None:
    """Real training; only the figures of its validation are given."""
    given = iter([Metrics(a, b, 10, c) for a, b, c in FIGURES])
    monkeypatch.setattr(session, "evaluate", lambda *_, **__: next(given))
    monkeypatch.setattr(session, "draw_curve", lambda *_: True)
    recipe = parse_recipe(
        {
            "epochs": 5,
            "batch_size": 45,
            "select": select,
            "early_stopping": patience,
            "optimizer": {"SGD": {"learning_rate": 0.1}},
        }
    )
    out = tmp_path / "run"
    data = make_tiny_data(num_classes=2)
    summary = train(tiny, data, out, recipe=recipe, arguments={"num_classes": 2},
                    machine=Machine(device="cpu", workers=0))  # fmt: skip
    assert summary["epochs"] == epochs
    assert summary["best"]["epoch"] == best
    assert len((out / "metrics.jsonl").read_text().splitlines()) == epochs
    kept, origin = read_tensors(out / "best.safetensors")
    assert origin["epoch"] == best
    last, _ = read_tensors(out / "weights.safetensors")
    same = all((kept[name] == last[name]).all() for name in last)
    assert same == (best == epochs)


def refused(tiny: Path, data: Any, out: Path, classes: int, match: str) -> None:
    with pytest.raises(UserError, match=match):
        train(tiny, data, out, recipe=parse_recipe({"select": "auc"}),
              arguments={"num_classes": classes})  # fmt: skip
    assert not out.exists()


def test_auc_is_refused_where_there_is_none(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is trained, not after the first epoch."""
    out = tmp_path / "run"
    refused(tiny, make_tiny_data(), out, 3, "for two classes, the network tells 3")
    two = make_tiny_data(num_classes=2)
    one = Split(two.val.images[::2], two.val.labels[::2])
    only = Data("one", two.train, one, 2)
    refused(tiny, only, out, 1, "needs images of both classes")
    monkeypatch.setitem(sys.modules, "sklearn", None)
    refused(tiny, two, out, 2, "needs scikit-learn")
    monkeypatch.undo()
    pytest.importorskip("sklearn")
    recipe = parse_recipe({"select": "auc", "epochs": 2})
    for classes in (1, 2):
        summary = train(tiny, two, tmp_path / str(classes), recipe=recipe,
                        arguments={"num_classes": classes})  # fmt: skip
        rows = [json.loads(line) for line in
                (tmp_path / str(classes) / "metrics.jsonl").open()]  # fmt: skip
        assert summary["best"]["auc"] == max(row["val"]["auc"] for row in rows) > 0.5
