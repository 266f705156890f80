"""What a run was computed with, so that its metrics can be compared later."""

from __future__ import annotations

import platform

import numpy as np
import paddle

import pmruntime
from pmruntime.machine.extras import OPENCV, installed_version


def versions() -> dict[str, str | None]:
    """Versions by name; None for what is not installed. OpenCV is not imported."""
    return {
        "pmruntime": pmruntime.__version__,
        "python": platform.python_version(),
        "paddle": paddle.__version__,
        "numpy": np.__version__,
        "cv2": next(filter(None, map(installed_version, OPENCV)), None),
        "platform": f"{platform.system()} {platform.machine()}",
    }
