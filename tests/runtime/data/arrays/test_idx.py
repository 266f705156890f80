"""IDX files: what is read, and what is said of damaged ones."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pmruntime.data import open_data
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.problems import UserError

TRAIN, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"


def idx(array: np.ndarray) -> bytes:
    header = struct.pack(f">{1 + array.ndim}I", 0x0800 + array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six images of 2 x 3 to train on (gzipped), four to validate on (plain)."""
    folder = tmp_path / "small"
    folder.mkdir()
    images = np.arange(60).reshape(10, 2, 3)
    labels = np.arange(10) % 4
    (folder / f"{TRAIN}.gz").write_bytes(gzip.compress(idx(images[:6])))
    (folder / f"{TRAIN_LABELS}.gz").write_bytes(gzip.compress(idx(labels[:6])))
    (folder / TEST).write_bytes(idx(images[6:]))
    (folder / TEST_LABELS).write_bytes(idx(labels[6:]))
    return folder


def test_idx_folder(folder: Path) -> None:
    data = open_data(str(folder))
    assert data.image_shape == (1, 2, 3)
    assert data.num_classes == 4
    assert data.train.images.dtype == np.uint8
    assert data.train.images[1].tolist() == [[[6, 7, 8], [9, 10, 11]]]
    assert data.train.labels.tolist() == [0, 1, 2, 3, 0, 1]
    assert data.val.labels.tolist() == [2, 3, 0, 1]


def test_arrays_say_how_files_are_made_like_them(folder: Path) -> None:
    settings = Preprocessing(color="RGB", normalize="unit")
    found = open_data(str(folder), settings).preprocessing
    assert found == Preprocessing((2, 3), color="GRAY", normalize="unit")
    with pytest.raises(UserError, match="three channels"):
        open_data(str(folder), Preprocessing(normalize="imagenet"))


def test_the_fingerprint_tells_data_apart(folder: Path) -> None:
    before = open_data(str(folder)).fingerprint
    assert open_data(str(folder)).fingerprint == before
    damaged = bytearray((folder / TEST).read_bytes())
    damaged[-1] ^= 1
    (folder / TEST).write_bytes(damaged)
    assert open_data(str(folder)).fingerprint != before


def _delete(path: Path) -> None:
    path.unlink()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _cut_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:7])


def _lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def _other_magic(path: Path) -> None:
    path.write_bytes(b"\0\0\x0d\x03" + path.read_bytes()[4:])


def _one_label_less(path: Path) -> None:
    path.write_bytes(idx(np.zeros(3)))


def _other_size(path: Path) -> None:
    path.write_bytes(idx(np.zeros((4, 5, 5))))


def _no_images(path: Path) -> None:
    path.write_bytes(idx(np.zeros((0, 2, 3))))
    path.with_name(TEST_LABELS).write_bytes(idx(np.zeros(0)))


def _huge(path: Path) -> None:
    path.write_bytes(struct.pack(">4I", 0x0803, *[2**32 - 1] * 3))


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        (TEST, _delete, f"lacks `{TEST}`"),
        (f"{TRAIN_LABELS}.gz", _delete, f"lacks `{TRAIN_LABELS}`"),
        (TEST, _cut, f"{TEST}`: its header states 24 bytes .*holds only 23"),
        (TEST, _lengthen, "the file holds more"),
        (TEST, _cut_header, "cut off within its header"),
        (TEST, _other_magic, f"{TEST}` is no IDX file.* 3331, not 2051"),
        (TEST, _huge, TEST),
        (TEST_LABELS, _one_label_less, "holds 3 labels, but .* holds 4 images"),
        (TEST, _other_size, "images of t10k are 5 x 5, those of train 2 x 3"),
        (TEST, _no_images, f"{TEST}` holds no images"),
        (f"{TRAIN}.gz", _cut, f"{TRAIN}.gz` cannot be read"),
        (f"{TRAIN}.gz", _other_magic, f"{TRAIN}.gz` cannot be read: Not a gzipped"),
    ],
)
def test_damaged_files(
    folder: Path, name: str, damage: Callable[[Path], None], message: str
) -> None:
    damage(folder / name)
    with pytest.raises(UserError, match=f"(?s){message}"):
        open_data(str(folder))


def test_real_mnist(mnist10k: Path) -> None:
    data = open_data(str(mnist10k))
    assert (len(data.train), len(data.val)) == (8000, 2000)
    assert data.image_shape == (1, 28, 28)
    assert data.num_classes == 10
