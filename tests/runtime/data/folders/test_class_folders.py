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


@pytest.mark.parametrize(
    ("train", "val"),
    [("Train", "Val"), ("training", "valid"), ("TRAIN", "Validation")],
)
def test_other_names_of_the_splits(tmp_path: Path, train: str, val: str) -> None:
    for seed, name in enumerate((f"{train}/a/1", f"{train}/b/2", f"{val}/a/3")):
        write_jpeg(tmp_path / f"{name}.jpg", seed)
    (tmp_path / val / "b").mkdir()
    with pytest.raises(UserError, match=f"{val}/b: no images"):
        open_data(str(tmp_path), SMALL)
    write_jpeg(tmp_path / val / "b" / "4.jpg", 9)
    data = open_data(str(tmp_path), SMALL)
    assert data.train.names == (f"{train}/a/1.jpg", f"{train}/b/2.jpg")
    assert data.val.names == (f"{val}/a/3.jpg", f"{val}/b/4.jpg")


def test_images_of_a_format_that_is_not_read(tmp_path: Path) -> None:
    for seed, name in enumerate(("train/b/1", "train/a/2", "val/a/3", "val/b/4")):
        write_jpeg(tmp_path / f"{name}.jpg", seed)
    for name in ("5.HEIC", "6.heic"):
        (tmp_path / "train" / "a" / name).write_bytes(b"\0\0\0\x18ftypheic")
    with pytest.raises(UserError, match=r"a/5\.HEIC: HEIC is not read, the first of 2"):
        open_data(str(tmp_path), SMALL)
