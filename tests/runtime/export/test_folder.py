"""Where an export may be written, and that it appears whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("paddle")
pytestmark = pytest.mark.paddle

from click.testing import CliRunner, Result  # noqa: E402
from pmruntime.cli import cli  # noqa: E402
from pmruntime.export.folder import check_free, new_folder  # noqa: E402
from pmruntime.problems import UserError  # noqa: E402

from tests.support.runs.used_run import make_run  # noqa: E402


@pytest.fixture
def run(tiny: Path, tmp_path: Path) -> Path:
    return make_run(tmp_path / "run", tiny)


def exported(run: Path, out: Path, *options: str) -> Result:
    arguments = [str(run), "--format", "paddle", "--out", str(out), *options]
    return CliRunner().invoke(cli, ["export", *arguments])


def test_an_export_is_replaced_with_force_only(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()  # empty, hence free
    done = exported(run, out)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "Tiny (last weights) as model" in done.stdout
    assert "in batches of 1 and 3" in done.stdout
    before = (out / "preprocessing.json").stat().st_ino
    done = exported(run, out)
    assert done.exit_code == 1
    assert "already holds an export" in done.stderr
    assert (out / "preprocessing.json").stat().st_ino == before

    (out / "model.onnx").write_text("of an earlier export")
    assert exported(run, out, "--force").exit_code == 0
    assert not (out / "model.onnx").exists()
    assert sorted(os.listdir(tmp_path)) == ["out", "run", "tiny.py"]


@pytest.mark.parametrize("options", [(), ("--force",)])
def test_nothing_of_anothers_is_overwritten(
    run: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    before = {path: path.read_bytes() for path in run.iterdir()}
    done = exported(run, run, *options)
    assert done.exit_code == 1
    assert "but no export" in done.stderr
    assert {path: path.read_bytes() for path in run.iterdir()} == before

    out = tmp_path / "out"
    assert exported(run, out).exit_code == 0
    (out / "notes.txt").write_text("mine")
    done = exported(run, out, *options)
    assert "`notes.txt` beside an export" in done.stderr
    assert (out / "notes.txt").read_text() == "mine"

    done = exported(run, run / "run.json", *options)
    assert "is a file, not a folder" in done.stderr


def test_a_record_of_another_kind_is_no_export(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for text in ('{"format": "else"}', "not JSON", "[]"):
        (out / "preprocessing.json").write_text(text)
        with pytest.raises(UserError, match="but no export"):
            check_free(out, force=True)


def test_a_failure_leaves_the_earlier_folder(tmp_path: Path) -> None:
    out = tmp_path / "a" / "b" / "out"

    def write(text: str, failure: type[BaseException] | None = None) -> None:
        with new_folder(out) as new:
            (new / "file").write_text(text)
            if failure is not None:
                raise failure

    with pytest.raises(KeyboardInterrupt):
        write("half", KeyboardInterrupt)
    assert os.listdir(tmp_path) == []
    write("first")
    with pytest.raises(KeyboardInterrupt):
        write("half", KeyboardInterrupt)
    assert (out / "file").read_text() == "first"
    write("second")
    assert (out / "file").read_text() == "second"
    assert os.listdir(out.parent) == ["out"]


def test_a_network_that_cannot_be_traced_is_one_message(tmp_path: Path) -> None:
    # In a process of its own: a failed trace spoils the later ones of its process.
    source = tmp_path / "odd.py"
    source.write_text(
        "__all__ = ['Odd']\nfrom paddle import nn\n\n\n"
        "class Odd(nn.Layer):\n"
        "    input_shape = (1, 4, 4)\n\n"
        "    def forward(self, x):\n"
        "        return {}[type(x).__name__]\n"
    )
    run = make_run(tmp_path / "run", source)
    arguments = [str(run), "--format", "paddle", "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-m", "pmruntime", "export", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 1
    assert done.stdout == ""
    first, *rest = done.stderr.splitlines()
    assert first.startswith("error: the network cannot be exported: ")
    assert len(rest) == 1
    assert not (tmp_path / "out").exists()
