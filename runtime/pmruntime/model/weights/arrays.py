"""NumPy arrays out of a pickle, as Paddle's `.pdparams` holds them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmruntime.model.weights.unpickling import (
    Buildable,
    Global,
    Makers,
    Refused,
    unpickle,
)

_CODES = frozenset(
    {"f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"}
)


class _Dtype(Buildable):
    """`numpy.dtype('f4', False, True)`, and its byte order in a second step."""

    def __init__(self, code: Any, *_: Any) -> None:
        if code not in _CODES:
            raise Refused(f"an array of `{code}` holds no plain numbers")
        self.code, self.order = str(code), "|"

    def build(self, state: Any) -> None:
        order = state[1]
        if order not in ("<", ">", "=", "|") or any(s is not None for s in state[2:5]):
            raise Refused("an array has a type with parts")
        self.order = "<" if order == "=" else order


class Array(Buildable):
    """An array that is made empty and filled in a second step."""

    def __init__(self, *_: Any) -> None:
        self.values: NDArray[Any] | None = None

    def build(self, state: Any) -> None:
        """(version, shape, dtype, whether by columns, bytes)."""
        _, shape, dtype, by_columns, data = state
        if not isinstance(dtype, _Dtype) or not isinstance(data, bytes):
            raise Refused("an array does not hold plain numbers")
        self.values = filled(
            f"{dtype.order}{dtype.code}", shape, data, bool(by_columns)
        )


def filled(dtype: str, shape: Any, data: bytes, by_columns: bool) -> NDArray[Any]:
    """An array of bytes. Raises Refused where they are too many or too few."""
    kind = np.dtype(dtype)
    sizes = shape if isinstance(shape, tuple) else (-1,)
    if any(type(size) is not int or size < 0 for size in sizes):
        raise Refused("an array has no sound shape")
    if math.prod(sizes) * kind.itemsize != len(data):
        raise Refused("an array has other bytes than its shape needs")
    flat = np.frombuffer(data, kind)
    return flat.reshape(sizes, order="F") if by_columns else flat.reshape(sizes)


def _encoded(text: Any, encoding: Any) -> bytes:
    """How old protocols hold bytes: as text in Latin 1."""
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise Refused("bytes are not held as Latin 1")
    return text.encode("latin1")


def ordered_dict(*pairs: Any) -> dict[Any, Any]:
    """An empty mapping; what it holds comes by steps of its own."""
    if pairs not in ((), ((),), ([],)):
        raise Refused("a mapping is made from something else than nothing")
    return _Mapping()


class _Mapping(dict[Any, Any], Buildable):
    """A mapping whose attributes are ignored: PyTorch keeps versions there."""

    def build(self, state: Any) -> None:
        """Nothing is taken."""


def _tuple(values: Any = ()) -> tuple[Any, ...]:
    if not isinstance(values, (tuple, list)):
        raise Refused("a tuple is made from something else than values")
    return tuple(values)


def _no_bytes(*arguments: Any) -> bytes:
    """How protocol 2 holds bytes that are empty."""
    if arguments:
        raise Refused("bytes are made from something else than nothing")
    return b""


def _never(*_: Any) -> Any:
    raise Refused("an array is made in a way that is not known")


MAPPINGS: Makers = {Global("collections", "OrderedDict"): ordered_dict}
_ARRAYS: Makers = {
    **MAPPINGS,
    Global("numpy.core.multiarray", "_reconstruct"): Array,
    Global("numpy._core.multiarray", "_reconstruct"): Array,
    Global("numpy", "ndarray"): _never,  # named as the kind of array that is meant
    Global("numpy", "dtype"): _Dtype,
    Global("_codecs", "encode"): _encoded,
    Global("__builtin__", "bytes"): _no_bytes,
    Global("builtins", "tuple"): _tuple,
    Global("__builtin__", "tuple"): _tuple,
}


def read_arrays(data: bytes) -> Any:
    """The value of a pickle of NumPy arrays; arrays are `Array`. Raises Refused."""
    return unpickle(data, _ARRAYS)
