"""Drawn images: the data set's layout, the same from the same seed, honest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from pmruntime.cli import cli
from pmruntime.data import open_data
from pmruntime.data.inspect.check import check_folder
from pmruntime.data.prepare.synth import draw_fundus, synthesise
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.problems import UserError

from tests.support.runs.palm_folder import TRAIN, VAL


def test_the_layout_is_the_data_sets(tmp_path: Path) -> None:
    out = tmp_path / "drawn"
    synthesise(out, train=20, val=5, size=64)
    kinds = [path.name[0] for path in (out / TRAIN).iterdir()]
    assert {k: kinds.count(k) for k in "PHN"} == {"P": 11, "H": 1, "N": 8}
    assert check_folder(out).sound
    data = open_data(str(out), Preprocessing((64, 64)))
    assert (len(data.train), len(data.val)) == (20, 5)
    assert set(data.val.labels) == {0, 1}
    rows = (out / "labels.csv").read_text().splitlines()
    assert rows[0] == "ID,imgName,Label,Fovea_X,Fovea_Y"
    assert all(0 < float(value) < 64 for value in rows[1].split(",")[3:])
    assert "DRAWN" in (out / "README.txt").read_text()
    with pytest.raises(UserError, match="is not empty"):
        synthesise(out)


def test_an_image_depends_on_its_number_alone(tmp_path: Path) -> None:
    for name, train, seed in (("a", 4, 0), ("b", 7, 0), ("c", 4, 1)):
        synthesise(tmp_path / name, train=train, val=2, size=48, seed=seed)
    a, b, c = (tmp_path / name / TRAIN / "P0002.jpg" for name in "abc")
    assert a.read_bytes() == b.read_bytes() != c.read_bytes()
    first = tmp_path / "a" / VAL / "V0001.jpg"
    assert first.read_bytes() == (tmp_path / "b" / VAL / "V0001.jpg").read_bytes()


def test_the_field_of_view_is_round() -> None:
    image, _ = draw_fundus("N", 96, np.random.default_rng(0))
    assert image.shape == (96, 96, 3)
    assert image[:6, :6].max() == 0
    assert image[30:60, 30:60].mean() > 20


def test_color_alone_does_not_tell_the_classes() -> None:
    """Else a network would need to look at nothing else."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    selection = pytest.importorskip("sklearn.model_selection")
    features, labels = [], []
    for k in range(120):
        kind = "PN"[k % 2]
        image, _ = draw_fundus(kind, 64, np.random.default_rng([3, k]))
        counts = [cv2.calcHist([image], [c], None, [12], [0, 256]) for c in range(3)]
        features.append(np.concatenate(counts).ravel() / 64**2)
        labels.append(kind == "P")
    model = linear_model.LogisticRegression(C=10, max_iter=2000)
    found = selection.cross_val_score(model, np.array(features) * 5, labels, cv=5)
    assert found.mean() < 0.85


def test_the_command_says_that_they_are_drawn(tmp_path: Path) -> None:
    arguments = ["data", "synth", "--out", str(tmp_path / "x"), "--train", "2"]
    done = CliRunner().invoke(cli, [*arguments, "--val", "1", "--size", "32"])
    assert done.exit_code == 0, done.output
    assert "They are drawings" in done.output


def test_neither_command_needs_paddle(tmp_path: Path) -> None:
    program = (
        "import sys; from pmruntime.cli import cli; "
        f"cli(['data', 'synth', '--out', {str(tmp_path / 'x')!r}, '--train', '1', "
        "'--val', '1', '--size', '32'], standalone_mode=False); "
        f"cli(['data', 'prepare', {str(tmp_path / 'x')!r}], standalone_mode=False); "
        "assert 'paddle' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
