"""Whatever stands in a file, the compiler answers: 2,000 inputs here, more in
`make fuzz`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.inputs import Input, input_of
from tests.fuzz.property import MOST_GROWTH, Broken, check, peak_memory, prepare

COUNT = 2000
PART = 250


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.parametrize("first", range(0, COUNT, PART))
def test_every_input_is_answered(first: int, specs: Path) -> None:
    check(input_of(first), specs)
    before = peak_memory()
    broken = [_reason(seed, specs) for seed in range(first, first + PART)]
    assert not any(broken), "\n".join(filter(None, broken))
    assert peak_memory() - before < MOST_GROWTH


def _reason(seed: int, specs: Path) -> str:
    try:
        check(input_of(seed), specs)
    except Broken as error:
        return f"python -m tests.fuzz.run --seed {seed}: {error}"
    return ""


@settings(
    max_examples=100,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.one_of(st.binary(), st.text().map(lambda text: text.encode("utf-8"))))
def test_any_bytes_are_answered(specs: Path, data: bytes) -> None:
    check(Input(-1, "bytes", b"pmgen: 1\n" + data), specs)


@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.parametrize("seed", range(3))
def test_the_command_exits_with_0_or_1(style: str, seed: int, tmp_path: Path) -> None:
    path = tmp_path / "fuzzed.yaml"
    path.write_bytes(input_of(seed).data)
    done = subprocess.run(
        [sys.executable, "-m", "pmgen", "check", str(path), "--format", style],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode in (0, 1)
    assert b"Traceback" not in done.stdout + done.stderr
    if done.returncode:
        assert b"PM" in (done.stdout if style == "json" else done.stderr)


def test_the_property_notices_a_crash(
    specs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("from inside")

    monkeypatch.setattr("tests.fuzz.property.compile_spec", crash)
    with pytest.raises(Broken, match="RuntimeError: from inside"):
        check(Input(-1, "bytes", b"pmgen: 1\n"), specs)


def test_the_same_number_gives_the_same_input() -> None:
    assert [input_of(n) for n in range(50)] == [input_of(n) for n in range(50)]
    assert {input_of(n).kind for n in range(50)} == {"bytes", "tree", "mutation"}
