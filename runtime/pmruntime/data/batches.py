"""Batches to train on: which images, in which order, varied how.

Everything random is drawn from the seed and the epoch, so that any step of any epoch
can be drawn again: that is what an interrupted run goes on with.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmruntime.data.augment import Augmentation
from pmruntime.data.dataset import Data


@dataclass(frozen=True, eq=False)
class Batch:
    """Images as the network is shown them, float32 [b, C, H, W], labels, int64 [b], and
    the positions in the training split of the images of all processes. Where `counts`
    is False it only keeps a process busy that would have no image of its own."""

    images: NDArray[np.float32]
    labels: NDArray[np.int64]
    positions: NDArray[np.int64]
    counts: bool = True


@dataclass(frozen=True, eq=False)
class TrainingBatches:
    """The training split of some data, cut into batches anew in every epoch.

    `workers` threads prepare batches ahead; 0 prepares each when it is asked for. Their
    number changes nothing but the speed: OpenCV and numpy let go of Python's lock.
    Of `size` processes each takes every `size`-th image of a batch, from `rank` on.
    """

    data: Data
    batch_size: int
    augmentation: Augmentation
    seed: int
    workers: int = 2
    rank: int = 0
    size: int = 1

    def __len__(self) -> int:
        """Batches an epoch; the last may be short."""
        return -(-len(self.data.train) // self.batch_size)

    def images_in(self, start: int, batches: int) -> int:
        """Images in so many batches from the batch `start` on, over all processes."""
        end = min((start + batches) * self.batch_size, len(self.data.train))
        return end - start * self.batch_size

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batches of an epoch, from the batch `start` on."""
        order = np.random.default_rng([self.seed, epoch]).permutation(
            len(self.data.train)
        )
        cuts = range(start * self.batch_size, len(order), self.batch_size)
        parts = [order[cut : cut + self.batch_size] for cut in cuts]
        if self.workers == 0:
            for part in parts:
                yield self._batch(epoch, part)
            return
        with ThreadPoolExecutor(self.workers) as pool:
            ahead: deque[Future[Batch]] = deque()
            try:
                for part in parts:
                    ahead.append(pool.submit(self._batch, epoch, part))
                    if len(ahead) > self.workers:
                        yield ahead.popleft().result()
                while ahead:
                    yield ahead.popleft().result()
            finally:
                for future in ahead:
                    future.cancel()

    def _batch(self, epoch: int, whole: NDArray[np.int64]) -> Batch:
        split = self.data.train
        positions = whole[self.rank :: self.size]
        counts = len(positions) > 0
        if not counts:
            positions = whole[:1]
        images = split.images[positions]
        if self.augmentation:
            varied = [
                self.augmentation(
                    image, np.random.default_rng([self.seed, epoch, int(position)])
                )
                for image, position in zip(images, positions, strict=True)
            ]
            images = np.stack(varied)
        return Batch(
            self.data.preprocessing.normalized(images),
            split.labels[positions],
            whole,
            counts,
        )
