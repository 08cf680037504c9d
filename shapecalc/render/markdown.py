"""The answer as Markdown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from shapecalc.render.kinds import HEADINGS, kind_cells, remark
from shapecalc.render.table import counted, grid, totals
from shapecalc.render.units import plain

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis


def report_text(
    analysis: Analysis,
    depth: int = 0,
    opened: Collection[str] = (),
    columns: Sequence[str] = (),
    convention: str = "",
) -> str:
    """The table and its totals."""
    made = grid(analysis, depth, opened, columns, convention=convention)
    aligned = [(column.heading, column.align) for column in made.columns]
    return _page(analysis, [table(aligned, made.cells), escaped(made.note)], convention)


def kinds_text(analysis: Analysis) -> str:
    """The sums by kind."""
    aligned = [(heading, "left" if heading == "kind" else "right") for heading in HEADINGS]
    return _page(analysis, [table(aligned, kind_cells(analysis)), remark(analysis)])


def _page(analysis: Analysis, parts: Sequence[str], convention: str = "") -> str:
    lines = totals(analysis)
    if convention:
        from shapecalc.render import conventions  # noqa: PLC0415  when asked for

        lines += conventions.below(analysis, convention)
    below = "\n".join(f"- **{what}** {escaped(value)}" for what, value in lines)
    sections = [f"### {escaped(plain(analysis.name))}", *parts, below, f"<sub>{escaped(counted(analysis))}</sub>"]
    return "\n\n".join(part for part in sections if part) + "\n"


def table(aligned: Sequence[tuple[str, str]], cells: Sequence[Sequence[str]]) -> str:
    """A table: headings and how each is aligned, then the cells of each row."""
    rules = ["---:" if align == "right" else ":---" for _, align in aligned]
    rows = [[heading for heading, _ in aligned], rules, *([escaped(cell) for cell in row] for row in cells)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def escaped(text: str) -> str:
    """A text in which no sign means anything to Markdown."""
    for sign in "\\`*_{}[]<>|#":
        text = text.replace(sign, f"\\{sign}")
    return text
