"""`pmgen data show`: the contact sheet. And that none of `data` needs Paddle."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result
from pmruntime.cli import cli
from pmruntime.data.folders.kinds import list_images
from pmruntime.data.inspect.contact_sheet import contact_sheet

from tests.support.runs.palm_folder import TRAIN, VAL, make_palm

HEAD, CELL, ROW = 24, 132, 172  # pixels of the sheet's grid


@pytest.fixture
def palm(tmp_path: Path) -> Path:
    """Training images are of one colour each, by class; one is three times as wide."""
    palm = make_palm(tmp_path / "palm")
    for path in (palm / TRAIN).iterdir():
        value = {"P": (0, 0, 200), "H": (0, 200, 0), "N": (200, 0, 0)}[path.name[0]]
        image = np.full((30, 90 if path.stem == "P0001" else 30, 3), value, np.uint8)
        path.write_bytes(cv2.imencode(".png", image)[1].tobytes())
    return palm


def show(folder: Path, *options: object) -> Result:
    return CliRunner().invoke(cli, ["data", "show", str(folder), *map(str, options)])


def test_a_row_a_class_and_splits_side_by_side(palm: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    done = show(palm, "-o", out, "--per-class", 3)
    assert done.exit_code == 0, done.output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["palm", "sheet.png"]
    sheet = cv2.imread(str(out))
    assert sheet.shape == (2 * ROW, 6 * CELL + 12, 3)

    def middle(row: int, column: int) -> list[int]:
        return sheet[row * ROW + HEAD + 64, 4 + column * CELL + 64].tolist()

    for column in range(3):  # H and N are class 0
        assert middle(0, column) in ([0, 200, 0], [200, 0, 0])
    assert middle(1, 0) == middle(1, 1) == [0, 0, 200]
    assert middle(1, 2) == [255, 255, 255]  # there are two of P
    assert middle(0, 3) != [255, 255, 255]  # validation begins here
    # The wide one, P0001, is shown whole: grey above it.
    assert sheet[ROW + HEAD + 10, 4 + 64].tolist() == [225, 225, 225]


def test_the_draw_follows_the_seed(palm: Path) -> None:
    listing = list_images(palm)
    assert listing is not None
    first = contact_sheet(listing, 2, seed=1)
    assert np.array_equal(first, contact_sheet(listing, 2, seed=1))
    assert any(
        not np.array_equal(first, contact_sheet(listing, 2, seed=seed))
        for seed in range(2, 6)
    )


def test_bad_images_are_shown_as_such(palm: Path, tmp_path: Path) -> None:
    for path in (palm / TRAIN).glob("P*"):
        path.write_bytes(b"")
    assert show(palm, "-o", tmp_path / "sheet.png").exit_code == 0
    sheet = cv2.imread(str(tmp_path / "sheet.png"))
    tile = sheet[ROW + HEAD : ROW + HEAD + 128, 4:132].astype(int)
    assert (tile[:, :, 2] - tile[:, :, 1]).max() > 100  # the reason, in red


def test_what_cannot_be_shown(palm: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    out.write_bytes(b"mine")
    for options, message in (
        ((palm, "-o", out), "is there already"),
        ((palm, "-o", tmp_path / "x.gif"), "end in .png"),
        ((palm, "-o", tmp_path / "no" / "x.png"), "there is no folder"),
        ((palm / VAL, "-o", tmp_path / "x.png"), "no folder with labelled images"),
    ):
        done = show(*options)
        assert done.exit_code == 1
        assert message in done.output
    assert out.read_bytes() == b"mine"
    assert show(palm, "-o", out, "--force").exit_code == 0
    assert out.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("command", [["check"], ["show", "-o", "sheet.png"]])
def test_paddle_is_not_imported(palm: Path, tmp_path: Path, command: list[str]) -> None:
    code = (
        "import sys\n"
        "sys.modules['paddle'] = sys.modules['pmgen'] = None\n"  # an import would fail
        "from pmruntime.cli import cli\n"
        "cli(['data', *sys.argv[1:]])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, command[0], str(palm), *command[1:]],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_help_names_the_program_and_every_command() -> None:
    for words in ([], ["check"], ["show"]):
        done = CliRunner().invoke(cli, ["data", *words, "--help"], prog_name="pmgen")
        assert done.exit_code == 0
        assert f"Usage: {' '.join(['pmgen', 'data', *words])} " in done.output
