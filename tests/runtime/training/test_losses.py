"""The training loss and what an evaluation averages, against numbers by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

paddle = pytest.importorskip("paddle")

import paddle.nn.functional as F  # noqa: E402
from pmruntime.data.dataset import Data  # noqa: E402
from pmruntime.data.preprocessing import Preprocessing  # noqa: E402
from pmruntime.inference.probabilities import log_probabilities  # noqa: E402
from pmruntime.inference.split_metrics import evaluate  # noqa: E402
from pmruntime.problems import UserError  # noqa: E402
from pmruntime.recipe.recipe import parse_recipe  # noqa: E402
from pmruntime.training.losses import Loss, loss_for  # noqa: E402
from pmruntime.training.run import train  # noqa: E402

from tests.support.runs.tiny_data import make_tiny_data  # noqa: E402

pytestmark = pytest.mark.paddle


def softplus(z: float) -> float:
    return math.log1p(math.exp(z))


def loss_of(asked: dict[str, Any], labels: list[int], num_classes: int) -> Loss:
    settings = parse_recipe({"loss": asked}).loss
    return loss_for(settings, (1.0,), np.array(labels), num_classes)


def test_smoothing_of_one_output() -> None:
    """Target 1 becomes 0.9 + 0.05, target 0 becomes 0.05, as with two classes."""
    loss = loss_of({"label_smoothing": 0.1}, [0, 1], 2)
    logits = paddle.to_tensor([[1.5], [-0.5]])
    found = loss(logits, paddle.to_tensor([1, 0])).numpy()
    by_hand = [
        0.95 * softplus(-1.5) + 0.05 * softplus(1.5),
        0.05 * softplus(0.5) + 0.95 * softplus(-0.5),
    ]
    assert found == pytest.approx(by_hand, rel=1e-5)
    # One output z says the same as two outputs 0 and z.
    two = paddle.to_tensor([[0.0, 1.5], [0.0, -0.5]])
    assert loss(two, paddle.to_tensor([1, 0])).numpy() == pytest.approx(found, rel=1e-5)


def test_smoothing_of_three_outputs() -> None:
    loss = loss_of({"label_smoothing": 0.3}, [0, 1, 2], 3)
    z = np.array([2.0, -1.0, 0.5])
    log_p = z - np.log(np.exp(z).sum())
    by_hand = -(np.array([0.1, 0.8, 0.1]) * log_p).sum()
    found = loss(paddle.to_tensor([z.astype("float32")]), paddle.to_tensor([1]))
    assert found.shape == [1]
    assert found.item() == pytest.approx(by_hand, rel=1e-5)
    # Paddle's own loss agrees.
    judge = paddle.nn.CrossEntropyLoss(label_smoothing=0.3)
    batch = paddle.randn([7, 3])
    labels = paddle.to_tensor([0, 1, 2, 0, 1, 2, 0])
    assert loss(batch, labels).mean().item() == pytest.approx(
        judge(batch, labels).item(), rel=1e-5
    )


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_class_weights_multiply_each_images_loss(
    outputs: int, smoothing: float
) -> None:
    classes = max(outputs, 2)
    weights = [0.5, 2.0, 3.0][:classes]
    asked = {"label_smoothing": smoothing, "class_weights": weights}
    labels = [1, 0, 1, classes - 1]
    logits, given = paddle.randn([4, outputs]), paddle.to_tensor(labels)
    plain = Loss((1.0,), smoothing)(logits, given).numpy()
    found = loss_of(asked, labels, classes)(logits, given).numpy()
    by_hand = [weights[c] * one for c, one in zip(labels, plain, strict=True)]
    assert found == pytest.approx(by_hand, rel=1e-6)


def test_balanced_classes_weigh_the_same_in_all() -> None:
    labels = [0] * 6 + [1] * 3 + [2] * 1
    loss = loss_of({"class_weights": "balanced"}, labels, 3)
    assert loss.class_weights is not None
    # 10 images in 3 classes: 10 / (3 * count), the mean over all images is 1.
    assert loss.class_weights == pytest.approx([10 / 18, 10 / 9, 10 / 3], rel=1e-6)
    assert loss.class_weights[labels].mean() == pytest.approx(1.0)
    with pytest.raises(UserError, match="there is none of class 1"):
        loss_of({"class_weights": "balanced"}, [0, 2], 3)
    with pytest.raises(UserError, match="2 numbers for 3 classes"):
        loss_of({"class_weights": [1, 2]}, labels, 3)


def test_a_logit_far_out_is_no_problem() -> None:
    for outputs, label in ((1, 0), (2, 0), (2, 1)):
        logits = paddle.full([1, outputs], 1e4)
        loss = loss_of({"label_smoothing": 0.1}, [0, 1], 2)
        assert math.isfinite(loss(logits, paddle.to_tensor([label])).item())


class Picky(paddle.nn.Layer):  # type: ignore[misc]
    """Sees a difference in every flip."""

    input_shape = (1, 4, 4)

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.fc = paddle.nn.Linear(16, outputs)
        self.drop = paddle.nn.Dropout(0.5)

    def forward(self, x: Any) -> Any:
        return self.drop(self.fc(x.flatten(1)) * 3)


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("views", [1, 2, 4])
def test_views_are_a_mean_of_probabilities(outputs: int, views: int) -> None:
    paddle.seed(1)
    model = Picky(outputs)
    data = make_tiny_data(num_classes=max(outputs, 2))
    images = data.val.images
    flipped = [images, images[..., ::-1], images[:, :, ::-1], images[:, :, ::-1, ::-1]]
    model.eval()
    probabilities = []
    for view in flipped[:views]:
        x = paddle.to_tensor(view.astype("float32") / 127.5 - 1)
        logits = model(x)
        if outputs == 1:
            p = F.sigmoid(logits).numpy()
            probabilities.append(np.concatenate([1 - p, p], axis=1))
        else:
            probabilities.append(F.softmax(logits).numpy())
    mean = np.mean(probabilities, axis=0)
    model.train()
    found = log_probabilities(model, images, Preprocessing(), views)
    assert np.exp(found) == pytest.approx(mean, abs=1e-6)
    assert model.training
    metrics = evaluate(model, data.val, Preprocessing(), views)
    labels = data.val.labels
    assert metrics.accuracy == (mean.argmax(1) == labels).mean()
    by_hand = -np.log(mean[np.arange(len(labels)), labels]).mean()
    assert metrics.loss == pytest.approx(by_hand, rel=1e-4)


def test_auc_by_counting_pairs() -> None:
    pytest.importorskip("sklearn")
    paddle.seed(1)
    data = make_tiny_data(num_classes=2, val=21)
    model = Picky(1)
    metrics = evaluate(model, data.val, Preprocessing())
    scores = log_probabilities(model, data.val.images, Preprocessing())[:, 1]
    ones, zeros = scores[data.val.labels == 1], scores[data.val.labels == 0]
    pairs = [(one > zero) + 0.5 * (one == zero) for one in ones for zero in zeros]
    assert metrics.auc == pytest.approx(np.mean(pairs))
    assert "auc" not in evaluate(Picky(3), data.val, Preprocessing()).as_json()


def test_amp_on_a_cpu_is_refused(tiny: Path, tiny_data: Data, tmp_path: Path) -> None:
    for amp in ("float16", "bfloat16"):
        recipe = parse_recipe({"amp": amp})
        with pytest.raises(UserError, match=rf"`amp: {amp}` needs a GPU"):
            train(tiny, tiny_data, tmp_path / "run", recipe=recipe)
    assert not (tmp_path / "run").exists()
