"""Who may write into a run's folder, and what of an earlier run is cleared."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pmruntime.problems import UserError
from pmruntime.runs.folder import RunFolder

OTHER = """
import sys
from pathlib import Path
from pmruntime.runs.folder import RunFolder

with RunFolder(Path(sys.argv[1])).claimed():
    print("claimed", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs fcntl")
def test_one_process_trains_in_a_folder(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run")
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, str(run.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"claimed\n"
        with (
            pytest.raises(UserError, match="another process is training"),
            run.claimed(),
        ):
            pass
        other.kill()  # nothing has to be cleaned up behind it
        other.wait()
        with run.claimed():
            pass
    assert not list(run.folder.iterdir())


def test_a_new_run_leaves_nothing_of_the_earlier(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.begin({}, {}, b"", {"spec.yaml": b""})
    for file in (run.visualdl / "log", run.summary, run.spec / "other.yaml"):
        file.parent.mkdir(exist_ok=True)
        file.touch()
    mine = tmp_path / "notes.txt"
    mine.touch()
    run.begin({}, {}, b"", {"spec.yaml": b""})
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert left == {
        "model.py", "recipe.json", "run.json", "spec", "spec/spec.yaml", "notes.txt"
    }  # fmt: skip
