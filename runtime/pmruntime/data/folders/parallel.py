"""Work on many image files at once: OpenCV decodes without Python's lock."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pmruntime.data.folders.listing import Progress

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_threads(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    progress: Progress | None = None,
) -> list[Result]:
    """What `function` gives of every item, in their order.

    `progress` is called in this thread. What `function` raises is raised here.
    """
    pool = ThreadPoolExecutor(min(8, os.cpu_count() or 1))
    results = []
    try:
        for result in pool.map(function, items):
            results.append(result)
            if progress is not None:
                progress(len(results), len(items))
    finally:
        # Ctrl-C waits for the images at hand, not for those in the queue.
        pool.shutdown(cancel_futures=True)
    return results
