"""Networks side by side: their totals, and their layers aligned one with another."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from shapecalc.analysis import AtLeast, Field, Phased
from shapecalc.analysis.rows import rows
from shapecalc.budget import figure

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis, Total
    from shapecalc.analysis.receptive.onesided import Seeing

GIVEN, ALIKE, SAME_WINDOW, SAME_CHANNELS, SAME_KIND, SAME_NAME, SAME_NORM = 1_000, 12, 5, 4, 4, 3, 1
"""What a pair of rows is worth: a name that was given; the same layer, or its windows, its channels, its kind; a name
that was counted; the same norm and activation."""
ALL = "whole"
MOST_PAIRS = 1_000_000
"""Pairs that are tried; beyond them rows are aligned by their names alone."""
TOTALS = ("params", "buffers", "macs", "flops", "weight_bytes", "activation_bytes", "peak_bytes", "receptive_field")
"""What is compared of whole networks."""


def _seen(field: Seeing) -> object:
    """A field as far as it can differ: all of an axis is all of it, however long that is."""
    return ALL if isinstance(field, Field | Phased) and field.whole else field


FIGURES: dict[str, Callable[[LayerAnalysis], Any]] = {
    "output": lambda row: row.output,
    "params": lambda row: row.params,
    "macs": lambda row: row.macs,
    "field": lambda row: None if row.field is None else [_seen(one) for one in row.field.values()],
    "memory": lambda row: row.activation_bytes,
}
"""What is compared of layers."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """One row of each network, as far as it has it."""

    cells: tuple[LayerAnalysis | None, ...]

    @property
    def name(self) -> str:
        """The name of the first that has it."""
        return next(cell.name for cell in self.cells if cell is not None)

    @property
    def differing(self) -> tuple[str, ...]:
        """The figures that are not the same in all; all of them where a network does not have the row."""
        if None in self.cells:
            return tuple(FIGURES)
        return tuple(name for name, get in FIGURES.items() if len({repr(get(c)) for c in self.cells if c}) > 1)

    @property
    def same(self) -> bool:
        """Whether all networks have it, of one kind and with the same figures."""
        return not self.differing and len({cell.kind for cell in self.cells if cell}) == 1


@dataclass(frozen=True)
class Comparison:
    """Networks, the first of which the others are held against."""

    analyses: tuple[Analysis, ...]
    names: tuple[str, ...]
    rows: tuple[Aligned, ...]

    @property
    def totals(self) -> dict[str, tuple[Total | tuple[int, int] | None, ...]]:
        """The totals of each network, by figure; of a field the least and the largest at any output."""
        return {name: tuple(figure(analysis, name) for analysis in self.analyses) for name in TOTALS}

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return all(row.same for row in self.rows) and all(len(set(values)) == 1 for values in self.totals.values())

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain data, versioned."""
        from shapecalc.render.compare import to_dict  # noqa: PLC0415  a result knows how to show itself, when asked

        return to_dict(self)

    def __rich__(self) -> Any:
        from shapecalc.render.compare import report  # noqa: PLC0415
        from shapecalc.render.screen import rich_text  # noqa: PLC0415

        return rich_text(report(self))


def compare(*analyses: Analysis, names: Sequence[str] = (), depth: int = 0) -> Comparison:
    """Hold networks against the first of them.

    Rows go together whose name was given and is the same, then those between them that are most alike, in order: a
    longest common subsequence in which the same layer counts more than the same kind. What is left stands alone.

    Args:
        analyses: two or more, of the same batch and number format.
        names: what to call them; their own names if not given.
        depth: how many levels of blocks are opened; inside, a block is aligned with the one that it goes with.

    Raises:
        ValueError: there are fewer than two, or they are not of one batch and number format.
    """
    if len(analyses) < 2:
        raise ValueError("a comparison needs two networks or more")
    if len({(analysis.batch, analysis.dtype) for analysis in analyses}) > 1:
        raise ValueError("the networks were analyzed for different batches or number formats")
    levels = _Levels(analyses, depth)
    return Comparison(tuple(analyses), tuple(names) or tuple(a.name for a in analyses), tuple(levels.rows()))


class _Row(NamedTuple):
    """A row that waits for its partner, and what makes it the same layer as another."""

    layer: LayerAnalysis
    alike: str
    window: str


class _Levels:
    """The rows of each network, blocks folded or opened to so many levels."""

    def __init__(self, analyses: Sequence[Analysis], depth: int) -> None:
        self.analyses = analyses
        self.depth = depth
        self.known: dict[tuple[int, int], list[_Row]] = {}

    def at(self, index: int, level: int) -> list[_Row]:
        """The rows of a network with so many levels opened."""
        if (index, level) not in self.known:
            analysis = self.analyses[index]
            opened = list(rows(analysis, level))
            self.known[index, level] = [_row(analysis, layer) for layer in opened]
        return self.known[index, level]

    def rows(self) -> Iterator[Aligned]:
        """All rows, aligned."""
        yield from self.aligned([self.at(index, 0) for index in range(len(self.analyses))], 0)

    def aligned(self, lists: Sequence[Sequence[_Row]], level: int) -> Iterator[Aligned]:
        """Lists of rows, one of each network, put side by side; then what is in the blocks that go together."""
        for cells in _merged(lists):
            inside = [self.inside(index, cell, level + 1) for index, cell in enumerate(cells)]
            if level < self.depth and any(len(inner) > 1 for inner in inside):
                yield from self.aligned(inside, level + 1)
            else:
                yield Aligned(tuple(cell and cell.layer for cell in cells))

    def inside(self, index: int, row: _Row | None, level: int) -> list[_Row]:
        """The rows that a row opens into."""
        if row is None or level > self.depth:
            return []
        every = self.at(index, level)
        first, after = (bisect_left(every, node, key=_start) for node in (row.layer.start, row.layer.stop))
        return every[first:after]


def _start(row: _Row) -> int:
    return row.layer.start


def _row(analysis: Analysis, layer: LayerAnalysis) -> _Row:
    nodes = analysis.graph.nodes[layer.start : layer.stop]
    windows = repr([node.reach for node in nodes])
    return _Row(layer, repr([(node.kind, dict(node.weights)) for node in nodes]) + windows, windows)


def _merged(lists: Sequence[Sequence[_Row]]) -> list[tuple[_Row | None, ...]]:
    """Rows side by side: those of the first, then those of each more put with them."""
    merged: list[tuple[_Row | None, ...]] = [(row,) for row in lists[0]]
    for count, more in enumerate(lists[1:], 1):
        firsts = [next(cell for cell in cells if cell is not None) for cells in merged]
        merged = [
            (*(merged[i] if i is not None else (None,) * count), more[j] if j is not None else None)
            for i, j in _pairs(firsts, more)
        ]
    return merged


Pairs = list[tuple[int | None, int | None]]


def _pairs(a: Sequence[_Row], b: Sequence[_Row]) -> Pairs:
    """The best way to put two lists of rows side by side, each in its order."""
    start = 0
    while start < min(len(a), len(b)) and _surely(a[start], b[start]):
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and _surely(a[-1 - end], b[-1 - end]):
        end += 1
    middle = _between(a[start : len(a) - end], b[start : len(b) - end])
    return [
        *((i, i) for i in range(start)),
        *((None if i is None else i + start, None if j is None else j + start) for i, j in middle),
        *((len(a) - end + i, len(b) - end + i) for i in range(end)),
    ]


def _between(a: Sequence[_Row], b: Sequence[_Row]) -> Pairs:
    if len(a) * len(b) > MOST_PAIRS:
        return _by_name(a, b)
    best = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        for j in range(len(b) - 1, -1, -1):
            alone = max(best[i + 1][j], best[i][j + 1])
            worth = _worth(a[i], b[j])
            best[i][j] = max(alone, best[i + 1][j + 1] + worth) if worth else alone
    pairs: Pairs = []
    i = j = 0
    while i < len(a) and j < len(b):
        worth = _worth(a[i], b[j])
        if worth and best[i][j] == best[i + 1][j + 1] + worth:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    return [*pairs, *((x, None) for x in range(i, len(a))), *((None, x) for x in range(j, len(b)))]


def _by_name(a: Sequence[_Row], b: Sequence[_Row]) -> Pairs:
    """Rows of the same name together, where they stand in the same order."""
    where = {row.layer.name: j for j, row in enumerate(b)}
    pairs: Pairs = []
    done = 0
    for i, row in enumerate(a):
        j = where.get(row.layer.name)
        if j is None or j < done:
            pairs.append((i, None))
            continue
        pairs += [(None, x) for x in range(done, j)]
        pairs.append((i, j))
        done = j + 1
    return [*pairs, *((None, x) for x in range(done, len(b)))]


def _worth(a: _Row, b: _Row) -> int:
    """What it is worth to put two rows side by side; 0: they do not go together."""
    same = a.layer.name == b.layer.name
    if same and not _counted(a.layer.name, a.layer.kind):
        return GIVEN
    alike = a.alike == b.alike
    if not alike and _head(a) != _head(b):
        return 0
    if alike:
        return SAME_KIND + ALIKE + (SAME_NAME if same else 0)
    channels = a.layer.output is not None and a.layer.output[:1] == (b.layer.output or ())[:1]
    norm = a.layer.kind == b.layer.kind
    worth = ((SAME_WINDOW, a.window == b.window), (SAME_CHANNELS, channels), (SAME_NAME, same), (SAME_NORM, norm))
    return SAME_KIND + sum(points for points, so in worth if so)


def _head(row: _Row) -> str:
    """The kind of a layer, less its norm and activation."""
    return row.layer.kind.partition("+")[0]


def _surely(a: _Row, b: _Row) -> bool:
    """Whether two rows go together whatever else there is: the same layer, and no name that may have a partner."""
    given = not (_counted(a.layer.name, a.layer.kind) and _counted(b.layer.name, b.layer.kind))
    return a.layer.kind == b.layer.kind and a.alike == b.alike and (not given or a.layer.name == b.layer.name)


@cache
def _counted(name: str, kind: str) -> bool:
    """Whether a name is the kind and a number, which another layer before it would change."""
    last = name.rpartition(".")[2]
    return re.fullmatch(rf"{re.escape(kind.partition('+')[0])}\d+", last) is not None


class Limit(NamedTuple):
    """How much more, or less, of a figure a change may make: a number, or hundredths of what was."""

    figure: str
    sign: str
    amount: Any
    percent: bool
    text: str

    def exceeded(self, before: Total | tuple[int, int] | None, after: Total | tuple[int, int] | None) -> bool | None:
        """Whether the change is more than allowed; None where that is not known."""
        if isinstance(before, AtLeast) or isinstance(after, AtLeast) or before is None or after is None:
            return None
        least, most = (value if isinstance(value, tuple) else (value, value) for value in (before, after))
        change = most[1] - least[1] if self.sign == "+" else least[0] - most[0]
        base = least[1] if self.sign == "+" else least[0]
        return bool(change > (self.amount * base / 100 if self.percent else self.amount))
