"""The box on the input that one chosen output cell sees: unclipped, clipped to the input, and what of it is reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapecalc.analysis.receptive.paths import Paths, masked, paths_to
from shapecalc.analysis.receptive.phased import hull
from shapecalc.formulas.reach import Unknown
from shapecalc.formulas.receptive import extent

if TYPE_CHECKING:
    from shapecalc.analysis.receptive import Axis, Seen
    from shapecalc.analysis.receptive.reading import Span
    from shapecalc.analysis.receptive.way import Way

UNSEEN = "which cells it sees is known only within the borders"


@dataclass(frozen=True, slots=True)
class Side:
    """A box along one axis of an input."""

    axis: Axis
    n: int
    """Cells of the input along it."""
    cell: int | None
    """The chosen cell along the axis of the output that moves with it; None where every cell sees the same."""
    unclipped: Span | Unknown | None
    """The first and the last cell, padding among them; None: it sees nothing."""
    paths: Paths | Unknown
    """The paths from each input cell that really reaches it."""

    @property
    def clipped(self) -> Span | Unknown | None:
        """The first and the last cell within the input; None: there is none.

        Further than nominally where padding holds copies of cells that lie elsewhere.
        """
        reached = None
        if not isinstance(self.paths, Unknown) and self.paths:
            reached = min(self.paths), max(self.paths)
        if isinstance(self.unclipped, Unknown):
            return self.unclipped if isinstance(self.paths, Unknown) else reached
        return hull((clip(self.unclipped, self.n), reached))

    @property
    def mask(self) -> tuple[int, int] | None:
        """The first cell that really reaches, and a bit for each from there on; None where that is not known."""
        return None if isinstance(self.paths, Unknown) else masked(self.paths)

    @property
    def reached(self) -> int | None:
        """Cells that really reach it; None where they are not known."""
        return None if isinstance(self.paths, Unknown) else len(self.paths)


def clip(span: Span | None, n: int) -> Span | None:
    """The part of a span that lies on an axis of ``n`` cells."""
    if span is None:
        return None
    first, last = max(0, int(span[0])), min(n - 1, int(span[1]))
    return (first, last) if first <= last else None


def size(span: Span | Unknown | None) -> int | None:
    """Cells of a side; None where it is not known."""
    if isinstance(span, Unknown):
        return None
    return 0 if span is None else int(extent(*span))


def box(name: str, cell: Sequence[int], seen: Seen, ways: Mapping[Axis, Way]) -> tuple[Side, ...]:
    """What a cell of a tensor sees, along each axis of each input that it sees."""
    sides = []
    for axis, way in ways.items():
        if axis not in seen:
            continue
        field = seen[axis]
        along = way.along.get(name)
        if not isinstance(field, Unknown):
            along = field.axes[0] if field.axes else None
        at = None if along is None else cell[along]
        unclipped: Span | Unknown | None
        unclipped = Unknown(field.why or UNSEEN) if isinstance(field, Unknown) else field.at(at or 0)
        carrying = way.along.get(name)
        place = 0 if carrying is None else cell[carrying]
        at = at if carrying is None else place
        sides.append(Side(axis, way.n, at, unclipped, paths_to(way, name, place, borders=True)))
    return tuple(sides)
