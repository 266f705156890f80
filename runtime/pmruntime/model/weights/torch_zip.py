"""PyTorch's `.pth`: a zip of a pickle, which names tensors, and of their bytes."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmruntime.model.weights.arrays import MAPPINGS
from pmruntime.model.weights.unpickling import Global, Makers, Refused, unpickle

_MOST_PICKLE = 64 * 2**20  # bytes; that of a network with 10,000 tensors has 2 MB
_STORAGES = {
    "FloatStorage": "f4", "DoubleStorage": "f8", "HalfStorage": "f2",
    "BFloat16Storage": "bf16", "LongStorage": "i8", "IntStorage": "i4",
    "ShortStorage": "i2", "CharStorage": "i1", "ByteStorage": "u1", "BoolStorage": "b1",
}  # fmt: skip


def read_torch(path: Path) -> Any:
    """What a file holds, tensors as NumPy arrays. Raises Refused or BadZipFile."""
    with zipfile.ZipFile(path) as archive:
        return _Archive(archive).read()


class _Archive:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        found = [n for n in archive.namelist() if n.split("/")[-1] == "data.pkl"]
        if len(found) != 1:
            raise Refused("it is a zip file, but none that PyTorch wrote")
        self.pickle = found[0]
        self.folder = found[0].removesuffix("data.pkl")
        self.order = "<"
        if f"{self.folder}byteorder" in archive.namelist():
            self.order = {b"big": ">"}.get(self._bytes(f"{self.folder}byteorder"), "<")
        self.storages: dict[str, NDArray[Any]] = {}

    def read(self) -> Any:
        if self.archive.getinfo(self.pickle).file_size > _MOST_PICKLE:
            raise Refused("its list of tensors is too large")
        makers: Makers = {
            **MAPPINGS,
            **{Global("torch", name): _no_call for name in _STORAGES},
            Global("torch._utils", "_rebuild_tensor_v2"): _tensor,
            Global("torch._utils", "_rebuild_parameter"): lambda tensor, *_: tensor,
        }
        return unpickle(self._bytes(self.pickle), makers, self._storage)

    def _bytes(self, name: str) -> bytes:
        info = self.archive.getinfo(name)
        if info.compress_type != zipfile.ZIP_STORED:
            raise Refused("it is compressed, which PyTorch does not do")
        try:
            return self.archive.read(info)
        except (RuntimeError, NotImplementedError, EOFError) as error:
            raise Refused(f"`{name}` in it cannot be read ({error})") from error

    def _storage(self, reference: Any) -> NDArray[Any]:
        """('storage', its kind, its name, where it was, how many values)."""
        word, kind, key, _, count = reference
        if word != "storage" or not isinstance(kind, Global) or not str(key).isalnum():
            raise Refused("it refers to something that holds no numbers")
        if key not in self.storages:
            data = self._bytes(f"{self.folder}data/{key}")
            self.storages[key] = _values(data, _STORAGES[kind.name], self.order)
        if len(self.storages[key]) != count:
            raise Refused("a tensor's bytes are more or fewer than it says")
        return self.storages[key]


def _values(data: bytes, code: str, order: str) -> NDArray[Any]:
    if code != "bf16":
        return np.frombuffer(data, f"{order}{code}")
    return widened(np.frombuffer(data, f"{order}u2"))


def widened(halves: NDArray[Any]) -> NDArray[Any]:
    """bfloat16, held as its 16 bits, as float32: the lower half is zeros."""
    wide: NDArray[Any] = (halves.astype("u4") << 16).view("f4")
    return wide


def _tensor(storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> NDArray[Any]:
    """A view of a storage, copied. It may not be larger than the storage."""
    if not isinstance(storage, np.ndarray) or len(size) != len(stride):
        raise Refused("a tensor is no view of numbers")
    numbers = (offset, *size, *stride)
    if any(type(number) is not int or number < 0 for number in numbers):
        raise Refused("a tensor has no sound shape")
    if math.prod(size) == 0:
        return np.zeros(size, storage.dtype)
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if last >= len(storage) or math.prod(size) > len(storage):
        raise Refused("a tensor reaches beyond its bytes")
    steps = [step * storage.itemsize for step in stride]
    view: NDArray[Any] = np.lib.stride_tricks.as_strided(storage[offset:], size, steps)
    return np.array(view)


def _no_call(*_: Any) -> Any:
    raise Refused("a tensor is made in a way that is not known")
