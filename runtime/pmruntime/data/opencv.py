"""OpenCV, imported here alone, with a word where two packages of it are mixed.

Its packages on PyPI write into one folder, `cv2`: the second installed overwrites files
of the first, and taking either away breaks the other. pip knows nothing of it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from pmruntime.problems import UserError

OURS = "opencv-python-headless"
PACKAGES = (
    OURS,
    "opencv-python",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)


def installed(packages: Sequence[str] = PACKAGES) -> list[str]:
    """Name and version of each package of OpenCV that is installed."""
    return [f"{name} {there}" for name in packages if (there := _version(name))]


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def mixed(packages: Sequence[str]) -> str | None:
    """What is said of several packages side by side, with the way out."""
    if len(packages) < 2:
        return None
    return (
        f"{' and '.join(packages)} overwrite each other's files\n  {_remedy(packages)}"
    )


def _remedy(packages: Sequence[str]) -> str:
    names = " ".join(package.split()[0] for package in packages)
    return f"mend it by: pip uninstall -y {names} && pip install {OURS}"


_installed = installed()
_warning = mixed(_installed)
if _warning is not None:
    print(f"warning: {_warning}", file=sys.stderr)
try:
    import cv2
except ModuleNotFoundError as error:
    # Taking one of two away leaves the other's name without its files.
    if error.name != "cv2" or not _installed:
        raise
    raise UserError(
        f"files of {' and '.join(_installed)} are gone", _remedy(_installed)
    ) from error

__all__ = ["cv2", "installed", "mixed"]
