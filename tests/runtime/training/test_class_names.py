"""Runs that begin or go on with data whose classes have other names or places."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("paddle")

from pmruntime.problems import UserError
from pmruntime.recipe.recipe import parse_recipe
from pmruntime.runs.checkpoint import read_tensors
from pmruntime.training.run import resume, train

from tests.support.runs.spot_folders import class_folders

pytestmark = pytest.mark.paddle

# A rate of nearly nothing: what the run ends with is what it began with.
STILL = {"optimizer": {"SGD": {"learning_rate": 1e-12}}, "epochs": 1}
RECIPE = parse_recipe({**STILL, "images": {"color": "GRAY"}})


def folders(folder: Path, names: str) -> Path:
    """Images of the same places under other names, sorted as the names are."""
    places = (2, 7, 12)
    return class_folders(folder / names, dict(zip(names, places, strict=True)))


def classifier(run: Path) -> np.ndarray:
    weight: np.ndarray = read_tensors(run / "weights.safetensors")[0]["fc.weight"]
    return weight


@pytest.mark.parametrize(
    ("names", "kept"), [("abc", True), ("bca", True), ("abd", False), ("bcd", False)]
)
def test_a_classifier_is_taken_over_for_the_same_classes_alone(
    tiny: Path, tmp_path: Path, names: str, kept: bool
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    train(tiny, str(folders(tmp_path, "abc")), first, recipe=RECIPE)
    weights = first / "weights.safetensors"
    data = str(folders(tmp_path / "other", names))
    train(tiny, data, second, recipe=RECIPE, weights=weights, seed=1)
    same = np.allclose(classifier(first), classifier(second), atol=1e-6)
    assert same == kept
    record = json.loads((second / "run.json").read_text("utf-8"))["weights"]
    wanted = {} if kept else dict.fromkeys(("fc.weight", "fc.bias"), "other classes")
    assert record["initial"] == wanted


def test_the_same_classes_in_another_order(tiny: Path, tmp_path: Path) -> None:
    """As folders sorted as text give them, and a table of numbers does not."""
    first, second = tmp_path / "first", tmp_path / "second"
    train(tiny, str(folders(tmp_path, "abc")), first, recipe=RECIPE)
    weights = first / "weights.safetensors"
    content = weights.read_bytes()
    reordered = content.replace(rb"[\"a\", \"b\", \"c\"]", rb"[\"b\", \"a\", \"c\"]")
    assert reordered != content
    weights.write_bytes(reordered)
    data = str(tmp_path / "abc")
    train(tiny, data, second, recipe=RECIPE, weights=weights, seed=1)
    assert not np.allclose(classifier(first), classifier(second), atol=1e-6)


def test_resuming_with_renamed_classes_is_refused(tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    data = folders(tmp_path, "abc")
    train(tiny, str(data), out, recipe=RECIPE)
    (out / "summary.json").unlink()  # as if it had not come to its end
    for split in ("train", "val"):
        shutil.move(data / split / "b", data / split / "bb")
    with pytest.raises(UserError, match=r"`a`, `b`, `c`; the data hold `a`, `bb`, `c`"):
        resume(out)
    for split in ("train", "val"):
        shutil.move(data / split / "bb", data / split / "b")
    assert resume(out)["epochs"] == 1
