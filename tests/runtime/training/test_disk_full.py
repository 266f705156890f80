"""A disk that is full: one message, nothing lost, and `--resume` goes on."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

resource = pytest.importorskip("resource")
pytest.importorskip("paddle")

from pmruntime.cli import cli  # noqa: E402
from pmruntime.machine.machine import Machine  # noqa: E402
from pmruntime.problems import UserError  # noqa: E402
from pmruntime.recipe.recipe import parse_recipe  # noqa: E402
from pmruntime.training import session  # noqa: E402
from pmruntime.training.run import TrainingStoppedError, resume, train  # noqa: E402

from tests.support.runs.interrupting import NOISY, StopAt, assert_same_run, write_idx  # noqa: E402

pytestmark = pytest.mark.paddle

RECIPE = parse_recipe(
    {"optimizer": {"Adam": {"learning_rate": 0.02}}, "epochs": 3, "batch_size": 8}
)
MACHINE = Machine(device="cpu", workers=0)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that had all the room it wanted; beside it are its data and its source."""
    folder = tmp_path_factory.mktemp("room")
    (folder / "noisy.py").write_text(NOISY)
    data = write_idx(folder / "data")
    train(folder / "noisy.py", data, folder / "run", recipe=RECIPE, machine=MACHINE)
    return folder / "run"


def stopped_early(whole: Path, out: Path) -> bytes:
    """A run like `whole`, stopped in epoch 2; what its checkpoint holds."""
    data, source = str(whole.parent / "data"), whole.parent / "noisy.py"
    with pytest.raises(TrainingStoppedError):
        train(source, data, out, recipe=RECIPE, machine=MACHINE, callback=StopAt(9))
    return (out / "checkpoint.safetensors").read_bytes()


def call_resume(out: Path) -> Result:
    options = ["--checkpoint-seconds", "0", "--device", "cpu", "--workers", "0"]
    return CliRunner().invoke(cli, ["train", "--resume", str(out), *options])


def assert_told(result: Result, file: Path, reason: str) -> None:
    """One message that names the file, the reason, what is left and how to go on."""
    assert result.exit_code == 1, result.output
    error, help_ = result.stderr.splitlines()
    assert error.startswith(f"error: cannot write `{file}`: "), error
    assert reason in error
    assert error.endswith("the file of before is whole")
    assert "--resume" in help_
    assert not [name for name in os.listdir(file.parent) if name.endswith(".tmp")]


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file may grow further: the system's own refusal, which needs no full disk.

    (Python ignores the signal that comes with it.)
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("name", ["checkpoint.safetensors", "metrics.jsonl"])
def test_the_system_refuses(whole: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "run"
    checkpoint = stopped_early(whole, out)
    size = (out / name).stat().st_size - 100
    with file_size_limit(size):
        result = call_resume(out)
    assert_told(result, out / name, "File too large")
    assert (out / "checkpoint.safetensors").read_bytes() == checkpoint
    assert call_resume(out).exit_code == 0
    assert_same_run(whole, out)


def test_a_disk_that_is_really_full(whole: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(disk)]
    if (
        not shutil.which("mount")
        or subprocess.run(mount, capture_output=True).returncode
    ):
        pytest.skip("a small disk cannot be mounted here (that needs root)")
    try:
        out = disk / "run"
        checkpoint = stopped_early(whole, out)
        free = shutil.disk_usage(disk).free
        (disk / "filler").write_bytes(bytes(free - 4096))
        assert_told(call_resume(out), out / "checkpoint.safetensors", "No space left")
        with (disk / "filler").open("ab") as filler:
            filler.write(bytes(shutil.disk_usage(disk).free))
        assert_told(call_resume(out), out / "metrics.jsonl", "No space left")
        assert (out / "checkpoint.safetensors").read_bytes() == checkpoint
        (disk / "filler").unlink()
        assert call_resume(out).exit_code == 0
        assert_same_run(whole, out)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize(
    "name",
    [
        "checkpoint.safetensors",
        "weights.safetensors",
        "best.safetensors",
        "metrics.jsonl",
        "curve.png",
        "summary.json",
    ],
)
def test_whatever_file_it_strikes(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """At the very end, where most is written and least may be lost."""
    out = tmp_path / "run"
    data, source = str(whole.parent / "data"), whole.parent / "noisy.py"
    replace, left = os.replace, {"curve.png": 0, "summary.json": 0}.get(name, 2)

    def refuse(here: Path, there: Path) -> None:
        nonlocal left
        if Path(there).name == name:
            left -= 1
            if left < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace(here, there)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(UserError, match=rf"{name}`: No space left on device; "):
            train(source, data, out, recipe=RECIPE, machine=MACHINE)
    assert not (out / "summary.json").exists()
    with monkeypatch.context() as patch:
        patch.setattr(session, "draw_curve", lambda *_: True)
        resume(out, machine=MACHINE)
    assert_same_run(whole, out)


def test_no_room_for_the_run_itself(whole: Path, tmp_path: Path) -> None:
    """Nothing is trained where nothing can be kept."""
    data, source = str(whole.parent / "data"), whole.parent / "noisy.py"
    with (
        file_size_limit(300),
        pytest.raises(UserError, match=r"run\.json`: File too large; nothing is left"),
    ):
        train(source, data, tmp_path / "run", recipe=RECIPE, machine=MACHINE)
