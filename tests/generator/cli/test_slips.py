"""What people mistype most: one message, the nearest word, and nothing is written."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.shell import Shell

TRAIN = "train lenet --data digits --out run"
# command line -> exit status, and lines that stderr begins with
SLIPS = {
    "check lenet --format jsn": (
        2,
        "error: invalid value for '--format': 'jsn' is not one of 'text', 'json', "
        "'sarif', 'github'\n  did you mean `json`?\n",
    ),
    "build lenet -o net.py": (2, "error: `--out` names a folder, and `net.py` looks "),
    "chek lenet": (2, "error: no such command `chek`\n  did you mean `check`?\n"),
    "resnet50": (2, "error: no such command `resnet50`\n  it is a spec: `pmgen show"),
    "mine.yaml": (2, "error: no such command `mine.yaml`\n  it is a spec: `pmgen sh"),
    "frobnicate": (2, "error: no such command `frobnicate`\n  `pmgen --help` lists"),
    "build nosuch": (1, "error: no spec is called `nosuch`; a spec file ends in .ya"),
    "build lenett": (1, "error: no spec is called `lenett`; did you mean `lenet`?\n"),
    "check missing.yaml": (1, "error: there is no file `missing.yaml`\n"),
    "build lenet --chekc": (
        2,
        "error: no such option `--chekc`\n  did you mean `--check`?\n",
    ),
    "build lenet --set num_clases=3": (
        2,
        "error: `--set num_clases`: no parameter of LeNet\n"
        "  did you mean `num_classes`?\n",
    ),
    "build lenet --input 28x28": (2, "error: `--input 28x28`: three sizes are needed"),
    "show lenet --format xml": (2, "error: invalid value for '--format': 'xml' is not"),
    "train lenet": (2, "error: missing: --data, --out\nUsage: pmgen train --data NAME"),
    "train --epochs 3": (2, "error: missing: SPEC, --data, --out\n"),
    f"{TRAIN} --lr 0.1": (
        2,
        "error: no such option `--lr`\n"
        "  the recipe has it: write `--set optimizer.learning_rate=...`\n",
    ),
    f"{TRAIN} --batch-size 4": (
        2,
        "error: no such option `--batch-size`\n"
        "  the recipe has it: write `--set batch_size=...`\n",
    ),
    f"{TRAIN} --epoch 3": (
        2,
        "error: no such option `--epoch`\n  did you mean `--epochs`?\n",
    ),
    f"{TRAIN} --set epoch=3": (
        2,
        "error: `--set epoch`: no parameter of LeNet\n  did you mean `epochs`?\n",
    ),
    f"{TRAIN} --set lr=0.1": (
        2,
        "error: `--set lr`: no parameter of LeNet\n"
        "  did you mean `optimizer.learning_rate`?\n",
    ),
    f"{TRAIN} --recipe palms": (
        1,
        "error: no recipe is called `palms`; did you mean `palm`?\n",
    ),
    "train lenet --data digit --out run": (
        2,
        "error: invalid value for '--data': there is no folder `digit`, and no data of "
        "that name\n  did you mean `digits`?\n",
    ),
    "train lenet --data file.txt --out run": (
        2,
        "error: invalid value for '--data': `file.txt` is a file; give its folder\n",
    ),
    "train --resume run --recipe palm": (2, "error: --resume RUN takes everything but"),
    "train --resume run --set epochs=9": (
        2,
        "error: --resume RUN takes everything but",
    ),
    "eval run --data digits --against a --against b": (
        2,
        "error: --against takes one run, not 2: evaluate once for each",
    ),
    "eval run": (2, "error: missing option '--data'\nUsage: pmgen eval [OPTIONS] RUN"),
    "predict run": (2, "error: missing argument 'IMAGES...'\n"),
    "export run --out x --fromat onnx": (
        2,
        "error: no such option `--fromat`\n  did you mean `--format`?\n",
    ),
    "data chek folder": (
        2,
        "error: no such command `chek`\n  did you mean `check`?\n"
        "Usage: pmgen data [OPTIONS]",
    ),
    "weights import lenet": (2, "error: missing argument 'FILE'\n"),
}


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (["check", ""], ""),
        (["build", "lenet", "-o", ""], "after `-o` "),
        (["build", "lenet", "--out="], "after `--out` "),
        (["train", "lenet", "--data", "digits", "--out", ""], "after `--out` "),
        (["data", "check", ""], ""),
    ],
)
def test_an_empty_argument_is_not_the_working_folder(
    shell: Shell, line: list[str], place: str
) -> None:
    done = shell(*line)
    assert done.err.startswith(f"error: an argument {place}is empty; ")
    assert (done.status, done.out) == (2, "")
    assert list(shell.folder.iterdir()) == []


@pytest.mark.parametrize("line", SLIPS)
def test_a_slip_gets_one_message(shell: Shell, line: str) -> None:
    shell.write("file.txt", "")
    status, beginning = SLIPS[line]
    done = shell(*line.split())
    assert done.err.startswith(beginning)
    assert (done.status, done.out) == (status, "")
    assert len(done.err.splitlines()) <= 4
    assert [path.name for path in shell.folder.iterdir()] == ["file.txt"]


# Packages of the extras; the base install has none of them.
HIDDEN = """\
import sys
for name in ("paddle", "numpy", "cv2", "safetensors", "matplotlib", "sklearn"):
    sys.modules[name] = None
from pmgen.cli import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize(
    ("line", "status", "part"),
    [
        ("train --help", 0, "Usage: pmgen train --data NAME|DIR --out RUN"),
        ("eval --help", 0, "--baseline"),
        ("predict --help", 0, "--submission"),
        ("export --help", 0, "--format [onnx|paddle]"),
        ("data --help", 0, "prepare"),
        ("data prepare --help", 0, "--max-size"),
        ("data show --help", 0, "--per-class"),
        ("weights import --help", 0, "--skip-classifier"),
        ("eval run", 2, "error: missing option '--data'"),
    ],
)
def test_commands_of_the_runtime_answer_without_its_packages(
    line: str, status: int, part: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HIDDEN, *line.split()], capture_output=True, text=True
    )
    assert done.returncode == status, done.stderr
    assert part in done.stdout + done.stderr


def test_train_has_one_usage_and_no_option_between_the_programs(shell: Shell) -> None:
    help = shell("train", "--help").out
    assert help.count("Usage:") == 1
    for option in (
        "--recipe ",
        "--set ",
        "--input ",
        "--data ",
        "--nproc ",
        "--resume ",
    ):
        assert help.count(f"\n  {option}") == 1, option
    for internal in ("--spec-files", "--recipe-json", "GENERATED"):
        assert internal not in help


def test_help_is_grouped_by_what_a_person_does(shell: Shell) -> None:
    help = shell("--help").out
    words = ("Design a network:", "\n  build", "Train it:", "\n  data", "Use it:")
    places = [help.index(word) for word in words]
    assert places == sorted(places)
    assert "..." not in help.partition("Design")[2], "a line that is cut off"
