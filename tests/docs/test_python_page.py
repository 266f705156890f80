"""docs/python.md is one program, and it runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

pytest.importorskip("paddle")
pytest.importorskip("sklearn")


pytestmark = pytest.mark.paddle


def test_the_program_runs(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    [program] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "generated").mkdir()
    shutil.copy(ROOT / "generated" / "lenet_palm_relu.py", tmp_path / "generated")
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    assert "19,233,841 parameters" in done.stdout
    assert "validation accuracy" in done.stdout
    assert done.stdout.count("V00") == 10
    assert (tmp_path / "runs" / "python" / "report.html").exists()
