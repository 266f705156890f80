"""What the docstrings of generated classes say."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from pmgen.compile import compile_spec

HEAD = "pmgen: 1\nmodel: Net\ninput: [3, 32, 32]\n"
CONV = "{op: Conv2D, out_channels: 3, kernel_size: 3, padding: 1}"


def docstring_of(name: str, spec: str, folder: Path) -> str:
    path = folder / "net.yaml"
    path.write_text(HEAD + spec, encoding="utf-8")
    code = compile_spec(path).code
    assert code is not None
    classes = {
        node.name: node for node in ast.parse(code).body if hasattr(node, "name")
    }
    found = ast.get_docstring(classes[name])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (f"layers: {{a: {CONV}}}", "A convolution."),
        (f"layers: {{a: {CONV}, b: {CONV}}}", "Two convolutions."),
        (f"layers: {{a: {{repeat: 3, {CONV[1:]}}}", "Convolutions."),
        (f"residual: {{body: {{a: {CONV}}}}}", "A convolution with a shortcut."),
        (
            f"layers: {{a: {CONV}, p: {{op: MaxPool2D, kernel_size: 2}}, b: {CONV}}}",
            "Two convolutions and a pooling.",
        ),
        (
            f"{{branches: {{a: {{a: {CONV}}}, b: {{}}}}, merge: add}}",
            "Two branches, added.",
        ),
        ("layers: {a: {op: Dropout}}", "A layer."),
        (f"doc: Sharpens, layers: {{a: {CONV}}}", "Sharpens."),
    ],
)
def test_a_block_says_what_it_is_made_of(form: str, text: str, tmp_path: Path) -> None:
    block = form if form.startswith("{") else f"{{{form}}}"
    spec = f"blocks: {{Part: {block}}}\nlayers: {{part: {{op: Part}}}}\n"
    assert docstring_of("Part", spec, tmp_path).splitlines()[0] == text


LAYERS = """\
params: {num_classes: 10}
layers:
  flatten: {op: Flatten}
  fc: {op: Linear, out_features: $num_classes}
heads:
"""
HEADS = "  {}: {{from: flatten, {} op: Linear, out_features: $num_classes}}\n"


def test_a_model_says_what_its_heads_give(tmp_path: Path) -> None:
    training, always = "train_only: true,", ""
    both = LAYERS + HEADS.format("aux", training) + HEADS.format("side", always)
    assert docstring_of("Net", both, tmp_path).splitlines()[2:] == [
        "[N, 3, 32, 32] -> ([N, num_classes], side [N, num_classes])",
        "in training: ([N, num_classes], aux [N, num_classes], side [N, num_classes])",
    ]
    one = LAYERS + HEADS.format("aux", training)
    assert docstring_of("Net", one, tmp_path).splitlines()[2:] == [
        "[N, 3, 32, 32] -> [N, num_classes]",
        "in training: ([N, num_classes], aux [N, num_classes])",
    ]


def test_a_line_ends_between_two_shapes(tmp_path: Path) -> None:
    many = LAYERS + "".join(HEADS.format(f"head{n}", "") for n in range(6))
    lines = docstring_of("Net", many, tmp_path).splitlines()[2:]
    assert len(lines) > 1
    assert all(line.count("[") == line.count("]") > 0 for line in lines)
