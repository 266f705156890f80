"""Image files classified by a run: the same figures as in validation."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from palm_folder import TRAIN, VAL, make_palm

paddle = pytest.importorskip("paddle")

from pmruntime.cli import cli  # noqa: E402
from pmruntime.data import open_data  # noqa: E402
from pmruntime.inference import log_probabilities  # noqa: E402
from pmruntime.predict import Prediction, Unreadable, as_submission, predict  # noqa: E402
from pmruntime.problems import UserError  # noqa: E402
from pmruntime.recipe import parse_recipe  # noqa: E402
from pmruntime.train import train  # noqa: E402
from pmruntime.trained import load_run  # noqa: E402

pytestmark = pytest.mark.paddle

NETWORK = """
import paddle
from paddle import nn

__all__ = ["Small"]


class Small(nn.Layer):
    input_shape = (3, 8, 10)

    def __init__(self, num_classes: int = 1) -> None:
        super().__init__()
        self.fc = nn.Linear(240, num_classes)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return self.fc(x.flatten(1))
"""


@pytest.fixture
def palm(tmp_path: Path) -> Path:
    return make_palm(tmp_path / "palm")


@pytest.fixture
def run(tmp_path: Path, palm: Path) -> Path:
    source = tmp_path / "small.py"
    source.write_text(NETWORK)
    recipe = parse_recipe(
        {
            "epochs": 2,
            "batch_size": 4,
            "views": 2,
            "images": {"resize": "area", "color": "RGB", "normalize": "imagenet"},
        }
    )
    train(source, str(palm), tmp_path / "run", recipe=recipe)
    return tmp_path / "run"


def test_files_are_prepared_as_for_validation(run: Path, palm: Path) -> None:
    trained = load_run(run)
    data = open_data(str(palm), trained.preprocessing)
    expected = np.exp(
        log_probabilities(trained.model, data.val.images, data.preprocessing, 2)
    )
    found = list(predict(trained, [palm / VAL]))
    assert [p.path.name for p in found] == [f"V000{i}.jpg" for i in range(1, 5)]
    for prediction, row in zip(found, expected, strict=True):
        assert isinstance(prediction, Prediction)
        assert prediction.probabilities == pytest.approx(row, abs=1e-6)
        assert prediction.label == row.argmax()
        assert prediction.class_name == ("non-PM", "PM")[prediction.label]


def test_bad_files_stand_in_their_place(run: Path, palm: Path) -> None:
    cut = palm / VAL / "V0002.jpg"
    cut.write_bytes(cut.read_bytes()[:-20])
    found = list(predict(load_run(run), [palm / VAL, palm / "nothing.jpg"]))
    assert [type(item) for item in found] == [
        Prediction, Unreadable, Prediction, Prediction, Unreadable,
    ]  # fmt: skip
    reasons = [item.reason for item in found if isinstance(item, Unreadable)]
    assert reasons == ["truncated", "missing"]


def test_more_images_than_a_batch(run: Path, palm: Path) -> None:
    one = palm / VAL / "V0001.jpg"
    found = list(predict(load_run(run), [one] * 33))
    assert len(found) == 33
    chances = {round(p.probabilities[1], 5) for p in found if isinstance(p, Prediction)}
    assert len(chances) == 1


def call(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli, ["predict", *map(str, arguments)])
    return done.exit_code, done.stdout, done.stderr


def test_formats(run: Path, palm: Path, tmp_path: Path) -> None:
    folder = palm / TRAIN
    status, text, _ = call(run, folder, "--format", "json")
    assert status == 0
    rows = json.loads(text)
    assert [Path(row["file"]).name[0] for row in rows] == list("HHNNPP")
    assert all(sum(row["probabilities"].values()) == pytest.approx(1) for row in rows)

    target = tmp_path / "out.csv"
    status, text, _ = call(run, folder, "--format", "csv", "-o", target)
    assert (status, text) == (0, "")
    table = list(csv.DictReader(io.StringIO(target.read_text())))
    assert [row["class"] for row in table] == [row["class"] for row in rows]
    assert float(table[0]["p(PM)"]) == pytest.approx(
        rows[0]["probabilities"]["PM"], abs=1e-6
    )
    status, text, _ = call(run, folder)
    assert status == 0
    assert "p(PM)" in text


def test_odd_names_stay_what_they_are(run: Path, palm: Path) -> None:
    name = 'a,b "c" [red]\n=1+1.jpg'
    (palm / VAL / "V0001.jpg").rename(palm / VAL / name)
    status, text, _ = call(run, palm / VAL / name, "--format", "csv")
    assert status == 0
    [row] = csv.DictReader(io.StringIO(text, newline=""))
    assert row["file"] == str(palm / VAL / name)
    status, text, _ = call(run, palm / VAL / name)
    assert "[red]" in text.replace("\n", "").replace("│", "").replace(" ", "")


def test_bad_files_end_with_exit_1(run: Path, palm: Path) -> None:
    (palm / VAL / "V0003.jpg").write_text("no image")
    status, text, error = call(run, palm / VAL, "--format", "json")
    assert status == 1
    assert len(json.loads(text)) == 3
    assert "V0003.jpg`: not an image" in error
    status, _, error = call(run, palm / "empty")
    assert status == 1
    assert "missing" in error


def test_submission(run: Path, palm: Path, tmp_path: Path) -> None:
    target = tmp_path / "classification_results.csv"
    status, _, _ = call(run, palm / VAL, "--submission", target)
    assert status == 0
    lines = target.read_text().splitlines()
    assert lines[0] == "FileName,PM Risk"
    assert [line.split(",")[0] for line in lines[1:]] == [
        f"V000{i}.jpg" for i in range(1, 5)
    ]
    assert all(0 <= float(line.split(",")[1]) <= 1 for line in lines[1:])


def test_what_is_no_submission() -> None:
    one = Prediction(Path("a/x.jpg"), 0, "a", (0.5, 0.2, 0.3))
    with pytest.raises(UserError, match="of two classes; this run knows 3"):
        as_submission([one], ("a", "b", "c"))
    two = [Prediction(Path(f"{d}/x.jpg"), 0, "a", (0.5, 0.5)) for d in "ab"]
    with pytest.raises(UserError, match=r"two of the images are called `x\.jpg`"):
        as_submission(two, ("a", "b"))
