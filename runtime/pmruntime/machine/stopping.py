"""Ctrl-C and SIGTERM as requests that training checks, not as interruptions anywhere.

The loop stops where everything is consistent, after a step, and saves. A second
Ctrl-C does what it always does. A second SIGTERM does nothing:
`paddle.distributed.launch` repeats it within 0.2 s, and kills what does not end soon.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequests:
    """While it is entered, the first signal only sets `requested`.

    In another thread than the main one, where Python cannot handle signals, it does
    nothing.
    """

    def __init__(self) -> None:
        self.requested: str | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> StopRequests:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.requested = signal.Signals(number).name
        if signal.SIGINT in self._before:
            signal.signal(signal.SIGINT, self._before.pop(signal.SIGINT))
