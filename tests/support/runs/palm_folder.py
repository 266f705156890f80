"""A small folder in the layout of iChallenge-PM; a fixture, not a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

TRAIN, VAL = "PALM-Training400", "PALM-Validation400"


def write_jpeg(path: Path, seed: int, height: int = 20, width: int = 24) -> None:
    """A JPEG of smooth noise, unlike that of any other seed."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (5, 6, 3), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(".jpg", cv2.resize(small, (width, height)))[1])


def make_palm(folder: Path) -> Path:
    """Six images to train on (P, H, N twice each), four to validate on."""
    for seed, name in enumerate(("P0001", "P0002", "H0001", "H0002", "N0001", "N0002")):
        write_jpeg(folder / TRAIN / f"{name}.jpg", seed)
    lines = ["ID,imgName,Label,Fovea_X,Fovea_Y"]
    for number in range(1, 5):
        write_jpeg(folder / VAL / f"V000{number}.jpg", 10 + number)
        lines.append(f"{number},V000{number}.jpg,{number % 2},1.5,2.5")
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
    return folder


def with_label_row(line: str) -> Callable[[Path], None]:
    """A change of such a folder: one more line in labels.csv."""

    def change(palm: Path) -> None:
        with open(palm / "labels.csv", "a") as file:
            file.write(line + "\n")

    return change


def with_column_renamed(old: str, new: str) -> Callable[[Path], None]:
    """A change of such a folder: another heading in labels.csv."""

    def change(palm: Path) -> None:
        text = (palm / "labels.csv").read_text()
        (palm / "labels.csv").write_text(text.replace(old, new))

    return change
