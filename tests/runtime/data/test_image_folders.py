"""Folders of images: what is read, to the bit, and every fault by name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from pmruntime.data import open_data
from pmruntime.data.folders.copies import copy_faults
from pmruntime.data.folders.image_folder import list_images
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.problems import UserError

from tests.support.runs.palm_folder import TRAIN, VAL, make_palm, write_jpeg

SMALL = Preprocessing(size=(8, 10))


@pytest.fixture
def palm(tmp_path: Path) -> Path:
    return make_palm(tmp_path / "palm")


def tutorial_transform(img: np.ndarray) -> np.ndarray:
    """The tutorial's `transform_img`, as it stands there but for the comments."""
    img = cv2.resize(img, (224, 224))
    img = np.transpose(img, (2, 0, 1))
    img = img.astype("float32")
    img = img / 255.0
    img = img * 2.0 - 1.0
    return img


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


def test_preprocessing_is_the_tutorials_to_the_bit(palm224: Path) -> None:
    data = open_data(str(palm224), Preprocessing(size=(224, 224)))
    files = sorted((palm224 / TRAIN).iterdir(), key=lambda path: path.name)[::40]
    for path in files:
        index = data.train.names.index(f"{TRAIN}/{path.name}")
        expected = tutorial_transform(cv2.imread(str(path)))
        given = data.preprocessing.normalized(data.train.images[index : index + 1])
        assert given.dtype == expected.dtype
        assert np.array_equal(given[0], expected)


def test_large_images_too(palm224: Path, tmp_path: Path) -> None:
    for name in ("P0001", "N0001"):
        image = cv2.imread(str(palm224 / TRAIN / f"{name}.jpg"))
        (tmp_path / TRAIN).mkdir(exist_ok=True)
        large = cv2.resize(image, (2124, 2056), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(tmp_path / TRAIN / f"{name}.jpg"), large)
    data = open_data(str(tmp_path), Preprocessing(size=(224, 224)))
    given = data.preprocessing.normalized(data.train.images)
    for index, name in enumerate(("N0001", "P0001")):
        read = cv2.imread(str(tmp_path / TRAIN / f"{name}.jpg"))
        assert np.array_equal(given[index], tutorial_transform(read))


@pytest.mark.parametrize("color", ["BGR", "RGB", "GRAY"])
def test_colors_and_area(palm: Path, color: str) -> None:
    settings = Preprocessing((8, 10), resize="area", color=color, normalize="unit")
    data = open_data(str(palm), settings)
    flag = cv2.IMREAD_GRAYSCALE if color == "GRAY" else cv2.IMREAD_COLOR
    image = cv2.imread(str(palm / TRAIN / "H0001.jpg"), flag)
    image = cv2.resize(image, (10, 8), interpolation=cv2.INTER_AREA).reshape(8, 10, -1)
    expected = image[:, :, ::-1] if color == "RGB" else image
    assert np.array_equal(data.train.images[0], expected.transpose(2, 0, 1))
    given = data.preprocessing.normalized(data.train.images[:1])[0]
    assert given == pytest.approx(expected.transpose(2, 0, 1) / 255, abs=1e-6)


def test_imagenet_normalisation_follows_the_order_of_channels() -> None:
    images = np.full((1, 3, 1, 1), 128, dtype=np.uint8)
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    rgb = (128 / 255 - mean) / std
    for color, expected in (("RGB", rgb), ("BGR", rgb[::-1])):
        given = Preprocessing(color=color, normalize="imagenet").normalized(images)
        assert given.reshape(3) == pytest.approx(expected, rel=1e-5)


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


def _delete(name: str) -> Callable[[Path], None]:
    return lambda palm: (palm / name).unlink()


def _labels(line: str) -> Callable[[Path], None]:
    def add(palm: Path) -> None:
        with open(palm / "labels.csv", "a") as file:
            file.write(line + "\n")

    return add


def _columns(palm: Path) -> None:
    text = (palm / "labels.csv").read_text()
    (palm / "labels.csv").write_text(text.replace("Label", "Etikett"))


@pytest.mark.parametrize(
    ("spoil", "place", "reason"),
    [
        (_delete("labels.csv"), "labels.csv", "missing"),
        (_delete(f"{VAL}/V0002.jpg"), "labels.csv:3", "label without image: `V0002"),
        (_labels("9,V0009.jpg,1,0,0"), "labels.csv:6", "label without image: `V0009"),
        (_labels("5,V0001.jpg,1,0,0"), "labels.csv:6", "stands here again"),
        (_labels("5,V0001.jpg,PM,0,0"), "labels.csv:6", "`PM` is no label"),
        (_columns, "labels.csv:1", "no column `Label`"),
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


def test_tables(tmp_path: Path) -> None:
    for seed in range(4):
        write_jpeg(tmp_path / "images" / f"{seed}.jpg", seed)
    train, val = tmp_path / "train.csv", tmp_path / "val.csv"
    train.write_text("label,file\nsick,images/1.jpg\nhealthy,images/0.jpg\n")
    val.write_text("file,label\nimages/2.jpg,sick\n")
    data = open_data(str(tmp_path), SMALL)
    assert data.class_names == ("healthy", "sick")
    assert data.train.names == ("images/0.jpg", "images/1.jpg")
    assert data.val.labels.tolist() == [1]
    val.write_text("file,label\nimages/9.jpg,sick\n../x.jpg,sick\n,sick\n")
    with open(val, "a") as file:
        file.write(f".,sick\n{'x' * 5000}.jpg,sick\n/x.jpg,sick\n")
    listing = list_images(tmp_path)
    assert listing is not None
    assert [(f.place, f.reason) for f in listing.faults if f.serious] == [
        ("val.csv:2", "a label without image: `images/9.jpg`"),
        ("val.csv:3", "`../x.jpg` lies outside the data's folder"),
        ("val.csv:4", "an empty cell"),
        ("val.csv:5", "a label without image: `.`"),
        ("val.csv:6", f"a label without image: `{'x' * 5000}.jpg`"),
        ("val.csv:7", "`/x.jpg` lies outside the data's folder"),
    ]


def test_tables_name_a_file_once_and_few_classes(tmp_path: Path) -> None:
    for seed in range(2):
        write_jpeg(tmp_path / f"{seed}.jpg", seed)
    rows = ["0.jpg,1", "./0.jpg,1", "1.jpg,10000", "1.jpg,99999999"]
    (tmp_path / "train.csv").write_text("\n".join(["file,label", *rows]))
    listing = list_images(tmp_path)
    assert listing is not None
    assert [(f.place, f.reason) for f in listing.faults if f.serious] == [
        ("train.csv:3", "`0.jpg` stands here again"),
        ("train.csv:4", "`10000` is no class"),
        ("train.csv:5", "`99999999` is no class"),
    ]
    assert listing.class_names == ("0", "1")


def test_a_file_in_both_tables_stays_in_training(tmp_path: Path) -> None:
    write_jpeg(tmp_path / "a.jpg", 1)
    write_jpeg(tmp_path / "b.jpg", 2)
    (tmp_path / "train.csv").write_text("file,label\na.jpg,0\n")
    (tmp_path / "val.csv").write_text("file,label\na.jpg,0\nb.jpg,1\n")
    data = open_data(str(tmp_path), SMALL, drop_copies=True)
    assert (data.train.names, data.val.names) == (("a.jpg",), ("b.jpg",))
    assert data.as_json()["source"].endswith(", 1 copy left out")


def test_images_beside_the_folders_of_classes(tmp_path: Path) -> None:
    write_jpeg(tmp_path / "train" / "a" / "1.jpg", 1)
    write_jpeg(tmp_path / "train" / "2.jpg", 2)
    with pytest.raises(
        UserError, match=r"(?s)train/2.jpg: an image without.*its class"
    ):
        open_data(str(tmp_path), SMALL)


def test_validation_images_of_one_name(palm: Path) -> None:
    write_jpeg(palm / VAL / "more" / "V0001.jpg", 50)
    message = rf"(?s){VAL}/more/V0001.jpg: a second image.*is {VAL}/V0001.jpg.*away"
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
    told: list[tuple[int, int]] = []
    open_data(str(palm), SMALL, progress=lambda done, total: told.append((done, total)))
    assert told == [(n, 6) for n in range(1, 7)] + [(n, 4) for n in range(1, 5)]


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
