"""The table of layers of real networks."""

from __future__ import annotations

import pytest

from tests.support.paths import GENERATED

pytest.importorskip("paddle")

from pmruntime.model.architecture import LayerRow, layer_rows
from pmruntime.model.loading import load_model_class, parameter_count

pytestmark = pytest.mark.paddle


def test_a_flat_network() -> None:
    model = load_model_class(GENERATED / "lenet.py")()
    rows = layer_rows(model, (1, 28, 28))
    assert [row.name for row in rows] == [
        "conv1", "pool1", "conv2", "pool2", "conv3", "flatten", "fc1", "fc2",
    ]  # fmt: skip
    assert rows[0] == LayerRow(
        name="conv1", depth=0, kind="Conv2D", shape=(6, 24, 24), params=6 * 25 + 6
    )
    assert rows[-1] == LayerRow(
        name="fc2", depth=0, kind="Linear", shape=(10,), params=650
    )
    assert sum(row.params for row in rows) == parameter_count(model) == 41806


def test_layers_within_layers_and_heads_for_training() -> None:
    model = load_model_class(GENERATED / "googlenet_paper.py")()
    model.train()
    rows = layer_rows(model, (3, 224, 224))
    assert model.training
    assert sum(r.params for r in rows if r.depth == 0) == parameter_count(model)
    names = [row.name for row in rows]
    block = next(row for row in rows if row.kind == "Inception")
    within = [row for row in rows if row.name.startswith(f"{block.name}.")]
    assert within
    assert all(row.depth == 1 for row in within)
    assert names.index(within[0].name) == names.index(block.name) + 1
    assert block.params == sum(row.params for row in within)
    unused = [row for row in rows if row.shape is None]
    assert unused
    assert rows[-len(unused) :] == unused
