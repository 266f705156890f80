"""Folders in the format of MNIST: four IDX files, plain or gzipped.

The format, from the MNIST page: a magic number (two zero bytes, 8 for unsigned bytes,
the number of axes), each axis' length as a big-endian 32-bit integer, then the bytes.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from pmruntime.data.dataset import Data, Split
from pmruntime.problems import UserError

IDX_KIND = "MNIST's IDX files (train-images-idx3-ubyte.gz ...)"
_IMAGES = "{}-images-idx3-ubyte"
_LABELS = "{}-labels-idx1-ubyte"
FILES = tuple(
    form.format(part) for part in ("train", "t10k") for form in (_IMAGES, _LABELS)
)


def is_idx_folder(folder: Path) -> bool:
    """Whether any of the four files is there; `read_idx` says which are missing."""
    return any(_find(folder, name) is not None for name in FILES)


def read_idx(folder: Path) -> Data:
    """Read `train-*` as the training split, `t10k-*` as the validation split, images as
    uint8 [n, 1, H, W]. Classes are 0 to the highest label.

    Raises UserError naming a file that is missing, damaged, or does not fit another.
    """
    train, val = _read_split(folder, "train"), _read_split(folder, "t10k")
    if train.images.shape[1:] != val.images.shape[1:]:
        raise UserError(
            f"`{folder}`: the images of t10k are {_by(val.images.shape[2:])}, those of "
            f"train {_by(train.images.shape[2:])}",
            "both must have one size",
        )
    num_classes = int(max(train.labels.max(), val.labels.max())) + 1
    return Data(f"idx folder {folder.name}", train, val, num_classes)


def _read_split(folder: Path, part: str) -> Split:
    images_path = _existing(folder, _IMAGES.format(part))
    labels_path = _existing(folder, _LABELS.format(part))
    images, labels = _read_array(images_path, 3), _read_array(labels_path, 1)
    if len(images) != len(labels):
        raise UserError(
            f"`{labels_path}` holds {len(labels)} labels, but "
            f"`{images_path.name}` holds {len(images)} images",
            "take both files from the same copy of the data",
        )
    if images.size == 0:
        raise UserError(f"`{images_path}` holds no images")
    return Split(images[:, None], labels.astype(np.int64))


def _read_array(path: Path, axes: int) -> NDArray[np.uint8]:
    """The bytes of one IDX file in the shape that its header states."""
    try:
        with _open(path) as file:
            header = file.read(4 + 4 * axes)
            if len(header) < 4 + 4 * axes:
                raise UserError(f"`{path}` is cut off within its header")
            magic, *shape = struct.unpack(f">{1 + axes}I", header)
            if magic != 0x0800 + axes:
                raise UserError(
                    f"`{path}` is no IDX file of {axes} axes of bytes: its magic "
                    f"number is {magic}, not {0x0800 + axes}"
                )
            expected = math.prod(shape)
            # One byte more than stated shows that a file is too long, without reading
            # everything that it unpacks to.
            content = file.read(expected + 1)
    except (OSError, EOFError, zlib.error, OverflowError, MemoryError) as error:
        raise UserError(
            f"`{path}` cannot be read: {error or type(error).__name__}",
            "copy or download it again",
        ) from error
    if len(content) != expected:
        found = "more" if len(content) > expected else f"only {len(content)}"
        raise UserError(
            f"`{path}`: its header states {expected} bytes ({_by(shape)}), the file "
            f"holds {found}",
            "copy or download it again",
        )
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)


def _open(path: Path) -> BinaryIO | gzip.GzipFile:
    if path.suffix == ".gz":
        return gzip.open(path, "rb")
    return open(path, "rb")


def _existing(folder: Path, name: str) -> Path:
    path = _find(folder, name)
    if path is None:
        raise UserError(
            f"`{folder}` lacks `{name}` (or `{name}.gz`)",
            "an IDX folder holds " + ", ".join(FILES),
        )
    return path


def _find(folder: Path, name: str) -> Path | None:
    candidates = (folder / name, folder / f"{name}.gz")
    return next((path for path in candidates if path.is_file()), None)


def _by(sizes: tuple[int, ...] | list[int]) -> str:
    return " x ".join(str(size) for size in sizes)
