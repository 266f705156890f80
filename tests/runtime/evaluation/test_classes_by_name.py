"""A run on data whose classes have other numbers, other names, or are fewer."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("paddle")
pytest.importorskip("sklearn")

from click.testing import CliRunner
from pmruntime.cli import cli
from pmruntime.evaluation.evaluate import evaluate_run
from pmruntime.problems import UserError
from pmruntime.recipe.recipe import parse_recipe
from pmruntime.runs.trained import load_run
from pmruntime.training.run import train

from tests.runtime.conftest import TINY
from tests.support.runs.spot_folders import class_folders, csv_folder

pytestmark = pytest.mark.paddle

PLACES = {"a": 2, "b": 7, "c": 12}
# As folders the names are sorted as text: 10 is class 2, and 2 is class 3.
DIGITS = {str(digit): digit for digit in range(11)}
RECIPE = parse_recipe(
    {
        "optimizer": {"Adam": {"learning_rate": 0.05}},
        "epochs": 25,
        "batch_size": 8,
        "images": {"color": "GRAY"},
    }
)


def trained(folder: Path, data: Path, classes: int, seed: int = 0) -> Path:
    source = folder / "tiny.py"
    source.write_text(TINY)
    out = folder / f"run_{data.name}_{seed}"
    arguments = {"num_classes": classes}
    train(source, str(data), out, recipe=RECIPE, arguments=arguments, seed=seed)
    return out


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that tells a, b and c apart without a mistake."""
    folder = tmp_path_factory.mktemp("letters")
    return trained(folder, class_folders(folder / "abc", PLACES), 3)


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("digits")
    return trained(folder, class_folders(folder / "digits", DIGITS), 11)


def accuracy(run: Path, data: Path, **options: Any) -> float:
    value: float = evaluate_run(run, str(data), **options)["val"]["accuracy"]
    return value


def test_folders_against_a_table_of_numbers(digits: Path, tmp_path: Path) -> None:
    own = accuracy(digits, digits.parent / "digits")
    assert own > 0.9
    table = csv_folder(tmp_path / "table", DIGITS)
    assert accuracy(digits, table, out=tmp_path / "out", report=True) == own
    measured = json.loads((tmp_path / "out" / "eval.json").read_text("utf-8"))
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert measured["data"]["fingerprint"] in page  # not that of renumbered labels
    with open(tmp_path / "out" / "predictions.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    right = [row["label"] == row["predicted"] for row in rows]
    assert sum(right) / len(right) == own


def test_fewer_classes_are_an_error_but_where_they_are_asked_for(
    letters: Path, tmp_path: Path
) -> None:
    fewer = class_folders(tmp_path / "bc", {"b": 7, "c": 12})
    with pytest.raises(UserError) as raised:
        evaluate_run(letters, str(fewer))
    assert "tells apart `a`, `b`, `c`; the data hold `b`, `c`" in str(raised.value)
    assert "no data of `a`: `--subset`" in str(raised.value)
    result = evaluate_run(letters, str(fewer), subset=True, out=tmp_path / "out")
    assert result["val"]["accuracy"] == 1
    assert result["missing_classes"] == ["a"]
    assert result["data"]["class_names"] == ["b", "c"]
    assert result["confusion"]["classes"] == ["a", "b", "c"]
    assert result["confusion"]["counts"] == [[0, 0, 0], [0, 4, 0], [0, 0, 4]]


@pytest.mark.parametrize("subset", [False, True])
@pytest.mark.parametrize(
    ("classes", "remedy"),
    [
        ({"b": 7, "c": 12, "d": 2}, "it knows no `d`"),
        ({"a": 2, "b": 7, "c": 12, "d": 2}, "it knows no `d`"),
        ({"A": 2, "b": 7, "c": 12}, "`A` is `a` in another spelling"),
    ],
)
def test_other_classes_are_an_error_that_lists_both_sides(
    letters: Path,
    tmp_path: Path,
    classes: dict[str, int],
    remedy: str,
    subset: bool,
) -> None:
    other = class_folders(tmp_path / "other", classes)
    with pytest.raises(UserError) as raised:
        evaluate_run(letters, str(other), subset=subset, out=tmp_path / "out")
    shown = ", ".join(f"`{name}`" for name in classes)
    assert f"tells apart `a`, `b`, `c`; the data hold {shown}" in str(raised.value)
    assert remedy in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_as_many_classes_of_other_names(tmp_path: Path) -> None:
    own = class_folders(tmp_path / "own", {"healthy": 2, "ill": 12})
    run = trained(tmp_path, own, 2)
    other = class_folders(tmp_path / "other", {"ill": 12, "normal": 2})
    with pytest.raises(UserError, match=r"`healthy`, `ill`; the data hold `ill`, `nor"):
        evaluate_run(run, str(other))


def test_the_baseline_has_the_classes_of_the_run(digits: Path, tmp_path: Path) -> None:
    data = csv_folder(tmp_path / "table", DIGITS)
    out = tmp_path / "out"
    result = evaluate_run(digits, str(data), baseline=True, out=out)
    assert result["baseline"]["metrics"]["accuracy"]["value"] > 0.9


def test_runs_that_number_the_same_classes_otherwise(
    digits: Path, tmp_path: Path
) -> None:
    table = csv_folder(tmp_path / "table", DIGITS)
    other = trained(tmp_path, table, 11)
    assert load_run(other).class_names != load_run(digits).class_names
    own = evaluate_run(other, str(table), out=tmp_path / "own")
    out = tmp_path / "out"
    result = evaluate_run(digits, str(table), against=other, out=out)
    there, here = result["against"]["metrics"], own["metrics"]
    assert here["accuracy"]["value"] > 0.9
    # Sums over the images and means over the classes, in another order of classes.
    for name in ("accuracy", "loss", "auc", "f1"):
        assert there[name]["value"] == pytest.approx(here[name]["value"], abs=1e-9)


def test_runs_of_other_classes_are_not_compared(letters: Path, tmp_path: Path) -> None:
    data = class_folders(tmp_path / "abd", {"a": 2, "b": 7, "d": 12})
    other = trained(tmp_path, data, 3)
    with pytest.raises(
        UserError, match=r"`a`, `b`, `c`, .* `a`, `b`, `d`: they cannot"
    ):
        evaluate_run(
            letters,
            str(letters.parent / "abc"),
            against=other,
            out=tmp_path / "out",
        )


def test_a_run_that_does_not_name_its_classes(letters: Path, tmp_path: Path) -> None:
    record = json.loads((letters / "run.json").read_text("utf-8"))
    del record["data"]["class_names"]
    old = tmp_path / "old"
    old.mkdir()
    for path in letters.iterdir():
        if path.is_file():
            (old / path.name).write_bytes(path.read_bytes())
    (old / "run.json").write_text(json.dumps(record))
    result = evaluate_run(old, str(letters.parent / "abc"))
    assert result["val"]["accuracy"] == 1
    assert result["classes_by"] == "number"
    assert result["confusion"]["classes"] == ["a", "b", "c"]


def test_the_command_says_which_classes_are_missing(
    letters: Path, tmp_path: Path
) -> None:
    fewer = class_folders(tmp_path / "bc", {"b": 7, "c": 12})
    words = ["eval", str(letters), "--data", str(fewer), "--no-report"]
    done = CliRunner().invoke(cli, [*words, "--out", str(tmp_path / "out")])
    assert done.exit_code == 1
    assert "the data hold `b`, `c`" in done.stderr
    words += ["--out", str(tmp_path / "out"), "--subset"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.stderr
    assert "Classes that these data lack: a" in done.stdout


def test_the_command_says_where_figures_of_other_data_are(
    letters: Path, tmp_path: Path
) -> None:
    own = letters.parent / "abc"
    evaluate_run(letters, str(own))
    other = class_folders(tmp_path / "other", PLACES, splits={"train": 1, "val": 3})
    words = ["eval", str(letters), "--data", str(other), "--no-report"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.stderr
    written = Path(done.stdout.split("written: ")[1].strip())
    assert written.parent.parent == letters / "other_data"
    assert json.loads(written.read_text("utf-8"))["val"]["n"] == 9


def test_rows_for_each_class(letters: Path, tmp_path: Path) -> None:
    own = letters.parent / "abc"
    words = ["eval", str(letters), "--data", str(own), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.stderr
    table = done.stdout.split("class by class")[1]
    rows = [line.split("│")[1:-1] for line in table.splitlines() if "100.0%" in line]
    cells = [[cell.strip() for cell in row] for row in rows]
    share = "100.0%  39.8 – 100.0"  # 4 of 4
    assert cells == [[name, "4", share, share] for name in "abc"]
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert page.count("39.8 – 100.0") == 6
    assert "balanced accuracy" in page


def test_numbers_between_those_of_a_table_are_no_classes(tmp_path: Path) -> None:
    """A table of the labels 0 and 3 numbers four classes, of which two have images."""
    own = class_folders(tmp_path / "own", {"0": 2, "3": 7})
    run = trained(tmp_path, own, 2)
    table = csv_folder(tmp_path / "table", {"3": 7, "0": 2})
    assert accuracy(run, table) == 1
