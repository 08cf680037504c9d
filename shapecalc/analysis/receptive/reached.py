"""Which cells of an input really reach a tensor: walked back from its places, layer by layer, within the borders.

The places of a tensor that are seen are a number with a bit for each: what a layer reads of them is shifts and masks.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from shapecalc.analysis.receptive.reading import NOTHING, Slid
from shapecalc.formulas.reach import Bins, Future, Past, Place, Shift, Stretch, Unknown, Whole
from shapecalc.formulas.windows import Transposed, Window

if TYPE_CHECKING:
    from shapecalc.analysis.receptive.reading import Span
    from shapecalc.analysis.receptive.way import Read, Way

MOST_CELLS = 2**21
"""Cells of the longest axis that is walked along."""
MOST_STEPS = 40_000
"""Layers that are walked back through in one analysis; a long axis counts for several."""
BITS = 4_096
"""Cells of an axis that count for one layer more."""


class Walks:
    """The walks of one analysis."""

    def __init__(self) -> None:
        self.left = MOST_STEPS

    def reached(self, way: Way, name: str, place: int | None = None) -> Span | None:
        """The first and the last cell that reach any place of a tensor, or one; None: not known, or not soon."""
        if self.left < 0 or isinstance(way.reads.get(name), Unknown):
            return None
        cells = way.cells[name]
        masks = {name: _all(cells) if place is None or cells is None else 1 << place}
        waiting = [(-way.order.get(name, 0), name)]
        while waiting and waiting[0][0]:  # the last of the network's nodes first; its input has no number
            _, node = heappop(waiting)
            reads, mask = way.reads[node], masks.pop(node)
            if isinstance(reads, Unknown):
                return None
            for read in reads:
                longest = max(read.n or 1, mask.bit_length())
                self.left -= 1 + longest // BITS
                if self.left < 0 or longest > MOST_CELLS:
                    return None
                if read.source not in masks:
                    heappush(waiting, (-way.order.get(read.source, 0), read.source))
                masks[read.source] = masks.get(read.source, 0) | _back(mask, read)
        found = masks[way.axis[0]]
        return (lowest(found), found.bit_length() - 1) if found else NOTHING


def lowest(mask: int) -> int:
    """The lowest bit that is set."""
    return (mask & -mask).bit_length() - 1


def _all(cells: int | None) -> int:
    return (1 << (1 if cells is None else cells)) - 1


def _back(mask: int, read: Read) -> int:
    """The cells of a tensor that some places of a layer read."""
    step, n = read.step, read.n
    if not mask or n is None:
        return min(mask, 1)
    match step:
        case Whole():
            return _all(n)
        case Place(at=at):
            return 1 << at
        case Past():
            return _all(mask.bit_length())
        case Future():
            return _all(n) >> lowest(mask) << lowest(mask)
        case Shift() | Window() | Transposed() | Stretch() | Bins():
            return _slid(mask, step, n, read)
    raise TypeError("which cells are read is not known")


def _slid(mask: int, step: Slid, n: int, read: Read) -> int:
    match step:
        case Shift(by=by):
            return _shifted(mask, by) & _all(n) | _copied(mask, by, read)
        case Window():
            starts = _spread(mask, step.stride)
            return _shifted(_smeared(starts, step.size, step.dilation), -step.pads(n)[0]) & _all(n)
        case Transposed():
            first = step.cuts[0] - (step.reach - 1)  # the place that the last tap reads at output 0
            return _thinned(_smeared(mask, step.size, step.dilation), first, step.stride) & _all(n)
        case Stretch() | Bins():
            found = 0
            for o in range(mask.bit_length()):
                if mask >> o & 1:
                    first, last = step.sees(o)
                    first, last = max(0, first), min(n - 1, last)  # beyond the ends the cell at the end is read
                    found |= _all(last - first + 1) << first
            return found


def _shifted(mask: int, by: int) -> int:
    return mask << by if by > 0 else mask >> -by


def _copied(mask: int, by: int, read: Read) -> int:
    """The cells that places beyond the ends hold copies of."""
    found = 0
    if read.fill:
        ends = (*range(min(-by, mask.bit_length())), *range(max(0, (read.n or 0) - by), mask.bit_length()))
        for o in ends:
            inside = read.inside(o + by) if mask >> o & 1 else None
            found |= 0 if inside is None else 1 << inside
    return found


def _smeared(mask: int, times: int, gap: int) -> int:
    """Each bit so many times, so far apart."""
    done = 1
    while done < times:
        more = min(done, times - done)
        mask |= mask << more * gap
        done += more
    return mask


def _spread(mask: int, stride: int) -> int:
    """Each bit as many times as far from the first."""
    return mask if stride == 1 else int(("0" * (stride - 1)).join(f"{mask:b}"), 2)


def _thinned(mask: int, first: int, stride: int) -> int:
    """Of bits that stand for places from ``first`` on, those of each whole stride from place 0 on."""
    mask = _shifted(mask, first)
    return mask if stride == 1 else int(f"{mask:b}"[::-1][::stride][::-1], 2)
