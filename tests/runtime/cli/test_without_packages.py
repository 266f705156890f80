"""The commands where the packages of an extra are not installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HIDDEN = """\
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("paddle", "numpy", "cv2"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
from pmruntime.cli import cli
cli(sys.argv[1:])
"""


@pytest.mark.parametrize(
    ("line", "needed"),
    [
        ("train model.py --data digits --out run", "PaddlePaddle"),
        ("eval run --data digits", "PaddlePaddle"),
        ("predict run a.png", "PaddlePaddle"),
        ("export run --format onnx --out out", "PaddlePaddle"),
        ("weights import model.py a.pth -o out", "PaddlePaddle"),
        ("data check .", "NumPy"),
        ("data show . -o out.png", "NumPy"),
    ],
)
def test_a_command_says_what_to_install(tmp_path: Path, line: str, needed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HIDDEN, *line.split()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    first, second = done.stderr.splitlines()
    assert first.startswith("error: ")
    assert f"needs {needed}, which is not installed" in first
    assert "pip install 'pmgen[cpu]'" in second
    assert not list(tmp_path.iterdir())
