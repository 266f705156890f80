"""Files of weights to arrays by name, whatever wrote them. Nothing of a file is run."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, deserialize, safe_open

from pmruntime.model.weights.arrays import Array, read_arrays
from pmruntime.model.weights.torch_zip import read_torch, widened
from pmruntime.model.weights.unpickling import Refused
from pmruntime.problems import UserError

PADDLE, TORCH = "paddle", "torch"
_NAMES = "StructuredToParameterName@@"  # Paddle's own names of the tensors
_KINDS = {
    "F16": "<f2", "F32": "<f4", "F64": "<f8", "BF16": "<u2", "I8": "i1", "U8": "u1",
    "I16": "<i2", "I32": "<i4", "I64": "<i8", "BOOL": "?",
}  # fmt: skip
_HELP = "Paddle's .pdparams, PyTorch's .pth and safetensors can be read"


@dataclass(frozen=True)
class Stored:
    """What a file holds. `layout` says whose Linear weights they are, None where the
    file does not; `ordered`, whether the order is that of the network's layers.
    `classes` are the names of the classifier's outputs, where a run wrote the file."""

    tensors: Mapping[str, NDArray[Any]]
    layout: str | None
    ordered: bool
    classes: tuple[str, ...] = ()


def read_weights(path: Path) -> Stored:
    """Read a file by what it begins with, not by its name. Raises UserError."""
    if not path.is_file():
        raise UserError(f"no such weights: `{path}`")
    with path.open("rb") as file:
        start = file.read(9)
    try:
        if start.startswith(b"PK"):
            return Stored(_tensors(read_torch(path)), TORCH, ordered=True)
        # safetensors begins with the length of a JSON object, which may begin so too
        if start.startswith(b"\x80") and not start.endswith(b"\0\0\0\0{"):
            return Stored(
                _tensors(read_arrays(path.read_bytes())), PADDLE, ordered=True
            )
        return _safetensors(path)
    except Refused as refusal:
        raise UserError(f"`{path}` is refused: {refusal}", _HELP) from refusal
    except (SafetensorError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise UserError(f"`{path}` holds no weights: {error}", _HELP) from error


def _tensors(value: Any) -> dict[str, NDArray[Any]]:
    """The arrays of a state dict, or of the one state dict inside a checkpoint."""
    if not isinstance(value, dict):
        raise Refused("it holds no mapping of names to arrays")
    found = {
        str(k): array for k, v in value.items() if (array := _plain(v)) is not None
    }
    if found:
        return found
    inner = [v for k, v in value.items() if isinstance(v, dict) and k != _NAMES]
    inner = [v for v in inner if any(_plain(item) is not None for item in v.values())]
    if len(inner) != 1:
        raise Refused("it does not hold one mapping of names to arrays")
    return _tensors(inner[0])


def _plain(value: Any) -> NDArray[Any] | None:
    """The array that a value is; Paddle wraps single tensors as (name, array)."""
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
        value = value[1]
    array = value.values if isinstance(value, Array) else value
    return array if isinstance(array, np.ndarray) else None


def _safetensors(path: Path) -> Stored:
    with safe_open(path, framework="numpy") as file:  # checks the whole header
        metadata = file.metadata() or {}
    tensors: dict[str, NDArray[Any]] = {}
    for name, entry in deserialize(path.read_bytes()):  # type: ignore[no-untyped-call]
        kind = entry["dtype"]
        if kind not in _KINDS:
            raise UserError(f"`{name}` in `{path}` is of the unknown type {kind}")
        array = np.frombuffer(entry["data"], _KINDS[kind]).reshape(entry["shape"])
        tensors[name] = widened(array) if kind == "BF16" else array
    layout = TORCH if metadata.get("format") == "pt" else None
    return Stored(tensors, layout, ordered=False, classes=_classes(metadata))


def _classes(metadata: Mapping[str, str]) -> tuple[str, ...]:
    """The names of classes that a run writes beside its weights; none where the
    metadata are of another form."""
    try:
        names = json.loads(metadata["pmruntime"])["classes"]
    except (KeyError, ValueError, TypeError):
        return ()
    sound = isinstance(names, list) and all(isinstance(name, str) for name in names)
    return tuple(names) if sound else ()
