"""The checks of generated code: what they accept, say, and leave untouched."""

from __future__ import annotations

import copy
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

paddle = pytest.importorskip("paddle")

from paddle import nn  # noqa: E402
from pmruntime.checks import (  # noqa: E402
    ShapeError,
    check_layer,
    check_shape,
    checked,
)
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


class Small(nn.Layer):  # type: ignore[misc]
    """A network as the compiler writes one, with a join."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2D(3, 4, 3, padding=1)
        self.conv_norm = nn.BatchNorm2D(4)
        self.pool = nn.MaxPool2D(2)
        self.out = nn.Conv2D(4, 4, 1)

    @checked
    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        x = self.conv_norm(self.conv(x))
        pool = self.pool(x)
        x = self.out(pool)
        total = x + pool
        check_layer(self, "total", total)
        return total

    def shapes(self) -> dict[str, tuple[object, ...]]:
        return {
            "input": ((3, 8, 8), "small.yaml:1"),
            "conv": ((4, 8, 8), "small.yaml:2", "conv_norm"),
            "pool": ((4, 4, 4), "small.yaml:3"),
            "out": ((4, 4, 4), "small.yaml:4"),
            "total": ((4, 4, 4), "small.yaml:5", None),
        }


class Cropped(nn.Layer):  # type: ignore[misc]
    """Gives what a layer gives, without its last column."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return self.layer(x)[:, :, :, :-1]


IMAGES = (2, 3, 8, 8)


@pytest.fixture
def small() -> Small:
    network = Small()
    network.eval()
    return network


def raises(layer: str) -> Any:
    return pytest.raises(ShapeError, match=rf"^{layer} \(small.yaml:\d\): expected ")


@pytest.mark.parametrize(
    ("sublayer", "layer"),
    [("conv", "conv"), ("conv_norm", "conv"), ("pool", "pool"), ("out", "out")],
)
def test_names_the_layer_of_which_a_part_was_replaced(
    small: Small, sublayer: str, layer: str
) -> None:
    small(paddle.rand(IMAGES))
    setattr(small, sublayer, Cropped(getattr(small, sublayer)))
    with raises(layer):
        small(paddle.rand(IMAGES))


def test_sees_what_a_hook_of_the_user_gives(small: Small) -> None:
    small.pool.register_forward_post_hook(lambda layer, inputs, x: x[:, :3])
    with raises("pool"):
        small(paddle.rand(IMAGES))


def test_names_a_join_and_the_input(small: Small) -> None:
    with raises("input"):
        small(paddle.rand([2, 3, 8, 9]))
    rows = small.shapes()
    small.shapes = lambda: {**rows, "total": ((4, 4, 5), "small.yaml:5")}
    with raises("total"):
        small(paddle.rand(IMAGES))


def test_none_leaves_the_sublayer_of_that_name_alone(small: Small) -> None:
    rows = small.shapes()
    pool = ((4, 4, 9), "small.yaml:3", None)
    small.shapes = lambda: {**rows, "pool": pool}
    small(paddle.rand(IMAGES))
    small.shapes = lambda: {**rows, "pool": (*pool, "conv_norm")}
    with raises("pool"):
        small(paddle.rand(IMAGES))


def test_calls_from_elsewhere_are_free(small: Small) -> None:
    """The parts of a network are layers like any other, before and after an error."""
    large = paddle.rand([1, 3, 20, 20])
    with raises("input"):
        small(large)
    assert [*small.pool(small.conv(large)).shape] == [1, 4, 10, 10]

    class Mine(Small):
        def forward(self, x: paddle.Tensor) -> paddle.Tensor:
            return self.pool(self.pool(self.conv(x)))

    assert [*Mine()(large).shape] == [1, 4, 5, 5]


def test_a_layer_under_two_names_is_held_to_the_one_that_is_called(
    small: Small,
) -> None:
    small.pool = small.out  # gives 8 x 8, and 4 x 4 as `out`
    with raises("pool"):
        small(paddle.rand(IMAGES))
    small.pool = nn.Sequential(small.out, nn.MaxPool2D(2))
    assert [*small(paddle.rand(IMAGES)).shape] == [2, 4, 4, 4]


def test_leaves_nothing_on_the_network(small: Small) -> None:
    keys, images = [*small.state_dict()], paddle.rand(IMAGES)
    before = {name: [*vars(layer)] for name, layer in small.named_sublayers()}
    wanted = small(images)
    after = {name: [*vars(layer)] for name, layer in small.named_sublayers()}
    assert after == before
    assert [*small.state_dict()] == keys
    assert len(small.parameters()) == 8
    for other in (copy.deepcopy(small), paddle.DataParallel(small)):
        assert (other(images) - wanted).abs().max().item() == 0
    copied = copy.deepcopy(small)
    copied.pool = Cropped(copied.pool)
    with raises("pool"):
        copied(images)
    assert small(images) is not None


def test_threads_share_a_network(small: Small) -> None:
    def run(seed: int) -> list[int]:
        good = [small(paddle.rand([seed % 3 + 1, *IMAGES[1:]])) for _ in range(5)]
        with raises("input"):
            small(paddle.rand([2, 3, 9, 8]))
        return [x.shape[0] for x in good]

    with ThreadPoolExecutor(4) as pool:
        for seed, found in enumerate(pool.map(run, range(12))):
            assert found == [seed % 3 + 1] * 5


@pytest.mark.parametrize("full_graph", [True, False, None])
def test_to_static(small: Small, full_graph: bool | None) -> None:
    images = paddle.rand(IMAGES)
    wanted = small(images)
    chosen = {} if full_graph is None else {"full_graph": full_graph}
    program = paddle.jit.to_static(copy.deepcopy(small), **chosen)
    program.eval()
    assert (program(images) - wanted).abs().max().item() < 1e-6
    assert [*program(paddle.rand([5, 3, 8, 8])).shape] == [5, 4, 4, 4]


def test_an_exported_program_checks_nothing(small: Small, tmp_path: Path) -> None:
    path = str(tmp_path / "small")
    free = paddle.static.InputSpec([None, 3, None, None], "float32", "x")
    paddle.jit.save(small, path, input_spec=[free])
    program = paddle.jit.load(path)
    large = paddle.rand([2, 3, 20, 20])
    with raises("input"):
        small(large)
    assert [*program(large).shape] == [2, 4, 10, 10]
    images = paddle.rand(IMAGES)
    assert (program(images) - small(images)).abs().max().item() < 1e-6


def test_bytecode_is_traced_in_one_piece(small: Small) -> None:
    """A `$resume` is where Paddle had to cut the program."""
    cache = pytest.importorskip(
        "paddle.jit.sot.opcode_translator.executor.executor_cache"
    ).OpcodeExecutorCache()
    cache.clear()
    program = paddle.jit.to_static(small, full_graph=False)
    program(paddle.rand(IMAGES))
    names = [code.co_name for code in cache.cache]
    assert names
    assert not [name for name in names if "resume" in name]


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
    assert source.count("    @checked\n") == 1
    bare.write_text(source.replace("    @checked\n", ""))
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
    wrong.write_text(lenet.read_text().replace("(120, 1, 1)", "(120, 2, 2)"))
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
