"""What looks like a mistake and is none: designs that were published, and what a spec
may say on purpose. Each is one step from a case `warning_...` that is warned of."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from pmgen.catalogue import spec_paths
from pmgen.compile import compile_spec

from tests.support.paths import ROOT

SILENT = {
    # MobileNetV2: the values between two blocks are fewer than on both sides
    "linear bottleneck": """
        input: [3, 32, 32]
        defaults: {Conv2D: {kernel_size: 1}}
        layers:
          expand: {op: Conv2D, out_channels: 32, act: ReLU6}
          project: {op: Conv2D, out_channels: 8}
          expand2: {op: Conv2D, out_channels: 48, act: ReLU6}
          project2: {op: Conv2D, out_channels: 12}
          expand3: {op: Conv2D, out_channels: 48, act: ReLU6}
    """,
    "depthwise, then pointwise": """
        input: [8, 32, 32]
        layers:
          depthwise: {op: Conv2D, out_channels: 8, kernel_size: 3, groups: 8}
          pointwise: {op: Conv2D, out_channels: 8, kernel_size: 1}
          depthwise2: {op: Conv2D, out_channels: 8, kernel_size: 3, groups: 8}
    """,
    "a window taken apart": """
        input: [8, 32, 32]
        layers:
          high: {op: Conv2D, out_channels: 8, kernel_size: [7, 1]}
          wide: {op: Conv2D, out_channels: 8, kernel_size: [1, 7]}
    """,
    "a classifier of low rank": """
        input: [64, 4, 4]
        layers:
          flatten: {op: Flatten}
          down: {op: Linear, out_features: 16}
          up: {op: Linear, out_features: 1000}
    """,
    "an output that is taken twice": """
        input: [8, 8, 8]
        layers:
          a: {op: Conv2D, out_channels: 8, kernel_size: 1}
          b: {op: Conv2D, out_channels: 8, kernel_size: 1}
          c: {op: Add, from: [a, b]}
    """,
    "a norm between": """
        input: [8, 8, 8]
        defaults: {Conv2D: {bias: false, norm: BatchNorm2D}}
        layers:
          a: {op: Conv2D, out_channels: 8, kernel_size: 1}
          b: {op: Conv2D, out_channels: 8, kernel_size: 1}
    """,
    # ResNet's shortcut takes every second pixel
    "a window of 1 with a stride": """
        input: [8, 32, 32]
        layers:
          conv: {op: Conv2D, out_channels: 16, kernel_size: 1, stride: 2, act: ReLU}
          pool: {op: MaxPool2D, kernel_size: 1, stride: 2}
          patches: {op: Conv2D, out_channels: 16, kernel_size: 4, stride: 4, act: ReLU}
          flatten: {op: Flatten}
    """,
    "a dilated window reaches as far as its padding": """
        input: [8, 32, 32]
        layers:
          conv: {op: Conv2D, out_channels: 8, kernel_size: 3, padding: 4, dilation: 4}
          relu: {op: ReLU}
          flat: {op: Conv2D, out_channels: 8, kernel_size: [1, 3], dilation: 2}
    """,
    "an activation that joins values": """
        input: [8, 8, 8]
        layers:
          conv: {op: Conv2D, out_channels: 8, kernel_size: 1, act: ReLU}
          glu: {op: GLU, axis: 1}
          pool: {op: MaxPool2D, kernel_size: 2}
          relu: {op: ReLU}
    """,
    "a gate inside": """
        input: [8, 8, 8]
        branches:
          same: {}
          gate:
            pool: {op: AdaptiveAvgPool2D, output_size: 1}
            conv: {op: Conv2D, out_channels: 8, kernel_size: 1, act: Sigmoid}
        merge: multiply
    """,
    # a mask for each pixel goes into a loss of its own
    "an image of probabilities": """
        input: [3, 32, 32]
        layers:
          conv: {op: Conv2D, out_channels: 1, kernel_size: 3, padding: 1, act: Sigmoid}
    """,
    "a bias that stays": """
        input: [8, 8, 8]
        defaults: {Conv2D: {out_channels: 8, kernel_size: 1}}
        layers:
          groups: {op: Conv2D, norm: {GroupNorm: {num_groups: 2}}}
          layer: {op: Conv2D, norm: LayerNorm2D}
          act: {op: Conv2D, act: ReLU}
          norm: {op: BatchNorm2D}
    """,
    "a bias that one use of a block needs": """
        input: [8, 8, 8]
        blocks:
          Unit: {layers: {conv: {op: Conv2D, out_channels: 8, kernel_size: 1}}}
        layers:
          a: {op: Unit, norm: BatchNorm2D, act: ReLU}
          b: {op: Unit, act: ReLU}
    """,
    "norms over one pixel and several channels": """
        input: [8, 8, 8]
        layers:
          pool: {op: AdaptiveAvgPool2D, output_size: 1}
          batch: {op: BatchNorm2D, momentum: 0.9}
          groups: {op: GroupNorm, num_groups: 4}
          layer: {op: LayerNorm2D}
          again: {op: BatchNorm2D, momentum: 0.5}
          flatten: {op: Flatten}
    """,
    # the last norm of a residual starts at zero, and so may its last convolution
    "zeros where something is added": """
        input: [8, 8, 8]
        defaults: {Conv2D: {out_channels: 8, kernel_size: 1}}
        residual:
          body:
            conv: {op: Conv2D, act: ReLU}
            zero: {op: Conv2D, init: {weight: Constant, bias: Constant}}
        norm: {BatchNorm2D: {}}
    """,
    "spreads that suit": """
        input: [3, 32, 32]
        defaults: {Conv2D: {out_channels: 64, kernel_size: 3, act: ReLU}}
        layers:
          small: {op: Conv2D, init: {weight: {Normal: {std: 0.01}}}}
          he: {op: Conv2D, init: {weight: KaimingNormal}}
          cut: {op: Conv2D, init: {weight: {TruncatedNormal: {std: 0.1}}}}
          blur: {op: Conv2D, groups: 64, init: {weight: {Constant: {value: 0.1}}}}
          flatten: {op: Flatten}
          fc: {op: Linear, out_features: 10, init: {weight: Constant}}
    """,
    "a single line of pixels": "input: [64, 128, 1]\nlayers: {relu: {op: ReLU}}",
    "a small image of many channels": "input: [512, 3, 3]\nlayers: {relu: {op: ReLU}}",
    "a dropout before the last layer": """
        input: [3, 8, 8]
        layers:
          flatten: {op: Flatten}
          drop: {op: Dropout, p: 0.9}
          fc: {op: Linear, out_features: 10}
          off: {op: Dropout, p: 0}
    """,
    "a condition that a parameter decides": """
        input: [3, 8, 8]
        params: {deep: false, width: 8, nonlinearity: ReLU}
        layers:
          conv: {op: Conv2D, out_channels: $width, kernel_size: 1, act: $nonlinearity}
          more: {op: Conv2D, out_channels: 8, kernel_size: 1, when: $deep or $width > 8}
    """,
    # an empty branch is a shortcut, where a projection is what is left out
    "a shortcut by a branch": """
        input: [8, 8, 8]
        defaults: {Conv2D: {kernel_size: 1}}
        blocks:
          Unit:
            params: {width: int, side: true}
            branches:
              body: {conv: {op: Conv2D, out_channels: $width}}
              side: {conv: {op: Conv2D, out_channels: $width, when: $side}}
            merge: add
        layers: {a: {op: Unit, width: 16}, b: {op: Unit, width: 16, side: false}}
    """,
    "a name that a form inside has as well": """
        input: [8, 8, 8]
        defaults: {Conv2D: {out_channels: 8, kernel_size: 1, act: ReLU}}
        layers:
          a: {op: Conv2D}
          fork:
            branches:
              left: {a: {op: Conv2D}}
              right: {b: {op: Conv2D, from: a}}
            merge: add
          both: {op: Multiply, from: [a, fork]}
    """,
    "a join with a `when` that its inputs share": """
        input: [8, 8, 8]
        params: {plus: false}
        defaults: {Conv2D: {out_channels: 8, kernel_size: 1, act: ReLU}}
        layers:
          a: {op: Conv2D}
          b: {op: Conv2D, when: $plus}
          both: {op: Add, when: $plus, from: [a, b]}
    """,
    "joins of open sizes that agree": """
        input: [3, any, any]
        defaults: {Conv2D: {out_channels: 4, kernel_size: 3, act: ReLU}}
        layers:
          a: {op: Conv2D, padding: 1, stride: 2}
          b: {op: MaxPool2D, from: input, kernel_size: 3, padding: 1, stride: 2}
          both: {op: Concat, from: [a, b]}
          pool: {op: AdaptiveAvgPool2D, output_size: 1}
          gate: {op: Multiply, from: [both, pool]}
    """,
    "an image for each image": """
        input: [3, 64, 64]
        layers:
          down: {op: Conv2D, out_channels: 8, kernel_size: 8, stride: 8, act: ReLU}
          up: {op: Conv2DTranspose, out_channels: 1, kernel_size: 2, stride: 2}
    """,
    "a large network": """
        input: [3, 224, 224]
        layers: {flatten: {op: Flatten}, fc: {op: Linear, out_features: 40000}}
    """,
}


def warnings_of(path: Path) -> list[tuple[str, str]]:
    result = compile_spec(path)
    found = [(item.code, item.message) for item in result.diagnostics.ordered()]
    assert result.ok, found
    return found


@pytest.mark.parametrize("name", SILENT)
def test_what_is_meant_is_not_warned_of(name: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("pmgen: 1\nmodel: Net\n" + dedent(SILENT[name]).lstrip("\n"))
    assert warnings_of(path) == []


def test_variants_that_say_what_they_are(tmp_path: Path) -> None:
    base = (
        "pmgen: 1\nmodel: Base\ninput: [3, 8, 8]\n"
        "layers: {flatten: {op: Flatten}, fc: {op: Linear, out_features: 2}}\n"
    )
    (tmp_path / "base.yaml").write_text(base + "expect: {params: 386}\n")
    path = tmp_path / "net.yaml"
    start = "pmgen: 1\nextends: base.yaml\nlayers: {fc: {out_features: 3}}\n"
    for more in (
        "expect: {params: 579}\n",
        "model: Net\nexpect: null\n",
        "source: with three classes\nexpect: {params: 579}\n",
    ):
        path.write_text(start + more)
        assert warnings_of(path) == [], more
    # a variant that changes the name alone keeps the figures, and is a copy
    path.write_text("pmgen: 1\nextends: base.yaml\nmodel: Net\n")
    assert [code for code, _ in warnings_of(path)] == ["PM620"]


def test_the_catalogue_has_no_warnings() -> None:
    found = {}
    for path in spec_paths():
        name = path.resolve().relative_to(ROOT / "specs").with_suffix("").as_posix()
        codes = [code for code, _ in warnings_of(path)]
        if codes:
            found[name] = codes
    assert found == {}
