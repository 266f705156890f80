"""The loop and what it leaves behind."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

paddle = pytest.importorskip("paddle")

import paddle.nn.functional as F  # noqa: E402
from pmruntime.data.dataset import Data  # noqa: E402
from pmruntime.evaluation.evaluate import evaluate_run  # noqa: E402
from pmruntime.inference.split_metrics import evaluate  # noqa: E402
from pmruntime.model.loading import load_model_class  # noqa: E402
from pmruntime.model.outputs import predicted_classes  # noqa: E402
from pmruntime.problems import UserError  # noqa: E402
from pmruntime.recipe.definition import OPTIMIZERS  # noqa: E402
from pmruntime.recipe.recipe import parse_recipe  # noqa: E402
from pmruntime.runs.callback import Callback  # noqa: E402
from pmruntime.runs.folder import RunFolder  # noqa: E402
from pmruntime.training.losses import Loss  # noqa: E402
from pmruntime.training.optim import build_optimizer, learning_rate_at  # noqa: E402
from pmruntime.training.run import TrainingStoppedError, train  # noqa: E402

from tests.support.runs.tiny_data import make_tiny_data  # noqa: E402

pytestmark = pytest.mark.paddle

RECIPE = parse_recipe(
    {"optimizer": {"Adam": {"learning_rate": 0.02}}, "epochs": 4, "batch_size": 8}
)


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def test_a_run_leaves_everything_behind(
    tiny: Path, tiny_data: Data, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    spec = tmp_path / "tiny.yaml"
    spec.write_text("pmgen: 1\n")
    summary = train(
        tiny, tiny_data, out, recipe=RECIPE, spec={"tiny.yaml": spec}, seed=3
    )
    expected = {*RunFolder.FILES, "spec"} - {*RunFolder.EVAL_FILES}
    assert set(os.listdir(out)) == expected
    assert (out / "model.py").read_text() == tiny.read_text()
    assert (out / "spec" / "tiny.yaml").read_text() == "pmgen: 1\n"
    assert read(out / "recipe.json") == RECIPE.as_json()
    assert read(out / "summary.json") == summary
    assert summary["params"] == 53
    assert summary["val"]["n"] == 37
    assert summary["val"]["accuracy"] > 0.9

    record = read(out / "run.json")
    assert record["seed"] == 3
    assert record["arguments"] == {"num_classes": 3}
    assert record["data"]["fingerprint"] == tiny_data.fingerprint
    assert record["versions"]["paddle"] == paddle.__version__

    rows = [json.loads(line) for line in (out / "metrics.jsonl").open()]
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4]
    assert rows[-1]["val"] == summary["val"]
    assert rows[-1]["train"]["n"] == 45
    best = max(rows, key=lambda r: (r["val"]["accuracy"], -r["val"]["loss"]))
    assert summary["best"] == {"epoch": best["epoch"], **best["val"]}
    assert (out / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_eval_reproduces_the_summary_exactly(
    tiny: Path, tiny_data: Data, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    summary = train(tiny, tiny_data, out, recipe=RECIPE)
    tiny.unlink()  # the run stands on its own
    moved = tmp_path / "moved"
    shutil.move(out, moved)
    result = evaluate_run(moved, tiny_data)
    assert result["val"] == summary["val"]
    assert result["same_data"] is True
    assert read(moved / "eval.json") == result
    best = evaluate_run(moved, tiny_data, weights="best")
    assert {"epoch": best["epoch"], **best["val"]} == summary["best"]
    other = evaluate_run(moved, make_tiny_data(val=10))
    assert (other["same_data"], other["val"]["n"]) == (False, 10)


def test_equal_seeds_give_equal_bits(
    tiny: Path, tiny_data: Data, tmp_path: Path
) -> None:
    weights = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(tiny, tiny_data, tmp_path / name, recipe=RECIPE, seed=seed)
        weights.append((tmp_path / name / "weights.safetensors").read_bytes())
    assert weights[0] == weights[1]
    assert weights[0] != weights[2]


def test_means_weigh_images_not_batches(tiny: Path) -> None:
    paddle.seed(0)
    model = load_model_class(tiny)()
    data = make_tiny_data(val=33)  # a batch of 32 and one of a single image
    data.val.images[32] = 255  # which is unlike the others, so that its loss stands out
    metrics = evaluate(model, data.val, data.preprocessing)
    model.eval()
    x = paddle.to_tensor(data.val.images.astype("float32") / 127.5 - 1)
    loss = F.cross_entropy(model(x), paddle.to_tensor(data.val.labels)).item()
    assert metrics.loss == pytest.approx(loss, rel=1e-5)
    right = model(x).numpy().argmax(1) == data.val.labels
    assert metrics.accuracy == right.mean()


def test_training_loss_is_a_mean_over_images(
    tiny: Path, tiny_data: Data, tmp_path: Path
) -> None:
    source = tiny.read_text()
    # Without BatchNorm, and with a learning rate that moves nothing, the epoch's mean
    # over batches of 8 and one of 5 must be the mean over all 45 images.
    tiny.write_text(source.replace("self.norm(x)", "x"))
    still = parse_recipe(
        {"optimizer": {"SGD": {"learning_rate": 1e-12}}, "epochs": 1, "batch_size": 8}
    )
    summary = train(tiny, tiny_data, tmp_path / "run", recipe=still)
    model = load_model_class(tiny)()
    from pmruntime.runs.checkpoint import load_weights

    load_weights(tmp_path / "run" / "weights.safetensors", model)
    whole = evaluate(model, tiny_data.train, tiny_data.preprocessing)
    assert summary["train"]["loss"] == pytest.approx(whole.loss, rel=1e-5)
    assert summary["train"]["accuracy"] == whole.accuracy


def test_one_output_learns_two_classes(tiny: Path, tmp_path: Path) -> None:
    data = make_tiny_data(num_classes=2)
    out = tmp_path / "run"
    summary = train(tiny, data, out, recipe=RECIPE, arguments={"num_classes": 1})
    assert summary["params"] == 16 + 1 + 2
    assert summary["val"]["accuracy"] > 0.9
    assert evaluate_run(out, data)["val"] == summary["val"]


HEADS = """
        x = self.norm(x).flatten(1)
        if self.training:
            return self.fc(x), self.fc(x * 0.5)
        return self.fc(x)
"""


def test_auxiliary_heads(tiny: Path, tiny_data: Data, tmp_path: Path) -> None:
    source = tiny.read_text().replace(
        "        return self.fc(self.norm(x).flatten(1))\n", HEADS
    )
    tiny.write_text(source)
    with pytest.raises(UserError, match="gives 2 outputs while it trains"):
        train(tiny, tiny_data, tmp_path / "a", recipe=RECIPE)
    tiny.write_text(
        source.replace("(1, 4, 4)", "(1, 4, 4)\n    loss_weights = (1.0, 0.3)")
    )
    summary = train(tiny, tiny_data, tmp_path / "b", recipe=RECIPE)
    assert summary["val"]["accuracy"] > 0.7


def test_heads_are_weighed() -> None:
    logits = paddle.to_tensor([[1.0, -1.0], [0.5, 2.0]])
    labels = paddle.to_tensor([0, 0])
    one = F.cross_entropy(logits, labels).item()
    two = F.cross_entropy(-logits, labels).item()
    loss = Loss((1.0, 0.3))((logits, -logits), labels).mean().item()
    assert loss == pytest.approx(one + 0.3 * two, rel=1e-6)


def test_binary_loss_and_classes() -> None:
    logits = paddle.to_tensor([[2.0], [-1.0], [0.5]])
    labels = paddle.to_tensor([1, 0, 0])
    by_hand = np.mean([math.log1p(math.exp(-z)) for z in (2.0, 1.0, -0.5)])
    assert Loss()(logits, labels).mean().item() == pytest.approx(by_hand, 1e-5)
    assert predicted_classes(logits).numpy().tolist() == [1, 0, 1]


def test_a_loss_that_is_no_number_stops(
    tiny: Path, tiny_data: Data, tmp_path: Path
) -> None:
    wild = parse_recipe(
        {"optimizer": {"SGD": {"learning_rate": 1e38}}, "epochs": 3, "batch_size": 8}
    )
    message = r"(?s)loss of step \d \(epoch 1\) became (nan|inf).*#\d+, .*lower `learn"
    with pytest.raises(UserError, match=message):
        train(tiny, tiny_data, tmp_path / "run", recipe=wild)
    assert not (tmp_path / "run" / "weights.safetensors").exists()
    assert not (tmp_path / "run" / "summary.json").exists()


def test_not_every_epoch_is_validated(
    tiny: Path, tiny_data: Data, tmp_path: Path
) -> None:
    recipe = parse_recipe({**RECIPE.as_json(), "epochs": 5, "validate_every": 2})
    out = tmp_path / "run"
    summary = train(tiny, tiny_data, out, recipe=recipe)
    rows = [json.loads(line) for line in (out / "metrics.jsonl").open()]
    assert ["val" in row for row in rows] == [False, True, False, True, True]
    assert summary["val"] == rows[-1]["val"]
    assert summary["best"]["epoch"] in (2, 4, 5)
    assert (out / "curve.png").exists()


class CtrlC(Callback):
    """Presses Ctrl-C at a step, counted over the run."""

    def __init__(self, at: int) -> None:
        self.left = at

    def on_train_batch_end(self, images: int, loss: float) -> None:
        self.left -= 1
        if self.left == 0:
            signal.raise_signal(signal.SIGINT)


def test_ctrl_c_keeps_the_weights(tiny: Path, tiny_data: Data, tmp_path: Path) -> None:
    out = tmp_path / "run"
    with pytest.raises(TrainingStoppedError, match="in epoch 2 after 8 steps"):
        train(tiny, tiny_data, out, recipe=RECIPE, callback=CtrlC(8))
    assert not (out / "summary.json").exists()
    assert len((out / "metrics.jsonl").read_text().splitlines()) == 1
    assert evaluate_run(out, tiny_data)["epoch"] == 2


def test_a_problem_found_in_time_writes_nothing(
    lenet: Path, tiny_data: Data, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="1x28x28"):
        train(lenet, tiny_data, tmp_path / "run", recipe=RECIPE)
    assert not (tmp_path / "run").exists()


def test_a_run_may_be_trained_again_from_its_own_copy(
    tiny: Path, tiny_data: Data, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    train(tiny, tiny_data, out, recipe=RECIPE)
    first = (out / "weights.safetensors").read_bytes()
    train(out / "model.py", tiny_data, out, recipe=RECIPE, force=True)
    assert (out / "weights.safetensors").read_bytes() == first


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("decay", [0.0, 0.5])
def test_optimizers_follow_the_recipe(tiny: Path, name: str, decay: float) -> None:
    paddle.seed(0)
    model = load_model_class(tiny)()
    recipe = parse_recipe({"optimizer": {name: {"weight_decay": decay}}})
    optimizer = build_optimizer(recipe, model)
    optimizer.set_lr(0.1)
    before = model.fc.weight.numpy().copy()
    (model.fc.weight * 0).sum().backward()  # no gradient: only the decay can move it
    optimizer.step()
    assert np.array_equal(model.fc.weight.numpy(), before) == (decay == 0.0)


def rates(schedule: object, epochs: int = 4, steps: int = 5) -> list[float]:
    recipe = parse_recipe(
        {
            "optimizer": {"SGD": {"learning_rate": 0.8}},
            "schedule": schedule,
            "epochs": epochs,
        }
    )
    return [learning_rate_at(recipe, step, steps) for step in range(epochs * steps)]


def test_schedules() -> None:
    assert rates("Constant") == [0.8] * 20
    step = rates({"Step": {"step_epochs": 2, "gamma": 0.5}})
    assert step == [0.8] * 10 + [0.4] * 10
    cosine = rates({"Cosine": {"warmup_epochs": 1}})
    assert cosine[:6] == pytest.approx([0.16, 0.32, 0.48, 0.64, 0.8, 0.8])
    assert cosine[5:] == sorted(cosine[5:], reverse=True)
    assert 0 < cosine[-1] < 0.01
    assert rates("Cosine")[10] == pytest.approx(0.4)
