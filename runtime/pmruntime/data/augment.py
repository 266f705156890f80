"""Random augmentation of training images: first geometry, then colour.

Plain OpenCV and a seeded numpy Generator. The numbers for an image depend on the run's
seed, the epoch and the image's position in the data only, so neither the number of
workers nor an interruption changes an image.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmruntime.machine.opencv import cv2

_WHITE = 255.0
_GEOMETRY = ("flip_horizontal", "flip_vertical", "rotate", "shift")  # 0: not done


class Augmentation:
    """The transforms that `augment` of a recipe asks for (docs/recipes.md)."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        low, high = settings["scale"]
        self._has_geometry = (
            any(settings[k] for k in _GEOMETRY)
            or (low, high) != (1.0, 1.0)
            or settings["crop"] < 1.0
        )
        self._has_color = any(settings[k] for k in ("brightness", "contrast", "tint"))

    def __bool__(self) -> bool:
        """Whether there is any transform to apply."""
        return bool(self._has_geometry or self._has_color)

    def __call__(
        self, image: NDArray[np.uint8], rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """An augmented copy of an image, uint8 [C, H, W]. Pixels from outside its edges
        are black."""
        if self._has_geometry:
            image = self._warped(image, rng)
        if self._has_color:
            image = self._recolored(image, rng)
        return image

    def _warped(
        self, image: NDArray[np.uint8], rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """All geometry as one affine map, so that pixels are interpolated only once."""
        height, width = image.shape[1:]
        matrix = self._matrix(height, width, rng)
        pixels = np.ascontiguousarray(image.transpose(1, 2, 0))
        warped = cv2.warpAffine(
            pixels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=0
        )
        # OpenCV drops the axis of a single channel.
        return np.ascontiguousarray(
            warped.reshape(height, width, -1).transpose(2, 0, 1), dtype=np.uint8
        )

    def _matrix(
        self, height: int, width: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """The 2 x 3 matrix that maps pixels of the image to pixels of the result."""
        s = self._settings
        # Every number is drawn, used or not, so that changing one setting does not
        # change the random numbers of the others.
        angle = rng.uniform(-s["rotate"], s["rotate"])
        scale = rng.uniform(*s["scale"])
        shift_x, shift_y = rng.uniform(-s["shift"], s["shift"], 2)
        left_right, upside_down = rng.random(2) < (
            s["flip_horizontal"],
            s["flip_vertical"],
        )
        side = np.sqrt(rng.uniform(s["crop"], 1.0))  # of the crop, 1 is the image's
        part_x, part_y = rng.uniform(-0.5, 0.5, 2) * (1 - side)

        center_x, center_y = (width - 1) / 2, (height - 1) / 2
        zoom = scale / side
        cos, sin = np.cos(np.radians(angle)) * zoom, np.sin(np.radians(angle)) * zoom
        linear = np.array([[cos, sin], [-sin, cos]]) @ np.diag(
            [-1.0 if left_right else 1.0, -1.0 if upside_down else 1.0]
        )
        kept = np.array([center_x + part_x * width, center_y + part_y * height])
        target = np.array([center_x + shift_x * width, center_y + shift_y * height])
        return np.column_stack([linear, target - linear @ kept])

    def _recolored(
        self, image: NDArray[np.uint8], rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        s = self._settings
        brightness = rng.uniform(-s["brightness"], s["brightness"]) * _WHITE
        contrast = 1 + rng.uniform(-s["contrast"], s["contrast"])
        tint = 1 + rng.uniform(-s["tint"], s["tint"], len(image))
        # A new pixel value depends on the old one and the channel only: a lookup table.
        mean = image.mean()
        values = (np.arange(256) - mean) * contrast + mean + brightness
        table = np.clip(np.rint(values[None, :] * tint[:, None]), 0, _WHITE)
        table = table.astype(np.uint8)
        return np.stack([t[c] for t, c in zip(table, image, strict=True)])
