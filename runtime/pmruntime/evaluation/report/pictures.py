"""Images of the data as pictures embedded in a page."""

from __future__ import annotations

import base64

import numpy as np
from numpy.typing import NDArray

from pmruntime.machine.opencv import cv2


def as_bgr(image: NDArray[np.uint8], color: str) -> NDArray[np.uint8]:
    """A picture, uint8 [H, W, 3] BGR, of an image, uint8 [C, H, W].

    Three channels are in the order `color` (RGB or BGR). Of any other number the first
    channel is shown, in grey.
    """
    if len(image) != 3:
        return np.ascontiguousarray(np.repeat(image[:1], 3, axis=0).transpose(1, 2, 0))
    channels = image[::-1] if color == "RGB" else image
    return np.ascontiguousarray(channels.transpose(1, 2, 0))


def jpeg_uri(picture: NDArray[np.uint8]) -> str:
    """A data URI of a picture, uint8 [H, W, 3] BGR. Small ones are PNG, to keep
    every pixel; larger ones JPEG."""
    small = max(picture.shape[:2]) < 100
    kind = "png" if small else "jpeg"
    options = [] if small else [cv2.IMWRITE_JPEG_QUALITY, 88]
    ok, content = cv2.imencode(f".{kind}", picture, options)
    if not ok:
        raise ValueError("OpenCV cannot encode the picture")
    return data_uri(kind, content.tobytes())


def data_uri(kind: str, content: bytes) -> str:
    """A data URI of the content of a file, of the `kind` png or jpeg."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
