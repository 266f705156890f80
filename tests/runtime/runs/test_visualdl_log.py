"""The log for VisualDL, read back with VisualDL's own reader."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from pmruntime.data.dataset import Data
from pmruntime.problems import UserError
from pmruntime.recipe.recipe import parse_recipe
from pmruntime.runs.callback import Callback

pytest.importorskip("paddle")
pytestmark = pytest.mark.paddle

from pmruntime.runs.visualdl_log import FILE, FOLDER, VisualDLLogger  # noqa: E402
from pmruntime.training.run import train  # noqa: E402


@pytest.fixture
def log_reader() -> Any:
    return pytest.importorskip("visualdl").LogReader


class Listener(Callback):
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def log(self, text: str) -> None:
        self.calls.append(("say", text))

    def on_epoch_begin(self, epoch: int, epochs: int, images: int, done: int) -> None:
        self.calls.append(("begin", epoch, epochs, images, done))

    def on_train_batch_end(self, images: int, loss: float) -> None:
        self.calls.append(("step", images, loss))

    def on_epoch_end(self, row: Any) -> None:
        self.calls.append(("end", row["epoch"]))

    def close(self) -> None:
        self.calls.append(("stop",))


def curves(log_reader: Any, run: Path) -> dict[str, dict[int, float]]:
    reader = log_reader(file_path=str(run / FOLDER / FILE))
    return {
        tag: {point.id: point.value for point in reader.get_data("scalar", tag)}
        for tag in reader.get_tags()["scalar"]
    }


def row(epoch: int, loss: float, **more: Any) -> dict[str, Any]:
    train = {"loss": loss, "accuracy": 0.5, "n": 9}
    return {"epoch": epoch, "lr": 0.1, "train": train, "images_per_s": 7.0, **more}


def test_a_run_is_logged(
    log_reader: Any, tiny: Path, tiny_data: Data, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    listener = Listener()
    recipe = parse_recipe({"epochs": 3, "validate_every": 2, "batch_size": 20})
    callback = VisualDLLogger(listener, out)
    train(tiny, tiny_data, out, recipe=recipe, callback=callback)

    assert os.listdir(out / FOLDER) == [FILE]
    lines = [json.loads(line) for line in (out / "metrics.jsonl").open()]
    got = curves(log_reader, out)
    assert set(got) == {
        "train/loss", "train/accuracy", "val/loss", "val/accuracy", "learning_rate",
        "images_per_second",
    }  # fmt: skip
    for tag, points in got.items():
        split, _, name = tag.partition("/")
        key = {"learning_rate": "lr", "images_per_second": "images_per_s"}.get(tag)
        wanted = {
            line["epoch"]: line[key] if key else line[split][name]
            for line in lines
            if key or split in line
        }
        assert points == pytest.approx(wanted)
    assert set(got["val/loss"]) == {2, 3}
    assert set(got["train/loss"]) == {1, 2, 3}

    kinds = [call[0] for call in listener.calls]
    assert [kinds.count(kind) for kind in ("begin", "end", "stop")] == [3, 3, 1]
    assert kinds.count("step") == 9
    assert "say" in kinds


def test_a_resumed_run_has_every_epoch_once(log_reader: Any, tmp_path: Path) -> None:
    first = VisualDLLogger(Callback(), tmp_path)
    first.on_epoch_end(row(1, 3.0))
    first.close()
    # The second epoch was saved, and the process died before it was logged.
    lines = [row(1, 3.0), row(2, 2.0, val={"loss": 2.5, "auc": 0.75}), row(3, 1.0)]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "metrics.jsonl").write_text(text)
    again = VisualDLLogger(Callback(), tmp_path)
    again.on_epoch_end(lines[2])
    # To be seen before the run ends.
    got = curves(log_reader, tmp_path)
    again.close()
    again.close()
    assert got["train/loss"] == {1: 3.0, 2: 2.0, 3: 1.0}
    assert got["val/auc"] == {2: 0.75}


def test_nothing_is_written_before_an_epoch_ends(
    log_reader: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    callback = VisualDLLogger(Callback(), tmp_path / "run")
    callback.on_epoch_begin(1, 2, 10, 0)
    callback.on_train_batch_end(10, 1.0)
    callback.close()
    assert not (tmp_path / "run").exists()
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


def test_without_visualdl_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "visualdl", None)
    with pytest.raises(UserError, match=r"pip install 'pmgen\[visualdl\]'"):
        VisualDLLogger(Callback(), tmp_path)
