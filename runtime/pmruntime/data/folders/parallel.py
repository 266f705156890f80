"""Work on many image files at once: OpenCV decodes without Python's lock."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

# A callback: how many items of how many are done.
OnProgress = Callable[[int, int], None]
Item = TypeVar("Item")
Result = TypeVar("Result")


def in_threads(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    progress: OnProgress | None = None,
) -> list[Result]:
    """The results of `function` for all items, in the order of the items.

    `progress` is called in this thread. An exception of `function` is raised here.
    """
    pool = ThreadPoolExecutor(min(8, os.cpu_count() or 1))
    results = []
    try:
        for result in pool.map(function, items):
            results.append(result)
            if progress is not None:
                progress(len(results), len(items))
    finally:
        # Ctrl-C waits for the images in work, not for those in the queue.
        pool.shutdown(cancel_futures=True)
    return results
