"""The wheel, installed where nothing of the checkout can be seen, does its work.

Its dependencies come from the environment that runs the tests, by a path file, so that
nothing is downloaded; the packages themselves come from the wheel alone.
"""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.support.paths import ROOT


def run(*command: object, cwd: Path) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The Python of a new environment that has the wheel, and an empty folder."""
    folder = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable, "-m", "build", "--wheel", "--no-isolation",
        "--outdir", folder, ROOT, cwd=folder,
    )  # fmt: skip
    (wheel,) = folder.glob("pmgen-*.whl")
    venv.create(folder / "env", with_pip=False)
    python = folder / "env" / "bin" / "python"
    site = run(
        python,
        "-c",
        "import sysconfig; print(sysconfig.get_path('purelib'))",
        cwd=folder,
    ).strip()
    run(
        sys.executable, "-m", "pip", "--python", python, "install", "--no-deps",
        "--no-index", "--quiet", wheel, cwd=folder,
    )  # fmt: skip
    # A plain line in a path file adds a folder without running the path files in it,
    # so the editable install of the checkout stays out of sight.
    Path(site, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    empty = folder / "empty"
    empty.mkdir()
    return python, empty


def test_the_packages_come_from_the_wheel(installed):
    python, folder = installed
    shown = run(python, "-c", "import pmgen; print(pmgen.__file__)", cwd=folder)
    assert str(ROOT) not in shown


def test_a_network_of_the_catalogue_is_built_away_from_the_checkout(installed):
    python, folder = installed
    run(python.with_name("pmgen"), "build", "vgg16", cwd=folder)
    built = (folder / "generated" / "vgg16.py").read_bytes()
    assert built == (ROOT / "generated" / "vgg16.py").read_bytes()


def test_the_schemas_are_in_it_and_are_made_by_it(installed):
    python, folder = installed
    pmgen = python.with_name("pmgen")
    for name in ("spec", "recipe"):
        shipped = (ROOT / "specs" / "schema" / f"{name}.json").read_text("utf-8")
        assert run(pmgen, "schema", name, cwd=folder) == shipped
    found = run(
        python,
        "-c",
        "from pmgen.catalogue import catalogue; print(catalogue() / 'schema')",
        cwd=folder,
    )
    inside = Path(found.strip(), "spec.json")
    assert str(ROOT) not in found
    assert inside.read_bytes() == (ROOT / "specs/schema/spec.json").read_bytes()
    assert run(pmgen, "new", "lenet", "-o", "mine", cwd=folder)
    assert (folder / "mine/schema/spec.json").read_bytes() == inside.read_bytes()


@pytest.mark.paddle
def test_the_result_imports_and_runs(installed):
    python, folder = installed
    run(python.with_name("pmgen"), "build", "lenet", cwd=folder)
    code = (
        "import warnings; warnings.filterwarnings('ignore')\n"
        "import sys; sys.path.insert(0, 'generated')\n"
        "import lenet, paddle\n"
        "print([*lenet.LeNet(num_classes=3)(paddle.zeros([2, 1, 28, 28])).shape])"
    )
    assert run(python, "-c", code, cwd=folder).strip() == "[2, 3]"
