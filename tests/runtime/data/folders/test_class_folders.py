"""One folder per class."""

from __future__ import annotations

from pathlib import Path

import pytest
from pmruntime.data import open_data
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.problems import UserError

from tests.support.runs.palm_folder import write_jpeg

SMALL = Preprocessing(size=(8, 10))


def test_one_folder_per_class(tmp_path: Path) -> None:
    for seed, name in enumerate(("train/b/1", "train/a/2", "val/a/3", "val/b/4")):
        write_jpeg(tmp_path / f"{name}.jpg", seed)
    data = open_data(str(tmp_path), SMALL)
    assert data.class_names == ("a", "b")
    assert data.train.names == ("train/a/2.jpg", "train/b/1.jpg")
    assert data.train.labels.tolist() == data.val.labels.tolist() == [0, 1]
    (tmp_path / "val" / "c").mkdir()
    with pytest.raises(UserError, match="train/c: no images; val/c: no images"):
        open_data(str(tmp_path), SMALL)


def test_images_beside_the_folders_of_classes(tmp_path: Path) -> None:
    write_jpeg(tmp_path / "train" / "a" / "1.jpg", 1)
    write_jpeg(tmp_path / "train" / "2.jpg", 2)
    with pytest.raises(
        UserError, match=r"(?s)train/2.jpg: an image without.*its class"
    ):
        open_data(str(tmp_path), SMALL)
