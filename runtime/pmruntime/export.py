"""A trained run as a file that other programs run: ONNX, or Paddle Inference.

The network is written with a free batch size, its preprocessing beside it; then what
was written is run, and held to the network that it was written from.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray

from pmruntime.export_readme import readme
from pmruntime.files import write_json
from pmruntime.losses import main_output
from pmruntime.problems import UserError, first_line, unknown
from pmruntime.trained import TrainedRun

FORMATS = ("onnx", "paddle")
# The same float32 arithmetic in another order: seen up to 1e-5 for deep networks.
TOLERANCE = 1e-3
_MARKER = "preprocessing.json"
_FORMAT = "pmruntime export 1"
_OPSET = 15
_BATCHES = (1, 3)  # sizes that what was written is tried with

Images = NDArray[np.float32]


class _MainOutput(paddle.nn.Layer):  # type: ignore[misc]
    """A network in eval mode that gives its logits alone, [N, k]."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Any) -> Any:
        return main_output(self.model(images))


def export(run: TrainedRun, out: Path, form: str, *, force: bool = False) -> float:
    """Write a run's network into the folder `out`; returns the largest difference
    between its logits and those of what was written, over random images.

    Raises UserError where the folder holds something else, a library is missing, or
    the two differ by more than TOLERANCE, relative to the largest logit where that is
    above 1; then nothing is left.
    """
    if form not in FORMATS:
        raise unknown("format", form, FORMATS)
    _check_free(out, force)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
        beside = Path(folder) / "export"
        beside.mkdir()
        predictor = _write_onnx if form == "onnx" else _write_paddle
        difference = _largest_difference(run, predictor(run, beside))
        facts = _facts(run, form, difference)
        write_json(beside / _MARKER, facts)
        (beside / "README.md").write_text(readme(facts), encoding="utf-8")
        if out.exists():
            shutil.rmtree(out) if _is_export(out) else out.rmdir()
        os.replace(beside, out)
    return difference


def _check_free(out: Path, force: bool) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise UserError(f"`{out}` is a file, not a folder")
    if any(out.iterdir()):
        if not _is_export(out):
            raise UserError(
                f"`{out}` holds files that no export wrote", "choose another folder"
            )
        if not force:
            raise UserError(
                f"`{out}` already holds an export", "replace it with `--force`"
            )


def _is_export(out: Path) -> bool:
    try:
        facts = json.loads((out / _MARKER).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(facts, dict) and facts.get("format") == _FORMAT


def _facts(run: TrainedRun, form: str, difference: float) -> dict[str, Any]:
    """All that a program needs to prepare images and to read the outputs."""
    height, width = run.preprocessing.size or (None, None)
    return {
        "format": _FORMAT,
        "model": "model.onnx" if form == "onnx" else "model",
        "kind": form,
        "network": run.record["model"],
        "weights": run.weights,
        "epoch": run.epoch,
        "input": {"name": "images", "shape": [None, _channels(run), height, width]},
        "output": "logits",
        "class_names": list(run.class_names),
        "preprocessing": run.preprocessing.as_json(),
        "views": run.recipe.views,
        "largest_difference": difference,
    }


def _channels(run: TrainedRun) -> int:
    return int(run.record["data"]["image_shape"][0])


def _save(run: TrainedRun, prefix: Path) -> None:
    """Paddle's own form: the program and its parameters."""
    height, width = run.model.input_shape[1:]
    network = _MainOutput(run.model)
    network.eval()
    spec = paddle.static.InputSpec(
        [None, _channels(run), height, width], "float32", "images"
    )
    with _quiet():
        try:
            paddle.jit.save(network, str(prefix), input_spec=[spec])
        except Exception as error:
            raise UserError(
                f"Paddle cannot write this network: {first_line(error)}"
            ) from error


def _write_paddle(run: TrainedRun, folder: Path) -> Callable[[Images], Any]:
    _save(run, folder / "model")
    program = next(
        folder / f"model{suffix}"
        for suffix in (".json", ".pdmodel")
        if (folder / f"model{suffix}").exists()
    )
    from paddle import inference

    config = inference.Config(str(program), str(folder / "model.pdiparams"))
    config.disable_gpu()
    config.disable_glog_info()
    predictor = inference.create_predictor(config)

    def predict(images: Images) -> Any:
        handle = predictor.get_input_handle(predictor.get_input_names()[0])
        handle.reshape(images.shape)
        handle.copy_from_cpu(images)
        predictor.run()
        name = predictor.get_output_names()[0]
        return predictor.get_output_handle(name).copy_to_cpu()

    return predict


def _write_onnx(run: TrainedRun, folder: Path) -> Callable[[Images], Any]:
    try:
        import onnxruntime
        import paddle2onnx
    except ImportError as error:
        raise UserError(
            f"`--format onnx` needs {error.name}, which is not installed",
            "install the `export` extra: pip install 'pmgen[export]' (paddle2onnx has "
            "no wheel for Python 3.13 yet; `--format paddle` needs nothing)",
        ) from error
    target = folder / "model.onnx"
    with tempfile.TemporaryDirectory(dir=folder.parent) as between:
        _save(run, Path(between) / "model")
        program = next(
            path for path in Path(between).iterdir() if path.suffix != ".pdiparams"
        )
        with _quiet():
            # Its other optimizers run `pip install` from the network.
            paddle2onnx.export(
                str(program),
                str(Path(between) / "model.pdiparams"),
                str(target),
                opset_version=_OPSET,
                enable_onnx_checker=True,
                optimize_tool="None",
                verbose=False,
            )
    if not target.exists():
        raise UserError("paddle2onnx wrote nothing for this network")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(target), options, providers=["CPUExecutionProvider"]
    )
    name = session.get_inputs()[0].name
    return lambda images: session.run(None, {name: images})[0]


def _largest_difference(run: TrainedRun, predict: Callable[[Images], Any]) -> float:
    """Over batches of random images of 8 bits, prepared as any."""
    rng = np.random.default_rng(0)
    height, width = run.preprocessing.size or (64, 64)
    largest = 0.0
    for size in _BATCHES:
        pixels = rng.integers(0, 256, (size, _channels(run), height, width))
        images = run.preprocessing.normalized(pixels.astype(np.uint8))
        with paddle.no_grad():
            expected = main_output(run.model(paddle.to_tensor(images))).numpy()
        given = predict(images)
        if given.shape != expected.shape or not np.isfinite(given).all():
            raise UserError(
                f"what was written gives {list(given.shape)} for a batch of {size}, "
                f"the network {list(expected.shape)}"
            )
        difference = float(np.abs(given - expected).max())
        if difference > TOLERANCE * max(1.0, float(np.abs(expected).max())):
            raise UserError(
                f"what was written differs from the network by {difference:.3g}, more "
                f"than {TOLERANCE:g}; nothing was kept"
            )
        largest = max(largest, difference)
    return largest


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without what Paddle's C++ side says of its passes on the way.

    It writes to the file descriptors themselves, so these are turned away.
    """
    with contextlib.ExitStack() as stack:
        silence = stack.enter_context(open(os.devnull, "w"))
        for number in (1, 2):
            kept = os.dup(number)
            stack.callback(os.close, kept)
            os.dup2(silence.fileno(), number)
            stack.callback(os.dup2, kept, number)
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        yield
