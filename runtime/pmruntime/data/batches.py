"""Batches to train on: shuffled, augmented, prepared ahead by threads.

Everything random is drawn from the seed and the epoch, so that any step of any epoch
can be drawn again: an interrupted run depends on it.
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
    """Normalized images, float32 [b, C, H, W], labels, int64 [b], and the positions in
    the training split of the batch's images in all processes.

    `counts` is False for a process that gets no image of the batch: its one image only
    keeps it in step with the others, and must not change the result.
    """

    images: NDArray[np.float32]
    labels: NDArray[np.int64]
    positions: NDArray[np.int64]
    counts: bool = True


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainingBatches:
    """The training split, shuffled and divided into batches in every epoch.

    `workers` threads prepare batches ahead; with 0 each is prepared when it is needed.
    Their number changes only the speed: OpenCV and numpy release Python's lock. Of
    `size` processes each takes every `size`-th image of a batch, from `rank` on.
    """

    data: Data
    batch_size: int
    augmentation: Augmentation
    seed: int
    workers: int = 2
    rank: int = 0
    size: int = 1

    def __len__(self) -> int:
        """Number of batches in an epoch; the last may be short."""
        return -(-len(self.data.train) // self.batch_size)

    def images_in(self, start: int, batches: int) -> int:
        """Number of images in `batches` batches from the batch `start` on, over all
        processes."""
        end = min((start + batches) * self.batch_size, len(self.data.train))
        return end - start * self.batch_size

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batches of epoch number `epoch`, from batch `start` on."""
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

    def _batch(self, epoch: int, shuffled: NDArray[np.int64]) -> Batch:
        split = self.data.train
        positions = shuffled[self.rank :: self.size]
        counts = len(positions) > 0
        if not counts:
            positions = shuffled[:1]
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
            shuffled,
            counts,
        )
