"""Copies are found, named and left out."""

from __future__ import annotations

import shutil
from pathlib import Path

from pmruntime.data import open_data
from pmruntime.data.folders.copies import copy_faults
from pmruntime.data.folders.kinds import list_images
from pmruntime.data.preprocessing import Preprocessing

from tests.support.runs.palm_folder import TRAIN, VAL, write_jpeg

SMALL = Preprocessing(size=(8, 10))


def test_copies(palm: Path) -> None:
    shutil.copy(palm / TRAIN / "P0001.jpg", palm / VAL / "V0001.jpg")
    shutil.copy(palm / TRAIN / "H0001.jpg", palm / TRAIN / "H0002.jpg")
    listing = list_images(palm)
    assert listing is not None
    faults = {fault.place: fault.reason for fault in copy_faults(listing)}
    assert faults == {
        f"{VAL}/V0001.jpg": f"a byte for byte copy of {TRAIN}/P0001.jpg "
        "in the other split",
        f"{TRAIN}/H0002.jpg": f"a byte for byte copy of {TRAIN}/H0001.jpg",
    }
    data = open_data(str(palm), SMALL, drop_copies=True)
    assert f"{VAL}/V0001.jpg" not in data.val.names
    assert (len(data.train), len(data.val)) == (5, 3)
    assert "2 copies left out" in data.source
    assert len(open_data(str(palm), SMALL).train) == 6


def test_the_real_copies(palm224: Path) -> None:
    listing = list_images(palm224)
    assert listing is not None
    pairs = {
        (fault.place.split("/")[1][:5], fault.reason.split("/")[1][:5])
        for fault in copy_faults(listing)
    }
    # The other two pairs of the 800 images lie among those that are not there.
    assert pairs == {("V0163", "P0056"), ("P0072", "P0014"), ("V0160", "V0107")}


def test_a_file_in_both_tables_stays_in_training(tmp_path: Path) -> None:
    write_jpeg(tmp_path / "a.jpg", 1)
    write_jpeg(tmp_path / "b.jpg", 2)
    (tmp_path / "train.csv").write_text("file,label\na.jpg,0\n")
    (tmp_path / "val.csv").write_text("file,label\na.jpg,0\nb.jpg,1\n")
    data = open_data(str(tmp_path), SMALL, drop_copies=True)
    assert (data.train.names, data.val.names) == (("a.jpg",), ("b.jpg",))
    assert data.as_json()["source"].endswith(", 1 copy left out")
