"""What a run was computed with, so that its metrics can be compared later."""

from __future__ import annotations

import platform
from importlib import metadata

import numpy as np
import paddle

import pmruntime

_OPENCV = ("opencv-python-headless", "opencv-python", "opencv-contrib-python")


def versions() -> dict[str, str | None]:
    """Versions by name; None for what is not installed. OpenCV is not imported."""
    return {
        "pmruntime": pmruntime.__version__,
        "python": platform.python_version(),
        "paddle": paddle.__version__,
        "numpy": np.__version__,
        "cv2": next(filter(None, map(_installed, _OPENCV)), None),
        "platform": f"{platform.system()} {platform.machine()}",
    }


def _installed(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
