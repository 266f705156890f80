"""From pixels of a file to the network's values, to the bit."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from pmruntime.data import open_data
from pmruntime.data.preprocessing import Preprocessing

from tests.support.runs.palm_folder import TRAIN

SMALL = Preprocessing(size=(8, 10))


def tutorial_transform(img: np.ndarray) -> np.ndarray:
    """The tutorial's `transform_img`, as it stands there but for the comments."""
    img = cv2.resize(img, (224, 224))
    img = np.transpose(img, (2, 0, 1))
    img = img.astype("float32")
    img = img / 255.0
    img = img * 2.0 - 1.0
    return img


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


def test_pixels_are_scaled_to_both_sides_of_zero() -> None:
    images = np.array([0, 51, 255, 102], dtype=np.uint8).reshape(2, 1, 1, 2)
    scaled = Preprocessing().normalized(images)
    assert scaled.dtype == np.float32
    assert scaled.reshape(4) == pytest.approx([-1.0, -0.6, 1.0, -0.2], abs=1e-6)


def test_imagenet_normalisation_follows_the_order_of_channels() -> None:
    images = np.full((1, 3, 1, 1), 128, dtype=np.uint8)
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    rgb = (128 / 255 - mean) / std
    for color, expected in (("RGB", rgb), ("BGR", rgb[::-1])):
        given = Preprocessing(color=color, normalize="imagenet").normalized(images)
        assert given.reshape(3) == pytest.approx(expected, rel=1e-5)
