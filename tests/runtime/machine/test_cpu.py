"""Settings made for AMD alone, and never over the user's own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pmruntime.machine.cpu import _container_quota, apply_cpu_settings, usable_cores


def cpuinfo(folder: Path, vendor: str, flags: str) -> Path:
    path = folder / "cpuinfo"
    path.write_text(f"processor\t: 0\nvendor_id\t: {vendor}\nflags\t\t: fpu {flags}\n")
    return path


@pytest.mark.parametrize(
    ("vendor", "flags", "expected"),
    [
        ("AuthenticAMD", "avx avx2 avx512f", "7"),
        ("AuthenticAMD", "avx avx2", "5"),
        ("AuthenticAMD", "avx", None),
        ("GenuineIntel", "avx avx2 avx512f", None),
    ],
)
def test_mkl_path(
    tmp_path: Path, vendor: str, flags: str, expected: str | None
) -> None:
    env: dict[str, str] = {}
    settings = apply_cpu_settings(None, env, cpuinfo(tmp_path, vendor, flags))
    assert env.get("MKL_DEBUG_CPU_TYPE") == expected == settings.mkl_path
    assert env["OMP_NUM_THREADS"] == str(usable_cores()) == settings.threads
    assert ("MKL_DEBUG_CPU_TYPE" in settings.set_by_us) == (expected is not None)


def test_the_users_own_values_stay(tmp_path: Path) -> None:
    own = {
        "OMP_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "ACTIVE",
        "MKL_DEBUG_CPU_TYPE": "4",
    }
    env = dict(own)
    settings = apply_cpu_settings(None, env, cpuinfo(tmp_path, "AuthenticAMD", "avx2"))
    assert env == own
    assert settings.waiting == "ACTIVE"
    assert settings.set_by_us == ()


@pytest.mark.parametrize(
    ("processes", "expected"), [("2", "4"), ("3", "2"), ("9", "1")]
)
def test_processes_of_one_training_share_the_cores(
    processes: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pmruntime.machine.cpu.usable_cores", lambda: 8)
    env = {"PADDLE_LOCAL_SIZE": processes}
    assert apply_cpu_settings(None, env, tmp_path / "none").threads == expected
    assert apply_cpu_settings(5, env, tmp_path / "none").threads == "5"


def test_an_option_overrides_the_threads(tmp_path: Path) -> None:
    env = {"OMP_NUM_THREADS": "1"}
    settings = apply_cpu_settings(3, env, tmp_path / "none")
    assert env == {"OMP_NUM_THREADS": "3"}
    assert settings.as_json() == {
        "threads": "3",
        "waiting": None,
        "mkl_path": None,
        "set_by_us": ("OMP_NUM_THREADS",),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [("200000 100000", 2), ("150000 100000", 2), ("max 100000", None), ("", None)],
)
def test_container_quota(tmp_path: Path, text: str, expected: int | None) -> None:
    path = tmp_path / "cpu.max"
    path.write_text(text)
    assert _container_quota(path) == expected
    assert _container_quota(tmp_path / "none") is None


def test_help_and_the_package_itself_do_not_import_paddle() -> None:
    code = (
        "import sys, json, pmruntime, pmruntime.cli as c\n"
        "c.cli(['train', '--help'], standalone_mode=False)\n"
        "heavy = {'paddle', 'numpy', 'pmgen'}\n"
        "print(json.dumps(sorted(heavy & set(sys.modules))))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "--epochs" in run.stdout
    assert "--recipe-json" not in run.stdout  # between the two programs alone
    assert json.loads(run.stdout.splitlines()[-1]) == []


def test_the_runtime_never_imports_the_compiler() -> None:
    import pmruntime

    sources = list(Path(pmruntime.__file__).parent.rglob("*.py"))
    assert len(sources) > 15
    for source in sources:
        text = source.read_text(encoding="utf-8")
        assert "import pmgen" not in text, source
        assert "from pmgen" not in text, source
        # They unpickle. (Of pickle's modules only pickletools is imported, which names
        # a pickle's steps and runs none: tests/house/test_invariants.py.)
        assert "paddle.load(" not in text, source
        assert "paddle.jit.load(" not in text, source
