"""Tables as other systems and spreadsheets write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from pmruntime.cli import cli
from pmruntime.data import open_data
from pmruntime.problems import UserError

from tests.support.runs.spot_folders import csv_folder, write_png

COMPOSED = "caf\N{LATIN SMALL LETTER E WITH ACUTE}"
DECOMPOSED = "cafe\N{COMBINING ACUTE ACCENT}"


def table(folder: Path, *lines: str, name: str = "val.csv") -> Path:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def checked(folder: Path) -> str:
    return CliRunner().invoke(cli, ["data", "check", str(folder)]).output


@pytest.mark.parametrize(
    ("file", "written"),
    [
        ("photos/1.png", "photos\\1.png"),
        ("photos/1.png", ".\\photos\\1.png"),
        ("photos/1.png", "{folder}/photos/1.png"),
        ("photos/1.PNG", "photos/1.png"),
        ("photos/1.png", "Photos/1.PNG"),
        ("photos/1.png", "photos/1"),
        ("photos/1.5.png", "photos/1.5"),
        (f"{COMPOSED}.png", f"{DECOMPOSED}.png"),
        (f"{DECOMPOSED}.png", f"{COMPOSED}.png"),
        (r"odd\name.png", r"odd\name.png"),
    ],
)
def test_a_file_is_found_however_it_is_written(
    tmp_path: Path, file: str, written: str
) -> None:
    write_png(tmp_path / file, 3)
    write_png(tmp_path / "other.png", 4)
    row = written.format(folder=tmp_path)
    table(tmp_path, "file,label", f"{row},a", "other.png,b")
    data = open_data(str(tmp_path))
    assert data.val.names == tuple(sorted((file, "other.png")))
    assert data.val.labels[data.val.names.index(file)] == 0
    # Written in two ways it is still one file.
    table(tmp_path, "file,label", f"{row},a", f"{file},a")
    assert f"val.csv:3: `{file}` stands here again" in checked(tmp_path)


def test_a_name_that_could_be_two_files_is_none(tmp_path: Path) -> None:
    write_png(tmp_path / "1.png", 1)
    write_png(tmp_path / "1.bmp", 2)
    table(tmp_path, "file,label", "1,a")
    with pytest.raises(UserError, match=r"val\.csv:2: a label without image: `1`"):
        open_data(str(tmp_path))


@pytest.mark.parametrize("written", ["..\\x.png", "/elsewhere/x.png", "a\\..\\..\\x"])
def test_outside_is_outside_in_any_writing(tmp_path: Path, written: str) -> None:
    table(tmp_path, "file,label", f"{written},a")
    assert f"`{written}` lies outside the data's folder" in checked(tmp_path)


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_what_divides_the_columns(tmp_path: Path, sign: str) -> None:
    write_png(tmp_path / "a;b,c.png", 3)
    table(tmp_path, sign.join(("id", "file", "label")), f'1{sign}"a;b,c.png"{sign}x')
    data = open_data(str(tmp_path))
    assert (data.val.names, data.class_names) == (("a;b,c.png",), ("x",))


def test_measurements_are_no_classes(tmp_path: Path) -> None:
    csv_folder(tmp_path, {f"{0.37 * i:.2f}": i for i in range(12)})
    with pytest.raises(UserError) as raised:
        open_data(str(tmp_path))
    assert "`label` holds measurements, such as `0.37`: 12 diff" in str(raised.value)


def test_whole_numbers_with_a_point_are_numbers(tmp_path: Path) -> None:
    csv_folder(tmp_path, {f"{i}.0": i for i in range(11)})
    assert open_data(str(tmp_path)).class_names == tuple(map(str, range(11)))


def test_labels_from_one_are_told(tmp_path: Path) -> None:
    csv_folder(tmp_path, {"1": 1, "2": 2, "3": 3})
    said = checked(tmp_path)
    assert "warning: train.csv: the labels are numbers from 1 up: class 0" in said
    assert "a network needs 4 outputs" in said
    assert "numbers from" not in checked(csv_folder(tmp_path, {"0": 1, "3": 2}))


@pytest.mark.parametrize(
    "names", [("Train.csv", "valid.csv"), ("training.CSV", "Val.csv")]
)
def test_other_names_of_the_tables(tmp_path: Path, names: tuple[str, str]) -> None:
    csv_folder(tmp_path, {"a": 1, "b": 2})
    (tmp_path / "train.csv").rename(tmp_path / names[0])
    (tmp_path / "val.csv").rename(tmp_path / names[1])
    data = open_data(str(tmp_path))
    assert (len(data.train), len(data.val)) == (16, 8)
    with open(tmp_path / names[1], "a", encoding="utf-8") as file:
        file.write("gone.png,a\n")
    assert f"{names[1]}:10: a label without image: `gone.png`" in checked(tmp_path)
