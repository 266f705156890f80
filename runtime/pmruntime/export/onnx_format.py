"""A network as ONNX, converted from Paddle's own program, and run by ONNX Runtime."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmruntime.export.paddle_format import INPUT, Run, write_paddle
from pmruntime.export.quiet import kept_quiet
from pmruntime.problems import UserError, first_line

OUTPUT = "logits"
OPSET = 17  # read by ONNX Runtime 1.12 and later
_PACKAGES = ("paddle2onnx", "onnx", "onnxruntime")
_AXES = ("N", "C", "H", "W")


def check_installed() -> None:
    """Raise UserError where a package of the extra `export` cannot be imported."""
    try:
        with kept_quiet():
            for package in _PACKAGES:
                importlib.import_module(package)
    except ImportError as error:
        raise UserError(
            f"`--format onnx` needs {package}: {first_line(error)}", _remedy()
        ) from error


def _remedy() -> str:
    if sys.version_info >= (3, 13):
        return (
            "paddle2onnx exists for Python 3.10 to 3.12 only: install "
            "'pmgen[cpu,export]' there, the run's folder can be copied; or use "
            "`--format paddle`"
        )
    return "pip install 'pmgen[export]', with PaddlePaddle 3.0 or later"


def write_onnx(
    model: Any, input_shape: tuple[int | None, ...], folder: Path
) -> list[str]:
    """Write model.onnx for any size of batch; see write_paddle. Returns its name.

    Raises UserError where an op of the network cannot be written as ONNX.
    """
    paddle = folder / "paddle"
    paddle.mkdir()
    program, weights = write_paddle(model, input_shape, paddle)
    content = _converted(paddle / program, paddle / weights)
    shutil.rmtree(paddle)
    (folder / "model.onnx").write_bytes(_cleaned(content))
    return ["model.onnx"]


def _converted(program: Path, weights: Path) -> bytes:
    import paddle2onnx

    with kept_quiet() as printed:
        try:
            content: bytes = paddle2onnx.export(
                str(program),
                str(weights),
                save_file=None,
                opset_version=OPSET,
                verbose=False,
                # Its default would install packages from the network.
                optimize_tool="None",
            )
        except Exception as error:
            # paddle2onnx prints the reason; its exception says only that it failed.
            reasons = [line for line in printed().splitlines() if "Failed to" in line]
            reason = reasons[-1] if reasons else first_line(error)
            raise UserError(
                f"the network cannot be written as ONNX: {reason}",
                "`--format paddle` takes every network",
            ) from error
    return content


def _cleaned(content: bytes) -> bytes:
    """The model with readable names, without nodes and weights that are not used."""
    import onnx

    model = onnx.load_model_from_string(content)
    graph = model.graph
    (output,) = graph.output
    for node in graph.node:
        for names in (node.input, node.output):
            for index, name in enumerate(names):
                if name == output.name:
                    names[index] = OUTPUT
    output.name = OUTPUT
    for value in (*graph.input, output):
        for axis, dim in zip(_AXES, value.type.tensor_type.shape.dim, strict=False):
            if dim.HasField("dim_param"):
                dim.dim_param = axis
    used = {OUTPUT}
    # Nodes are in the order of computation, so one pass from the end finds all unused.
    for index in reversed(range(len(graph.node))):
        if used.isdisjoint(graph.node[index].output):
            del graph.node[index]
        else:
            used.update(graph.node[index].input)
    for index in reversed(range(len(graph.initializer))):
        if graph.initializer[index].name not in used:
            del graph.initializer[index]
    onnx.checker.check_model(model)
    result: bytes = model.SerializeToString()
    return result


def load_onnx(folder: Path, files: list[str]) -> tuple[Run, str]:
    """The exported network as a function, run on the CPU, and its output's name."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only
    session = onnxruntime.InferenceSession(
        str(folder / files[0]), options, providers=["CPUExecutionProvider"]
    )
    (output,) = (value.name for value in session.get_outputs())

    def run(images: NDArray[np.float32]) -> NDArray[np.float32]:
        (logits,) = session.run([output], {INPUT: images})
        result: NDArray[np.float32] = logits
        return result

    return run, output
