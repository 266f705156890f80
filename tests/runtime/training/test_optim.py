"""Steps of the optimizer: what makes one up, what decays, what is averaged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

paddle = pytest.importorskip("paddle")

import paddle.nn.functional as F  # noqa: E402
from pmruntime.data.augment import Augmentation  # noqa: E402
from pmruntime.data.batches import TrainingBatches  # noqa: E402
from pmruntime.data.dataset import Data  # noqa: E402
from pmruntime.machine.machine import Machine  # noqa: E402
from pmruntime.model.loading import load_model_class  # noqa: E402
from pmruntime.recipe.definition import OPTIMIZERS  # noqa: E402
from pmruntime.recipe.recipe import parse_recipe  # noqa: E402
from pmruntime.runs.checkpoint import read_tensors  # noqa: E402
from pmruntime.training.ema import EMA  # noqa: E402
from pmruntime.training.optim import build_optimizer, learning_rate_at  # noqa: E402
from pmruntime.training.run import train  # noqa: E402

pytestmark = pytest.mark.paddle

MACHINE = Machine(device="cpu", workers=0)


@pytest.fixture
def plain(tiny: Path) -> Path:
    """The tiny network without BatchNorm."""
    source = tiny.read_text().replace("self.norm(x)", "x")
    tiny.write_text(source.replace("self.norm = nn.BatchNorm2D(1)", "pass"))
    return tiny


def trained(source: Path, data: Data, out: Path, **recipe: Any) -> dict[str, Any]:
    train(source, data, out, recipe=parse_recipe(recipe), machine=MACHINE)
    return read_tensors(out / "checkpoint.safetensors")[0]


def by_hand(
    source: Path, data: Data, recipe: dict[str, Any], batch_size: int, epochs: int
) -> dict[str, Any]:
    """The same training as a plain loop of Paddle, with its own optimizer."""
    paddle.seed(0)
    model = load_model_class(source)(3)
    [(name, arguments)] = recipe["optimizer"].items()
    clip = recipe.get("clip_norm")
    optimizer = getattr(paddle.optimizer, name)(
        parameters=model.parameters(),
        grad_clip=paddle.nn.ClipGradByGlobalNorm(clip) if clip else None,
        **arguments,
    )
    batches = TrainingBatches(
        data=data,
        batch_size=batch_size,
        augmentation=Augmentation(parse_recipe({}).augment),
        seed=0,
    )
    for epoch in range(1, epochs + 1):
        for batch in batches.epoch(epoch):
            logits = model(paddle.to_tensor(batch.images))
            F.cross_entropy(logits, paddle.to_tensor(batch.labels)).backward()
            optimizer.step()
            optimizer.clear_grad()
    return {name: tensor.numpy() for name, tensor in model.state_dict().items()}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("clip", [0.0, 0.2])
def test_a_plain_loop_of_paddle_agrees(
    tiny: Path, tiny_data: Data, tmp_path: Path, name: str, clip: float
) -> None:
    """With BatchNorm, decay and clipping: Paddle's own classes are the judge."""
    recipe = {"optimizer": {name: {"learning_rate": 0.03, "weight_decay": 0.02}}}
    if clip:
        recipe["clip_norm"] = clip  # type: ignore[assignment]
    found = trained(tiny, tiny_data, tmp_path / "run", **recipe, batch_size=8, epochs=2)
    expected = by_hand(tiny, tiny_data, recipe, 8, 2)
    for key, array in expected.items():
        assert found[f"model/{key}"] == pytest.approx(array, abs=2e-6), key


def test_accumulated_batches_are_one_large_batch(
    plain: Path, tiny_data: Data, tmp_path: Path
) -> None:
    """45 images: batches of 5, three a step, are batches of 15; and batches of 8, two a
    step, batches of 16 with a last one of 13."""
    for small, times in ((5, 3), (8, 2)):
        recipe = {
            "optimizer": {"Momentum": {"learning_rate": 0.05}},
            "schedule": {"Cosine": {"warmup_epochs": 1}},
            "clip_norm": 0.3,
            "epochs": 3,
        }
        many, one = (
            trained(plain, tiny_data, tmp_path / f"{small}-{size}-{accumulate}",
                    **recipe, batch_size=size, accumulate=accumulate)
            for size, accumulate in ((small, times), (small * times, 1))
        )  # fmt: skip
        assert many.keys() == one.keys()
        for name, array in one.items():
            assert many[name] == pytest.approx(array, abs=1e-6), name


@pytest.mark.parametrize("decay_all", [True, False])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_decay_all_false_spares_vectors(tiny: Path, name: str, decay_all: bool) -> None:
    paddle.seed(0)
    model = load_model_class(tiny)()
    recipe = parse_recipe(
        {"optimizer": {name: {"weight_decay": 0.5}}, "decay_all": decay_all}
    )
    optimizer = build_optimizer(recipe, model)
    optimizer.set_lr(0.1)
    with paddle.no_grad():
        for parameter in model.parameters():
            parameter.set_value(paddle.ones(parameter.shape))
    for _ in range(2):
        # No gradient, but that of a loss of zero: only the decay can move anything.
        sum(p.sum() * 0 for p in model.parameters()).backward()
        optimizer.step()
        optimizer.clear_grad()
    trained = {k: p for k, p in model.named_parameters() if not p.stop_gradient}
    assert sorted(trained) == ["fc.bias", "fc.weight", "norm.bias", "norm.weight"]
    for key, parameter in trained.items():
        moved = not np.array_equal(parameter.numpy(), np.ones(parameter.shape))
        assert moved == (decay_all or key == "fc.weight"), key


def test_clip_norm_limits_a_step(plain: Path) -> None:
    model = load_model_class(plain)()
    recipe = parse_recipe({"optimizer": {"SGD": {}}, "clip_norm": 0.5})
    optimizer = build_optimizer(recipe, model)
    optimizer.set_lr(1.0)
    before = [p.numpy().copy() for p in model.parameters()]
    sum((p * 100).sum() for p in model.parameters()).backward()
    optimizer.step()
    moved = [p.numpy() - b for p, b in zip(model.parameters(), before, strict=True)]
    norm = np.sqrt(sum((m**2).sum() for m in moved))
    assert norm == pytest.approx(0.5, rel=1e-4)


@pytest.mark.parametrize("name", ["Constant", "Cosine", "Step"])
def test_every_schedule_rises_in_a_line_first(name: str) -> None:
    arguments = {"warmup_epochs": 2}
    if name == "Step":
        arguments["step_epochs"] = 3
    recipe = parse_recipe(
        {
            "optimizer": {"SGD": {"learning_rate": 0.6}},
            "schedule": {name: arguments},
            "epochs": 12,
        }
    )
    rates = [learning_rate_at(recipe, step, 3) for step in range(36)]
    assert rates[:6] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    # Paddle's own schedules, started after the warm-up, are the judge of the rest.
    judge = {
        "Constant": lambda: paddle.optimizer.lr.LambdaDecay(0.6, lambda _: 1.0),
        "Cosine": lambda: paddle.optimizer.lr.CosineAnnealingDecay(0.6, T_max=30),
        "Step": lambda: paddle.optimizer.lr.StepDecay(0.6, step_size=9, gamma=0.1),
    }[name]()
    for rate in rates[6:]:
        assert rate == pytest.approx(judge.last_lr, rel=1e-9)
        judge.step()


def test_the_rate_of_an_epoch_is_recorded_and_used(
    plain: Path, tiny_data: Data, tmp_path: Path
) -> None:
    """One step an epoch of plain SGD, each moving in proportion to its rate."""
    recipe = {
        "optimizer": {"SGD": {"learning_rate": 0.4}},
        "schedule": {"Step": {"step_epochs": 1, "gamma": 0.5, "warmup_epochs": 2}},
        "epochs": 4,
        "batch_size": 45,
    }
    out = tmp_path / "run"
    train(plain, tiny_data, out, recipe=parse_recipe(recipe), machine=MACHINE)
    _, facts = read_tensors(out / "checkpoint.safetensors")
    rates = [row["lr"] for row in facts["progress"]["rows"]]
    assert rates == pytest.approx([0.2, 0.4, 0.4, 0.2])
    found, _ = read_tensors(out / "weights.safetensors")
    paddle.seed(0)
    model = load_model_class(plain)(3)
    images = tiny_data.preprocessing.normalized(tiny_data.train.images)
    for rate in rates:
        x, y = paddle.to_tensor(images), paddle.to_tensor(tiny_data.train.labels)
        F.cross_entropy(model(x), y).backward()
        with paddle.no_grad():
            for parameter in model.parameters():
                parameter.set_value(parameter - parameter.grad * rate)
        model.clear_gradients()
    for name, tensor in model.state_dict().items():
        assert found[name] == pytest.approx(tensor.numpy(), abs=1e-6)


def test_the_average_by_its_formula(tiny: Path) -> None:
    paddle.seed(0)
    network = load_model_class(tiny)
    model, average = network(), None
    average = EMA(model, network(), 0.5)
    expected = {name: t.numpy().copy() for name, t in model.state_dict().items()}
    for name, tensor in average.model.state_dict().items():
        assert np.array_equal(tensor.numpy(), expected[name])
    # (1 + t) / (10 + t) until that is more than 0.5, from step 8 on.
    for step, decay in ((1, 2 / 11), (2, 3 / 12), (7, 8 / 17), (8, 0.5), (99, 0.5)):
        model.train()
        model(paddle.randn([6, 1, 4, 4]) * 3 + 1)  # moves BatchNorm's statistics
        with paddle.no_grad():
            for parameter in model.parameters():
                parameter.set_value(paddle.randn(parameter.shape))
        average.update(step)
        for name, tensor in model.state_dict().items():
            new = expected[name] * decay + tensor.numpy() * (1 - decay)
            assert not np.allclose(new, expected[name])
            expected[name] = new
            found = average.model.state_dict()[name].numpy()
            assert found == pytest.approx(new, abs=1e-6), name
    assert not average.model.training


def test_the_average_is_what_is_validated_and_kept(
    tiny: Path, tiny_data: Data, tmp_path: Path
) -> None:
    adam = {"Adam": {"learning_rate": 0.02}}
    out = tmp_path / "ema"
    state = trained(tiny, tiny_data, out, optimizer=adam, epochs=2, ema=0.99)
    kept, _ = read_tensors(out / "weights.safetensors")
    for name, array in kept.items():
        assert np.array_equal(array, state[f"average/{name}"])
        assert not np.array_equal(array, state[f"model/{name}"])
    # Averaging changes nothing of what is averaged.
    without = trained(tiny, tiny_data, tmp_path / "none", optimizer=adam, epochs=2)
    for name, array in without.items():
        assert np.array_equal(array, state[name]), name
