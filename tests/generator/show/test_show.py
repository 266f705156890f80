"""What `show` says of the tutorial's networks, to the last parameter."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pmgen.catalogue import names
from pmgen.compile import compile_spec
from pmgen.expand.graph import Graph
from pmgen.show.data import as_data, as_json
from pmgen.show.table import as_markdown, print_table, table_lines, totals
from rich.console import Console

from tests.support.paths import ROOT

# spec -> parameters, MACs of one image: worked out by hand or published
TUTORIAL = {
    "lenet": (41_806, 279_040),
    "lenet_palm": (19_233_841, 144_746_464),
    "alexnet": (71_916_929, 1_266_063_360),
    "vgg16": (134_264_641, 15_466_172_416),
    "googlenet": (5_974_577, 6_326_592_512),
    "resnet50": (23_510_081, 4_087_138_304),
    "resnet101": (42_502_209, 7_799_359_488),
    "resnet152": (58_145_857, 11_511_580_672),
}
ALL = names()


def graph_of(name: str) -> Graph:
    graph = compile_spec(ROOT / "specs" / f"{name}.yaml").graph
    assert graph is not None
    return graph


@pytest.mark.parametrize("name", TUTORIAL)
def test_the_tutorials_figures(name: str) -> None:
    graph = graph_of(name)
    assert (graph.params, graph.macs) == TUTORIAL[name]


@pytest.mark.parametrize("name", ALL)
def test_the_sum_over_layers_is_the_total(name: str) -> None:
    graph = graph_of(name)
    data = as_data(graph)
    layers = data["layers"]
    assert sum(layer["params"] for layer in layers) == data["params"]
    assert sum(layer["buffers"] for layer in layers) == data["buffers"]
    assert sum(layer["macs"] for layer in layers) == data["training_macs"]
    assert sum(layer["memory"] for layer in layers) == data["memory"]
    in_training_only = data["training_macs"] - data["macs"]
    assert (in_training_only > 0) == any(h.train_only for h in graph.spec.heads)
    assert layers[0]["input"] == data["input"]
    names = [layer["name"] for layer in layers]
    assert len(set(names)) == len(names)


def test_json() -> None:
    data = json.loads(as_json(graph_of("lenet")))
    assert data["model"] == "LeNet"
    assert data["input"] == [1, 28, 28]
    assert data["output"] == [10]
    keys = {"name", "op", "input", "output", "params", "macs", "line"}
    assert all(keys <= set(layer) for layer in data["layers"])
    conv = data["layers"][0]
    assert {key: conv[key] for key in sorted(keys)} == {
        "name": "conv1",
        "op": "Conv2D",
        "input": [1, 28, 28],
        "output": [6, 24, 24],
        "params": 6 * 25 + 6,
        "macs": 6 * 25 * 24 * 24,
        "line": 8,
    }
    assert conv["followed_by"] == ["Sigmoid"]
    assert conv["receptive_field"] == [5, 5]
    assert data["layers"][1]["receptive_field"] == [6, 6]


def test_open_sizes_are_null(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "pmgen: 1\nmodel: A\ninput: [3, any, any]\nlayers:\n"
        "  conv: {op: Conv2D, out_channels: 4, kernel_size: 3}\n"
    )
    graph = compile_spec(path).graph
    assert graph is not None
    data = as_data(graph)
    assert data["input"] == [3, None, None]
    assert data["layers"][0]["output"] == [4, None, None]
    assert data["macs"] is None
    assert data["memory"] is None
    assert data["params"] == 112
    assert "[N, 4, ?, ?]" in as_markdown(graph)
    assert "? MACs" in totals(graph)


def test_markdown_is_a_table() -> None:
    text = as_markdown(graph_of("resnet50"), depth=1)
    lines = text.splitlines()
    assert lines[0] == "### ResNet50"
    table = [line for line in lines if line.startswith("|")]
    assert len({line.count("|") for line in table}) == 1
    assert "23,510,081 parameters" in lines[-1]
    assert "4,087,138,304 MACs" in lines[-1]


def test_depth_folds_blocks() -> None:
    graph = graph_of("resnet50")
    folded, opened = table_lines(graph, depth=0), table_lines(graph)
    assert len(folded) < len(opened)
    assert max(line.depth for line in folded) == 0
    assert max(line.depth for line in opened) > 0


@pytest.mark.parametrize("name", ["resnet50", "googlenet_paper"])
@pytest.mark.parametrize("depth", [0, None])
def test_the_tables_parameters_add_up(name: str, depth: int | None) -> None:
    """Of the lines at the outermost level: what is inside a block is in its line."""
    graph = graph_of(name)
    shown = [line.cells[3] for line in table_lines(graph, depth) if line.depth == 0]
    numbers = [int(cell.replace(",", "")) for cell in shown if cell != "-"]
    assert sum(numbers) == graph.params


def test_the_terminals_table() -> None:
    console = Console(width=120, highlight=False, record=True, file=open_nowhere())
    print_table(graph_of("vgg16"), console, depth=0)
    text = console.export_text()
    assert "VGG16" in text
    assert "134,264,641 parameters" in text
    assert "block1" in text
    assert all(len(line) <= 120 for line in text.splitlines() if "source" not in line)


def open_nowhere():
    import io

    return io.StringIO()


def test_a_hostile_name_is_text_not_markup(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "pmgen: 1\nmodel: A\nsource: '[red]x[/red] [/]'\ninput: [3, 8, 8]\n"
        "layers: {pool: {op: MaxPool2D, kernel_size: 2}}\n"
    )
    graph = compile_spec(path).graph
    assert graph is not None
    console = Console(width=120, highlight=False, record=True, file=open_nowhere())
    print_table(graph, console)
    assert "[red]x[/red] [/]" in console.export_text()
