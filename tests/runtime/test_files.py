"""Files are whole or unchanged; a run's folder is never taken by accident."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from pmruntime.files import leftovers, read_json, write_atomic, write_json
from pmruntime.problems import UserError
from pmruntime.runs.folder import RunFolder


@pytest.mark.parametrize("fails", ["fsync", "replace"])
def test_a_failure_while_writing_leaves_the_earlier_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    path = tmp_path / "weights"
    write_atomic(path, b"earlier")

    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, fails, fail)
    with pytest.raises(UserError, match=r"weights`: No space left on .*is whole"):
        write_atomic(path, b"later")
    assert path.read_bytes() == b"earlier"
    assert os.listdir(tmp_path) == ["weights"]


def test_json_refuses_what_json_has_not(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "x.json", {"loss": float("nan")})
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("text", ["{", "[]", "\xff"])
def test_unreadable_json(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text, encoding="latin-1")
    with pytest.raises(UserError, match=r"x\.json"):
        read_json(tmp_path / "x.json")


def begin(folder: Path, **spec: bytes) -> RunFolder:
    run = RunFolder(folder)
    run.begin({"model": "Tiny"}, {"epochs": 1}, b"source", spec)
    return run


def test_a_run_is_replaced_only_by_force(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "run"
    run = begin(folder, **{"a.yaml": b"pmgen: 1", "blocks/b.yaml": b"pmgen: 1"})
    assert (folder / "spec" / "blocks" / "b.yaml").read_bytes() == b"pmgen: 1"
    run.write_metrics([{"epoch": 1}])
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match=r"(?s)already holds a run.*--force"):
        RunFolder(folder).check_free(force=False)
    RunFolder(folder).check_free(force=True)
    begin(folder)
    left = ["model.py", "notes.txt", "recipe.json", "run.json"]
    assert sorted(os.listdir(folder)) == left
    assert (folder / "notes.txt").read_text() == "mine"


def test_no_file_of_a_spec_leaves_the_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="would leave the run's folder"):
        begin(tmp_path / "run", **{"../b.yaml": b""})
    assert not (tmp_path / "run" / "b.yaml").exists()


def test_a_run_cut_short_while_it_is_replaced_is_still_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise neither `--force` nor `--resume` would take the folder any more."""
    unlink = Path.unlink
    for cut in range(len(RunFolder.FILES)):
        folder = tmp_path / str(cut)
        run = begin(folder, **{"a.yaml": b"pmgen: 1"})
        for name in RunFolder.FILES:
            (folder / name).touch()
        left = [cut]

        def fail(path: Path, missing_ok: bool = False, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            unlink(path, missing_ok)

        with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
            patch.setattr(Path, "unlink", fail)
            begin(folder)  # the last round cuts nothing short
        RunFolder(folder).check_free(force=True)
        assert run.read_record()["model"] == "Tiny"


def test_half_written_files_are_swept_away(tmp_path: Path) -> None:
    """Those of a run's names that a killed process left, and nothing else."""
    run = begin(tmp_path)
    kept = [".checkpoint.safetensors.mine.tmp", ".notes.txt.12.tmp", "weights.tmp"]
    for name in kept:
        (tmp_path / name).touch()
    before = sorted(os.listdir(tmp_path))
    for name in (".checkpoint.safetensors.12.tmp", ".metrics.jsonl.7.tmp"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half").touch()
    run.sweep()
    assert sorted(os.listdir(tmp_path)) == before


def test_files_of_nobody_knows_whom_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("mine")
    for force in (False, True):
        with pytest.raises(UserError, match=r"holds `model.py`, but no run"):
            RunFolder(tmp_path).check_free(force)


def test_a_folder_with_other_files_may_take_a_run(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    RunFolder(tmp_path).check_free(force=False)


def test_what_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="is a file"):
        RunFolder(tmp_path / "file").check_free(force=True)
    with pytest.raises(UserError, match="holds no run"):
        RunFolder(tmp_path).read_record()
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(UserError, match="not written by this runtime"):
        RunFolder(tmp_path).read_record()


def test_a_name_as_long_as_a_system_takes_is_written(tmp_path: Path) -> None:
    """The folder beside it is called after a digest, where its name has no room."""
    path = tmp_path / f"{'a' * 250}.py"
    write_atomic(path, b"x")
    assert path.read_bytes() == b"x"
    assert [item.name for item in tmp_path.iterdir()] == [path.name]
    assert leftovers(path) == []
