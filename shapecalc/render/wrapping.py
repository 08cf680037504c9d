"""Prose in lines of a width that is counted in cells of a terminal."""

from __future__ import annotations

from rich.cells import cell_len

NARROWEST = 40


def wrapped(text: str, width: int, first: str = "", hanging: str | None = None) -> list[str]:
    """A text in lines of a width in cells: ``first`` before the first, ``hanging`` (or the same) before the others."""
    rest = first if hanging is None else hanging
    rows: list[str] = []
    row, start = "", first
    for word in text.split():
        longer = f"{row} {word}" if row else word
        if row and cell_len(start + longer) > max(width, NARROWEST):
            rows.append(start + row)
            row, start = word, rest
        else:
            row = longer
    return [*rows, start + row]
