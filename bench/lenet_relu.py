"""Why does LeNet with sigmoids not learn the fundus images, and LeNet with ReLUs does?

    python bench/lenet_relu.py DATA OUT           # train what is missing, then measure
    python bench/lenet_relu.py DATA OUT --table   # only measure what is trained

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

import numpy as np
from pmruntime.machine.cpu import apply_cpu_settings, import_paddle

ROOT = Path(__file__).resolve().parents[1]
MEASURED_ON = 100  # training images
SGD = {"optimizer": {"Momentum": {"learning_rate": 0.001, "momentum": 0.9}}}
FASTER = {"optimizer": {"Momentum": {"learning_rate": 0.01, "momentum": 0.9}}}
ADAMW = {"optimizer": {"AdamW": {"learning_rate": 0.001}}}


@dataclass(frozen=True)
class Variant:
    """One of the runs: a network, and what its recipe changes in the tutorial's."""

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
    Variant("tanh", "lenet_palm_tanh", SGD),
    Variant("sigmoid, BatchNorm", "lenet_palm_norm", SGD),
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
            result = json.loads(found.read_text())
            if "fc1" not in result:
                result["fc1"] = before_activation(variant, given.data, given.out)
                found.write_text(json.dumps(result))
            measured.append(result)
    (given.out / "lenet_relu.json").write_text(json.dumps(measured, indent=1) + "\n")
    print(table(measured))
    draw(measured, given.out / "lenet_relu.png")


def train_variant(variant: Variant, data_name: str, out: Path) -> None:
    """Train the variant unless it is trained, and measure gradients at the start and
    after every epoch."""
    import paddle
    from pmruntime.data import open_data
    from pmruntime.data.preprocessing import Preprocessing
    from pmruntime.model.loading import load_model_class
    from pmruntime.recipe.recipe import parse_recipe
    from pmruntime.runs.callback import LineLogger
    from pmruntime.runs.checkpoint import load_weights
    from pmruntime.training.run import train
    from rich.console import Console

    run = out / variant.folder
    if (run / "gradients.json").is_file():
        return
    source = generated(variant.network, out)
    model_class = load_model_class(source)
    data = open_data(data_name, Preprocessing(size=(224, 224)))
    recipe = parse_recipe({**variant.recipe, "name": variant.title})
    paddle.seed(variant.seed)
    probe = model_class()  # has the weights that training starts with
    rows = [{"epoch": 0, **gradients(probe, data)}]

    class Measuring(LineLogger):
        def on_epoch_end(self, row: Any) -> None:
            super().on_epoch_end(row)
            load_weights(run / "weights.safetensors", probe)
            rows.append({"epoch": row["epoch"], **gradients(probe, data)})

    callback = Measuring(Console())
    callback.log(variant.title)
    train(
        source,
        data,
        run,
        recipe=recipe,
        seed=variant.seed,
        force=True,
        callback=callback,
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


def before_activation(variant: Variant, data_name: str, out: Path) -> dict[str, Any]:
    """The input of fc1's activation before and after training: its RMS, and the mean
    over units of its standard deviation over images."""
    import paddle
    from pmruntime.data import open_data
    from pmruntime.data.preprocessing import Preprocessing
    from pmruntime.model.loading import load_model_class
    from pmruntime.runs.checkpoint import load_weights

    data = open_data(data_name, Preprocessing(size=(224, 224)))
    paddle.seed(variant.seed)
    model = load_model_class(generated(variant.network, out))()
    found: dict[str, Any] = {}
    for epoch in ("before", "after"):
        if epoch == "after":
            load_weights(out / variant.folder / "weights.safetensors", model)
        seen: list[Any] = []
        hook = model.fc1.register_forward_post_hook(
            lambda layer, given, result, seen=seen: seen.append(result.numpy())
        )
        model.train()  # as in training: normalized by the statistics of the batch
        with paddle.no_grad():
            for part in probed(data):
                images = data.preprocessing.normalized(data.train.images[part])
                model(paddle.to_tensor(images))
        hook.remove()
        values = np.concatenate(seen)
        found[epoch] = {
            "rms": float(np.sqrt((values**2).mean())),
            "spread": float(values.std(axis=0).mean()),
        }
    return found


def probed(data: Any) -> list[Any]:
    """Positions of the training images to measure on, in batches of ten."""
    chosen = np.linspace(0, len(data.train) - 1, MEASURED_ON).astype(int)
    return np.array_split(chosen, 10)


def generated(network: str, out: Path) -> Path:
    """The file of the network's class; networks of bench/specs are compiled first."""
    from pmgen.compile import compile_spec

    spec = Path(__file__).parent / "specs" / f"{network}.yaml"
    if not spec.is_file():
        return ROOT / "generated" / f"{network}.py"
    source = compile_spec(spec, root=ROOT)
    assert source.code is not None, [item.message for item in source.diagnostics.items]
    out.mkdir(parents=True, exist_ok=True)
    place = out / f"{network}.py"
    place.write_text(source.code, encoding="utf-8")
    return place


def gradients(model: Any, data: Any) -> dict[str, Any]:
    """The RMS gradient of each layer's weight, relative to the weight's own RMS, and
    the spread of the network's outputs, over the same training images."""
    import paddle
    from pmruntime.training.losses import Loss

    logits = []
    model.train()
    model.clear_gradients()
    for part in probed(data):
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
    """Markdown tables: metrics, gradients, inputs of the last activation."""
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
                cells = [f"{value:.1e}" for value in with_weights(row).values()]
                lines.append(
                    f"| {run['title']} | {row['epoch']} | " + " | ".join(cells) + " |"
                )
    lines += ["", "| into fc1's activation | epoch | RMS | spread over images |"]
    lines += ["|---|---:|---:|---:|"]
    for run in measured:
        if run["seed"] == 0:
            for epoch, found in run["fc1"].items():
                lines.append(
                    f"| {run['title']} | {epoch} | {found['rms']:.3g} | "
                    f"{found['spread']:.2g} |"
                )
    return "\n".join(lines)


def draw(measured: list[dict[str, Any]], path: Path) -> None:
    """Plot loss, AUC and the spread of the outputs by epoch, gradients by layer."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(10, 7.4), layout="constrained")
    FigureCanvasAgg(figure)
    (losses, aucs), (spreads, gradients) = figure.subplots(2, 2)
    for number, run in enumerate(r for r in measured if r["seed"] == 0):
        style = {
            "marker": "o",
            "markersize": 3,
            "label": run["title"],
            "color": f"C{number}",
        }
        epochs = [row["epoch"] for row in run["metrics"]]
        losses.plot(epochs, [row["train"]["loss"] for row in run["metrics"]], **style)
        aucs.plot(epochs, [row["val"]["auc"] for row in run["metrics"]], **style)
        rows = run["gradients"]
        spread = [row["logits_std"] for row in rows]
        spreads.plot([row["epoch"] for row in rows], spread, **style)
        layers = with_weights(rows[0])
        gradients.plot(list(layers), list(layers.values()), **style)
    losses.set_title("training loss")
    aucs.set_title("validation AUC")
    spreads.set_title("spread of the outputs over 100 training images")
    gradients.set_title("RMS gradient before training")
    for axes in (losses, aucs, spreads):
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    for axes in (losses, spreads, gradients):
        axes.set_yscale("log")
    for axes in (losses, aucs, spreads, gradients):
        axes.grid(alpha=0.3)
    handles, titles = losses.get_legend_handles_labels()
    figure.legend(handles, titles, loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(path, dpi=100)


def with_weights(row: dict[str, Any]) -> dict[str, float]:
    """The RMS gradient of the weight of each convolution and linear layer."""
    return {
        name: layer["gradient"]
        for name, layer in row["layers"].items()
        if not name.endswith("_norm")
    }


if __name__ == "__main__":
    main()
