"""How images may be prepared: the words of a recipe's `images`, and their figures."""

from __future__ import annotations

# name -> OpenCV's interpolation
RESIZES = {"linear": "INTER_LINEAR", "area": "INTER_AREA"}
COLORS = ("BGR", "RGB", "GRAY")
# name -> (mean, standard deviation) of each channel in RGB order; None: to [-1, 1],
# computed the tutorial's way
NORMALIZATIONS: dict[str, tuple[tuple[float, ...], tuple[float, ...]] | None] = {
    "symmetric": None,
    "unit": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}


def channels_mistake(color: str, normalize: str) -> tuple[str, str] | None:
    """What is wrong with the two together, and help; None where they fit."""
    if color != "GRAY" or normalize != "imagenet":
        return None
    return (
        "`normalize: imagenet` is for three channels, not for `color: GRAY`",
        "choose `symmetric` or `unit`",
    )
