"""The only import of OpenCV, with a warning where several packages of it are installed.

Its packages on PyPI share one folder, `cv2`: the second one to be installed overwrites
files of the first, and uninstalling either breaks the other. pip does not notice.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from pmruntime.machine.extras import OPENCV, installed_version
from pmruntime.problems import UserError

OURS = OPENCV[0]


def installed() -> list[str]:
    """Name and version of each package of OpenCV that is installed."""
    found = ((name, installed_version(name)) for name in OPENCV)
    return [f"{name} {version}" for name, version in found if version]


def mixed(packages: Sequence[str]) -> str | None:
    """The warning about several installed packages, with the remedy; else None."""
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
    # After one of two is uninstalled, the other is listed but its files are gone.
    if error.name != "cv2" or not _installed:
        raise
    raise UserError(
        f"files of {' and '.join(_installed)} are gone", _remedy(_installed)
    ) from error

__all__ = ["cv2", "installed", "mixed"]
