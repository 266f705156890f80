"""The check that generated code calls: what it accepts, says, and leaves untouched."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

paddle = pytest.importorskip("paddle")

from pmruntime.checks import ShapeError, check_shape  # noqa: E402
from pmruntime.model.loading import load_model_class  # noqa: E402

pytestmark = pytest.mark.paddle


def check(shape: object, expected: tuple[int | None, ...]) -> None:
    check_shape(SimpleNamespace(shape=shape), expected, "conv3", "googlenet.yaml:20")


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ([8, 128, 28, 28], (None, 128, 28, 28)),
        ((8, 128, 28, 28), (None, 128, 28, 28)),
        ([8, 128, 28, 30], (None, 128, None, None)),
        ([-1, 128, -1, 28], (None, 128, 28, 28)),
        ([None, 128, 28, 28], (None, 128, 28, 28)),
        ([8, 10], (8, 10)),
        ([-1, 10], (8, 10)),
    ],
)
def test_accepts(shape: object, expected: tuple[int | None, ...]) -> None:
    check(shape, expected)


@pytest.mark.parametrize(
    ("shape", "expected", "message"),
    [
        (
            [8, 128, 26, 26],
            (None, 128, 28, 28),
            "conv3 (googlenet.yaml:20): expected [N, 128, 28, 28], "
            "got [8, 128, 26, 26]",
        ),
        ([8, 128], (None, 128, 1, 1), "expected [N, 128, 1, 1], got [8, 128]"),
        ([8, 128, 1, 1], (None, 128), "expected [N, 128], got [8, 128, 1, 1]"),
        ([-1, 64, -1, 28], (None, 128, None, 28), "[N, 128, any, 28], got [N, 64, any"),
        ([8, 10], (4, 10), "expected [4, 10], got [8, 10]"),
        ([], (None, 10), "expected [N, 10], got []"),
    ],
)
def test_refuses(shape: object, expected: tuple[int | None, ...], message: str) -> None:
    with pytest.raises(ShapeError, match=re.escape(message)):
        check(shape, expected)


def test_stops_a_real_network_at_its_first_wrong_layer(lenet: Path) -> None:
    model = load_model_class(lenet)()
    with pytest.raises(ShapeError, match=r"^input \(lenet.yaml:4\): .*, 32, 32\]"):
        model(paddle.zeros([2, 1, 32, 32]))


def traced(source: Path) -> object:
    """The network in eval mode, traced with a free batch axis."""
    model = load_model_class(source)()
    model.eval()
    free_batch = paddle.static.InputSpec([None, 1, 28, 28], "float32", "x")
    return paddle.jit.to_static(model, input_spec=[free_batch], full_graph=True)


def op_names(model: object) -> list[str]:
    program = model.forward.concrete_program.main_program  # type: ignore[attr-defined]
    ops = program.global_block().ops
    return [op.name() if callable(getattr(op, "name", None)) else op.type for op in ops]


def test_adds_no_op_to_a_traced_program(lenet: Path, tmp_path: Path) -> None:
    source = lenet.read_text()
    bare = tmp_path / "bare.py"
    bare.write_text(re.sub(r"^ +check_shape\(.*\n", "", source, flags=re.M))
    assert bare.read_text().count("check_shape") == 1  # only the import is left
    with_checks = op_names(traced(lenet))
    assert len(with_checks) >= 20
    assert with_checks == op_names(traced(bare))


# In a process of its own: a trace that fails leaves Paddle (3.3.1) with records of a
# dead program, on which a later export in the same process crashes.
FAILING_TRACE = """
import sys
from pathlib import Path
from pmruntime.machine.cpu import apply_cpu_settings, import_paddle
apply_cpu_settings()
import_paddle()
from tests.runtime.test_checks import op_names, traced
from pmruntime.checks import ShapeError
try:
    op_names(traced(Path(sys.argv[1])))
except ShapeError as error:
    print(error)
"""


def test_is_still_checked_while_tracing(lenet: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(lenet.read_text().replace("120, 1, 1)", "120, 2, 2)"))
    done = subprocess.run(
        [sys.executable, "-c", FAILING_TRACE, str(wrong)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    said = "conv3 (lenet.yaml:11): expected [N, 120, 2, 2], got [N, 120, 1, 1]"
    assert said in done.stdout, done.stderr


def test_exported_network_runs_with_another_batch(lenet: Path, tmp_path: Path) -> None:
    model = traced(lenet)
    paddle.jit.save(model, str(tmp_path / "lenet"))
    loaded = paddle.jit.load(str(tmp_path / "lenet"))
    for batch in (1, 5):
        x = paddle.rand([batch, 1, 28, 28])
        assert (loaded(x) - model(x)).abs().max().item() < 1e-6  # type: ignore[operator]
