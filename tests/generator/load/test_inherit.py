"""`extends` and `use`: what a variant keeps, and which files may be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pmgen.compile import Compiled, compile_spec
from pmgen.load.inherit import MAX_FILES

BASE = """\
pmgen: 1
model: Base
input: [3, 8, 8]
params: {width: 4}
defaults: {Conv2D: {bias: false}}
layers:
  conv1: {op: Conv2D, out_channels: $width, kernel_size: 3, act: ReLU}
  conv2: {op: Conv2D, out_channels: $width, kernel_size: 3, init: {weight: KaimingNormal}}
  pool: {op: MaxPool2D, kernel_size: 2}
expect: {params: 252}
"""  # noqa: E501


def variant(folder: Path, text: str, base: str = BASE) -> Compiled:
    (folder / "base.yaml").write_text(base)
    path = folder / "variant.yaml"
    path.write_text(f"pmgen: 1\nextends: base.yaml\nmodel: Variant\n{text}")
    return compile_spec(path)


def layers(result: Compiled) -> list[str]:
    assert result.ok, [item.message for item in result.diagnostics.items]
    assert result.graph is not None
    return list(result.graph.layer_shapes)


def codes(result: Compiled) -> list[str]:
    return [item.code for item in result.diagnostics.ordered()]


def test_a_name_alone_changes_nothing_and_keeps_the_figures(tmp_path: Path) -> None:
    assert layers(variant(tmp_path, "")) == ["conv1", "conv2", "pool"]
    wrong = BASE.replace("252", "253")
    assert codes(variant(tmp_path, "", wrong)) == ["PM401"]
    assert codes(variant(tmp_path, "source: a paper\n", wrong)) == ["PM401"]


@pytest.mark.parametrize(
    "change",
    [
        "input: [3, 16, 16]\n",
        "params: {width: 8}\n",
        "defaults: {Conv2D: {bias: true}}\n",
        "layers: {pool: {stride: 1}}\n",
        "act: ReLU\n",
        "blocks: {}\n",
        "heads: {aux: {from: conv1, op: Flatten}}\n",
    ],
)
def test_a_change_drops_the_figures(tmp_path: Path, change: str) -> None:
    assert variant(tmp_path, change, BASE.replace("252", "253")).ok


def test_a_variant_has_figures_of_its_own(tmp_path: Path) -> None:
    change = "params: {width: 8}\nexpect: {params: 1}\n"
    assert codes(variant(tmp_path, change)) == ["PM401"]


@pytest.mark.parametrize(
    ("change", "order"),
    [
        ("{new: {before: conv1, op: Identity}}", "new conv1 conv2 pool"),
        ("{new: {after: conv1, op: Identity}}", "conv1 new conv2 pool"),
        ("{new: {after: pool, op: Identity}}", "conv1 conv2 pool new"),
        ("{pool: {before: conv2}}", "conv1 pool conv2"),
        ("{conv1: {after: conv2}}", "conv2 conv1 pool"),
        ("{conv2: null}", "conv1 pool"),
        ("{conv2: ~, new: {before: pool, op: Identity}}", "conv1 new pool"),
        ("{a: {after: conv1, op: Identity}, b: {after: a, op: Identity}}",
         "conv1 a b conv2 pool"),
    ],
)  # fmt: skip
def test_order(tmp_path: Path, change: str, order: str) -> None:
    assert layers(variant(tmp_path, f"layers: {change}\n")) == order.split()


def test_an_op_changes_with_all_it_had(tmp_path: Path) -> None:
    """`kernel_size: 3` of the convolution says nothing about the pool."""
    result = variant(tmp_path, "layers: {conv2: {op: AvgPool2D, kernel_size: 2}}\n")
    assert result.ok
    assert result.code is not None
    assert "self.conv2 = nn.AvgPool2D(2)" in result.code


def test_a_form_replaces_an_op(tmp_path: Path) -> None:
    inline = "{conv2: {layers: {inner: {op: Identity}}}}"
    result = variant(tmp_path, f"layers: {inline}\n")
    assert layers(result) == ["conv1", "conv2.inner", "conv2", "pool"]


def test_values_merge_inside_a_layer(tmp_path: Path) -> None:
    change = "layers: {conv2: {init: {bias: Constant}, bias: true, act: Tanh}}\n"
    result = variant(tmp_path, change)
    assert result.code is not None
    assert "weight_attr=nn.initializer.KaimingNormal()" in result.code
    assert "bias_attr=nn.initializer.Constant()" in result.code
    assert "F.tanh(self.conv2" in result.code


def test_null_brings_the_default_back(tmp_path: Path) -> None:
    result = variant(tmp_path, "defaults: {Conv2D: null}\nlayers: {conv1: {act: ~}}\n")
    assert result.code is not None
    assert "bias_attr" not in result.code
    assert "F.relu" not in result.code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("layers: {conv3: {op: Identity}}", "PM112"),
        ("layers: {conv3: null}", "PM112"),
        ("layers: {new: {after: conv9, op: Identity}}", "PM206"),
        ("params: {widht: null}", "PM112"),
        ("params: {widht: 9}", "PM210"),
        ("layers: {conv1: {kernel_sizes: 5}}", "PM203"),
    ],
)
def test_what_the_base_does_not_have(tmp_path: Path, change: str, code: str) -> None:
    assert codes(variant(tmp_path, f"{change}\n")) == [code]


def test_mistakes_are_shown_in_the_file_they_stand_in(tmp_path: Path) -> None:
    result = variant(tmp_path, "layers: {conv1: {kernel_size: 0}}\n",
                     BASE.replace("MaxPool2D", "MaxPol2D"))  # fmt: skip
    found = [(i.span.file.name, i.code) for i in result.diagnostics.ordered()]
    assert sorted(found) == [("base.yaml", "PM202"), ("variant.yaml", "PM301")]


def escapes(tmp_path: Path, target: str, **options: Path) -> list[str]:
    """The codes for a spec in tmp_path/inside that extends `target`."""
    inside = tmp_path / "inside"
    inside.mkdir(exist_ok=True)
    (tmp_path / "secret.yaml").write_text(BASE)
    path = inside / "a.yaml"
    path.write_text(f"pmgen: 1\nextends: '{target}'\nmodel: Variant\n")
    return codes(compile_spec(path, **options))


@pytest.mark.parametrize(
    "target",
    ["../secret.yaml", "x/../../secret.yaml", "/etc/passwd", "~/a.yaml", "..\\a.yaml",
     "../inside/../secret.yaml", "."],
)  # fmt: skip
def test_paths_stay_inside(tmp_path: Path, target: str) -> None:
    expected = "PM105" if target == "." else "PM111"
    assert escapes(tmp_path, target) == [expected]


def test_a_larger_folder_can_be_trusted(tmp_path: Path) -> None:
    # the base is read, and so it is known that the variant changes nothing
    assert escapes(tmp_path, "../secret.yaml", root=tmp_path) == ["PM620"]


def test_a_link_does_not_lead_out(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    os.symlink(tmp_path / "secret.yaml", tmp_path / "inside" / "link.yaml")
    assert escapes(tmp_path, "link.yaml") == ["PM111"]


def test_a_null_byte_in_a_path(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text('pmgen: 1\nextends: "a\\0.yaml"\nmodel: A\n')
    assert codes(compile_spec(path)) == ["PM111"]


def test_a_chain_of_files_ends(tmp_path: Path) -> None:
    for index in range(MAX_FILES + 5):
        text = f"pmgen: 1\nextends: f{index + 1}.yaml\nmodel: M\n"
        (tmp_path / f"f{index}.yaml").write_text(text)
    assert codes(compile_spec(tmp_path / "f0.yaml")) == ["PM104"]


def test_a_file_used_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "blocks.yaml").write_text(
        "pmgen: 1\nblocks: {Unit: {layers: {a: {op: Identity}}}}\n"
    )
    result = variant(
        tmp_path,
        "use: [blocks.yaml, ./blocks.yaml]\n",
        BASE.replace("defaults", "use: blocks.yaml\ndefaults"),
    )
    assert result.ok
    assert result.graph is not None
    names = [file.name for file in result.graph.spec.files]
    assert sorted(names) == ["base.yaml", "blocks.yaml", "variant.yaml"]


def test_two_libraries_with_one_name(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(
            "pmgen: 1\nblocks: {Unit: {layers: {a: {op: Identity}}}}\n"
        )
    result = variant(tmp_path, "use: [a.yaml, b.yaml]\n")
    [item] = result.diagnostics.items
    assert item.code == "PM207"
    assert item.span.file.name == "b.yaml"
    assert item.related[0].span.file.name == "a.yaml"
