"""The answer as Markdown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from shapecalc.render.kinds import HEADINGS, kind_cells, remark
from shapecalc.render.table import counted, grid, totals
from shapecalc.render.units import plain

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis


def report_text(analysis: Analysis, depth: int = 0, opened: Collection[str] = (), columns: Sequence[str] = ()) -> str:
    """The table and its totals."""
    made = grid(analysis, depth, opened, columns)
    aligned = [(column.heading, column.align) for column in made.columns]
    return _page(analysis, [_table(aligned, made.cells), _escaped(made.note)])


def kinds_text(analysis: Analysis) -> str:
    """The sums by kind."""
    aligned = [(heading, "left" if heading == "kind" else "right") for heading in HEADINGS]
    return _page(analysis, [_table(aligned, kind_cells(analysis)), remark(analysis)])


def _page(analysis: Analysis, parts: Sequence[str]) -> str:
    below = "\n".join(f"- **{what}** {_escaped(value)}" for what, value in totals(analysis))
    sections = [f"### {_escaped(plain(analysis.name))}", *parts, below, f"<sub>{_escaped(counted(analysis))}</sub>"]
    return "\n\n".join(part for part in sections if part) + "\n"


def _table(aligned: Sequence[tuple[str, str]], cells: Sequence[Sequence[str]]) -> str:
    rules = ["---:" if align == "right" else ":---" for _, align in aligned]
    rows = [[heading for heading, _ in aligned], rules, *([_escaped(cell) for cell in row] for row in cells)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _escaped(text: str) -> str:
    for sign in "\\`*_{}[]<>|#":
        text = text.replace(sign, f"\\{sign}")
    return text
