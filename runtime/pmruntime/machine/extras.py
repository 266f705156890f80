"""What comes with an extra of pmgen, and what to say where it is not installed.

`pip install pmgen` brings what the compiler needs. The runtime needs more, and any of
its commands may be the first to miss it.
"""

from __future__ import annotations

from pmruntime.problems import UserError

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
