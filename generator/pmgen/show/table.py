"""A network as a table, nested as its blocks are: for the terminal and for Markdown."""

from __future__ import annotations

from dataclasses import dataclass

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


class _Table:
    """Lays rows out in blocks. `file` is the spec whose lines need no file name."""

    def __init__(self, file: str, depth: int | None) -> None:
        self.file, self.depth = file, depth

    def lines(
        self, rows: list[Row], regions: list[Region], within: str, level: int
    ) -> list[Line]:
        lines: list[Line] = []
        alike: list[tuple[Region, list[Row]]] = []
        previous: tuple[object, ...] | None = None
        at = 0
        pending = list(regions)
        while at < len(rows):
            row = rows[at]
            if not pending or pending[0].start > row.nodes[0]:
                self.close(lines, alike, within, level)
                lines.append(Line(level, self.row_cells(row, within)))
                previous, at = None, at + 1
                continue
            region = pending.pop(0)
            inside = [r for r in pending if r.stop <= region.stop]
            pending = pending[len(inside) :]
            if region.stop == region.start:
                continue
            count = sum(1 for r in rows[at:] if r.nodes[1] <= region.stop)
            part = rows[at : at + count]
            key = _key(region, part)
            if key == previous:
                alike.append((region, part))
                at += count
                continue
            self.close(lines, alike, within, level)
            lines.append(Line(level, self.region_cells(region, part, within), True))
            if self.depth is None or level < self.depth:
                lines += self.lines(part, inside, region.path, level + 1)
            previous, at = key, at + count
        self.close(lines, alike, within, level)
        return lines

    def close(
        self,
        lines: list[Line],
        alike: list[tuple[Region, list[Row]]],
        within: str,
        level: int,
    ) -> None:
        """One line for the blocks that equal the one before them."""
        if not alike:
            return
        region = alike[-1][0]
        rows = [row for _, part in alike for row in part]
        cells = list(self.region_cells(region, rows, within))
        if len(alike) > 1:
            cells[0] = f"{_inside(alike[0][0].path, within)} to {cells[0]}"
            cells[1] = f"{len(alike)} x {cells[1]}"
        cells[1] += ", alike"
        lines.append(Line(level, tuple(cells), True))
        alike.clear()

    def row_cells(self, row: Row, within: str) -> tuple[str, ...]:
        return (
            _inside(row.name, within),
            ", ".join((row.op, *row.extras)),
            show_shape(row.output),
            _count(row.params),
            _count(row.macs),
            _bytes(row.memory),
            _sees(row),
            self.place(row.file, row.line),
        )

    def region_cells(
        self, region: Region, rows: list[Row], within: str
    ) -> tuple[str, ...]:
        return (
            _inside(region.path, within),
            region.title,
            show_shape(region.shape),
            _count(sum(row.params for row in rows)),
            _count(sum_known(row.macs for row in rows)),
            _bytes(sum_known(row.memory for row in rows)),
            _sees(rows[-1]),
            self.place(region.span.file.name, region.span.line),
        )

    def place(self, file: str, line: int) -> str:
        return str(line) if file == self.file else f"{file}:{line}"


def _key(region: Region, rows: list[Row]) -> tuple[object, ...]:
    """What a block looks like from outside, to tell when two are alike."""
    return (
        region.title,
        region.in_shape,
        region.shape,
        tuple((row.op, row.extras, row.output, row.params) for row in rows),
    )


def _inside(path: str, within: str) -> str:
    """A path as it is called inside the block `within`."""
    return path.removeprefix(f"{within}.") if within else path


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
