"""What really reaches the cells of every tensor along one input axis: for each phase, or within the borders.

Without borders a cover depends on the position of its cell only by phase, and moves on by the same in every period:
as with the field itself, what lies in padding is taken for more of the same. Where a cell sees all, or no one rule
holds for all cells, the cells of the real network are looked at one by one, and the middle one is told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import gcd, lcm

from shapecalc.analysis.receptive.cover import Cover, merged
from shapecalc.analysis.receptive.phased import MOST_PHASES
from shapecalc.analysis.receptive.taps import most, taps
from shapecalc.analysis.receptive.way import Read, Way
from shapecalc.formulas.reach import Bins, Future, Past, Place, Shift, Stretch, Unknown, Whole
from shapecalc.formulas.windows import Transposed, Window

MOST_READS = 2_000_000
"""Cells that are looked at to find what reaches all tensors along an axis; a wide mask counts for several."""
MOST_CELLS = 2**22
"""Cells of the widest field of which it is told which really reach."""
BITS = 1_024
"""Bits of a mask that count for one cell more."""
KEPT = 4
"""Cells looked at that one cover is worth which has to be kept."""
MANY = "it takes more steps to find than are taken"


@dataclass(frozen=True, slots=True)
class Covers:
    """What reaches the cells of one tensor: for each phase of the position, or within the borders for one of them."""

    phases: tuple[Cover, ...]
    advance: int = 0
    """Input cells by which it moves in a period."""
    bordered: bool = False
    """Paths through padding are left out, and the one cover is that of ``cell``, or of every cell alike."""
    cell: int | None = None

    @property
    def width(self) -> int:
        """The size of the widest."""
        return max(cover.size for cover in self.phases)

    def at(self, i: int) -> Cover:
        """What reaches output cell ``i``."""
        turns, phase = divmod(i, len(self.phases))
        return self.phases[phase].moved(turns * self.advance)


class _Spent(Exception):
    """More has been looked at than may be."""


class _Purse:
    """How much may still be looked at."""

    def __init__(self, most: int) -> None:
        self.left = most

    def pay(self, reads: int, width: int = 1) -> None:
        """Look at so many cells more, each with a cover so wide."""
        self.left -= reads * (1 + width // BITS)
        if self.left < 0:
            raise _Spent


def covers_of(way: Way, names: Collection[str] | None = None) -> Mapping[str, Covers | Unknown]:
    """What reaches each tensor that sees the axis; where one is named, at least those."""
    found: dict[str, Covers | Unknown] = {}
    moving = _moving(way)
    for name, reads in way.reads.items():
        if isinstance(reads, Unknown):
            found[name] = reads
        elif name in moving:
            found[name] = moving[name]
    missing = [name for name in way.reads if name not in found and (names is None or name in names)]
    if missing:
        found |= _bordered(way, missing)
    return found


# without borders


def _moving(way: Way) -> dict[str, Covers]:
    """What reaches the cells of each tensor whose covers move on by one rule."""
    found = {way.axis[0]: Covers((Cover.cell(0),), 1)}
    purse = _Purse(MOST_READS)
    try:
        for name, reads in way.reads.items():
            if isinstance(reads, Unknown) or any(read.n is None or read.source not in found for read in reads):
                continue
            parts = [_through(found[read.source], read, purse) for read in reads]
            joined = _join([part for part in parts if part is not None], purse) if all(parts) else None
            if joined is not None:
                found[name] = joined
    except _Spent:
        pass
    return found


def _through(covers: Covers, read: Read, purse: _Purse) -> Covers | None:
    """What reaches the cells of a layer that reads these; None where no one rule holds."""
    step, period = read.step, len(covers.phases)
    match step:
        case Shift(by=0) if not read.behind:
            return covers
        case Shift() if not read.behind:
            turns, shifted = period, period
        case Window():
            turns = period // gcd(period, step.stride)
            shifted = turns * step.stride
        case Transposed():
            turns, shifted = period * step.stride, period
        case Stretch() | Bins():
            times = period // gcd(period, step.ratio.numerator)
            turns, shifted = step.ratio.denominator * times, step.ratio.numerator * times
        case _:
            return None
    n = read.n or 0
    width = covers.width + most(step, n) * getattr(step, "dilation", 1) * abs(covers.advance) // period
    if turns > MOST_PHASES or width > MOST_CELLS:
        return None
    purse.pay(turns * most(step, n), width)
    phases = tuple(merged(covers.at(cell) for cell in taps(step, o, n)) for o in range(turns))
    return _shortest(Covers(phases, covers.advance * shifted // period))


def _join(parts: Sequence[Covers], purse: _Purse) -> Covers | None:
    """What reaches a cell where branches meet that move alike; None where they do not."""
    if len(parts) < 2:
        return parts[0] if parts else None
    if len({Fraction(part.advance, len(part.phases)) for part in parts}) > 1:
        return None
    period = lcm(*(len(part.phases) for part in parts))
    if period > MOST_PHASES:
        return None
    purse.pay(period * len(parts), max(part.width for part in parts))
    phases = tuple(merged(part.at(i) for part in parts) for i in range(period))
    return _shortest(Covers(phases, parts[0].advance * period // len(parts[0].phases)))


def _shortest(covers: Covers) -> Covers:
    """The same with the shortest period there is."""
    whole = len(covers.phases)
    for period in range(1, whole):
        if whole % period or covers.advance * period % whole:
            continue
        short = Covers(covers.phases[:period], covers.advance * period // whole)
        if all(short.at(i) == covers.phases[i] for i in range(period, whole)):
            return short
    return covers


# within borders

Row = Sequence[Cover] | Cover
"""What reaches each cell of a tensor, or all of them alike."""


def _bordered(way: Way, names: Sequence[str]) -> dict[str, Covers | Unknown]:
    """What reaches the middle cell of each of some tensors in the network as it is."""
    wanted = {before for name in names for before in way.before(name)}
    last = {read.source: name for name in way.reads if name in wanted for read in _reads(way, name)}
    found: dict[str, Covers | Unknown] = {name: Unknown(MANY) for name in names}
    purse = _Purse(MOST_READS)
    try:
        purse.pay(KEPT * way.n)
        rows: dict[str, Row] = {way.axis[0]: [Cover.cell(i) for i in range(way.n)]}
        for name in way.reads:
            if name not in wanted:
                continue
            purse.pay(KEPT * (way.cells[name] or 1))
            rows[name] = row = _row(way, name, rows, purse)
            if name in found:
                found[name] = _middle(row)
            for source in {read.source for read in _reads(way, name)}:
                if last[source] == name:
                    del rows[source]
    except _Spent:
        pass
    return found


def _middle(row: Row) -> Covers:
    """What reaches the middle cell; of all cells, where they see the same."""
    if isinstance(row, Cover):
        return Covers((row,), bordered=True)
    at = len(row) // 2
    return Covers((row[at],), bordered=True, cell=None if all(cover == row[at] for cover in row) else at)


def _reads(way: Way, name: str) -> tuple[Read, ...]:
    reads = way.reads[name]
    return () if isinstance(reads, Unknown) else reads


def _row(way: Way, name: str, rows: Mapping[str, Row], purse: _Purse) -> Row:
    """What reaches each cell of a tensor."""
    reads, cells = _reads(way, name), way.cells[name]
    if cells is None:
        return merged(cover for read in reads for cover in _alike(rows[read.source], read, purse))
    parts = [_column(rows[read.source], read, cells, purse) for read in reads]
    if len(parts) == 1:
        return [part(o) for part in parts for o in range(cells)]
    purse.pay(cells * len(parts))
    return [merged(part(o) for part in parts) for o in range(cells)]


def _alike(row: Row, read: Read, purse: _Purse) -> Iterator[Cover]:
    """What reaches every cell that reads all of a tensor, or one place of it."""
    if isinstance(row, Cover):
        yield row
        return
    if isinstance(read.step, Place):
        yield row[read.step.at]
        return
    purse.pay(len(row), row[len(row) // 2].size + len(row))
    yield from row


def _column(row: Row, read: Read, cells: int, purse: _Purse) -> Callable[[int], Cover]:
    """What reaches each of some cells by one of the tensors they read."""
    if isinstance(row, Cover):
        return lambda _: row
    wide = row[len(row) // 2].size
    match read.step:
        case Shift(by=0, after=0) if not read.behind:
            return row.__getitem__
        case Whole() | Place():
            every = merged(_alike(row, read, purse))
            return lambda _: every
        case Past() | Future():
            purse.pay(len(row), wide + len(row))  # these grow along the axis
            on = row if isinstance(read.step, Past) else row[::-1]
            sums = list(accumulate(on, lambda a, b: merged((a, b))))
            return (sums if isinstance(read.step, Past) else sums[::-1]).__getitem__
    n = len(row)
    purse.pay(cells * most(read.step, n), wide)

    def seen(o: int) -> Cover:
        inside = map(read.inside, taps(read.step, o, n))
        return merged(row[cell] for cell in inside if cell is not None)

    return seen
