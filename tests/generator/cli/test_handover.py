"""What pmgen hands to the runtime is what was typed."""

from __future__ import annotations

import json

import click
import pytest
from pmruntime.cli import cli as runtime
from pmruntime.cli.common import NAMED_DATA

from tests.support.shell import Shell


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The command lines that the runtime gets, none of which is run."""
    found: list[list[str]] = []

    def run(arguments: list[str]) -> int:
        found.append(arguments)
        return 0

    for module in ("handover", "commands.train", "commands.weights"):
        monkeypatch.setattr(f"pmgen.cli.{module}.run_runtime", run)
    return found


def read_there(words: list[str]) -> dict[str, object]:
    """The values that the runtime reads from a command line; an error where it would
    refuse it."""
    group, context = runtime, click.Context(runtime)
    name, *rest = words
    command = group.get_command(context, name)
    if name == "weights":
        assert isinstance(command, click.Group)
        name, *rest = rest
        command = command.get_command(context, name)
    assert command is not None
    return command.make_context(name, rest, parent=context).params


def test_train(shell: Shell, handed: list[list[str]]) -> None:
    words = "--data digits --out=-run --seed 7 --checkpoint-seconds 1.5 --force -h"
    assert shell("train", "lenet", *words.split()[:-1], "--set", "epochs=9").status == 0
    values = read_there(handed[0])
    assert (values["data"], str(values["out"]), values["seed"]) == ("digits", "-run", 7)
    assert (values["checkpoint_seconds"], values["force"]) == (1.5, True)
    assert (values["nproc"], values["settings"], values["debug"]) == (1, (), False)
    assert str(values["generated"]) == "generated/lenet.py"
    assert list(json.loads(str(values["spec_files"]))) == ["lenet.yaml"]
    assert json.loads(str(values["recipe_json"]))["epochs"] == 9


def test_the_option_is_the_recipes_value(shell: Shell, handed: list[list[str]]) -> None:
    shell("train", "lenet", "--data", "digits", "--out", "run", "--epochs", "4")
    values = read_there(handed[0])
    assert json.loads(str(values["recipe_json"]))["epochs"] == 4
    assert values["epochs"] is None


@pytest.mark.parametrize("words", ["--epochs 1", "--set epochs=1"])
def test_a_warm_up_is_cut_to_fit(
    shell: Shell, handed: list[list[str]], words: str
) -> None:
    shell.write(
        "r.yaml", "pmgen: 1\nepochs: 9\nschedule: {Cosine: {warmup_epochs: 1}}\n"
    )
    common = (
        "train",
        "lenet",
        "--data",
        "digits",
        "--out",
        "run",
        "--recipe",
        "r.yaml",
    )
    done = shell(*common, *words.split())
    assert (done.status, done.err) == (0, "note: the warm-up is cut to 0 epochs\n")
    recipe = json.loads(str(read_there(handed[0])["recipe_json"]))
    assert recipe["epochs"] == 1
    assert recipe["schedule"] == {"Cosine": {"warmup_epochs": 0}}

    assert shell(*common, "--epochs", "2").err == "", "it fits"
    both = shell(*common, "--epochs", "1", "--set", "schedule.warmup_epochs=1")
    assert both.status == 1
    assert "leaves nothing of `epochs: 1`" in both.err


def test_resume(shell: Shell, handed: list[list[str]]) -> None:
    assert shell("train", "--resume", "run", "--workers", "0", "--debug").status == 0
    values = read_there(handed[0])
    assert (str(values["interrupted"]), values["workers"]) == ("run", 0)
    assert values["debug"] is True
    assert values["generated"] is None


def test_weights_import(shell: Shell, handed: list[list[str]]) -> None:
    words = (
        "-o",
        "out.safetensors",
        "--layout",
        "torch",
        "-v",
        "--",
        "lenet",
        "-w.pth",
    )
    assert shell("weights", "import", *words).status == 0
    values = read_there(handed[0])
    assert str(values["generated"]) == "generated/lenet.py"
    assert (str(values["file"]), str(values["out"])) == ("-w.pth", "out.safetensors")
    assert (values["layout"], values["verbose"]) == ("torch", True)


@pytest.mark.parametrize(
    "line",
    [
        "eval run --data digits --format json",
        "predict run -- -a.png b.png",
        "export run --format onnx --out folder",
        "data synth --out folder --train 3",
    ],
)
def test_the_others_as_they_were_typed(
    shell: Shell, handed: list[list[str]], line: str
) -> None:
    assert shell(*line.split()).status == 0
    assert handed == [line.split()]


def test_the_runtime_reads_the_data_that_are_named() -> None:
    data = pytest.importorskip("pmruntime.data")
    assert tuple(data.NAMED) == NAMED_DATA


def test_the_default_that_is_shown_is_the_one_in_force() -> None:
    archives = pytest.importorskip("pmruntime.data.prepare.archives")
    assert archives.MAX_TOTAL == 20 * 2**30  # "20 GiB" in `pmgen data prepare --help`
