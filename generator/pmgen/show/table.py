"""A network as a table, nested as its blocks are: for the terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from rich.console import Console
from rich.text import Text

from pmgen.expand.graph import Graph, Region, sum_known
from pmgen.ops.definition import show_shape
from pmgen.show.fitting import fitting_table
from pmgen.show.rows import Row, layer_rows, total_memory

HEADINGS = ("layer", "op", "output", "parameters", "MACs", "memory", "sees", "line")


@dataclass(frozen=True)
class Line:
    """One line of the table: its indentation and its cells, all text."""

    depth: int
    cells: tuple[str, ...]
    block: bool = False


def table_lines(graph: Graph, depth: int | None = None) -> list[Line]:
    """The table's lines. Blocks deeper than `depth` are shown as one line each.

    Blocks that equal the one before them share one line, with their sums.
    """
    rows = layer_rows(graph)
    regions = sorted(graph.regions, key=lambda r: (r.start, -r.stop))
    return _Table(graph.spec.files[0].name, depth).lines(rows, regions, "", 0)


@dataclass(frozen=True)
class _Part:
    """A layer, or a block with the layers and blocks inside it."""

    rows: list[Row]
    region: Region | None = None
    inside: tuple[Region, ...] = ()

    @property
    def key(self) -> tuple[object, ...] | None:
        """What a block looks like from outside, to tell when two are alike."""
        if self.region is None:
            return None
        rows = ((row.op, row.extras, row.output, row.params) for row in self.rows)
        return self.region.title, self.region.in_shape, self.region.shape, *rows


def _parts(rows: list[Row], regions: Iterable[Region]) -> Iterator[_Part]:
    """The layers and the outermost blocks of `rows`, in order."""
    at, pending = 0, list(regions)
    while at < len(rows):
        if not pending or pending[0].start > rows[at].nodes[0]:
            yield _Part([rows[at]])
            at += 1
            continue
        region = pending.pop(0)
        inside = [r for r in pending if r.stop <= region.stop]
        pending = pending[len(inside) :]
        if region.stop > region.start:
            part = [row for row in rows[at:] if row.nodes[1] <= region.stop]
            yield _Part(part, region, tuple(inside))
            at += len(part)


class _Table:
    """Lays rows out in blocks. `file` is the spec whose lines need no file name."""

    def __init__(self, file: str, depth: int | None) -> None:
        self.file, self.depth = file, depth

    def lines(
        self, rows: list[Row], regions: Iterable[Region], within: str, level: int
    ) -> list[Line]:
        lines: list[Line] = []
        for _, parts in groupby(_parts(rows, regions), key=lambda part: part.key):
            first, *alike = parts
            if first.region is None:
                cells = (self.cells(part, within) for part in (first, *alike))
                lines += (Line(level, each) for each in cells)
                continue
            lines.append(Line(level, self.cells(first, within), True))
            if self.depth is None or level < self.depth:
                path = first.region.path
                lines += self.lines(first.rows, first.inside, path, level + 1)
            if alike:
                lines.append(Line(level, self.alike_cells(alike, within), True))
        return lines

    def alike_cells(self, alike: list[_Part], within: str) -> tuple[str, ...]:
        """The blocks that equal the one before them, as one."""
        rows = [row for part in alike for row in part.rows]
        name, op, *rest = self.cells(_Part(rows, alike[-1].region), within)
        if len(alike) > 1:
            name = f"{self.cells(alike[0], within)[0]} to {name}"
            op = f"{len(alike)} x {op}"
        return (name, f"{op}, alike", *rest)

    def cells(self, part: _Part, within: str) -> tuple[str, ...]:
        rows, region = part.rows, part.region
        if region is None:
            [row] = rows
            name, op, shape = row.name, ", ".join((row.op, *row.extras)), row.output
            file, line = row.file, row.line
        else:
            name, op, shape = region.path, region.title, region.shape
            file, line = region.span.file.name, region.span.line
        return (
            name.removeprefix(f"{within}.") if within else name,
            op,
            show_shape(shape),
            _count(sum(row.params for row in rows)),
            _count(sum_known(row.macs for row in rows)),
            _bytes(sum_known(row.memory for row in rows)),
            _sees(rows[-1]),
            str(line) if file == self.file else f"{file}:{line}",
        )


def _sees(row: Row) -> str:
    if row.receptive_field is None:
        return "all"
    high, wide = row.receptive_field.size
    return str(high) if high == wide else f"{high} x {wide}"


def _count(value: int | None) -> str:
    return "?" if value is None else f"{value:,}" if value else "-"


def _bytes(value: int | None) -> str:
    if value is None:
        return "?"
    size, unit = float(value), "B"
    for larger in ("KiB", "MiB", "GiB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"


def totals(graph: Graph) -> str:
    """The line under the table."""
    parts = [
        f"{show_shape(graph.input)} -> {show_shape(graph.output)}",
        f"{graph.params:,} parameters",
        f"{_count(graph.macs)} MACs",
        f"{_bytes(total_memory(graph))} of activations an image",
    ]
    if graph.buffers:
        parts.insert(2, f"{graph.buffers:,} running statistics")
    extra = (graph.training_macs or 0) - (graph.macs or 0)
    if extra:
        heads = " and ".join(graph.heads)
        parts.append(f"{heads}: {extra:,} MACs more, in training only")
    return "; ".join(parts)


def print_table(graph: Graph, console: Console, depth: int | None = None) -> None:
    """The table on a terminal, or as plain text in a pipe."""
    rows = []
    for line in table_lines(graph, depth):
        name, *rest = line.cells
        style = "bold" if line.block else ""
        cells = ("  " * line.depth + name, *rest)
        rows.append([Text(cell, style=style) for cell in cells])
    table = fitting_table(
        HEADINGS,
        rows,
        console.width,
        words="op",
        right=HEADINGS[3:],
        foregone=("sees", "memory", "op", "MACs"),
    )
    title = Text(graph.spec.name.text, style="bold")
    console.print(title.append(f"  {graph.spec.source or ''}", style="not bold dim"))
    console.print(table)
    console.print(Text(totals(graph)))


def as_markdown(graph: Graph, depth: int | None = None) -> str:
    """The table as Markdown."""
    out = [f"### {graph.spec.name.text}", ""]
    out.append("| " + " | ".join(HEADINGS) + " |")
    out.append("|---|---|---|---:|---:|---:|---:|---:|")
    for line in table_lines(graph, depth):
        name, op, *rest = line.cells
        indent = "&nbsp;&nbsp;" * line.depth
        shown = f"**{name}**" if line.block else f"`{name}`"
        out.append("| " + " | ".join((indent + shown, op, *rest)) + " |")
    return "\n".join([*out, "", totals(graph), ""])
