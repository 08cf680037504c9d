"""An analysis as a table for a terminal: one row a layer, totals below, and what is counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from shapecalc.analysis import AtLeast
from shapecalc.analysis.rows import rows
from shapecalc.diagnostics import Severity
from shapecalc.render import covering
from shapecalc.render.columns import DROPPED, Column, of_shape, of_total
from shapecalc.render.costs import EVERY_COLUMN, usual
from shapecalc.render.units import exact, plain, si, size
from shapecalc.render.wrapping import wrapped

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis, Total

GAP = "  "
SHORTEST = 24
"""Cells that a long name keeps in the narrowest table."""
KEPT = ("layer", "output", "params", "macs")
"""Columns that stand in a table even where all of their cells are empty."""
WIDEST = 100
"""Prose is no wider, however wide the terminal is."""


class Span(NamedTuple):
    """A piece of a line and how it is set, in a style of rich."""

    text: str
    style: str = ""


Line = list[Span]


class Grid(NamedTuple):
    """A table's columns and its cells as text, before it is laid out."""

    columns: tuple[Column, ...]
    cells: list[tuple[str, ...]]
    left_out: tuple[str, ...] = ()
    note: str = ""

    @property
    def widths(self) -> list[int]:
        """The width of each column, in cells of a terminal."""
        heads = [cell_len(column.heading) for column in self.columns]
        return [max([head, *(cell_len(row[i]) for row in self.cells)]) for i, head in enumerate(heads)]

    @property
    def width(self) -> int:
        """The width of the whole."""
        return sum(self.widths) + len(GAP) * (len(self.columns) - 1)

    def with_short_names(self, cells: int, at: int = 0) -> Grid:
        """The table with the column of names so many cells narrower: of a long name the end is kept."""
        room = max(self.widths[at] - cells, SHORTEST)
        return self._replace(cells=[(*row[:at], ending(row[at], room), *row[at + 1 :]) for row in self.cells])

    def lines(self) -> Iterator[Line]:
        """The lines of the table: heads, a rule, rows; numbers to the right, no cell ever cut."""
        widths = self.widths
        yield [Span(text, "bold") for text, _ in self._line([column.heading for column in self.columns], widths)]
        yield [Span("─" * self.width, "dim")]
        for cells in self.cells:
            yield self._line(cells, widths)
        if self.note:
            yield [Span(self.note, "dim")]

    def _line(self, cells: Sequence[str], widths: Sequence[int]) -> Line:
        line: Line = []
        last = len(widths) - 1
        for index, (cell, column, width) in enumerate(zip(cells, self.columns, widths, strict=True)):
            blank = " " * (width - cell_len(cell))
            if column.align == "right":
                cell = blank + cell  # noqa: PLW2901
            elif index < last:
                cell += blank  # noqa: PLW2901
            line.append(Span(cell + GAP if index < last else cell, column.style))
        return line


def ending(name: str, room: int) -> str:
    """The end of a name that is wider than its room."""
    if cell_len(name) <= room:
        return name
    end = name[1 - room :]
    while cell_len(end) >= room:
        end = end[1:]
    return f"…{end}"


def grid(
    analysis: Analysis,
    depth: int = 0,
    opened: Collection[str] = (),
    columns: Sequence[str] = (),
    width: int | None = None,
    convention: str = "",
) -> Grid:
    """The cells of a table; columns that a width has no room for are left out whole, never cut."""
    known = EVERY_COLUMN
    names = list(columns or usual(convention))
    shown, note = _known_rows(rows(analysis, depth, opened))
    by_name = {name: [known[name].cell(row, analysis) for row in shown] for name in names}
    if not columns:
        names = [name for name in names if name in {*KEPT, convention} or any(by_name[name])]
    left_out: list[str] = []
    while True:
        cells = list(zip(*(by_name[name] for name in names), strict=True))
        made = Grid(tuple(known[name] for name in names), cells, tuple(left_out), note)
        droppable = [name for name in (*DROPPED[:3], f"{convention}%", *DROPPED[3:]) if name in names]
        if width is None or made.width <= width:
            return made
        if not droppable:
            return made.with_short_names(made.width - width)
        names.remove(droppable[0])
        left_out.append(droppable[0])


def _known_rows(every: Iterable[LayerAnalysis]) -> tuple[list[LayerAnalysis], str]:
    """The rows up to the first whose shape is not known, and a word about the rest."""
    shown: list[LayerAnalysis] = []
    for row in every:
        if row.output is None:
            return shown, f"… from {plain(row.name)} on nothing is sure: see the errors"
        shown.append(row)
    return shown, ""


def totals(analysis: Analysis) -> list[tuple[str, str]]:
    """The lines below a table: what, and how much."""
    kept = analysis.buffers
    if isinstance(kept, AtLeast) and not kept.known:
        buffers = " (+ buffers not known)"
    else:
        buffers = f" (+ {of_total(kept, exact)} buffers)" if kept else ""
    outputs = ", ".join(f"{plain(name)} {of_shape(shape)}" for name, shape in analysis.outputs.items())
    inputs = ", ".join(f"{plain(name)} {shape}" for name, shape in analysis.inputs.items())
    at = f" at {plain(analysis.peak_at)}" if analysis.peak_at else ""
    memory = (
        f"weights {of_total(analysis.weight_bytes, size)} · activations {of_total(analysis.activation_bytes, size)}"
        f" · peak {of_total(analysis.peak_bytes, size)}{at}"
    )
    seen = covering.line(analysis)
    return [
        ("input", f"{inputs} → {outputs}" if outputs else inputs),
        ("params", of_total(analysis.params, exact) + buffers),
        ("MACs", _twice(analysis.macs)),
        ("FLOPs", _twice(analysis.flops)),
        *([("field", seen)] if seen else []),
        ("memory", memory),
    ]


def _twice(total: Total) -> str:
    rounded = of_total(total, si)
    number = total.known if isinstance(total, AtLeast) else total
    return rounded if number < 1000 else f"{rounded} ({exact(number)})"


def counted(analysis: Analysis) -> str:
    """What the figures of a table mean."""
    return (
        f"batch {analysis.batch} · {analysis.dtype} · MAC = multiply-accumulate of convolutions, dense layers, matrix"
        " products · FLOPs = 2·MACs + every other operation · activations: every output and the input, nothing in"
        " place · field: receptive field, unclipped"
    )


def footer(
    analysis: Analysis, left_out: Sequence[str] = (), width: int | None = None, convention: str = ""
) -> Iterator[Line]:
    """Totals, what is counted, what is not known, and the columns that had no room."""
    entries = [(what, value, "") for what, value in totals(analysis)]
    if convention:
        from shapecalc.render.conventions import below  # noqa: PLC0415  when asked for

        (name, total), *told = below(analysis, convention)
        entries.insert([what for what, _, _ in entries].index("FLOPs") + 1, (name, total, ""))
        entries += [(what, value, "dim") for what, value in told]
    entries.append(("counted", counted(analysis), "dim"))
    notes = [fault for fault in analysis.diagnostics if fault.severity is Severity.NOTE]
    entries += [("unknown", plain(f"{note.message}: {note.label}"), "dim") for note in notes[:3]]
    if left_out:
        entries.append(
            ("columns", f"no room here for {', '.join(left_out)}: widen the terminal, or see --columns", "dim")
        )
    indent = " " * 9
    for what, value, style in entries:
        first, *more = wrapped(value, min(width or WIDEST, WIDEST), indent)
        yield [Span(f"{what:<9}", "bold"), Span(first[9:], style)]
        yield from ([Span(row, style)] for row in more)


def report(
    analysis: Analysis,
    depth: int = 0,
    opened: Collection[str] = (),
    columns: Sequence[str] = (),
    width: int | None = None,
    convention: str = "",
) -> Iterator[Line]:
    """The whole answer, line by line."""
    made = grid(analysis, depth, opened, columns, width, convention)
    yield [Span(plain(analysis.name), "bold")]
    yield []
    yield from made.lines()
    yield []
    yield from footer(analysis, made.left_out, width, convention)
