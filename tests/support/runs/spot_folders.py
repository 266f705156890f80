"""Folders of images whose class is where they are bright; a fixture, not a test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np


def write_png(path: Path, place: int, seed: int = 0) -> None:
    """A dark grey image of 4 x 4 pixels, the one at `place` from 0 to 15 bright."""
    pixels = np.random.default_rng([place, seed]).integers(0, 50, 16)
    pixels[place] += 200
    path.parent.mkdir(parents=True, exist_ok=True)
    image = pixels.reshape(4, 4).astype(np.uint8)
    path.write_bytes(cv2.imencode(".png", image)[1].tobytes())


def class_folders(
    folder: Path,
    places: Mapping[str, int],
    *,
    splits: Mapping[str, int] = {"train": 8, "val": 4},
) -> Path:
    """A folder for each class, in `splits` of so many images a class."""
    for number, (split, images) in enumerate(splits.items()):
        for name, place in places.items():
            for i in range(images):
                path = folder / split / name / f"{place:02}_{i}.png"
                write_png(path, place, 100 * number + i)
    return folder


def csv_folder(
    folder: Path, places: Mapping[str, int], *, train: int = 8, val: int = 4
) -> Path:
    """The same as tables, with so many images of each class."""
    for number, (split, images) in enumerate((("train", train), ("val", val))):
        lines = ["file,label"]
        for name, place in places.items():
            for i in range(images):
                file = f"images/{split}_{place:02}_{i}.png"
                write_png(folder / file, place, 100 * number + i)
                lines.append(f"{file},{name}")
        (folder / f"{split}.csv").write_text("\n".join(lines) + "\n")
    return folder
