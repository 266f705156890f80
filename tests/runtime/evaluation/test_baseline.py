"""The logistic regression that a network is held against."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.paths import real_images

pytest.importorskip("sklearn")

from pmruntime.data import open_data
from pmruntime.data.dataset import Data, Split
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.evaluation.baseline import BINS, SIZE, features, fit_baseline
from pmruntime.evaluation.metrics import METRICS, Predictions
from pmruntime.problems import UserError

from tests.support.runs.tiny_data import make_tiny_data


def test_features_by_hand() -> None:
    image = np.zeros((2, 48, 48), dtype=np.uint8)
    image[0, :, 24:] = 255
    image[1] = 32  # the second bin's first value
    row = features(image[None])[0]
    assert row.shape == (2 * SIZE * SIZE + 2 * BINS,)
    small = row[: SIZE * SIZE].reshape(SIZE, SIZE)
    assert (small[:, :12] == 0).all()
    assert (small[:, 12:] == 1).all()
    first, second = row[-2 * BINS :].reshape(2, BINS)
    assert first.tolist() == [0.5, 0, 0, 0, 0, 0, 0, 0.5]
    assert second.tolist() == [0, 1, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("num_classes", [2, 3])
def test_it_learns(num_classes: int) -> None:
    data = make_tiny_data(num_classes)
    logs, _ = fit_baseline(data)
    assert np.logaddexp.reduce(logs, axis=1) == pytest.approx(0, abs=1e-9)
    predictions = Predictions(logs, data.val.labels)
    assert METRICS["accuracy"].compute(predictions) > 0.95


def with_val(data: Data, keep: slice, flip: bool = False) -> Data:
    labels = data.val.labels[keep]
    val = Split(data.val.images[keep], (labels + 1) % 2 if flip else labels)
    return Data("other", data.train, val, data.num_classes)


def test_validation_images_teach_it_nothing() -> None:
    data = make_tiny_data(2)
    whole, strength = fit_baseline(data)
    part, strength_of_part = fit_baseline(with_val(data, slice(0, 10), flip=True))
    assert strength_of_part == strength
    assert np.allclose(part, whole[:10], rtol=0, atol=1e-12)


def test_a_class_without_training_images_is_given_no_chance() -> None:
    data = make_tiny_data(2)
    wide = Data("wide", data.train, data.val, 3)
    logs, _ = fit_baseline(wide)
    assert logs.shape == (37, 3)
    assert np.isfinite(logs).all()
    assert (logs[:, 2] < -30).all()


def test_too_few_images_to_choose_by() -> None:
    data = make_tiny_data(2)
    for count in (1, 3):  # of one class; one image of the other
        train = Split(data.train.images[:count], data.train.labels[:count])
        with pytest.raises(UserError, match="two training images of each"):
            fit_baseline(Data("few", train, data.val, 2))


def test_pathological_myopia_is_seen_without_a_network() -> None:
    """Real photographs: what docs/evaluation.md says of them."""
    folder = real_images("palm224")
    if folder is None:
        pytest.skip("no fundus photographs: set PMGEN_DATA to a folder with palm224")
    preprocessing = Preprocessing((224, 224), "area")
    data = open_data(str(folder), preprocessing)
    predictions = Predictions(fit_baseline(data)[0], data.val.labels)
    assert METRICS["accuracy"].compute(predictions) == pytest.approx(0.945, abs=0.011)
    assert METRICS["auc"].compute(predictions) == pytest.approx(0.981, abs=0.004)
