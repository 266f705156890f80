"""Labels that are one class to a person and two to a program."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from pmruntime.cli import cli
from pmruntime.data import open_data
from pmruntime.data.folders.tables.spelling import spellings
from pmruntime.problems import UserError

from tests.support.runs.spot_folders import class_folders, csv_folder, write_png

ONE, TWO = "caf\N{LATIN SMALL LETTER E WITH ACUTE}", "cafe\N{COMBINING ACUTE ACCENT}"
PAIRS = [
    ("0", "0.0"),
    ("1", "1e0"),
    ("A", "a"),
    ("left eye", "left  eye"),
    ("healthy", "Healthy"),
    (ONE, TWO),
    ("1", "\N{FULLWIDTH DIGIT ONE}.0"),
    ("left eye", "left\N{NO-BREAK SPACE}eye"),
    ("ill", "\N{ZERO WIDTH NO-BREAK SPACE}ill"),
]


def two_tables(folder: Path, train: str, val: str) -> Path:
    csv_folder(folder, {"x": 3, train: 1})
    lines = ["file,label", "images/val_03_0.png,x", f"images/val_01_0.png,{val}"]
    (folder / "val.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(("train", "val"), [*PAIRS, *((b, a) for a, b in PAIRS)])
def test_a_label_in_two_spellings_is_an_error(
    tmp_path: Path, train: str, val: str
) -> None:
    folder = two_tables(tmp_path, train, val)
    done = CliRunner().invoke(cli, ["data", "check", str(folder)])
    assert done.exit_code == 1
    assert "in another spelling, the label of images/" in done.output
    with pytest.raises(UserError, match="in another spelling"):
        open_data(str(folder))


def test_folders_in_two_spellings(tmp_path: Path) -> None:
    class_folders(tmp_path, {"a": 1, "x": 2}, splits={"train": 2})
    class_folders(tmp_path, {"A": 1, "x": 2}, splits={"val": 2})
    with pytest.raises(UserError) as raised:
        open_data(str(tmp_path))
    first = str(raised.value).split(": ", 2)[2]
    assert first.startswith("its label `a` is `A` in another spelling")


def test_capitals_alone_may_be_two_classes() -> None:
    """As letters of handwriting are: where every split has both."""
    letters = {"A", "a", "B"}
    assert spellings({"train": letters, "val": letters}) == []
    assert spellings({"val": letters}) == []
    assert spellings({"train": letters, "val": {"A", "B"}}) == [("A", "a")]
    # A number is one number, however often it is written.
    both = {"0", "0.0"}
    assert spellings({"train": both, "val": both}) == [("0", "0.0")]


@pytest.mark.parametrize(
    "labels",
    [
        {"1", "10", "+1x"},
        {"-1", "1"},
        {"1_0", "10"},
        {"non-PM", "PM"},
        {"nan", "inf", "x"},
    ],
)
def test_labels_that_are_two(labels: set[str]) -> None:
    assert spellings({"train": labels, "val": set()}) == []


def test_sound_folders_stay_sound(tmp_path: Path) -> None:
    csv_folder(tmp_path, {"a": 1, "b": 2})
    write_png(tmp_path / "more.png", 3)
    assert open_data(str(tmp_path)).class_names == ("a", "b")
