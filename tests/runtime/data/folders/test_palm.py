"""iChallenge-PM's folders: labels by name and by table, and every fault by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from pmruntime.data import open_data
from pmruntime.data.folders.kinds import list_images
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.problems import UserError

from tests.support.runs.palm_folder import (
    TRAIN,
    VAL,
    with_column_renamed,
    with_label_row,
    write_jpeg,
)

SMALL = Preprocessing(size=(8, 10))


def test_palm_is_read_by_names_and_columns(palm: Path) -> None:
    data = open_data(str(palm), SMALL)
    assert data.class_names == ("non-PM", "PM")
    assert data.image_shape == (3, 8, 10)
    assert [name.split("/")[1][:5] for name in data.train.names] == [
        "H0001", "H0002", "N0001", "N0002", "P0001", "P0002",
    ]  # fmt: skip
    assert data.train.labels.tolist() == [0, 0, 0, 0, 1, 1]
    assert data.val.labels.tolist() == [1, 0, 1, 0]
    first = cv2.resize(cv2.imread(str(palm / TRAIN / "H0001.jpg")), (10, 8))
    assert np.array_equal(data.train.images[0], first.transpose(2, 0, 1))


def test_columns_are_found_by_name(palm: Path) -> None:
    rows = ["﻿Label;x".replace(";x", ",other, imgName ")]
    rows += [f"{n % 2},x,V000{n}.jpg" for n in (3, 1, 4, 2)]
    (palm / "labels.csv").write_text("\r\n".join(rows) + "\r\n", encoding="utf-8")
    assert open_data(str(palm), SMALL).val.labels.tolist() == [1, 0, 1, 0]


def test_the_original_lies_one_folder_deeper(palm: Path) -> None:
    (palm / TRAIN).rename(palm / "moved")
    (palm / TRAIN).mkdir()
    (palm / "moved").rename(palm / TRAIN / TRAIN)
    (palm / VAL / "Thumbs.db").write_bytes(b"x")
    (palm / VAL / ".DS_Store").write_bytes(b"x")
    data = open_data(str(palm), SMALL)
    assert (len(data.train), len(data.val)) == (6, 4)


def _delete(name: str) -> Callable[[Path], None]:
    return lambda palm: (palm / name).unlink()


@pytest.mark.parametrize(
    ("spoil", "place", "reason"),
    [
        (_delete("labels.csv"), "labels.csv", "missing"),
        (_delete(f"{VAL}/V0002.jpg"), "labels.csv:3", "label without image: `V0002"),
        (
            with_label_row("9,V0009.jpg,1,0,0"),
            "labels.csv:6",
            "label without image: `V0009",
        ),
        (with_label_row("5,V0001.jpg,1,0,0"), "labels.csv:6", "stands here again"),
        (with_label_row("5,V0001.jpg,PM,0,0"), "labels.csv:6", "`PM` is no label"),
        (with_column_renamed("Label", "Etikett"), "labels.csv:1", "no column `Label`"),
        (
            lambda palm: write_jpeg(palm / VAL / "V0007.jpg", 7),
            f"{VAL}/V0007.jpg",
            "image without label",
        ),
        (
            lambda palm: write_jpeg(palm / TRAIN / "X0001.jpg", 7),
            f"{TRAIN}/X0001.jpg",
            "unknown prefix `X`",
        ),
    ],
)
def test_faults_of_a_palm_folder(
    palm: Path, spoil: Callable[[Path], None], place: str, reason: str
) -> None:
    spoil(palm)
    listing = list_images(palm)
    assert listing is not None
    [fault] = listing.faults
    assert fault.place == place
    assert reason in fault.reason
    assert fault.remedy
    with pytest.raises(UserError, match=place):
        open_data(str(palm), SMALL)


def test_validation_images_of_one_name(palm: Path) -> None:
    write_jpeg(palm / VAL / "more" / "V0001.jpg", 50)
    message = rf"(?s){VAL}/more/V0001.jpg: a second image.*is {VAL}/V0001.jpg.*away"
    with pytest.raises(UserError, match=message):
        open_data(str(palm), SMALL)
