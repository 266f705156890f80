"""An unpickler that can make plain values and nothing else.

A pickle is a program for a stack machine, and Python's own unpickler lets it call any
function that can be imported. This one imports nothing and calls nothing of the
program's: a name such as `numpy.ndarray` becomes a `Global`, and only names in a
table given by us can be "called", which runs our own function of that entry. At any
other name it stops. `pickletools.genops` splits the bytes into steps; it runs none.
"""

from __future__ import annotations

import pickletools
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_SIMPLE = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_LITERALS = frozenset({
    "BININT", "BININT1", "BININT2", "LONG1", "LONG4", "INT", "LONG", "BINFLOAT",
    "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "SHORT_BINBYTES", "BINBYTES",
    "BINBYTES8",
})  # fmt: skip
_TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class Refused(Exception):
    """The pickle holds more than plain values; the message says what."""


@dataclass(frozen=True)
class Global:
    """A module's name that the program mentions. Nothing is imported for it."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class Buildable(ABC):
    """A value that takes its contents in a second step."""

    @abstractmethod
    def build(self, state: Any) -> None:
        """Take the contents. Raises Refused where they are not as they should be."""


Makers = Mapping[Global, Callable[..., Any]]


def unpickle(
    data: bytes,
    makers: Makers,
    persistent: Callable[[Any], Any] | None = None,
) -> Any:
    """The value that a pickle describes.

    `makers` are our functions for names that may be called, and `persistent` is
    ours for references out of the pickle. Raises Refused for all else.
    """
    try:
        return _Unpickler(makers, persistent).run(data)
    except Refused:
        raise
    except RecursionError:
        raise Refused("it is nested too deeply") from None
    except Exception as error:  # whatever a crafted program causes in our own steps
        raise Refused(f"it cannot be read ({error})") from error


class _Mark:
    """Where a group of values on the stack begins."""


_EMPTY: dict[str, type[Any]] = {"MARK": _Mark, "EMPTY_LIST": list, "EMPTY_DICT": dict}


class _Unpickler:
    def __init__(self, makers: Makers, persistent: Callable[[Any], Any] | None) -> None:
        self.makers = makers
        self.persistent = persistent
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def run(self, data: bytes) -> Any:
        for opcode, argument, _ in pickletools.genops(data):
            if opcode.name == "STOP":
                break
            self._step(opcode.name, argument)
        (value,) = self.stack
        return value

    def _step(self, name: str, argument: Any) -> None:
        if name in _LITERALS:
            self.stack.append(argument)
        elif name in _SIMPLE:
            self.stack.append(_SIMPLE[name])
        elif name in _EMPTY:
            self.stack.append(_EMPTY[name]())
        elif name in _TUPLES:
            self.stack.append(tuple(self._pop(_TUPLES[name])))
        else:
            self._combine(name, argument)

    def _combine(self, name: str, argument: Any) -> None:
        """A step on what is there already."""
        match name:
            case "PROTO" | "FRAME":
                pass  # these help Python's own reader
            case "PUT" | "BINPUT" | "LONG_BINPUT":
                self.memo[int(argument)] = self.stack[-1]
            case "MEMOIZE":
                self.memo[len(self.memo)] = self.stack[-1]
            case "GET" | "BINGET" | "LONG_BINGET":
                self.stack.append(self.memo[int(argument)])
            case "APPEND" | "APPENDS":
                values = self._pop(1) if name == "APPEND" else self._marked()
                self._top(list).extend(values)
            case "SETITEM" | "SETITEMS":
                self._fill(self._pop(2) if name == "SETITEM" else self._marked())
            case "TUPLE":
                self.stack.append(tuple(self._marked()))
            case "GLOBAL":
                module, _, attribute = str(argument).partition(" ")
                self._mention(module, attribute)
            case "STACK_GLOBAL":
                self._mention(*self._pop(2))
            case "REDUCE":
                self._call(*self._pop(2))
            case "BUILD":
                (state,) = self._pop(1)
                self._top(Buildable).build(state)
            case "BINPERSID":
                self._refer(*self._pop(1))
            case _:
                raise Refused(
                    f"it holds a step `{name}`, which plain arrays do not need"
                )

    def _pop(self, count: int) -> list[Any]:
        if count > len(self.stack):
            raise Refused("it takes more values than it made")
        at = len(self.stack) - count
        taken, self.stack[at:] = self.stack[at:], []
        if any(isinstance(value, _Mark) for value in taken):
            raise Refused("its groups do not close")
        return taken

    def _marked(self) -> list[Any]:
        taken: list[Any] = []
        while True:
            value = self.stack.pop()
            if isinstance(value, _Mark):
                return taken[::-1]
            taken.append(value)

    def _top(self, kind: type) -> Any:
        if not self.stack or not isinstance(self.stack[-1], kind):
            raise Refused("it fills something that is no list or mapping")
        return self.stack[-1]

    def _fill(self, values: list[Any]) -> None:
        target = self._top(dict)
        for key, value in zip(values[::2], values[1::2], strict=True):
            if type(key) not in (str, int):
                raise Refused("a key of a mapping is neither text nor a number")
            target[key] = value

    def _mention(self, module: Any, attribute: Any) -> None:
        name = Global(str(module), str(attribute))
        if name not in self.makers:
            raise Refused(f"it asks for `{name}`, which is no part of an array")
        self.stack.append(name)

    def _call(self, name: Any, arguments: Any) -> None:
        if not isinstance(name, Global) or not isinstance(arguments, tuple):
            raise Refused("it calls what cannot be called")
        self.stack.append(self.makers[name](*arguments))

    def _refer(self, reference: Any) -> None:
        if self.persistent is None:
            raise Refused("it refers to something outside itself")
        self.stack.append(self.persistent(reference))
