"""The label sheet: columns by name, labels in all the forms that sheets give them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pmruntime.data.prepare import label_sheet
from pmruntime.data.prepare.label_sheet import sheet_as_csv
from pmruntime.problems import UserError


def write(path: Path, *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.xlsx",
        ["a title above the table"],
        ["Label", None, "imgName ", "note"],
        [1.0, "ignored", "V0001.jpg", "a,b"],
        [None, None, None, None],
        ["0", None, "V0002.jpg", None],
        [True, None, "V0003.jpg", 2.0],
    )
    assert sheet_as_csv(path, "x.xlsx") == (
        'Label,imgName,note\n1,V0001.jpg,"a,b"\n0,V0002.jpg,\n1,V0003.jpg,2\n'
    )


def test_another_sheet_of_the_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["read me"])
    book.create_sheet("labels").append(["imgName", "Label"])
    book["labels"].append(["V0001.jpg", 1])
    book.save(tmp_path / "x.xlsx")
    assert sheet_as_csv(tmp_path / "x.xlsx", "x") == "imgName,Label\nV0001.jpg,1\n"


def test_a_formula_in_a_column_that_is_not_needed(tmp_path: Path) -> None:
    rows = ["imgName", "Label", "note"], ["V0001.jpg", 1, "=1+0"]
    path = write(tmp_path / "x.xlsx", *rows)
    assert sheet_as_csv(path, "x") == "imgName,Label,note\nV0001.jpg,1,\n"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (["V0001.jpg", 2], "row 2 of `x.xlsx` has `2` for a label"),
        (["V0001.jpg", None], "row 2 of `x.xlsx` has an empty cell for a label"),
        (["V0001.jpg", "=1+0"], "an empty cell for a label: the value of its formula"),
        (
            ["=A1", 1],
            "row 2 of `x.xlsx` has an empty cell for a name: .* `=A1` was not",
        ),
        (["=A1", "=1+0"], "row 2 of `x.xlsx` has an empty cell for a name"),
        (["V0001.jpg", "PM"], "row 2 of `x.xlsx` has `PM` for a label"),
        ([None, 1], "row 2 of `x.xlsx` names no image"),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, row: list[Any], message: str) -> None:
    path = write(tmp_path / "x.xlsx", ["imgName", "Label"], row)
    with pytest.raises(UserError, match=message):
        sheet_as_csv(path, "x.xlsx")


def test_a_missing_column(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx", ["imgName", "label of another kind"], ["V", 1])
    with pytest.raises(UserError, match="no table with the columns imgName and Label"):
        sheet_as_csv(path, "x.xlsx")


def replaced(path: Path, name: str, content: bytes) -> Path:
    """The workbook with one of its parts exchanged."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", 8) as new:
        for entry in old.infolist():
            new.writestr(entry, content if entry.filename == name else old.read(entry))
    path.write_bytes(out.getvalue())
    return path


def test_entity_bombs_are_refused(tmp_path: Path) -> None:
    lines = [b'<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">']
    for new, old in zip("bcdefghi", "abcdefgh", strict=True):
        lines.append(f'<!ENTITY {new} "{f"&{old};" * 10}">'.encode())
    bomb = b"<?xml version='1.0'?>" + b"".join(lines) + b"]><worksheet>&i;</worksheet>"
    path = write(tmp_path / "x.xlsx", ["imgName", "Label"], ["V0001.jpg", 1])
    with pytest.raises(UserError, match=r"`x\.xlsx` is no sheet that can be read"):
        sheet_as_csv(replaced(path, "xl/worksheets/sheet1.xml", bomb), "x.xlsx")


def test_archive_bombs_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "x.xlsx", ["imgName", "Label"], ["V0001.jpg", 1])
    monkeypatch.setattr(label_sheet, "MAX_BYTES", 1000)
    with pytest.raises(UserError, match="would unpack to"):
        sheet_as_csv(path, "x.xlsx")


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut"])
def test_what_is_no_sheet(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.xlsx").write_bytes(content)
    with pytest.raises(UserError, match=r"`x\.xlsx` is no .xlsx sheet"):
        sheet_as_csv(tmp_path / "x.xlsx", "x.xlsx")
