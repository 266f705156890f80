"""Pickles: plain arrays come out, and nothing of a hostile one is run."""

from __future__ import annotations

import os
import pickle
import random
import struct
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from pmruntime.model.weights.arrays import read_arrays
from pmruntime.model.weights.reading import PADDLE, read_weights
from pmruntime.model.weights.unpickling import Global, Refused, unpickle
from pmruntime.problems import UserError

ARRAYS = {
    "rows": np.arange(12, dtype="float32").reshape(3, 4),
    "columns": np.asfortranarray(np.arange(12, dtype="float64").reshape(3, 4)),
    "half": np.array([1.5, -2], "float16"),
    "big_end": np.array([1, 2, 3], ">i4"),
    "scalar": np.array(7.0, "float32"),
    "empty": np.zeros((0, 3), "float32"),
    "truth": np.array([True, False]),
}


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_arrays_come_out_as_they_went_in(protocol: int, tmp_path: Path) -> None:
    names = {"rows": "conv2d_0.w_0"}
    state = OrderedDict(ARRAYS, **{"StructuredToParameterName@@": names})
    path = tmp_path / "weights.pdparams"
    path.write_bytes(pickle.dumps(state, protocol=protocol))
    found = read_weights(path)
    assert (found.layout, found.ordered) == (PADDLE, True)
    assert list(found.tensors) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert found.tensors[name].dtype == array.dtype
        np.testing.assert_array_equal(found.tensors[name], array)


def test_a_checkpoint_with_one_state_dict_inside(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pdparams"
    inside = {"epoch": 3, "name": "net", "model": {"a": np.ones(2)}}
    path.write_bytes(pickle.dumps(inside))
    assert list(read_weights(path).tensors) == ["a"]


class Touches:
    """Makes a file when it is unpickled the usual way."""

    def __init__(self, call: object, *arguments: object) -> None:
        self.call = call, arguments

    def __reduce__(self) -> tuple[object, ...]:
        return self.call


def hostile(target: Path) -> dict[str, object]:
    """Values that touch `target` when they are unpickled."""
    touch = f"open({str(target)!r}, 'w')"
    return {
        "system": Touches(os.system, f"touch {target}"),
        "eval": Touches(eval, touch),
        "exec": Touches(exec, touch),
        "open": Touches(open, str(target), "w"),
        "path": Touches(Path.touch, target),
        "mkdir": Touches(os.mkdir, str(target)),
        "getattr": Touches(getattr, target, "touch"),
        "numpy": Touches(np.save, str(target), 1),
        "memmap": Touches(np.memmap, str(target), "u1", "w+", 0, 8),
    }


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("way", hostile(Path("x")))
def test_hostile_pickles_are_refused_and_run_nothing(
    way: str, protocol: int, tmp_path: Path
) -> None:
    target = tmp_path / "touched"
    value = {"weight": np.ones(3, "float32"), "evil": hostile(target)[way]}
    for name, data in (("a", value), ("b", {"evil": value["evil"]}), ("c", [value])):
        path = tmp_path / f"{name}.pdparams"
        path.write_bytes(pickle.dumps(data, protocol=protocol))
        with pytest.raises(UserError, match=r"is refused|holds no weights"):
            read_weights(path)
        assert not target.exists()


def test_the_fixture_is_hostile(tmp_path: Path) -> None:
    """Python's own reader does run it: else the test above would show nothing."""
    target = tmp_path / "touched"
    pickle.loads(pickle.dumps(hostile(target)["system"]))
    assert target.exists()


def short(text: str) -> bytes:
    return b"\x8c" + struct.pack("<B", len(text)) + text.encode()


CRAFTED = {
    "instance": b"\x80\x02(cos\nsystem\n(X\x01\x00\x00\x00lo.",
    "inst": b"(S'ls'\nios\nsystem\n.",
    "object": b"\x80\x02c__builtin__\neval\n)\x81.",
    "object_ex": b"\x80\x04" + short("os") + short("system") + b"\x93)}\x92.",
    "extension": b"\x80\x02\x82\x01.",
    "stack_global": b"\x80\x04" + short("posix") + short("system") + b"\x93.",
    "dotted": b"\x80\x04" + short("numpy") + short("os.system") + b"\x93.",
    "no_names": b"\x80\x04K\x01K\x02\x93.",
    "calls_a_number": b"\x80\x02K\x01)R.",
    "calls_ndarray": b"\x80\x02cnumpy\nndarray\n)R.",
    "builds_a_number": b"\x80\x02K\x01K\x02b.",
    "builds_a_name": b"\x80\x02cnumpy\nndarray\n}b.",
    "object_type": b"\x80\x02cnumpy\ndtype\nX\x01\x00\x00\x00O\x85R.",
    "persistent": b"\x80\x02X\x01\x00\x00\x00aQ.",
    "key_is_a_tuple": b"\x80\x02})K\x01s.",
    "underflow": b"\x80\x020.",
    "no_mark": b"\x80\x02t.",
    "mark_inside": b"\x80\x02(\x85.",
    "no_memo": b"\x80\x02h\x07.",
    "no_stop": b"\x80\x02}",
    "nothing": b"\x80\x02.",
    "long_text": b"\x80\x02X\xff\xff\xff\x7fabc.",
}


@pytest.mark.parametrize("name", CRAFTED)
def test_crafted_programs_are_refused(name: str) -> None:
    with pytest.raises(Refused):
        read_arrays(CRAFTED[name])


def test_an_array_must_have_the_bytes_of_its_shape() -> None:
    sound = pickle.dumps({"a": np.ones(3, "float32")}, protocol=2)
    assert read_arrays(sound)["a"].values.shape == (3,)
    larger = sound.replace(b"K\x03\x85", b"K\x09\x85")
    assert larger != sound
    with pytest.raises(Refused, match="other bytes"):
        read_arrays(larger)


def test_only_what_a_table_allows_is_called() -> None:
    called: list[int] = []
    makers = {Global("a", "b"): called.append}
    unpickle(b"\x80\x02ca\nb\nK\x05\x85R.", makers)
    assert called == [5]
    with pytest.raises(Refused, match=r"asks for `a\.c`"):
        unpickle(b"\x80\x02ca\nc\nK\x05\x85R.", makers)


def test_broken_files_give_no_other_error() -> None:
    """A sound file with bytes changed: it is read, or refused."""
    sound = pickle.dumps(ARRAYS, protocol=4)
    chance = random.Random(0)
    outcomes = set()
    for _ in range(500):
        data = bytearray(sound)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read_arrays(bytes(data[: chance.randint(1, len(data))]))
            outcomes.add("read")
        except Refused:
            outcomes.add("refused")
    assert "refused" in outcomes
