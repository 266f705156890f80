"""A folder of images read as a whole: bad files, order, progress, sizes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from pmruntime.data import open_data
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.problems import UserError

from tests.support.runs.palm_folder import TRAIN, write_jpeg

SMALL = Preprocessing(size=(8, 10))


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


def _text(path: Path) -> None:
    path.write_text("not an image at all")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _png_cut(path: Path) -> None:
    png = cv2.imencode(".png", np.zeros((9, 9, 3), np.uint8))[1].tobytes()
    path.write_bytes(png[:40])


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (_cut, "truncated"),
        (_text, "not an image"),
        (_empty, "empty"),
        (_png_cut, "damaged: its pixels cannot be decoded"),
    ],
)
def test_bad_files_are_named(
    palm: Path, damage: Callable[[Path], None], reason: str
) -> None:
    damage(palm / TRAIN / "N0001.jpg")
    message = rf"(?s){TRAIN}/N0001.jpg: {reason}.*replace the file.*pmgen data check"
    with pytest.raises(UserError, match=message):
        open_data(str(palm), SMALL)


def test_many_faults_are_counted(palm: Path) -> None:
    for path in (palm / TRAIN).iterdir():
        path.write_bytes(b"")
    with pytest.raises(UserError) as caught:
        open_data(str(palm), SMALL)
    assert caught.value.message.count(": empty") == 3
    assert caught.value.message.endswith("and 3 more")
    assert "pmgen data check" in str(caught.value)


def test_the_order_is_that_of_names_wherever_files_lie(palm: Path) -> None:
    for path in sorted((palm / TRAIN).iterdir()):
        (palm / TRAIN / path.stem[1:]).mkdir(exist_ok=True)
        path.rename(palm / TRAIN / path.stem[1:] / path.name)
    names = open_data(str(palm), SMALL).train.names
    assert list(names) == sorted(names)
    assert names[0] == f"{TRAIN}/0001/H0001.jpg"


def test_progress_is_told_of_every_image(palm: Path) -> None:
    reported: list[tuple[int, int]] = []
    open_data(
        str(palm), SMALL, progress=lambda done, total: reported.append((done, total))
    )
    assert reported == [(n, 6) for n in range(1, 7)] + [(n, 4) for n in range(1, 5)]


def test_sizes_must_agree_where_the_network_takes_any(palm: Path) -> None:
    data = open_data(str(palm), Preprocessing())
    assert data.image_shape == (3, 20, 24)
    write_jpeg(palm / TRAIN / "P0001.jpg", 3, height=21)
    with pytest.raises(UserError, match=r"several sizes.*\n.*images: \{size"):
        open_data(str(palm), Preprocessing())


def test_a_split_may_be_missing(palm: Path) -> None:
    shutil.rmtree(palm / TRAIN)
    data = open_data(str(palm), SMALL)
    assert (len(data.train), len(data.val)) == (0, 4)
