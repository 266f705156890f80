"""A network trained on a folder of images, then measured on half of one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("paddle")

from pmruntime.data.folders.image_folder import build_cache
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.evaluation.evaluate import evaluate_run
from pmruntime.problems import UserError
from pmruntime.recipe.recipe import Recipe, parse_recipe
from pmruntime.runs.callback import Callback
from pmruntime.training.run import train

from tests.support.runs.palm_folder import TRAIN, VAL, make_palm
from tests.support.runs.tiny_data import make_tiny_data

pytestmark = pytest.mark.paddle


@pytest.fixture
def palm(tmp_path: Path) -> Path:
    return make_palm(tmp_path / "palm")


def recipe(**images: object) -> Recipe:
    """For the tiny network: one channel, 4 x 4."""
    return parse_recipe({"epochs": 1, "images": {"color": "GRAY", **images}})


class Listener(Callback):
    """Counts what is decoded."""

    def __init__(self) -> None:
        self.read = 0

    def on_images_read(self, done: int, total: int) -> None:
        self.read += 1


def test_the_run_records_copies_and_eval_needs_no_training_images(
    tiny: Path, palm: Path, tmp_path: Path
) -> None:
    shutil.copy(palm / TRAIN / "P0001.jpg", palm / VAL / "V0001.jpg")
    out = tmp_path / "run"
    without = recipe(drop_copies=True)
    summary = train(tiny, str(palm), out, recipe=without, arguments={"num_classes": 2})
    record = json.loads((out / "run.json").read_text())["data"]
    assert record["source"] == "PALM folder palm, 1 copy left out"
    assert (record["train"], record["val"]) == (6, 3)
    assert record["preprocessing"]["size"] == [4, 4]
    again = evaluate_run(out, str(palm))
    assert again["same_data"]
    assert again["val"] == summary["val"]

    shutil.rmtree(palm / TRAIN)
    alone = evaluate_run(out, str(palm))
    assert alone["val"]["n"] == 4  # nothing is left that V0001 would be a copy of
    assert not alone["same_data"]
    with pytest.raises(UserError, match="no images to train on"):
        train(tiny, str(palm), tmp_path / "other", recipe=without)


def test_a_run_from_the_cache_is_the_same(
    tiny: Path, palm: Path, tmp_path: Path
) -> None:
    runs = []
    for name in ("decoded", "cached"):
        listener = Listener()
        out = tmp_path / name
        train(tiny, str(palm), out, recipe=recipe(), callback=listener)
        runs.append((out / "weights.safetensors").read_bytes())
        assert listener.read == (10 if name == "decoded" else 0)
        build_cache(palm, Preprocessing(size=(4, 4), color="GRAY"))
    assert runs[0] == runs[1]


class Said(Callback):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def log(self, text: str) -> None:
        self.lines.append(text)


@pytest.mark.parametrize(("batch_size", "said"), [(45, False), (46, True)])
def test_a_batch_larger_than_the_data_is_said(
    tiny: Path, tmp_path: Path, batch_size: int, said: bool
) -> None:
    callback = Said()
    recipe = parse_recipe({"epochs": 1, "batch_size": batch_size})
    train(tiny, make_tiny_data(), tmp_path / "r", recipe=recipe, callback=callback)
    note = "note: `batch_size: 46` is more than the 45 images to train on"
    assert any(line.startswith(note) for line in callback.lines) == said
