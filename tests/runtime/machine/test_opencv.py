"""Two packages of OpenCV in one environment are noticed before they do harm."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pmruntime
import pytest
from pmruntime.machine.opencv import OURS, installed, mixed

HALTED = "import sys; sys.modules['cv2'] = None; "


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """A folder in which opencv-python looks installed."""
    info = tmp_path / "opencv_python-4.8.0.76.dist-info"
    info.mkdir()
    about = "Metadata-Version: 2.1\nName: opencv-python\nVersion: 4.8.0.76\n"
    (info / "METADATA").write_text(about)
    return tmp_path


def python(code: str, path: Path) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.insert(0, {str(path)!r}); {code}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def test_two_packages_are_named_once_with_the_way_out(second: Path) -> None:
    done = python("import pmruntime.data.decode, pmruntime.data.augment", second)
    assert done.returncode == 0
    assert done.stderr.count("warning:") == 1
    [ours] = [name for name in installed() if name.startswith(f"{OURS} ")]
    assert f"{ours} and opencv-python 4.8.0.76 overwrite" in done.stderr
    assert f"pip uninstall -y {OURS} opencv-python && pip install {OURS}" in done.stderr


def test_one_package_is_no_word_worth(tmp_path: Path) -> None:
    assert mixed(installed()) is None
    assert python("import pmruntime.machine.opencv", tmp_path).stderr == ""


def test_files_gone_with_another_package(tmp_path: Path) -> None:
    # What is left after `pip uninstall opencv-python`: pip would install nothing.
    code = HALTED + "from pmruntime.cli import cli; cli(['data', 'check', '.'])"
    done = python(code, tmp_path)
    assert done.returncode == 1
    assert f"files of {OURS}" in done.stderr
    assert "are gone" in done.stderr
    assert f"pip install {OURS}" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_runtime_imports_opencv_in_one_place() -> None:
    sources = Path(pmruntime.__file__).parent.rglob("*.py")
    importing = [p.name for p in sources if "\nimport cv2\n" in p.read_text("utf-8")]
    assert sorted(importing) == ["readme.py"], "a README for users imports it too"
