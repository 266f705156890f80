"""The picture of the tutorial's network, docs/cifar-resnet.svg, from its own spec.

python -m docs.pictures           # write it (`make docs`)
python -m docs.pictures --check   # write nothing; exit 1 where it is stale
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pmgen.compile import compile_spec
from pmgen.expand.graph import Graph

from docs.examples import files_of

_HERE = Path(__file__).resolve().parent
PICTURE = _HERE / "cifar-resnet.svg"
_WIDTH, _HEIGHT, _FLOOR = 860, 240, 160
_SIDE = 3  # of a map, for each of its pixels
_DEPTH = 0.6  # of a slab, for each of its channels
_SLANT = (0.45, 0.3)  # how far the other side of a map is to the right, and up
_COLOURS = ("#1f2933", "#52606d", "#b03a2e")  # of the lines of text


@dataclass(frozen=True)
class Slab:
    """A layer of the model: its name, what it is, and the shape that comes out."""

    name: str
    made_of: str
    shape: tuple[int, ...]

    @property
    def side(self) -> float:
        """Height in the picture; features are a line."""
        return max(_SIDE * self.shape[1], 5) if len(self.shape) == 3 else 5

    @property
    def depth(self) -> float:
        """Width in the picture."""
        return max(_DEPTH * self.shape[0], 5)


def slabs(graph: Graph) -> list[Slab]:
    """The model's own layers, repetitions of a block as one."""
    found = []
    for name, group in groupby(graph.nodes, lambda node: node.path.partition(".")[0]):
        nodes = list(group)
        blocks = [region for region in graph.regions if region.path.startswith(name)]
        made_of = f"{len(blocks)} x {blocks[0].title}" if blocks else nodes[0].op.name
        shape = tuple(size for size in nodes[-1].shape if isinstance(size, int))
        found.append(Slab(name, made_of, shape))
    return found


def picture(found: list[Slab]) -> str:
    """The network from left to right: maps as high as they are, as wide as channels."""
    column = _WIDTH / len(found)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12" '
        'text-anchor="middle">',
        "  <title>The layers, and the sizes of what comes out of each</title>",
        f'  <rect width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="#ffffff"/>',
    ]
    for index, slab in enumerate(found):
        middle = column * (index + 0.5)
        lines += _slab(slab, middle)
        if index:
            lines.append(_arrow(middle - column / 2))
    return "\n".join([*lines, "</svg>"]) + "\n"


def _slab(slab: Slab, middle: float) -> Iterator[str]:
    """A box whose long side goes to the back, above three lines of text."""
    back, up = _SLANT[0] * slab.side, _SLANT[1] * slab.side
    left, top = middle - (slab.depth + back) / 2, _FLOOR - slab.side
    right = left + slab.depth
    edge = 'stroke="#4c78a8" stroke-linejoin="round"'
    yield (
        f'  <path d="M{left:.1f} {top:.1f} h{slab.depth:g} v{slab.side:g} '
        f'h{-slab.depth:g} z" fill="#dbe6f3" {edge}/>'
    )
    yield (
        f'  <path d="M{left:.1f} {top:.1f} l{back:.1f} {-up:.1f} h{slab.depth:g} '
        f'l{-back:.1f} {up:.1f} z" fill="#eef3f9" {edge}/>'
    )
    yield (
        f'  <path d="M{right:.1f} {top:.1f} l{back:.1f} {-up:.1f} v{slab.side:g} '
        f'l{-back:.1f} {up:.1f} z" fill="#b9cde6" {edge}/>'
    )
    texts = (slab.name, slab.made_of, " x ".join(map(str, slab.shape)))
    for row, (text, fill) in enumerate(zip(texts, _COLOURS, strict=True)):
        y = _FLOOR + 26 + 20 * row
        yield f'  <text x="{middle:.1f}" y="{y}" fill="{fill}">{text}</text>'


def _arrow(x: float) -> str:
    y = _FLOOR - 8
    return (
        f'  <path d="M{x - 8:.1f} {y} h14 m-5 -4 l5 4 l-5 4" '
        'fill="none" stroke="#52606d"/>'
    )


def _made() -> str:
    page = (_HERE / "tutorial.md").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder, "cifar_resnet.yaml")
        spec.write_text(files_of(page)[spec.name], encoding="utf-8")
        graph = compile_spec(spec).graph
    if graph is None:
        raise ValueError("the tutorial's spec has a mistake")
    return picture(slabs(graph))


def main() -> int:
    """Write the picture, or check it."""
    parser = argparse.ArgumentParser(description="Keep the picture up to date.")
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args().check
    text = _made()
    if PICTURE.is_file() and PICTURE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{PICTURE.name}: {'stale; `make docs` writes it' if check else 'written'}")
    if not check:
        PICTURE.write_text(text, encoding="utf-8", newline="\n")
    return 1 if check else 0


if __name__ == "__main__":
    sys.exit(main())
