"""The wheel, installed where nothing of the checkout can be seen, does its work.

Its dependencies come from the environment that runs the tests, by a path file or by
links, so that nothing is downloaded; the packages themselves come from the wheel alone.
"""

import os
import subprocess
import sys
import sysconfig
import venv
from importlib.metadata import distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.paths import ROOT


def attempt(*command: object, cwd: Path) -> subprocess.CompletedProcess:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
    )


def run(*command: object, cwd: Path) -> str:
    done = attempt(*command, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable, "-m", "build", "--wheel", "--no-isolation",
        "--outdir", folder, ROOT, cwd=folder,
    )  # fmt: skip
    (built,) = folder.glob("pmgen-*.whl")
    return built


def environment(folder, wheel):
    """The Python of a new environment that has the wheel alone, its folder of packages,
    and an empty folder."""
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
    empty = folder / "empty"
    empty.mkdir()
    return python, Path(site), empty


@pytest.fixture(scope="module")
def installed(tmp_path_factory, wheel):
    """The Python of an environment with the wheel and all packages, an empty folder."""
    python, site, empty = environment(tmp_path_factory.mktemp("installed"), wheel)
    # A plain line in a path file adds a folder without running the path files in it,
    # so the editable install of the checkout stays out of sight.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python, empty


@pytest.fixture(scope="module")
def bare(tmp_path_factory, wheel):
    """The same as `pip install pmgen` gives it: without what comes with an extra."""
    python, site, empty = environment(tmp_path_factory.mktemp("bare"), wheel)
    (ours,) = distributions(path=[str(site)])
    needed, linked = list(ours.requires), set()
    for text in needed:  # it grows while it is read
        requirement = Requirement(text)
        name = requirement.name.lower()
        marker = requirement.marker
        if name in linked or (marker and not marker.evaluate({"extra": ""})):
            continue
        linked.add(name)
        package = distribution(name)
        needed += package.requires or ()
        for top in {file.parts[0] for file in package.files} - {"..", "__pycache__"}:
            (site / top).symlink_to(package.locate_file(top))
    return python, empty


def test_the_packages_come_from_the_wheel(installed):
    python, folder = installed
    shown = run(python, "-c", "import pmgen; print(pmgen.__file__)", cwd=folder)
    assert str(ROOT) not in shown


def test_a_network_of_the_catalogue_is_built_away_from_the_checkout(bare):
    python, folder = bare
    run(python.with_name("pmgen"), "build", "vgg16", cwd=folder)
    built = (folder / "generated" / "vgg16.py").read_bytes()
    assert built == (ROOT / "generated" / "vgg16.py").read_bytes()


def test_the_schemas_are_in_it_and_are_made_by_it(bare):
    python, folder = bare
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


@pytest.mark.parametrize(
    "command",
    [
        "train lenet --data digits --out run",
        "eval run --data digits",
        "predict run photo.jpg",
        "export run --format onnx --out onnx",
        "weights import lenet other.pth -o lenet.safetensors",
        "data check folder",
        "data prepare training.zip --out folder",
        "data show folder --out sheet.png",
        "data synth --out folder",
    ],
)
def test_what_an_extra_brings_is_named_where_it_is_missing(bare, command):
    python, folder = bare
    done = attempt(python.with_name("pmgen"), *command.split(), cwd=folder)
    assert done.returncode == 1
    assert "which is not installed\n  pip install 'pmgen[cpu]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["train", "eval", "weights import", "data"])
def test_help_needs_no_extra(bare, command):
    python, folder = bare
    shown = run(python.with_name("pmgen"), *command.split(), "--help", cwd=folder)
    assert "Usage: pmgen" in shown


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
