"""What happens to a picture between its file and the network. One record per run.

Training writes it into run.json; `eval`, `predict` and `export` read it from there, so
that a network is never shown pictures prepared in another way than those it learned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
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
    """How pictures become arrays. The default is the tutorial's.

    `size` is (height, width) in pixels, None to take images as they come (data that
    are arrays already). `resize` is OpenCV's linear or area interpolation, `color` the
    order of channels, `normalize` the scaling of pixels from 0 to 255:

    symmetric  to [-1, 1]: x / 255 * 2 - 1
    unit       to [0, 1]: x / 255
    imagenet   x / 255, less ImageNet's mean, over its standard deviation, by channel
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

    @property
    def channels(self) -> int:
        """Channels of an image: 3, or 1 for GRAY."""
        return 1 if self.color == "GRAY" else 3

    def as_json(self) -> dict[str, Any]:
        """What `preprocessing_from` reads back."""
        return {**asdict(self), "size": list(self.size) if self.size else None}

    def table(self, channels: int) -> NDArray[np.float32]:
        """The network's value of every pixel value: float32 [channels, 256].

        A table, because it is exact: each entry is computed as the tutorial computes
        a pixel, in float32, whatever happens to the batch around it.
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
        """What the network is shown of images, uint8 [n, C, H, W]: float32, same
        shape."""
        table = self.table(images.shape[1])
        result = np.empty(images.shape, dtype=np.float32)
        for channel, values in enumerate(table):
            # `take` into the slice makes no copy of the batch.
            np.take(values, images[:, channel], out=result[:, channel], mode="clip")
        return result


TUTORIAL = Preprocessing()


def preprocessing_from(record: Mapping[str, Any]) -> Preprocessing:
    """Read `as_json` back. Raises UserError for what is not of its form."""
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
