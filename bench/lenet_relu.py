"""Why does LeNet with sigmoids not learn the fundus images, and LeNet with ReLUs does?

    python bench/lenet_relu.py DATA OUT           # train what is missing, then measure
    python bench/lenet_relu.py DATA OUT --table   # measure only

DATA is a folder that `pmgen train --data` takes, OUT keeps the runs. Each variant is
trained by the runtime as any user would; after every epoch its weights are loaded into
a second network, whose gradients on fixed training images are measured by layer.
Writes OUT/lenet_relu.json and OUT/lenet_relu.png.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pmruntime.cpu import apply_cpu_settings, import_paddle

ROOT = Path(__file__).resolve().parents[1]
MEASURED_ON = 100  # training images
SGD = {"optimizer": {"Momentum": {"learning_rate": 0.001, "momentum": 0.9}}}
FASTER = {"optimizer": {"Momentum": {"learning_rate": 0.01, "momentum": 0.9}}}
ADAMW = {"optimizer": {"AdamW": {"learning_rate": 0.001}}}


@dataclass(frozen=True)
class Variant:
    """One of the runs: a network, and how its recipe differs from the tutorial's."""

    title: str
    network: str
    recipe: dict[str, Any]
    seed: int = 0

    @property
    def folder(self) -> str:
        return f"{self.title.replace(' ', '-').replace(',', '')}-{self.seed}"


VARIANTS = [
    Variant("sigmoid", "lenet_palm", SGD),
    Variant("ReLU", "lenet_palm_relu", SGD),
    Variant("sigmoid, AdamW", "lenet_palm", ADAMW),
    Variant("ReLU, AdamW", "lenet_palm_relu", ADAMW),
    Variant("sigmoid, rate x 10", "lenet_palm", FASTER),
    *(Variant("ReLU", "lenet_palm_relu", SGD, seed) for seed in (1, 2)),
    *(Variant("sigmoid", "lenet_palm", SGD, seed) for seed in (1, 2)),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("out", type=Path)
    parser.add_argument("--table", action="store_true", help="train nothing")
    parser.add_argument("--threads", type=int)
    given = parser.parse_args()
    apply_cpu_settings(given.threads)
    import_paddle()
    measured = []
    for variant in VARIANTS:
        if not given.table:
            train_variant(variant, given.data, given.out)
        found = given.out / variant.folder / "gradients.json"
        if found.is_file():
            measured.append(json.loads(found.read_text()))
    (given.out / "lenet_relu.json").write_text(json.dumps(measured, indent=1) + "\n")
    print(table(measured))
    draw(measured, given.out / "lenet_relu.png")


def train_variant(variant: Variant, data_name: str, out: Path) -> None:
    """Train it, unless it is there; gradients at the start and after every epoch."""
    import paddle
    from pmruntime.checkpoint import load_weights
    from pmruntime.data import open_data
    from pmruntime.data.preprocessing import Preprocessing
    from pmruntime.loading import load_model_class
    from pmruntime.progress import PlainReporter
    from pmruntime.recipe import parse_recipe
    from pmruntime.train import train
    from rich.console import Console

    run = out / variant.folder
    if (run / "gradients.json").is_file():
        return
    source = ROOT / "generated" / f"{variant.network}.py"
    model_class = load_model_class(source)
    data = open_data(data_name, Preprocessing(size=(224, 224)))
    recipe = parse_recipe({**variant.recipe, "name": variant.title})
    paddle.seed(variant.seed)
    probe = model_class()  # the weights that training begins with
    rows = [{"epoch": 0, **gradients(probe, data)}]

    class Measuring(PlainReporter):
        def end_epoch(self, row: Any) -> None:
            super().end_epoch(row)
            load_weights(run / "weights.safetensors", probe)
            rows.append({"epoch": row["epoch"], **gradients(probe, data)})

    reporter = Measuring(Console())
    reporter.say(variant.title)
    train(
        source,
        data,
        run,
        recipe=recipe,
        seed=variant.seed,
        force=True,
        reporter=reporter,
    )
    metrics = [json.loads(line) for line in (run / "metrics.jsonl").open()]
    result = {
        "title": variant.title,
        "network": variant.network,
        "recipe": recipe.as_json()["optimizer"],
        "seed": variant.seed,
        "gradients": rows,
        "metrics": metrics,
    }
    (run / "gradients.json").write_text(json.dumps(result))


def gradients(model: Any, data: Any) -> dict[str, Any]:
    """The RMS gradient of each layer's weight, relative to the weight's own RMS, and
    the spread of the network's outputs, over the same training images."""
    import numpy as np
    import paddle
    from pmruntime.losses import Loss

    chosen = np.linspace(0, len(data.train) - 1, MEASURED_ON).astype(int)
    logits = []
    model.train()
    model.clear_gradients()
    for part in np.array_split(chosen, 10):
        images = data.preprocessing.normalized(data.train.images[part])
        labels = paddle.to_tensor(data.train.labels[part])
        outputs = model(paddle.to_tensor(images))
        (Loss()(outputs, labels).sum() / MEASURED_ON).backward()
        logits.append(outputs.numpy().reshape(-1))
    layers = {}
    for name, parameter in model.named_parameters():
        if name.endswith("weight"):
            weight, gradient = parameter.numpy(), parameter.grad.numpy()
            layers[name.removesuffix(".weight")] = {
                "gradient": float(np.sqrt((gradient**2).mean())),
                "weight": float(np.sqrt((weight**2).mean())),
            }
    flat = np.concatenate(logits)
    return {
        "layers": layers,
        "logits_mean": float(flat.mean()),
        "logits_std": float(flat.std()),
    }


def table(measured: list[dict[str, Any]]) -> str:
    """The figures as Markdown: results, then gradients before training."""
    lines = ["| run | seed | train loss | val accuracy | val AUC | outputs' spread |"]
    lines += ["|---|---:|---:|---:|---:|---:|"]
    for run in measured:
        last = run["metrics"][-1]
        lines.append(
            f"| {run['title']} | {run['seed']} | {last['train']['loss']:.4f} | "
            f"{last['val']['accuracy']:.1%} | {last['val'].get('auc', 0):.3f} | "
            f"{run['gradients'][-1]['logits_std']:.4f} |"
        )
    names = list(measured[0]["gradients"][0]["layers"]) if measured else []
    lines += ["", "| RMS gradient | epoch | " + " | ".join(names) + " |"]
    lines += ["|---|---:|" + "---:|" * len(names)]
    for run in measured:
        if run["seed"] == 0:
            for row in (run["gradients"][0], run["gradients"][-1]):
                cells = [f"{row['layers'][n]['gradient']:.1e}" for n in names]
                lines.append(
                    f"| {run['title']} | {row['epoch']} | " + " | ".join(cells) + " |"
                )
    return "\n".join(lines)


def draw(measured: list[dict[str, Any]], path: Path) -> None:
    """Loss and AUC over the epochs, and gradients by layer before training."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 3.8), layout="constrained")
    FigureCanvasAgg(figure)
    loss_axes, auc_axes, gradient_axes = figure.subplots(1, 3)
    for run in (r for r in measured if r["seed"] == 0):
        epochs = [row["epoch"] for row in run["metrics"]]
        style = {"marker": "o", "markersize": 3, "label": run["title"]}
        losses = [row["train"]["loss"] for row in run["metrics"]]
        loss_axes.plot(epochs, losses, **style)
        auc_axes.plot(
            epochs, [row["val"].get("auc") for row in run["metrics"]], **style
        )
        if run["recipe"] == SGD["optimizer"] or "AdamW" not in run["title"]:
            layers = run["gradients"][0]["layers"]
            values = [layer["gradient"] for layer in layers.values()]
            gradient_axes.plot(list(layers), values, **style)
    loss_axes.set_title("training loss")
    auc_axes.set_title("validation AUC")
    gradient_axes.set_title("RMS gradient before training")
    gradient_axes.set_yscale("log")
    for axes in (loss_axes, auc_axes):
        axes.set_xlabel("epoch")
    for axes in (loss_axes, auc_axes, gradient_axes):
        axes.grid(alpha=0.3)
    loss_axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
