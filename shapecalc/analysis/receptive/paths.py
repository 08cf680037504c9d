"""How many paths lead from each input cell to one output cell: walked back from it, tap by tap.

Luo et al. 2016, Understanding the Effective Receptive Field in Deep Convolutional Neural Networks, section 2: with
all weights the same the influence of an input cell on an output is the number of paths between them, and n layers of
k taps spread it like a bell of variance n·(k² − 1) / 12.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction

from shapecalc.analysis.receptive.covers import MANY
from shapecalc.analysis.receptive.taps import most, taps
from shapecalc.analysis.receptive.way import Read, Way
from shapecalc.formulas.reach import Future, Past, Shift, Unknown, Whole

MOST_READS = 2_000_000
"""Taps that are walked back through."""

Paths = Mapping[int, int]
"""The number of paths from each input cell that has any."""


def paths_to(way: Way, name: str, cell: int, *, borders: bool) -> Paths | Unknown:
    """The paths from each input cell to an output cell of a tensor.

    Args:
        way: how the nodes read the axis.
        name: the tensor.
        cell: its cell along the axis that carries the way; any number, where all of them see the same.
        borders: leave out the paths through padding; otherwise it is taken for more of the same.
    """
    counts: dict[str, dict[int, int]] = {name: {cell: 1}}
    left = MOST_READS
    for node in reversed(way.before(name)):
        reads, out = way.reads[node], counts.pop(node, {})  # nothing, of what is padding alone
        if isinstance(reads, Unknown):
            return reads
        for read in reads if out else ():
            wide = isinstance(read.step, Whole | Past | Future)
            left -= (read.n or 0) if wide else len(out) * most(read.step, 1)
            if left < 0:
                return Unknown(MANY)
            before = counts.setdefault(read.source, {})
            for place, paths in _back(out, read, borders=borders):
                before[place] = before.get(place, 0) + paths
    return dict(sorted(counts.get(way.axis[0], {}).items()))


def _back(out: Mapping[int, int], read: Read, *, borders: bool) -> Iterator[tuple[int, int]]:
    """The cells of a tensor that are read, and the paths through each."""
    n = read.n
    match read.step:
        case _ if n is None:
            yield 0, sum(out.values())
        case Whole():
            every = sum(out.values())
            yield from ((place, every) for place in range(n))
        case Past() | Future():
            later, places = 0, range(n)
            for place in reversed(places) if isinstance(read.step, Past) else places:
                later += out.get(place, 0)
                if later:
                    yield place, later
        case Shift(by=0, after=0) if not read.behind:
            yield from out.items()
        case step:
            for o, paths in out.items():
                for place in taps(step, o, n):
                    inside = read.inside(place) if borders else place
                    if inside is not None:
                        yield inside, paths


def variance(paths: Paths) -> Fraction | None:
    """The variance of the cell at which a path begins."""
    every = sum(paths.values())
    if not every:
        return None
    first = sum(cell * count for cell, count in paths.items())
    second = sum(cell * cell * count for cell, count in paths.items())
    return Fraction(second * every - first * first, every * every)


def narrowest(paths: Paths, percent: int = 95) -> tuple[int, int] | None:
    """The first and the last of the fewest cells in a row from which so many of a hundred paths begin.

    Of several such rows the one that holds the most, and of these the first.
    """
    cells = sorted(paths)
    every, held, start = sum(paths.values()), 0, 0
    best: tuple[int, int, int] | None = None
    for end in cells:
        held += paths[end]
        while 100 * (held - paths[cells[start]]) >= percent * every:
            held -= paths[cells[start]]
            start += 1
        if 100 * held >= percent * every:
            found = (end - cells[start], -held, cells[start])
            best = found if best is None else min(best, found)
    return None if best is None else (best[2], best[2] + best[0])


def masked(paths: Paths) -> tuple[int, int]:
    """The first cell that has a path, and a bit for each cell from there on."""
    first = min(paths, default=0)
    bits: defaultdict[int, int] = defaultdict(int)
    for cell in paths:
        bits[(cell - first) // 64] |= 1 << (cell - first) % 64
    mask = 0
    for word in sorted(bits, reverse=True):
        mask |= bits[word] << 64 * word
    return first, mask
