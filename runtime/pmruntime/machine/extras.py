"""What comes with an extra of pmgen, and what to say where it is not installed.

`pip install pmgen` brings what the compiler needs. The runtime needs more, and any of
its commands may be the first to miss it.
"""

from __future__ import annotations

from pmruntime.problems import UserError

# The packages of OpenCV on PyPI, the one that our extras bring first.
OPENCV = (
    "opencv-python-headless",
    "opencv-python",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)

# module -> (what people call it, the extra that brings it)
EXTRAS = {
    "paddle": ("PaddlePaddle", "cpu"),
    "numpy": ("NumPy", "cpu"),
    "cv2": ("OpenCV", "cpu"),
    "safetensors": ("safetensors", "cpu"),
    "openpyxl": ("openpyxl", "cpu"),
    "defusedxml": ("defusedxml", "cpu"),
    "matplotlib": ("matplotlib", "cpu"),
    "scipy": ("scipy", "cpu"),
    "sklearn": ("scikit-learn", "cpu"),
    "mlxtend": ("mlxtend", "demo"),
    "simplejpeg": ("simplejpeg", "verify"),
    "visualdl": ("VisualDL", "visualdl"),
    "onnxruntime": ("ONNX Runtime", "export"),
    "paddle2onnx": ("paddle2onnx", "export"),
}


def installed_version(package: str) -> str | None:
    """The version of a package of PyPI; None where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # slow to import

    try:
        return version(package)
    except PackageNotFoundError:
        return None


def not_installed(module: str, what: str = "this") -> UserError:
    """The problem of `what`, which needs a `module` of EXTRAS that is not there."""
    name, extra = EXTRAS[module]
    other = ", or 'pmgen[gpu]' for an NVIDIA card" if extra == "cpu" else ""
    return UserError(
        f"{what} needs {name}, which is not installed",
        f"pip install 'pmgen[{extra}]'{other}",
    )


def extra_missing(error: BaseException) -> UserError | None:
    """The same for a failed import; None where it failed for another reason."""
    if isinstance(error, ModuleNotFoundError) and error.name in EXTRAS:
        return not_installed(error.name)
    return None
