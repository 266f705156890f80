"""A network as Paddle's own program, and the program run by Paddle Inference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray
from paddle import inference, nn
from paddle.static import InputSpec

from pmruntime.export.quiet import kept_quiet
from pmruntime.model.outputs import main_output
from pmruntime.problems import UserError, first_line

INPUT = "image"
Run = Callable[[NDArray[np.float32]], NDArray[np.float32]]


class MainOutput(nn.Layer):  # type: ignore[misc]
    """A network without its auxiliary outputs, in eval mode."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        self.eval()

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """The logits, [N, classes]."""
        return main_output(self.model(x))


def write_paddle(
    model: Any, input_shape: tuple[int | None, ...], folder: Path
) -> list[str]:
    """Save the network for any size of batch, and for any height or width where it is
    None in `input_shape`, (C, H, W). Returns the names of the files of the program and
    of the weights.

    Raises UserError where the network cannot be traced.
    """
    shape = InputSpec([None, *input_shape], "float32", name=INPUT)
    with kept_quiet():
        try:
            paddle.jit.save(MainOutput(model), str(folder / "model"), [shape])
        except Exception as error:
            raise UserError(
                f"the network cannot be exported: {first_line(error)}",
                "build the generated file again with `pmgen build`; code written by "
                "hand must be such that paddle.jit can trace it",
            ) from error
    # Paddle 3 writes JSON, Paddle 2 a protobuf.
    program = next(n for n in ("model.json", "model.pdmodel") if (folder / n).exists())
    (folder / "model.pdiparams.info").unlink(missing_ok=True)
    return [program, "model.pdiparams"]


def load_paddle(folder: Path, files: list[str]) -> tuple[Run, str]:
    """The exported program as a function, run on the CPU, and its output's name."""
    with kept_quiet():
        config = inference.Config(*(str(folder / name) for name in files))
        config.disable_gpu()
        config.disable_glog_info()
        predictor = inference.create_predictor(config)
    (output,) = predictor.get_output_names()

    def run(images: NDArray[np.float32]) -> NDArray[np.float32]:
        with kept_quiet():
            handle = predictor.get_input_handle(INPUT)
            handle.reshape(images.shape)
            handle.copy_from_cpu(np.ascontiguousarray(images))
            predictor.run()
            result: NDArray[np.float32] = predictor.get_output_handle(
                output
            ).copy_to_cpu()
        return result

    return run, output
