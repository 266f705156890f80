"""Training in two processes, on a CPU over gloo, against training in one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

paddle = pytest.importorskip("paddle")

from pmruntime.evaluation.evaluate import evaluate_run  # noqa: E402
from pmruntime.inference.split_metrics import evaluate  # noqa: E402
from pmruntime.machine.device import use_device  # noqa: E402
from pmruntime.machine.machine import Machine  # noqa: E402
from pmruntime.machine.world import World  # noqa: E402
from pmruntime.model.loading import load_model_class  # noqa: E402
from pmruntime.problems import UserError  # noqa: E402
from pmruntime.recipe.recipe import parse_recipe  # noqa: E402
from pmruntime.runs.callback import Callback  # noqa: E402
from pmruntime.runs.checkpoint import read_tensors  # noqa: E402
from pmruntime.training.run import resume, train  # noqa: E402
from safetensors.numpy import save_file  # noqa: E402

from tests.runtime.machine.test_launch import alive, wait_until  # noqa: E402
from tests.support.runs.tiny_data import make_tiny_data  # noqa: E402

pytestmark = [
    pytest.mark.paddle,
    pytest.mark.skipif(
        os.name != "posix" or not paddle.distributed.is_available(),
        reason="this Paddle has no distributed part",
    ),
]

# No BatchNorm, which would see other batches; a second head, as Inception has.
HEADS = """
from paddle import nn

__all__ = ["Heads"]


class Heads(nn.Layer):
    input_shape = (1, 4, 4)
    loss_weights = (1.0, 0.3)

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2D(1, 4, 3)
        self.fc = nn.Linear(16, 3)
        self.early = nn.Linear(16, 3)

    def forward(self, x):
        main = self.fc(nn.functional.relu(self.conv(x)).flatten(1))
        return (main, self.early(x.flatten(1))) if self.training else main
"""
# All that depends on how many processes there are. Of 41 images the last batch holds
# one, which leaves the second process with none.
THOROUGH = {
    "optimizer": {"Momentum": {"learning_rate": 0.05, "weight_decay": 0.001}},
    "epochs": 3,
    "batch_size": 8,
    "accumulate": 2,
    "clip_norm": 0.5,
    "ema": 0.8,
    "views": 2,
    "augment": {"brightness": 0.2, "flip_horizontal": 0.5},
    "loss": {"class_weights": "balanced", "label_smoothing": 0.1},
}
LONG = {"optimizer": {"Adam": {"learning_rate": 0.01}}, "epochs": 25, "batch_size": 8}


def idx(array: np.ndarray) -> bytes:
    header = struct.pack(f">{1 + array.ndim}I", 0x0800 + array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "noise"
    folder.mkdir()
    data = make_tiny_data(train=41)
    for split, name in ((data.train, "train"), (data.val, "t10k")):
        (folder / f"{name}-images-idx3-ubyte").write_bytes(idx(split.images[:, 0]))
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(idx(split.labels))
    return folder


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `pmruntime train ... --nproc 2`; what is left at the end is killed."""
    cwd = tmp_path / "cwd"
    cwd.mkdir()
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "pmruntime", "train", *map(str, arguments)]
        process = subprocess.Popen(
            [*command, "--nproc", "2", "--device", "cpu"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()  # its processes follow: they notice
        process.communicate()
    assert os.listdir(cwd) == []


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def metrics(run: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (run / "metrics.jsonl").open()]
    return [{key: row[key] for key in ("epoch", "lr", "train", "val")} for row in rows]


def near(value: Any) -> Any:
    """The same structure, its numbers equal but for the last bits."""
    if isinstance(value, dict):
        return {key: near(entry) for key, entry in value.items()}
    return pytest.approx(value, rel=1e-5) if isinstance(value, float) else value


def check_tensors(one: Path, two: Path, tolerance: float = 1e-6) -> None:
    left, right = read_tensors(one)[0], read_tensors(two)[0]
    assert left.keys() == right.keys()
    for name, values in left.items():
        np.testing.assert_allclose(
            right[name], values, rtol=tolerance, atol=tolerance, err_msg=name
        )


def test_two_processes_equal_one(folder: Path, start: Start, tmp_path: Path) -> None:
    model = tmp_path / "heads.py"
    model.write_text(HEADS)
    one, two = tmp_path / "one", tmp_path / "two"
    process = start(
        model, "--data", folder, "--out", two, "--recipe-json", json.dumps(THOROUGH)
    )
    alone = train(model, str(folder), one, recipe=parse_recipe(THOROUGH))
    stdout, stderr = process.communicate(timeout=100)
    assert process.returncode == 0, stderr
    assert stdout.count("\nepoch ") == 3
    assert sorted(os.listdir(one)) == sorted(os.listdir(two))
    for name in ("weights", "best", "checkpoint"):
        check_tensors(one / f"{name}.safetensors", two / f"{name}.safetensors")
    assert metrics(two) == [near(row) for row in metrics(one)]
    together = read(two / "summary.json")
    for summary in (alone, together):
        del summary["seconds"]
    assert together == near(alone)
    assert together["val"]["n"] == 37
    assert together["train"]["n"] == 41
    assert read(two / "run.json")["processes"] == 2


def test_two_processes_fine_tune_as_one(
    folder: Path, start: Start, tmp_path: Path
) -> None:
    """A frozen BatchNorm sees its statistics alone, so it does not mind the share."""
    model, weights = tmp_path / "heads.py", tmp_path / "weights.safetensors"
    text = HEADS.replace("nn.Conv2D(1, 4, 3)", "nn.Conv2D(1, 4, 3)\n        "
                         "self.conv_norm = nn.BatchNorm2D(4)")  # fmt: skip
    model.write_text(text.replace("self.conv(x)", "self.conv_norm(self.conv(x))"))
    paddle.seed(3)
    net = load_model_class(model)()
    net(paddle.randn([9, 1, 4, 4]))
    given = {name: tensor.numpy() for name, tensor in net.state_dict().items()}
    save_file(given, weights)
    recipe = {**THOROUGH, "freeze": ["conv"], "learning_rates": {"early": 0.1}}
    one, two = tmp_path / "one", tmp_path / "two"
    process = start(
        model, "--data", folder, "--out", two, "--recipe-json", json.dumps(recipe),
        "--weights", weights,
    )  # fmt: skip
    train(model, str(folder), one, recipe=parse_recipe(recipe), weights=weights)
    stdout, stderr = process.communicate(timeout=100)
    assert process.returncode == 0, stderr
    assert stdout.count("10 tensors matched") == 1
    for name in ("weights", "best", "checkpoint"):
        check_tensors(one / f"{name}.safetensors", two / f"{name}.safetensors")
    found = read_tensors(two / "weights.safetensors")[0]
    for name, array in given.items():
        same = found[name].tobytes() == array.tobytes()
        assert same == name.startswith("conv"), name


def test_stopped_twice_and_resumed(
    tiny: Path, folder: Path, start: Start, tmp_path: Path
) -> None:
    """By the death of the launcher, then by Ctrl-C; to the bits of a run in one go."""
    arguments = ("--data", folder, "--recipe-json", json.dumps(LONG))
    out, whole = tmp_path / "run", tmp_path / "whole"
    pids = tmp_path / "pids"
    tiny.write_text(
        f"import os\nopen({str(pids)!r}, 'a').write(f'{{os.getpid()}} ')\n"
        # Slow enough to be stopped on the way.
        + tiny.read_text().replace(
            "return", "__import__('time').sleep(0.01)\n        return"
        )
    )
    first = start(tiny, *arguments, "--out", out)
    wait_until((out / "metrics.jsonl").exists)
    first.kill()
    ranks = [int(pid) for pid in pids.read_text().split()]
    assert len(ranks) == 2
    wait_until(lambda: not any(map(alive, ranks)))
    done = len(metrics(out))
    assert done < 25

    second = start("--resume", out)
    wait_until(lambda: len(metrics(out)) > done)
    second.send_signal(signal.SIGINT)
    stdout, stderr = second.communicate(timeout=60)
    assert second.returncode == 130, stderr
    assert "\ngoing on after " in stdout
    assert stderr.startswith("error: stopped in epoch ")
    assert stderr.count("\n") == 2
    assert len(metrics(out)) < 25

    moved = tmp_path / "moved"
    shutil.copytree(out, moved)
    third = start("--resume", out)
    at_once = start(tiny, *arguments, "--out", whole)
    heard = _Heard()
    resume(moved, callback=heard)  # in one process, which is not forbidden
    assert any("note: " in line and "processes" in line for line in heard.lines)
    assert len(metrics(moved)) == 25
    for process in (third, at_once):
        stderr = process.communicate(timeout=100)[1]
        assert process.returncode == 0, stderr
    check_tensors(whole / "weights.safetensors", out / "weights.safetensors", 0)
    assert metrics(whole) == metrics(out)
    # The statistics of BatchNorm that are kept are those that were validated.
    measured = evaluate_run(whole, str(folder), device="cpu")
    assert measured["val"] == near(read(whole / "summary.json")["val"])


class _Heard(Callback):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def log(self, text: str) -> None:
        self.lines.append(text)


def test_one_failing_process_ends_both(
    tiny: Path, folder: Path, start: Start, tmp_path: Path
) -> None:
    tiny.write_text(
        "import os\n"
        + tiny.read_text().replace(
            "        return",
            "        if self.training and os.environ['PADDLE_TRAINER_ID'] == '1':\n"
            "            raise KeyError('surprise')\n        return",
        )
    )
    process = start(tiny, "--data", folder, "--out", tmp_path / "run")
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert stderr.splitlines() == [
        "error: KeyError: 'surprise'",
        "  `--debug` shows where it happened",
    ]


def test_synchronised_batch_norm_needs_gpus(
    tiny: Path, folder: Path, tmp_path: Path
) -> None:
    recipe = parse_recipe({"sync_batch_norm": True})
    machine = Machine(device="cpu", world=World(0, 2))
    with pytest.raises(UserError, match="GPUs only"):
        train(tiny, str(folder), tmp_path / "run", recipe=recipe, machine=machine)
    assert not (tmp_path / "run").exists()


def test_each_process_has_a_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the parts of Paddle that ask for GPUs stood in for."""
    selected: list[str] = []
    monkeypatch.setattr(paddle, "set_device", selected.append)
    monkeypatch.setattr("pmruntime.machine.device._has_gpu", lambda required: True)
    monkeypatch.setattr(
        paddle.distributed, "ParallelEnv", lambda: SimpleNamespace(device_id=1)
    )
    monkeypatch.setattr(paddle.device.cuda, "device_count", lambda: 2)
    assert use_device("auto") == "gpu:1"
    assert selected == ["gpu:1"]
    monkeypatch.setattr(paddle.device.cuda, "device_count", lambda: 1)
    with pytest.raises(UserError, match="use GPU 1, counted from 0, but Paddle sees 1"):
        use_device("gpu")
    assert use_device("cpu") == "cpu"


class _Noted(World):
    """A process that notes its share, and is given the shares of all."""

    def gather(self, rows: np.ndarray) -> np.ndarray:
        SHARES[self.rank] = rows
        if len(SHARES) < self.size:
            return np.repeat(rows, self.size, axis=0)
        return np.stack([SHARES[r] for r in range(self.size)], 1).reshape(-1, 3)


SHARES: dict[int, np.ndarray] = {}


@pytest.mark.parametrize("n", [1, 2, 37, 65])
def test_validation_counts_every_image_once(n: int, tiny: Path) -> None:
    data = make_tiny_data(val=n)
    paddle.seed(0)
    model = load_model_class(tiny)()
    SHARES.clear()
    asked = [0, 0]
    for rank in (0, 1):

        def ask(done: int, rank: int = rank) -> None:
            assert 0 < done <= n
            asked[rank] += 1

        shared = evaluate(
            model, data.val, data.preprocessing, world=_Noted(rank, 2), on_batch=ask
        )
    alone = evaluate(model, data.val, data.preprocessing)
    assert shared.as_json() == near(alone.as_json())
    assert asked[0] == asked[1]  # the question is put to all together


def test_nproc_is_not_for_a_launched_process(
    tiny: Path, folder: Path, tmp_path: Path
) -> None:
    given = (tiny, "--data", folder, "--out", tmp_path / "run", "--nproc", "2")
    done = subprocess.run(
        [sys.executable, "-m", "pmruntime", "train", *given],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PADDLE_TRAINERS_NUM": "2",
        },
    )
    assert done.returncode == 2
    assert "leave out --nproc" in done.stderr
