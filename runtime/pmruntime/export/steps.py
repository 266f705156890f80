"""The steps from an image file to probabilities, in words and as Python code.

Both follow from the record of preprocessing. The README of an export shows the code; a
test runs it and compares it with `predict`.
"""

from __future__ import annotations

import numpy as np

from pmruntime.data.preprocessing import Preprocessing
from pmruntime.recipe.images import NORMALIZATIONS, RESIZES

# views -> the additional views of a batch [N, C, H, W], in words and as NumPy slices
_VIEWS = {
    1: ("", ()),
    2: ("and mirrored left to right", ("[:, :, :, ::-1]",)),
    4: (
        "mirrored left to right, upside down, and both",
        ("[:, :, :, ::-1]", "[:, :, ::-1]", "[:, :, ::-1, ::-1]"),
    ),
}


def in_words(preprocessing: Preprocessing, views: int, outputs: int) -> list[str]:
    """A sentence for each step."""
    assert preprocessing.size is not None
    height, width = preprocessing.size
    color = preprocessing.color
    steps = [
        "Decode the file to 8 bits with OpenCV (cv2.imdecode), which applies the "
        "rotation that EXIF tells, "
        + ("to one channel (GRAY)." if color == "GRAY" else f"to channels {color}."),
        f"Resize it to {height} rows and {width} columns with OpenCV's "
        f"{RESIZES[preprocessing.resize]}, without keeping its proportions.",
        _normalization_in_words(preprocessing),
        f"Arrange it as float32 [N, {preprocessing.channels}, {height}, {width}].",
    ]
    if views > 1:
        steps.append(f"Show it {views} times: as it is, {_VIEWS[views][0]}.")
    steps.append(
        "The sigmoid of the output is the probability of class 1."
        if outputs == 1
        else "The softmax of the output over axis 1 is the probability of each class."
    )
    if views > 1:
        steps.append(f"Take the mean of the probabilities of the {views} views.")
    return steps


def as_python(
    preprocessing: Preprocessing, views: int, outputs: int
) -> tuple[str, str]:
    """Code that computes the batch `x` from a file `path`, and code that computes
    `probabilities`, [classes], from `logits`."""
    assert preprocessing.size is not None
    height, width = preprocessing.size
    gray = preprocessing.color == "GRAY"
    flag = "IMREAD_GRAYSCALE" if gray else "IMREAD_COLOR"
    before = [
        f"image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.{flag})",
        f"image = cv2.resize(image, ({width}, {height}), "
        f"interpolation=cv2.{RESIZES[preprocessing.resize]})",
    ]
    if preprocessing.color == "RGB":
        before.append("image = image[:, :, ::-1]  # OpenCV gives BGR")
    before += _normalization_as_python(preprocessing)
    before.append("x = x[None, None]" if gray else "x = x.transpose(2, 0, 1)[None]")
    further = "".join(f", x{slices}" for slices in _VIEWS[views][1])
    if further:
        before.append(f"x = np.concatenate([x{further}])")
    before.append("x = np.ascontiguousarray(x, np.float32)")
    if outputs == 1:
        after = [
            "risk = 1 / (1 + np.exp(-logits))",
            "probabilities = np.concatenate([1 - risk, risk], axis=1).mean(axis=0)",
        ]
    else:
        after = [
            "shares = np.exp(logits - logits.max(axis=1, keepdims=True))",
            "shares /= shares.sum(axis=1, keepdims=True)",
            "probabilities = shares.mean(axis=0)",
        ]
    return "\n".join(before), "\n".join(after)


def _normalization_in_words(preprocessing: Preprocessing) -> str:
    values = _mean_and_std(preprocessing)
    if values is not None:
        return (
            "Divide by 255, subtract {} and divide by {}, channel by channel in the "
            "order {}.".format(*values, preprocessing.color)
        )
    if preprocessing.normalize == "unit":
        return "Divide by 255."
    return "Divide by 255, multiply by 2 and subtract 1."


def _normalization_as_python(preprocessing: Preprocessing) -> list[str]:
    values = _mean_and_std(preprocessing)
    if values is not None:
        return [
            "x = image.astype(np.float32) / 255",
            "x = (x - np.float32({})) / np.float32({})".format(*values),
        ]
    rest = "" if preprocessing.normalize == "unit" else " * 2 - 1"
    return [f"x = image.astype(np.float32) / 255{rest}"]


def _mean_and_std(
    preprocessing: Preprocessing,
) -> tuple[list[float], list[float]] | None:
    """Means and standard deviations in the order of the image's channels; None where
    the mean is 0 or pixels are scaled to [-1, 1]."""
    values = NORMALIZATIONS[preprocessing.normalize]
    if values is None or not np.any(values[0]):
        return None
    mean, std = (list(v) for v in values)
    return (mean, std) if preprocessing.color == "RGB" else (mean[::-1], std[::-1])
