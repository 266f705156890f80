"""How long a compilation takes, for networks of 100, 1,000 and 10,000 layers.

    python bench/compile_time.py            # the table; exit 1 where growth is worse
    python bench/compile_time.py --profile  # where the time of the largest one goes

Each network is written as a spec into a temporary folder and compiled in this process
by `compile_spec`: reading, checking, shapes, code. A real one, ResNet-152, is compiled
for comparison. Nothing imports Paddle.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pmgen.compile import Compiled, compile_spec

SIZES = (100, 1_000, 10_000)
RESNET = Path(__file__).resolve().parents[1] / "specs/resnet152.yaml"
# A layer of the largest network may cost this many times one of the smallest.
MAX_GROWTH = 3.0
# Repetitions by size. The fastest counts, because a busy machine only adds time.
RUNS = {100: 10, 1_000: 3, 10_000: 2}

_HEAD = "pmgen: 1\nmodel: Bench\ninput: [3, 32, 32]\n"
_CONV = "out_channels: 8, kernel_size: 3, padding: 1, act: ReLU"
_BLOCK = """\
defaults: {Conv2D: {bias: false, norm: BatchNorm2D}}
blocks:
  Basic:
    params: {width: int}
    residual:
      body:
        conv1: {op: Conv2D, out_channels: $width, kernel_size: 3, padding: 1, act: ReLU}
        conv2: {op: Conv2D, out_channels: $width, kernel_size: 3, padding: 1}
      shortcut:
        conv: {op: Conv2D, out_channels: $width, kernel_size: 1}
    act: ReLU
"""


def sequence(layers: int) -> str:
    """Convolutions, each on a line of its own."""
    lines = (f"  conv{i}: {{op: Conv2D, {_CONV}}}" for i in range(layers))
    return "\n".join((_HEAD + "layers:", *lines, ""))


def blocks(layers: int) -> str:
    """Residual blocks of two convolutions, each block on a line of its own."""
    lines = (f"  block{i}: {{op: Basic, width: 8}}" for i in range(layers // 2))
    return "\n".join((_HEAD + _BLOCK + "layers:", *lines, ""))


def repeats(layers: int) -> str:
    """The same blocks in ten stages, one line a stage."""
    lines = (
        f"  stage{i}: {{op: Basic, repeat: {layers // 20}, width: 8}}"
        for i in range(10)
    )
    return "\n".join((_HEAD + _BLOCK + "layers:", *lines, ""))


NETWORKS: dict[str, Callable[[int], str]] = {
    "sequence": sequence,
    "blocks": blocks,
    "repeats": repeats,
}


def compile_text(text: str, folder: Path) -> tuple[float, Compiled]:
    """The CPU seconds that one compilation takes, and its result."""
    path = folder / "bench.yaml"
    path.write_text(text, encoding="utf-8")
    return compile_file(path)


def compile_file(path: Path) -> tuple[float, Compiled]:
    """The same for a spec in a file."""
    started = time.process_time()
    result = compile_spec(path)
    seconds = time.process_time() - started
    if not result.ok:
        first = result.diagnostics.ordered()[0]
        raise SystemExit(f"the bench's spec is wrong: {first.code} {first.message}")
    return seconds, result


def measure(folder: Path) -> bool:
    """Print the table; True where no network grows worse than MAX_GROWTH."""
    print("network    layers      ops   CPU s   us/layer   ratio")
    sound = True
    for name, make in NETWORKS.items():
        base = 0.0
        for size in SIZES:
            runs = [compile_text(make(size), folder) for _ in range(RUNS[size])]
            seconds = min(run[0] for run in runs)
            graph = runs[0][1].graph
            assert graph is not None
            each = seconds / size
            base = base or each
            print(
                f"{name:9} {size:7,} {len(graph.nodes):8,} {seconds:9.3f} "
                f"{each * 1e6:10.0f} {each / base:7.2f}",
                flush=True,
            )
            sound = sound and each <= MAX_GROWTH * base
    _measure_resnet()
    return sound


def _measure_resnet() -> None:
    runs = [compile_file(RESNET) for _ in range(10)]
    graph = runs[0][1].graph
    assert graph is not None
    layers = sum(node.op.group in ("convolution", "linear") for node in graph.nodes)
    seconds = min(run[0] for run in runs)
    print(
        f"resnet152 {layers:7,} {len(graph.nodes):8,} {seconds:9.3f} "
        f"{seconds / layers * 1e6:10.0f}"
    )


def profile(folder: Path) -> None:
    """Print the functions that take most of the time in the largest compilations."""
    for name, make in NETWORKS.items():
        print(f"{name}, {SIZES[-1]:,} layers")
        profiler = cProfile.Profile()
        profiler.enable()
        compile_text(make(SIZES[-1]), folder)
        profiler.disable()
        pstats.Stats(profiler).sort_stats("tottime").print_stats(12)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--profile", action="store_true")
    wants_profile = parser.parse_args().profile
    with tempfile.TemporaryDirectory() as folder:
        compile_text(sequence(10), Path(folder))  # imports and templates, once
        if wants_profile:
            profile(Path(folder))
            return 0
        if measure(Path(folder)):
            return 0
    print(
        f"a layer of {SIZES[-1]:,} takes over {MAX_GROWTH:g} times one of {SIZES[0]}",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
