"""`eval RUN`: what it measures, compares and writes."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("paddle")
pytest.importorskip("sklearn")

from pmruntime.data.dataset import Data, Split
from pmruntime.evaluation.evaluate import evaluate_run
from pmruntime.evaluation.metrics import METRICS
from pmruntime.problems import UserError
from pmruntime.recipe.recipe import parse_recipe
from pmruntime.runs.folder import RunFolder
from pmruntime.training.run import train

from tests.support.runs.tiny_data import make_tiny_data

pytestmark = pytest.mark.paddle

RECIPE = parse_recipe(
    {"optimizer": {"Adam": {"learning_rate": 0.02}}, "epochs": 2, "batch_size": 8}
)


def trained(tiny: Path, data: Data, out: Path, **options: Any) -> Path:
    arguments = {"num_classes": data.num_classes}
    train(tiny, data, out, recipe=RECIPE, arguments=arguments, **options)
    return out


def test_files_of_one_evaluation(tiny: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    data = make_tiny_data(2)
    out = trained(tiny, data, tmp_path / "run")
    before = set(os.listdir(out))
    result = evaluate_run(out, data, report=True)
    assert set(os.listdir(out)) - before == set(RunFolder.EVAL_FILES)
    assert json.loads((out / "eval.json").read_text("utf-8")) == result
    for name in RunFolder.EVAL_FILES:
        if name.endswith(".png"):
            assert (out / name).read_bytes().startswith(b"\x89PNG"), name

    assert set(result["metrics"]) == set(METRICS)
    assert result["metrics"]["accuracy"]["value"] == result["val"]["accuracy"]
    assert result["metrics"]["loss"]["value"] == result["val"]["loss"]
    assert result["metrics"]["auc"]["value"] == result["val"]["auc"]
    counts = np.array(result["confusion"]["counts"])
    assert counts.sum() == 37
    assert counts.trace() / 37 == result["val"]["accuracy"]

    # A later one without a report keeps the earlier report.
    report = (out / "report.html").read_bytes()
    evaluate_run(out, data)
    assert set(os.listdir(out)) - before == set(RunFolder.EVAL_FILES)
    assert (out / "report.html").read_bytes() == report

    # With a report nothing is left of an earlier one.
    (out / "roc.png").write_bytes(b"old")
    one = Data("one class", data.train, one_class(data.val), 2)
    (out / "eval.json").unlink()
    evaluate_run(out, one, report=True)
    assert not (out / "roc.png").exists()


def test_predictions_of_every_image(tiny: Path, tmp_path: Path) -> None:
    data = make_tiny_data(3)
    names = tuple(f'val/"{i}", é.png' for i in range(37))
    val = Split(data.val.images, data.val.labels, names)
    data = Data("named", data.train, val, 3, ("low", "mid", "high"))
    out = trained(tiny, data, tmp_path / "run")
    result = evaluate_run(out, data)
    with open(out / "predictions.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(row["name"] for row in rows) == names
    right = [row["label"] == row["predicted"] for row in rows]
    assert np.mean(right) == result["val"]["accuracy"]
    assert {row["label"] for row in rows} == {"low", "mid", "high"}
    columns = ("p(low)", "p(mid)", "p(high)")
    sums = [sum(float(row[c]) for c in columns) for row in rows]
    assert sums == pytest.approx([1.0] * 37)
    losses = [-np.log(float(row[f"p({row['label']})"])) for row in rows]
    assert np.mean(losses) == pytest.approx(result["val"]["loss"], rel=1e-12)


def test_the_baseline_beside_the_network(tiny: Path, tmp_path: Path) -> None:
    data = make_tiny_data(2)
    out = trained(tiny, data, tmp_path / "run")
    result = evaluate_run(out, data, baseline=True)
    mine, baseline = result["metrics"], result["baseline"]
    for name, difference in baseline["difference"].items():
        its = baseline["metrics"][name]["value"]
        assert difference["value"] == pytest.approx(mine[name]["value"] - its)
        assert 0 < difference["p"] <= 1
        assert difference["low"] <= difference["high"]
    assert "baseline" not in evaluate_run(out, data)


def test_against_another_run(tiny: Path, tmp_path: Path) -> None:
    data = make_tiny_data(2)
    one = trained(tiny, data, tmp_path / "one")
    two = trained(tiny, data, tmp_path / "two", seed=5)
    result = evaluate_run(one, data, against=two)
    its = evaluate_run(two, data)
    assert result["against"]["run"] == "two"
    assert result["against"]["metrics"] == its["metrics"]
    back = evaluate_run(two, data, against=one)
    for name in METRICS:
        there, here = (r["against"]["difference"][name] for r in (result, back))
        assert there["value"] == -here["value"], name
        assert there["p"] == here["p"], name
    itself = evaluate_run(one, data, against=one)
    assert itself["against"]["difference"]["loss"]["value"] == 0
    assert itself["against"]["difference"]["loss"]["p"] == 1


def test_networks_of_other_classes_cannot_be_compared(
    tiny: Path, tmp_path: Path
) -> None:
    data = make_tiny_data(2)
    one = trained(tiny, data, tmp_path / "one")
    wide = Data("wide", data.train, data.val, 3)
    two = trained(tiny, wide, tmp_path / "two")
    with pytest.raises(UserError, match=r"`0`, `1`, .* `0`, `1`, `2`: they cannot"):
        evaluate_run(one, data, against=two)


def one_class(split: Split) -> Split:
    negative = split.labels == 0
    return Split(split.images[negative], split.labels[negative])


def test_figures_of_other_data_do_not_replace_those_of_its_own(
    tiny: Path, tmp_path: Path
) -> None:
    data = make_tiny_data(2)
    out = trained(tiny, data, tmp_path / "run")
    other = Data("other", data.train, one_class(data.val), 2)
    evaluate_run(out, other)  # nothing of its own is there yet
    evaluate_run(out, data)
    own = (out / "eval.json").read_bytes()
    assert json.loads(own)["same_data"] is True
    evaluate_run(out, other, report=True)
    assert (out / "eval.json").read_bytes() == own
    (elsewhere,) = (out / "other_data").iterdir()
    result = json.loads((elsewhere / "eval.json").read_text("utf-8"))
    assert result["data"]["source"] == "other"
    assert (elsewhere / "report.html").exists()
    # They are figures of this run, and go with it.
    trained(tiny, data, out, force=True)
    assert not (out / "other_data").exists()


def test_one_class_alone(tiny: Path, tmp_path: Path) -> None:
    data = make_tiny_data(2)
    out = trained(tiny, data, tmp_path / "run")
    one = Data("one class", data.train, one_class(data.val), 2)
    result = evaluate_run(out, one, report=True)
    assert result["metrics"]["auc"]["value"] is None
    assert result["metrics"]["auc"]["reason"] == "no image of class `1`"
    assert "NaN" not in (out / "eval.json").read_text()
    assert not (out / "roc.png").exists()
    assert (out / "report.html").exists()


def test_elsewhere_nothing_of_others_is_lost(tiny: Path, tmp_path: Path) -> None:
    data = make_tiny_data(2)
    out = trained(tiny, data, tmp_path / "run")
    before = {p.name: p.stat().st_mtime_ns for p in out.iterdir()}
    elsewhere = tmp_path / "a" / "b"
    evaluate_run(out, data, out=elsewhere)
    evaluate_run(out, data, out=elsewhere)  # over its own
    assert set(os.listdir(elsewhere)) == {"eval.json", "predictions.csv"}
    assert {p.name: p.stat().st_mtime_ns for p in out.iterdir()} == before
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "predictions.csv").write_text("years of work")
    with pytest.raises(UserError, match=r"`predictions.csv`, but no measurement"):
        evaluate_run(out, data, out=mine)
    assert (mine / "predictions.csv").read_text() == "years of work"
    with pytest.raises(UserError, match="a file, not a folder"):
        evaluate_run(out, data, out=tiny)


def test_a_network_that_gives_no_numbers(tiny: Path, tmp_path: Path) -> None:
    data = make_tiny_data(2)
    out = trained(tiny, data, tmp_path / "run")
    source = (out / "model.py").read_text()
    (out / "model.py").write_text(
        source.replace("self.norm(x)", "(self.norm(x) * float('nan'))")
    )
    with pytest.raises(UserError, match=r"no number for 37 of 37 images.*`#0`"):
        evaluate_run(out, data)
    assert not (out / "eval.json").exists()
