"""`predict`: files prepared as in training, in order, in batches, bad ones named."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.inference import predict as predict_module
from pmruntime.inference.predict import image_files, predict
from pmruntime.inference.probabilities import log_probabilities
from pmruntime.problems import UserError
from pmruntime.runs.trained import load_run

from tests.support.runs.used_run import make_run, write_images

pytest.importorskip("paddle")
pytestmark = pytest.mark.paddle

COLOUR = """
from paddle import nn

__all__ = ["Colour"]


class Colour(nn.Layer):
    input_shape = (3, 6, 8)

    def __init__(self, num_classes: int = 2) -> None:
        super().__init__()
        self.fc = nn.Linear(144, num_classes)

    def forward(self, x):
        return self.fc(x.flatten(1))
"""


@pytest.fixture
def colour(tmp_path: Path) -> Path:
    path = tmp_path / "colour.py"
    path.write_text(COLOUR)
    return path


def test_pictures_are_prepared_as_the_record_says(colour: Path, tmp_path: Path) -> None:
    preprocessing = Preprocessing((6, 8), "area", "RGB", "imagenet")
    folder = make_run(tmp_path / "run", colour, ("no", "yes"), preprocessing)
    run = load_run(folder)
    (path,) = write_images(tmp_path / "images", ["a.png"])
    (got,) = predict(run, [path])

    # By OpenCV and NumPy alone, from the definition of each setting.
    image = cv2.imread(str(path))[:, :, ::-1]
    image = cv2.resize(image, (8, 6), interpolation=cv2.INTER_AREA) / 255
    image = (image - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    weight, bias = (tensor.numpy() for tensor in run.model.parameters())
    logits = image.transpose(2, 0, 1).reshape(-1) @ weight + bias
    wanted = np.exp(logits) / np.exp(logits).sum()
    assert np.allclose(got.probabilities, wanted, atol=1e-6)
    assert got.path == path
    assert got.label == wanted.argmax()
    assert got.class_name == ("no", "yes")[got.label]
    assert got.probability == max(got.probabilities)


def test_views_are_those_of_the_recipe(colour: Path, tmp_path: Path) -> None:
    images = write_images(tmp_path / "images", ["a.png"])
    seen = set()
    for views in (1, 2, 4):
        folder = make_run(
            tmp_path / f"run{views}", colour, ("no", "yes"), recipe={"views": views}
        )
        run = load_run(folder)
        (got,) = predict(run, images)
        pixels = cv2.resize(cv2.imread(str(images[0])), (8, 6)).transpose(2, 0, 1)
        wanted = log_probabilities(run.model, pixels[None], run.preprocessing, views)
        assert got.probabilities == tuple(np.exp(wanted[0]))
        seen.add(got.probabilities)
    assert len(seen) == 3


def test_batches_are_as_eval_fills_them(tiny: Path, tmp_path: Path) -> None:
    """Bad files between do not shift the last bits, and memory stays bounded."""
    run = load_run(make_run(tmp_path / "run", tiny))
    good = write_images(
        tmp_path / "images", [f"{i:02}.png" for i in range(70)], (4, 4, 1)
    )
    bad = tmp_path / "images" / "bad.png"
    bad.write_bytes(b"")
    reported: list[Path] = []
    paths = [*good[:10], bad, *good[10:]]
    got = list(predict(run, paths, lambda path, reason: reported.append(path)))
    assert reported == [bad]
    assert [p.path for p in got] == good
    pixels = np.stack([cv2.imread(str(path), 0)[None] for path in good])
    wanted = np.exp(log_probabilities(run.model, pixels, run.preprocessing))
    assert [p.probabilities for p in got] == [tuple(row) for row in wanted]


def test_images_are_read_no_further_than_a_batch_ahead(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = load_run(make_run(tmp_path / "run", tiny))
    read = 0

    def prepared(path: Path, preprocessing: Preprocessing) -> np.ndarray:
        nonlocal read
        read += 1
        return np.zeros((1, 4, 4), np.uint8)

    monkeypatch.setattr(predict_module, "prepare_file", prepared)
    results = predict(run, (Path(str(i)) for i in range(100_000)))
    next(results)
    assert read == predict_module.BATCH_SIZE
    results.close()


def test_arrays_learned_means_grey_files_of_their_size(
    tiny: Path, tmp_path: Path
) -> None:
    """The record of digits and IDX files knows neither a size nor a colour."""
    run = load_run(make_run(tmp_path / "run", tiny, ("a",)))
    assert run.preprocessing.size is None
    (path,) = write_images(tmp_path / "images", ["a.png"])
    (got,) = predict(run, [path])
    grey = cv2.resize(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), (4, 4))
    wanted = log_probabilities(run.model, grey[None, None], run.preprocessing)
    assert got.probabilities == tuple(np.exp(wanted[0]))
    assert got.class_names == ("a", "1", "2")  # the data had one class of three


def test_an_unusable_file_is_a_problem_that_names_it(
    tiny: Path, tmp_path: Path
) -> None:
    run = load_run(make_run(tmp_path / "run", tiny))
    with pytest.raises(UserError, match=r"gone\.png` cannot be used: missing"):
        list(predict(run, [tmp_path / "gone.png"]))


def test_more_classes_than_outputs_are_refused(tiny: Path, tmp_path: Path) -> None:
    run = load_run(make_run(tmp_path / "run", tiny, tuple("abcd")))
    images = write_images(tmp_path / "images", ["a.png"])
    with pytest.raises(UserError, match="3 classes, its run's data have 4"):
        list(predict(run, images))


def test_weights_that_give_no_numbers_are_told(tiny: Path, tmp_path: Path) -> None:
    run = load_run(make_run(tmp_path / "run", tiny))
    run.model.fc.bias.set_value(np.full(3, np.nan, np.float32))
    images = write_images(tmp_path / "images", ["a.png"])
    with pytest.raises(UserError, match=r"gives no numbers for .*a\.png"):
        list(predict(run, images))


def test_a_folder_gives_its_images_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    paths = write_images(folder, ["b.png", "a.PNG", ".hidden.png", "notes.txt"])
    (folder / "deeper.png").mkdir()
    single = tmp_path / "any_name"
    assert image_files([single, folder]) == [single, paths[1], paths[0]]
    with pytest.raises(UserError, match="no image files in the folder"):
        image_files([folder / "deeper.png"])


def test_a_class_called_like_a_spare_output(tiny: Path, tmp_path: Path) -> None:
    """Two outputs of one name would lose a probability in JSON."""
    run = load_run(make_run(tmp_path / "run", tiny, ("1", "2")))
    (path,) = write_images(tmp_path / "images", ["a.png"])
    (got,) = predict(run, [path])
    assert got.class_names == ("1", "2", "output 2")
