"""The totals of networks side by side, with their differences and ratios."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from shapecalc.render.columns import Column, of_total
from shapecalc.render.table import Grid, ending
from shapecalc.render.units import UNKNOWN, exact, plain, si, size

if TYPE_CHECKING:
    from shapecalc.analysis import Total
    from shapecalc.comparison import Comparison

MINUS = "−"
LONGEST, SHORTEST = 24, 9
"""Cells that a network's name has in a heading, and at least where there is no room."""
HEADS = {
    "params": ("parameters", exact),
    "buffers": ("buffers", exact),
    "macs": ("MACs", exact),
    "flops": ("FLOPs", exact),
    "weight_bytes": ("weights", size),
    "activation_bytes": ("activations", size),
    "peak_bytes": ("peak", size),
    "receptive_field": ("field", exact),
}


def names(comparison: Comparison, longest: int = LONGEST) -> list[str]:
    """What the networks are called in a heading; of a long name the end."""
    return [ending(plain(name), longest) for name in comparison.names]


def totals(
    comparison: Comparison, longest: int = LONGEST, *, short: bool = False, differences: bool = True
) -> tuple[list[tuple[str, str]], list[list[str]]]:
    """The headings and cells of the totals: with two networks the difference and the ratio, with more the ratios.

    In a ``short`` table counts have three digits and a letter.
    """
    two = len(comparison.analyses) == 2 and differences
    heads = [("", "left"), *((name, "right") for name in names(comparison, longest))]
    heads += [("difference", "right"), ("ratio", "right")] if two else []
    cells = []
    for name, values in comparison.totals.items():
        if all(value in {None, 0} for value in values) and name in {"buffers", "receptive_field"}:
            continue
        title, write = HEADS[name]
        write = si if short and write is exact else write
        row = [title, *(_total(value, write) for value in values)]
        if two:
            row += [difference(values[0], values[1], write), ratio(values[0], values[1])]
        elif differences:
            row[2:] = [
                f"{cell} ({share})" if (share := ratio(values[0], value)) else cell
                for cell, value in zip(row[2:], values[1:], strict=True)
            ]
        cells.append(row)
    return heads, cells


def grid(comparison: Comparison, width: int | None) -> Grid:
    """The totals, as much of them as there is room for: shorter names, shorter numbers, no differences."""
    for short, differences in ((False, True), (True, True), (True, False)):
        for longest in range(LONGEST, SHORTEST - 1, -1):
            made = _as_grid(*totals(comparison, longest, short=short, differences=differences))
            if width is None or made.width <= width:
                return made
    return made


def _as_grid(heads: Sequence[tuple[str, str]], cells: Sequence[Sequence[str]]) -> Grid:
    columns = tuple(Column(head, lambda *_: "", "left" if align == "left" else "right") for head, align in heads)
    return Grid(columns, [tuple(row) for row in cells])


def _total(value: Total | tuple[int, int] | None, write: Callable[[int], str]) -> str:
    if isinstance(value, tuple):
        least, most = value
        return write(least) if least == most else f"{write(least)} to {write(most)}"
    return of_total(value, write)


def difference(a: object, b: object, write: Callable[[int], str]) -> str:
    """What the second has more, or less, than the first; nothing where one of them is not known."""
    first, second = _one(a), _one(b)
    if first is None or second is None:
        return "" if a == b else UNKNOWN
    if first == second:
        return ""
    return ("+" if second > first else MINUS) + write(abs(second - first))


def ratio(a: object, b: object) -> str:
    """The second through the first, to three digits: ``0.586``."""
    first, second = _one(a), _one(b)
    if first is None or second is None or first == second or not first:
        return ""
    share = Fraction(second, first)
    places = 3 if share < 1 else 2 if share < 10 else 1 if share < 100 else 0
    rounded = int(share * 10**places + Fraction(1, 2))
    if second and not rounded:
        return "<0.001"
    if share < 1 and rounded == 1000:
        return ">0.999"
    return f"{rounded / 10**places:,.{places}f}"


def _one(value: object) -> int | None:
    if isinstance(value, tuple):
        return int(value[1]) if value[0] == value[1] else None
    return int(value) if isinstance(value, int) else None
