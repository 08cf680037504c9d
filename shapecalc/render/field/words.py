"""What reaches a cell, in the words of a table: how much of the field, and how far the paths spread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from shapecalc.analysis.receptive.covers import Covers
from shapecalc.formulas.reach import Unknown
from shapecalc.layers.base import AXES
from shapecalc.render.columns import TO
from shapecalc.render.units import UNKNOWN, plain

if TYPE_CHECKING:
    from shapecalc.analysis.receptive import Axis
    from shapecalc.analysis.receptive.cover import Cover
    from shapecalc.analysis.receptive.reading import Span
    from shapecalc.shape import Shape

ALL = "all"
NONE = "none"


def letter(axis: Axis, inputs: dict[str, Shape]) -> str:
    """An axis of an input by its letter; with the input's name, where there are several."""
    name, index = axis
    letters = AXES.get(inputs[name].rank, ())
    short = letters[index] if index < len(letters) else str(index)
    return short if len(inputs) == 1 else f"{plain(name)} {short}"


def reached(covers: Covers | Unknown) -> str:
    """``all``, or ``5/9`` of the cells of the field; the least and the largest share of the phases."""
    return _over(covers, lambda cover: Fraction(cover.reached, cover.size), _share)


def _share(cover: Cover) -> str:
    return f"{cover.reached}/{cover.size}" if cover.holes else ALL


def spread(covers: Covers | Unknown) -> str:
    """The standard deviation of the cell at which a path begins, in cells."""
    return _over(covers, lambda cover: cover.spread or 0, lambda cover: number(cover.spread or 0))


def _over(covers: Covers | Unknown, key: Callable[[Cover], Fraction | float], say: Callable[[Cover], str]) -> str:
    if isinstance(covers, Unknown):
        return UNKNOWN
    some = [cover for cover in covers.phases if cover.mask]
    if not some:
        return NONE
    said = [say(edge(some, key=key)) for edge in (min, max)]
    return said[0] if said[0] == said[1] else TO.join(said)


def number(value: float) -> str:
    """Three significant digits; as many as it has before the point."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def same(values: Iterable[str]) -> str:
    """One text where all are the same, else all of them."""
    every = list(values)
    return every[0] if len(set(every)) == 1 else ", ".join(every)


def span(cells: Span | Unknown | None) -> str:
    """``−7 … 27``."""
    if isinstance(cells, Unknown):
        return UNKNOWN
    return NONE if cells is None else f"{signed(cells[0])} … {signed(cells[1])}"


def signed(cell: int) -> str:
    """A cell with a proper minus."""
    return f"−{-int(cell)}" if cell < 0 else str(int(cell))


def unknowns(covers: Iterable[tuple[str, Covers | Unknown]]) -> Sequence[str]:
    """Why something is not known, from where on."""
    found: dict[str, str] = {}
    for name, cover in covers:
        if isinstance(cover, Unknown):
            found.setdefault(cover.why, f"what reaches {plain(name)} is not known: {plain(cover.why)}")
    return list(found.values())
