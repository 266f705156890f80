"""The tutorial's reader compared with the cache of decoded images: images a second.

    python bench/reading.py   # exit 1 where the cache is not 20 times as fast

Photographs of 224 x 224 (palm224 in PMGEN_DATA, else in ../shared/data; without them
smooth noise) are enlarged to 2124 x 2056, the size of iChallenge-PM's, and written as
JPEG into a temporary folder. The tutorial decodes and resizes each of them in every
epoch; the cache has them resized. Both give the same float32 batches, to the bit, in
one thread. CPU seconds, the fastest of several epochs.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from pmruntime.data import open_data
from pmruntime.data.folders.image_folder import build_cache
from pmruntime.data.preprocessing import Preprocessing

IMAGES = 40
BATCH_SIZE = 10
SIZE = (2124, 2056)  # width, height
SETTINGS = Preprocessing(size=(224, 224))
MIN_RATIO = 20.0
FOLDER = "PALM-Training400"
Batches = Iterator[tuple[np.ndarray, np.ndarray]]


def write_images(folder: Path) -> str:
    """Write IMAGES large JPEGs; returns a description of them."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    real = Path(os.environ.get("PMGEN_DATA", beside)) / "palm224" / FOLDER
    files = sorted(real.glob("*.jpg"))[:: 400 // IMAGES][:IMAGES]
    rng = np.random.default_rng(0)
    for number in range(IMAGES):
        if files:
            small = cv2.imread(str(files[number]))
        else:
            small = rng.integers(0, 256, (24, 24, 3), dtype=np.uint8)
        large = cv2.resize(small, SIZE, interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / f"{'PN'[number % 2]}{number:04d}.jpg"), large)
    size = sum(path.stat().st_size for path in folder.iterdir()) / IMAGES / 1024
    kind = "photographs, enlarged" if files else "smooth noise"
    return f"{IMAGES} images of {SIZE[0]} x {SIZE[1]}, {size:,.0f} KiB each: {kind}"


def from_files(folder: Path) -> Batches:
    """As in the tutorial's `data_loader`: decoded in every epoch."""
    names = os.listdir(folder)
    random.shuffle(names)
    for start in range(0, len(names), BATCH_SIZE):
        images, labels = [], []
        for name in names[start : start + BATCH_SIZE]:
            image = cv2.resize(cv2.imread(str(folder / name)), (224, 224))
            image = np.transpose(image, (2, 0, 1)).astype("float32")
            images.append(image / 255.0 * 2.0 - 1.0)
            labels.append(1 if name[0] == "P" else 0)
        yield np.array(images).astype("float32"), np.array(labels)


def from_cache(folder: Path) -> Callable[[], Batches]:
    """From the memory-mapped images, in random order."""
    split = open_data(str(folder), SETTINGS).train
    assert isinstance(split.images, np.memmap)

    def epoch() -> Batches:
        order = np.random.permutation(len(split))
        for start in range(0, len(split), BATCH_SIZE):
            chosen = order[start : start + BATCH_SIZE]
            yield SETTINGS.normalized(split.images[chosen]), split.labels[chosen]

    return epoch


def images_per_second(epoch: Callable[[], Batches], rounds: int) -> float:
    """Images a second in the fastest round, by CPU time."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        seen = sum(len(labels) for _, labels in epoch())
        best = min(best, time.process_time() - started)
        assert seen == IMAGES
    return IMAGES / best


def main() -> int:
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / FOLDER
        folder.mkdir()
        print(write_images(folder))
        build_cache(Path(name), SETTINGS)
        epoch = from_cache(Path(name))
        seen = [
            {image.tobytes() for images, _ in batches for image in images}
            for batches in (from_files(folder), epoch())
        ]
        assert seen[0] == seen[1], "not the same images"
        decoded = images_per_second(lambda: from_files(folder), rounds=3)
        cached = images_per_second(epoch, rounds=30)
        del epoch  # the mapped files lie in the temporary folder
    ratio = cached / decoded
    print(f"the tutorial's reader {decoded:10,.1f} images/s")
    print(f"from the cache        {cached:10,.1f} images/s")
    print(f"ratio                 {ratio:10,.1f}")
    if ratio < MIN_RATIO:
        print(f"less than {MIN_RATIO:.0f} times as fast")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
