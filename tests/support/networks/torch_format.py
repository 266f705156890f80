"""PyTorch's file format written by hand, so that tests need no PyTorch.

As `torch.save` of version 2 writes a state dict: a zip, not compressed, with the pickle
`NAME/data.pkl` of protocol 2 and the bytes of each storage under `NAME/data/KEY`.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

KINDS = {
    "float32": "FloatStorage", "float64": "DoubleStorage", "float16": "HalfStorage",
    "int64": "LongStorage", "uint8": "ByteStorage", "uint16": "BFloat16Storage",
}  # fmt: skip
MARK, TUPLE, REDUCE, STOP = b"(", b"t", b"R", b"."
EMPTY_ORDERED = b"ccollections\nOrderedDict\n)R"


def text(value: str) -> bytes:
    """A text as a step of a pickle."""
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def number(value: int) -> bytes:
    """A whole number as a step of a pickle."""
    return b"J" + struct.pack("<i", value)


def numbers(values: Sequence[int]) -> bytes:
    """Whole numbers as a tuple."""
    return MARK + b"".join(map(number, values)) + TUPLE


def tensor(
    key: str,
    kind: str,
    count: int,
    shape: Sequence[int],
    stride: Sequence[int],
    offset: int = 0,
) -> bytes:
    """A tensor: a view of the storage `key` of `count` values."""
    storage = text("storage") + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu")
    reference = MARK + storage + number(count) + TUPLE + b"Q"
    view = reference + number(offset) + numbers(shape) + numbers(stride) + b"\x89"
    call = b"ctorch._utils\n_rebuild_tensor_v2\n"
    return call + MARK + view + EMPTY_ORDERED + TUPLE + REDUCE


def steps_of(shape: Sequence[int]) -> list[int]:
    """The strides of an array that lies in rows."""
    steps = [1]
    for size in shape[:0:-1]:
        steps.insert(0, steps[0] * size)
    return steps[: len(shape)]


def write(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """A state dict of arrays, each with a storage of its own."""
    items, storages = [], {}
    for key, (name, array) in enumerate(arrays.items()):
        kind, shape = KINDS[str(array.dtype)], array.shape
        items.append(
            text(name) + tensor(str(key), kind, array.size, shape, steps_of(shape))
        )
        storages[str(key)] = np.ascontiguousarray(array).tobytes()
    metadata = b"}" + text("_metadata") + EMPTY_ORDERED + b"s"
    pickle = EMPTY_ORDERED + MARK + b"".join(items) + b"u" + metadata + b"b"
    write_parts(path, pickle, storages)


def write_parts(
    path: Path,
    pickle: bytes,
    storages: Mapping[str, bytes],
    compression: int = zipfile.ZIP_STORED,
) -> None:
    """The zip of a pickle's steps and storages."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02" + pickle + STOP)
        archive.writestr("archive/byteorder", b"little")
        for key, data in storages.items():
            archive.writestr(f"archive/data/{key}", data)
        archive.writestr("archive/version", b"3\n")
