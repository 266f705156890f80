"""The same spec gives the same bytes: anywhere, on any hash seed, on any Python."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from pmgen.catalogue import generated_name, spec_paths

from tests.support.paths import ROOT

SPECS = spec_paths()
SLOW = {"error_too_many_layers"}  # lays out 50,000 layers before it refuses
WRONG = sorted(
    path.parent
    for path in (ROOT / "tests/cases").glob("*/stderr.txt")
    if path.parent.name not in SLOW and not path.with_name("arguments.txt").exists()
)

# Run where only the compiler and its dependencies can be imported.
PROGRAM = """\
import json, sys
from hashlib import sha256
from pathlib import Path
from pmgen.compile import compile_spec
from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.recipe.parse import parse_recipe
from pmgen.diagnostics.render import render_text

digests = {}
for name in sys.argv[1:]:
    path = Path(name)
    catalogue = next((p for p in path.resolve().parents if p.name == "specs"), None)
    if path.name == "recipe.yaml":
        diagnostics, code = Diagnostics(), None
        parse_recipe(path, diagnostics)
    else:
        result = compile_spec(path, root=catalogue)
        diagnostics, code = result.diagnostics, result.code
    found = diagnostics.ordered()
    text = render_text(found) if found and not catalogue else code
    key = path.parent.name
    if catalogue:
        key = "_".join(path.resolve().relative_to(catalogue).with_suffix("").parts)
    digests[key] = sha256(text.encode()).hexdigest()
print(json.dumps([sys.version_info[:2], digests]))
"""


def file_of(case: Path) -> Path:
    """The spec, or the recipe, of a golden case."""
    recipe = case / "recipe.yaml"
    return recipe if recipe.is_file() else case / "spec.yaml"


def digests(
    *paths: Path | str, cwd: Path, python: str = sys.executable, **environment: str
) -> dict[str, str]:
    """What an interpreter makes of specs: name -> digest of the code or diagnostics."""
    import click

    packages = Path(click.__file__).parents[1]
    ours = (ROOT / "generator", ROOT / "runtime")
    search = os.pathsep.join(map(str, (*ours, packages)))
    done = subprocess.run(
        [python, "-c", PROGRAM, *[str(path) for path in paths]],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": search, **environment},
    )
    assert done.returncode == 0, done.stderr
    _, found = json.loads(done.stdout)
    return dict(found)


@pytest.fixture(scope="module")
def committed() -> dict[str, str]:
    return {
        path.stem: sha256(path.read_bytes()).hexdigest()
        for path in (ROOT / "generated").glob("*.py")
    }


@pytest.fixture(scope="module")
def expected_of_wrong() -> dict[str, str]:
    return {
        case.name: sha256((case / "stderr.txt").read_bytes()).hexdigest()
        for case in WRONG
    }


def test_every_spec_has_its_file(committed: dict[str, str]) -> None:
    names = {generated_name(path).removesuffix(".py") for path in SPECS}
    assert set(committed) == names


def test_from_another_folder(tmp_path: Path, committed: dict[str, str]) -> None:
    assert digests(*SPECS, cwd=tmp_path) == committed
    relative = [path.relative_to(ROOT) for path in SPECS]
    assert digests(*relative, cwd=ROOT) == committed


def test_from_a_copy(tmp_path: Path, committed: dict[str, str]) -> None:
    copy = tmp_path / "somewhere else" / "häuser" / "specs"
    shutil.copytree(ROOT / "specs", copy)
    names = [path.relative_to(ROOT / "specs") for path in SPECS]
    assert digests(*names, cwd=copy) == committed


@pytest.mark.parametrize("seed", ["0", "random"])
def test_on_any_hash_seed(
    seed: str, committed: dict[str, str], expected_of_wrong: dict[str, str]
) -> None:
    """Diagnostics too: their order and their suggestions."""
    specs = [*SPECS, *map(file_of, WRONG)]
    found = digests(*specs, cwd=ROOT, PYTHONHASHSEED=seed)
    assert found == {**committed, **expected_of_wrong}


def other_pythons() -> dict[str, str]:
    """Further interpreters, 3.10 to 3.13, on PATH or beside this one, by version."""
    found: dict[str, str] = {}
    homes = [os.environ.get("PYENV_ROOT"), os.environ.get("UV_PYTHON_INSTALL_DIR")]
    base = Path(sys.base_prefix)
    folders = [Path(home) / "versions" for home in homes if home]
    folders += [Path(home) for home in homes if home] + [base.parent]
    for minor in range(10, 14):
        version = f"3.{minor}"
        if sys.version_info[:2] == (3, minor):
            continue
        candidates = [shutil.which(f"python{version}")]
        for folder in folders:
            pattern = f"*{version}*/bin/python{version}"
            candidates += [str(path) for path in sorted(folder.glob(pattern))]
        for candidate in filter(None, candidates):
            if _runs(candidate, version):
                found[version] = candidate
                break
    return found


def _runs(python: str, version: str) -> bool:
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run(
            [python, "-c", question], capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.strip() == version


OTHERS = other_pythons()


@pytest.mark.skipif(
    not OTHERS, reason="there is no other Python from 3.10 to 3.13 here"
)
@pytest.mark.parametrize("version", sorted(OTHERS) or ["none"])
def test_on_another_python(
    version: str, committed: dict[str, str], expected_of_wrong: dict[str, str]
) -> None:
    specs = [*SPECS, *map(file_of, WRONG)]
    found = digests(*specs, cwd=ROOT, python=OTHERS[version], PYTHONHASHSEED="1")
    assert found == {**committed, **expected_of_wrong}


def test_nothing_of_this_machine_is_in_the_code() -> None:
    for path in (ROOT / "generated").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert str(ROOT) not in text
        assert str(Path.home()) not in text


def test_build_check_passes_on_what_is_committed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pmgen", "build", "--check", "--all"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
