"""SIGKILL at any moment costs the steps since the last checkpoint, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("paddle")

from pmruntime.runs.folder import RunFolder

from tests.support.runs.interrupting import NOISY, assert_same_run, environment

pytestmark = [
    pytest.mark.paddle,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL"),
]

KILLS = 50
STEPS = 25 * 16


def test_killed_at_fifty_moments(tmp_path: Path) -> None:
    source = tmp_path / "noisy.py"
    source.write_text(NOISY)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.support.runs.killing",
            str(source),
            str(tmp_path),
            str(KILLS),
        ],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=170,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    phases = Counter(kill["phase"] for kill in report)
    print(dict(phases), "half-written:", sum(kill["half-written"] for kill in report))

    # The kills hit a living process, at many steps, in all that it does.
    assert sum(kill["alive"] for kill in report) == KILLS
    steps = [kill["step"] for kill in report]
    assert steps == sorted(steps)
    assert steps[-1] < STEPS
    assert len(set(steps)) > 10
    assert len(phases) >= 3
    # No more is ever left over than what the last process was writing.
    assert max(kill["half-written"] for kill in report) <= 1

    assert_same_run(tmp_path / "whole", tmp_path / "killed")
    written = set(os.listdir(tmp_path / "killed"))
    assert written == {*RunFolder.FILES} - {*RunFolder.EVAL_FILES, "curve.png"}
