"""The label sheet of iChallenge-PM, .xlsx, converted to CSV."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pmruntime.problems import UserError

COLUMNS = ("imgName", "Label")
MAX_BYTES = 64 * 2**20  # of all parts of a sheet, unpacked
_MAX_ROWS = 1_000_000
_SHOWN = 60  # characters of a formula


def sheet_as_csv(path: Path, shown: str) -> str:
    """The text of labels.csv: the first table in the workbook that has COLUMNS, with
    all of its columns, labels as 0 and 1.

    `shown` names the file in messages. A formula has the value that was saved with it.
    Raises UserError, which names the row where one is at fault.
    """
    _check_size(path, shown)
    # openpyxl uses defusedxml where it is installed, and it is a dependency.
    import openpyxl

    try:
        # Twice: once for the values of formulas, once for the formulas themselves.
        values, formulas = (
            openpyxl.load_workbook(path, read_only=True, data_only=data_only)
            for data_only in (True, False)
        )
        try:
            for sheet in values.worksheets:
                rows = sheet.iter_rows(values_only=True)
                written = formulas[sheet.title].iter_rows(values_only=True)
                text = _table(zip(rows, written, strict=True), shown)
                if text is not None:
                    return text
        finally:
            values.close()
            formulas.close()
    except UserError:
        raise
    except Exception as error:  # openpyxl lets any error of its parts through
        raise UserError(
            f"`{shown}` is no sheet that can be read: {error or type(error).__name__}",
            "download it again, or save it as .xlsx",
        ) from error
    raise UserError(
        f"`{shown}` has no table with the columns {' and '.join(COLUMNS)}",
        "the challenge's label sheet has them in its first row",
    )


def _check_size(path: Path, shown: str) -> None:
    """Refuse a sheet, which is a zip archive, by its declared unpacked size; zipfile
    reads no more than is declared."""
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise UserError(
            f"`{shown}` is no .xlsx sheet: {error}", "download it again"
        ) from error
    if total > MAX_BYTES:
        raise UserError(
            f"`{shown}` would unpack to {total:,} bytes; a label sheet has far less",
            "take it from the challenge's own archive",
        )


def _check_formulas(values: dict[str, Any], cells: dict[str, Any], place: str) -> None:
    """Raise UserError for a formula whose value was not saved with it, in a column that
    is needed: the cell would pass for empty, and the row for none."""
    for name in COLUMNS:
        cell = cells.get(name)
        if values.get(name) is not None:
            continue
        if isinstance(cell, str) and cell.startswith("="):
            what = "a label" if name == "Label" else "a name"
            raise UserError(
                f"{place} has an empty cell for {what}: the value of its formula "
                f"`{cell[:_SHOWN]}` was not saved",
                "open the sheet in a spreadsheet program, which computes it, and save "
                "it there",
            )


def _table(
    rows: Iterable[tuple[tuple[Any, ...], tuple[Any, ...]]], shown: str
) -> str | None:
    """The table as CSV, None without one. A row is its values and, for formulas, what
    is written in their place."""
    header: list[str] | None = None
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    for number, (row, cells) in enumerate(rows, start=1):
        if number > _MAX_ROWS:
            raise UserError(f"`{shown}` has more than {_MAX_ROWS:,} rows")
        if header is None:
            words = ["" if cell is None else str(cell).strip() for cell in row]
            if all(name in words for name in COLUMNS):
                header = words
                writer.writerow(name for name in header if name)
            continue
        named = {name: cell for name, cell in zip(header, row, strict=False) if name}
        place = f"row {number} of `{shown}`"
        _check_formulas(named, dict(zip(header, cells, strict=False)), place)
        if all(cell is None or cell == "" for cell in named.values()):
            continue
        named["Label"] = _label(named.get("Label"), place)
        if not named["imgName"]:
            raise UserError(f"{place} names no image")
        writer.writerow(_plain(named.get(name)) for name in header if name)
    return None if header is None else out.getvalue()


def _label(value: Any, place: str) -> int:
    """1, 1.0 and "1" are the same label."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if number not in (0.0, 1.0):
        shown = "an empty cell" if value is None else f"`{value}`"
        raise UserError(f"{place} has {shown} for a label", "a label is 0 or 1")
    return int(number)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
