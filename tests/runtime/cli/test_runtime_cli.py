"""The command line as a person or pmgen calls it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("paddle")
pytest.importorskip("mlxtend")

pytestmark = pytest.mark.paddle


def run(
    *arguments: object, cwd: Path | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pmruntime", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **env},
    )


RECIPE = json.dumps(
    {"name": "quick", "optimizer": {"Adam": {"learning_rate": 0.01}}, "batch_size": 50}
)


def test_lenet_learns_digits_and_eval_agrees(lenet: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    arguments = ("train", lenet, "--data", "digits", "--out", out)
    done = run(*arguments, "--recipe-json", RECIPE, "--epochs", 3, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert os.listdir(tmp_path) == ["run"]  # nothing is written elsewhere
    assert "41,806 parameters, 4,000 images" in done.stdout
    assert done.stdout.count("\nepoch ") == 3
    assert "WISELY" not in done.stderr
    summary = json.loads((out / "summary.json").read_text())
    assert summary["val"]["accuracy"] > 0.85
    assert summary["val"]["n"] == 1000

    options = ("--data", "digits", "--no-report")
    measured = run("eval", out, *options, "--format", "json")
    assert measured.returncode == 0, measured.stderr
    assert json.loads(measured.stdout)["val"] == summary["val"]
    assert not (out / "report.html").exists()
    elsewhere = ("--weights", "best", "--out", tmp_path / "best")
    table = run("eval", out, "--data", "digits", *elsewhere, COLUMNS="200")
    assert f"{summary['best']['accuracy']:.1%}" in table.stdout
    assert f"written: {tmp_path / 'best' / 'report.html'}" in table.stdout
    assert (tmp_path / "best" / "report.html").exists()

    again = run(*arguments)
    assert again.returncode == 1
    assert "already holds a run" in again.stderr


def test_mistakes_are_one_message_and_exit_1(lenet: Path, tmp_path: Path) -> None:
    arguments = ("train", lenet, "--data", "digits", "--out", tmp_path / "run")
    done = run(*arguments, "--set", "num_clases=10")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "error: unknown argument of LeNet `num_clases`",
        "  did you mean `num_classes`?",
    ]
    debug = run(*arguments, "--set", "num_clases=10", "--debug")
    assert debug.returncode == 1
    assert "Traceback" in debug.stderr
    assert not (tmp_path / "run").exists()


def test_what_nobody_foresaw_is_one_message_too(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text(
        "__all__ = ['Odd']\nfrom paddle import nn\n"
        "class Odd(nn.Layer):\n"
        "    input_shape = (1, 28, 28)\n"
        "    def forward(self, x):\n        raise KeyError('surprise')\n"
    )
    done = run("train", model, "--data", "digits", "--out", tmp_path / "run")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[0] == "error: KeyError: 'surprise'"


def test_a_wrong_command_line_names_the_program_that_was_typed() -> None:
    done = run("train", PMRUNTIME_PROG="pmgen")
    assert done.returncode == 2
    assert "Usage: pmgen train" in done.stderr
    assert "missing: GENERATED.py, --data NAME|DIR, --out RUN" in done.stderr


def test_a_command_line_says_what_it_lacks(lenet: Path) -> None:
    done = run("train", lenet, "--data", "digits")
    assert done.returncode == 2
    assert done.stderr.startswith("error: missing: --out RUN\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("eval", "run", "--data", "digits", "--against", "a", "--against", "b"),
         "error: --against takes one run, not 2"),
        (("train", "--resume", "run", "--set", "num_classes=9"),
         "error: --resume RUN takes everything but --data from RUN"),
        (("train", "--resume", "run", "--epochs", "9"),
         "error: --resume RUN takes everything but --data from RUN"),
    ],
)  # fmt: skip
def test_what_would_be_dropped_is_refused(words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert done.stderr.startswith(said)


@pytest.mark.skipif(os.name == "nt", reason="signals differ on Windows")
def test_ctrl_c_in_a_terminal(lenet: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    options = ("--data", "digits", "--out", str(out), "--epochs", "500")
    process = subprocess.Popen(
        [sys.executable, "-m", "pmruntime", "train", str(lenet), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 40
    while not (out / "metrics.jsonl").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == 130, stderr
    assert "everything is saved in" in stderr
    assert f"pmgen train --resume {out}" in stderr
    assert "Traceback" not in stderr
    assert (out / "weights.safetensors").exists()
