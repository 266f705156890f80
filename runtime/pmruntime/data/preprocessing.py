"""How an image file becomes the input of a network. One record per run.

Training writes it into run.json; `eval`, `predict` and `export` read it from there, so
that images are always prepared as they were for training.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmruntime.problems import UserError, unknown
from pmruntime.recipe.images import (
    COLORS,
    NORMALIZATIONS,
    RESIZES,
    channels_mistake,
)


@dataclass(frozen=True)
class Preprocessing:
    """How images become arrays. The default is the tutorial's.

    `size` is (height, width) in pixels; None keeps the size of the images (for data
    that are arrays already). `resize` is OpenCV's linear or area interpolation, `color`
    the order of channels, `normalize` the scaling of pixel values from 0 to 255:

    symmetric  to [-1, 1]: x / 255 * 2 - 1
    unit       to [0, 1]: x / 255
    imagenet   (x / 255 - mean) / standard deviation, ImageNet's, channel by channel

    Raises UserError for an unknown value, and for ImageNet's with one channel.
    """

    size: tuple[int, int] | None = None
    resize: str = "linear"
    color: str = "BGR"
    normalize: str = "symmetric"

    def __post_init__(self) -> None:
        for what, value, known in (
            ("resize", self.resize, RESIZES),
            ("color", self.color, COLORS),
            ("normalize", self.normalize, NORMALIZATIONS),
        ):
            if value not in known:
                raise unknown(f"value of `{what}`", str(value), known)
        wrong = channels_mistake(self.color, self.normalize)
        if wrong is not None:
            raise UserError(*wrong)

    @staticmethod
    def chosen(
        images: Mapping[str, Any], input_size: tuple[int, int] | None
    ) -> Preprocessing:
        """As `images` of a recipe says, for a network whose input is (height, width),
        or None where it leaves its size open: `images: {size: ...}` then decides."""
        return preprocessing_from({**images, "size": images["size"] or input_size})

    def of_images(self, shape: tuple[int, int, int]) -> Preprocessing:
        """The settings that bring files to (C, H, W), with one channel to grey."""
        color = "GRAY" if shape[0] == 1 else self.color
        return replace(self, size=shape[1:], color=color)

    @property
    def channels(self) -> int:
        """Number of channels of an image: 3, or 1 for GRAY."""
        return 1 if self.color == "GRAY" else 3

    def as_json(self) -> dict[str, Any]:
        """The record that `preprocessing_from` reads."""
        return {**asdict(self), "size": list(self.size) if self.size else None}

    def table(self, channels: int) -> NDArray[np.float32]:
        """The normalized value of each pixel value: float32 [channels, 256].

        A lookup table is exact: each entry is computed in float32 as the tutorial
        computes a pixel. Raises UserError for ImageNet's values with other than three
        channels.
        """
        pixels = np.arange(256, dtype=np.float32)
        scaled = pixels / np.float32(255.0)
        values = NORMALIZATIONS[self.normalize]
        if values is None:
            scaled = scaled * np.float32(2.0) - np.float32(1.0)
            return np.tile(scaled, (channels, 1))
        if self.normalize == "unit":
            return np.tile(scaled, (channels, 1))
        if channels != 3:
            raise UserError(
                f"`normalize: {self.normalize}` is for three channels, the images "
                f"have {channels}",
                "choose `symmetric` or `unit`",
            )
        mean, std = (np.array(v, dtype=np.float32)[:, None] for v in values)
        rgb = (scaled[None, :] - mean) / std
        return rgb if self.color == "RGB" else np.ascontiguousarray(rgb[::-1])

    def normalized(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The input of the network for images, uint8 [n, C, H, W]: float32, same
        shape."""
        table = self.table(images.shape[1])
        result = np.empty(images.shape, dtype=np.float32)
        for channel, values in enumerate(table):
            # `take` into the slice avoids a copy of the batch.
            np.take(values, images[:, channel], out=result[:, channel], mode="clip")
        return result


TUTORIAL = Preprocessing()


def preprocessing_from(record: Mapping[str, Any]) -> Preprocessing:
    """Read a record of `as_json`. Raises UserError for one of another form."""
    try:
        size = record["size"]
        return Preprocessing(
            None if size is None else (int(size[0]), int(size[1])),
            record["resize"],
            record["color"],
            record["normalize"],
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise UserError(f"no record of preprocessing: {error!r}") from error
