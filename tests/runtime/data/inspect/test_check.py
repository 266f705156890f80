"""`pmgen data check`: every kind of bad file by name, with what to do about it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result
from pmruntime.cli import cli
from pmruntime.data.inspect.check import check_folder

from tests.support.runs.palm_folder import (
    TRAIN,
    VAL,
    with_column_renamed,
    with_label_row,
    write_jpeg,
)

IMAGE = f"{TRAIN}/N0001.jpg"


def check(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["data", "check", str(folder), *options])


def test_a_sound_folder(palm: Path) -> None:
    done = check(palm)
    assert done.exit_code == 0, done.output
    words = " ".join(done.output.split())
    assert "│ non-PM │ 4 │ 2 │" in words
    assert "│ PM │ 2 │ 2 │" in words
    assert "│ all │ 6 │ 4 │" in words
    assert "height x width: 20 x 24: 10" in words
    assert words.endswith("no errors, no warnings")


def test_as_json(palm: Path) -> None:
    write_jpeg(palm / TRAIN / "P0002.jpg", 20, height=30)
    (palm / VAL / "V0002.jpg").write_bytes(b"")
    (palm / "notes.txt").write_text("x")
    done = check(palm, "--format", "json")
    assert done.exit_code == 1
    assert json.loads(done.output) == {
        "folder": str(palm),
        "kind": "PALM",
        "sound": False,
        "class_names": ["non-PM", "PM"],
        "counts": {"train": {"non-PM": 4, "PM": 2}, "val": {"non-PM": 2, "PM": 2}},
        "sizes": [
            {"height": 20, "width": 24, "images": 8},
            {"height": 30, "width": 24, "images": 1},
        ],
        "faults": [
            {
                "place": f"{VAL}/V0002.jpg",
                "reason": "empty",
                "remedy": "copy or download the file again, or take it away",
                "serious": True,
            }
        ],
        "unread": ["notes.txt"],
    }


def _write(content: bytes) -> Callable[[Path], object]:
    return lambda palm: (palm / IMAGE).write_bytes(content)


def _cut(palm: Path) -> None:
    (palm / IMAGE).write_bytes((palm / IMAGE).read_bytes()[:-1])


def _png() -> bytes:
    return cv2.imencode(".png", np.eye(9, dtype=np.uint8))[1].tobytes()


def _copy(palm: Path) -> None:
    shutil.copy(palm / IMAGE, palm / VAL / "V0001.jpg")


AGAIN = "copy or download the file again"


@pytest.mark.parametrize(
    ("spoil", "exit_code", "line", "remedy"),
    [
        (_write(b""), 1, f"error: {IMAGE}: empty", AGAIN),
        (_write(b"<html>"), 1, f"error: {IMAGE}: not an image", AGAIN),
        (_cut, 1, f"error: {IMAGE}: truncated", AGAIN),
        (_write(_png()[:50]), 1, f"error: {IMAGE}: damaged", AGAIN),
        (_write(_png()), 0, f"warning: {IMAGE}: a PNG under the name of a", "rename"),
        (
            lambda palm: write_jpeg(palm / TRAIN / "X1.jpg", 7),
            1,
            f"error: {TRAIN}/X1.jpg: unknown prefix `X`",
            "begin with P (pathological), H or N",
        ),
        (
            lambda palm: write_jpeg(palm / VAL / "V0009.jpg", 7),
            1,
            f"error: {VAL}/V0009.jpg: an image without label",
            "add a line to labels.csv",
        ),
        (
            lambda palm: (palm / VAL / "V0003.jpg").unlink(),
            1,
            "error: labels.csv:4: a label without image: `V0003.jpg`",
            f"put the image into {VAL}",
        ),
        (
            with_label_row("5,V0001.jpg,1"),
            1,
            "error: labels.csv:6: `V0001.jpg` sta",
            "keep one",
        ),
        (
            with_label_row("5,V0001.jpg,2"),
            1,
            "error: labels.csv:6: `2` is no label",
            "0 or 1",
        ),
        (
            with_column_renamed("imgName", "name"),
            1,
            "error: labels.csv:1: no column `imgName`",
            "Label, Fov",
        ),
        (
            lambda palm: shutil.rmtree(palm / VAL),
            1,
            "error: val: no images to validate on",
            "need them",
        ),
        (
            lambda palm: shutil.rmtree(palm / TRAIN),
            0,
            "warning: train: no images to train on",
            "`pmgen eval` does without",
        ),
        (
            _copy,
            0,
            f"warning: {VAL}/V0001.jpg: a byte for byte copy of {IMAGE} in the other "
            "split, with another label",
            "drop_copies: true",
        ),
    ],
)
def test_faults_are_named_with_their_remedy(
    palm: Path,
    spoil: Callable[[Path], object],
    exit_code: int,
    line: str,
    remedy: str,
) -> None:
    spoil(palm)
    done = check(palm)
    assert done.exit_code == exit_code, done.output
    [index] = [i for i, text in enumerate(done.output.splitlines()) if line in text]
    assert remedy in done.output.splitlines()[index + 1]
    errors, warnings = ("1 error", "no warnings") if exit_code else ("no", "1 warning")
    assert errors in done.output.splitlines()[-1]
    assert warnings in done.output.splitlines()[-1]


def test_what_vanishes_meanwhile_is_missing(
    palm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pmruntime.data.inspect import check as module

    def list_images(folder: Path) -> object:
        listing = original(folder)
        (palm / IMAGE).unlink()
        return listing

    original = module.list_images
    monkeypatch.setattr(module, "list_images", list_images)
    [fault] = check_folder(palm).faults
    assert (fault.place, fault.reason) == (IMAGE, "missing")


def test_every_bad_file_is_named_and_the_remedy_once(palm: Path) -> None:
    for path in (palm / TRAIN).iterdir():
        path.write_bytes(b"")
    output = check(palm).output
    assert output.count(": empty") == 6
    assert output.count(AGAIN) == 1
    assert output.splitlines()[-1] == "6 errors, no warnings"


def test_verify(palm: Path) -> None:
    pytest.importorskip("simplejpeg")
    assert check(palm, "--verify").exit_code == 0
    large = np.random.default_rng(1).integers(0, 256, (80, 80, 3), dtype=np.uint8)
    options = [cv2.IMWRITE_JPEG_RST_INTERVAL, 2]
    content = bytearray(cv2.imencode(".jpg", large, options)[1].tobytes())
    middle = len(content) // 2
    content[middle : middle + 40] = b"\xff\xd0" * 20
    (palm / IMAGE).write_bytes(content)
    done = check(palm, "--verify")
    assert done.exit_code == 1
    assert f"error: {IMAGE}: damaged" in done.output


def test_verify_without_simplejpeg(palm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "simplejpeg", None)
    done = check(palm, "--verify")
    assert done.exit_code == 1
    assert "pip install 'pmgen[verify]'" in done.output


def test_folders_of_no_kind(tmp_path: Path) -> None:
    done = check(tmp_path)
    assert done.exit_code == 1
    assert "train/<class>" in done.output
    assert "there is no folder" in check(tmp_path / "x").output
    (tmp_path / VAL).mkdir()
    (tmp_path / "labels.csv").write_text("imgName,Label\n")
    done = check(tmp_path)
    assert done.exit_code == 1
    assert "no labelled images" in done.output


def test_real_photographs(palm224: Path) -> None:
    report = check_folder(palm224)
    assert report.sound
    assert report.counts == {"train": [187, 213], "val": [93, 107]}
    assert report.sizes == {(224, 224): 600}
    assert len(report.faults) == 3


def test_idx_files(mnist10k: Path) -> None:
    done = check(mnist10k)
    assert done.exit_code == 0
    assert "8,000" in done.output
