"""Tries sizes along some axes: one period of them from the smallest on, and those round the current one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from shapecalc.diagnostics import Severity, SpecError
from shapecalc.layers.base import AXES
from shapecalc.network import rebuilt
from shapecalc.sizing.answer import Loss, Size, Status, Varied
from shapecalc.sizing.period import period
from shapecalc.sizing.replay import Replay, unsaid
from shapecalc.sizing.rule import Rule, rule

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph
    from shapecalc.sizing.axes import Axes
    from shapecalc.sizing.replay import Played

MOST_VISITS = 1_500_000
"""Layers that are asked, over all sizes along some axes."""
REBUILDING = 20
"""How many times as long it takes to expand a file again."""
NEAR = 256
"""Sizes on either side that are tried where no period is known."""
ROWS = 17
"""Sizes that are shown where none are asked for."""
MOST_BASES = 100
"""Sizes that are tried in search of one that fits."""

Tell = Callable[[str, int], None]


class Search:
    """The sizes along some axes of a network."""

    def __init__(self, graph: Graph, axes: Axes, tell: Tell) -> None:
        self.axes = axes
        self.tell = tell
        self.known: dict[int, Size] = {}
        self.base = axes.length
        found = graph if _sound(graph) else self._sound_one(graph)
        self.fits = found is not None
        self.replay = Replay(found or graph)
        once = max(len(graph), 1) * (REBUILDING if self.replay.channels else 1)
        self.room = max(MOST_VISITS // once, 4 * ROWS)
        """How many sizes may be tried."""
        self.here = self.replay.at(axes.of(self.base))
        self.still: set[tuple[str, int]] = set()
        """Spatial axes whose length no size changes, by node."""

    def _sound_one(self, graph: Graph) -> Graph | None:
        """The network for the nearest size that fits, of some that are likely to."""
        n = self.axes.length
        strides = (32, 16, 64, 8, 4, 2, 128)
        steps = [((2 * n + s) // (2 * s) + up) * s for s in strides for up in (0, 1, -1)]
        wide = [1 << bits for bits in range(5, 12)]
        near = [m for off in range(1, MOST_BASES) for m in (n + off, n - off)]
        likely = [m for m in dict.fromkeys([*steps, *wide, *near]) if m >= 1]
        for m in likely[:MOST_BASES]:
            try:
                found = rebuilt(graph, self.axes.of(m))
            except SpecError:
                continue
            if _sound(found):
                self.base = m
                return found
        return None

    def answer(self, start: int | None, stop: int | None) -> Varied:
        """What is found, with the sizes from ``start`` to ``stop`` one by one, or some round the current one."""
        if not self.fits:
            return self._none(start, stop)
        cells, why = period(self.play, self.base)
        if cells is not None and 4 * cells > self.room:
            cells, why = None, f"its lengths come again after {cells:,} cells, too many to try with so many layers"
        there = self.play(self.base + cells) if cells is not None else None
        fixed = self._fixed(there) if there is not None else []
        works = fits = shapes = None
        if cells is not None and there is not None:
            self.still = set(_still(self.here, there))
            shapes, fits, works = self._rules(cells, bool(fixed))
            why = "" if shapes and fits and works else "the sizes that were tried follow no rule"
        else:
            most = min(NEAR, self.room // 2)
            self._try(range(max(1, self.base - most), self.base + most + 1))
            fixed = self._fixed_among_tried()
        shown = range(start, stop + 1) if start and stop else self._near(cells)
        near = tuple(self.at(n) for n in shown)
        working = [n for n, size in self.known.items() if size.status in {Status.WORKS, Status.LOSES}]
        return Varied(
            axes=self.axes.names,
            size=self.axes.length,
            base=self.base,
            smallest=fits.smallest if fits else min(working, default=None),
            works=works,
            fits=fits,
            shapes=shapes,
            period=cells,
            tried=(min(self.known), max(self.known)),
            why=why,
            fixed=tuple(fixed),
            unsaid=tuple(self._unsaid()),
            near=near,
            known=self.known,
        )

    def _none(self, start: int | None, stop: int | None) -> Varied:
        n = self.axes.length
        shown = range(start, stop + 1) if start and stop else range(n, n + 1)
        near = tuple(self.at(m) for m in shown)
        tried, why = (min(self.known), max(self.known)), "none of the sizes that were tried fits"
        return Varied(self.axes.names, n, None, None, None, None, None, None, tried, why, (), (), near, self.known)

    def play(self, n: int) -> Played:
        """The network at a size."""
        return self.replay.at(self.axes.of(n))

    def at(self, n: int) -> Size:
        """What becomes of the network at a size."""
        if n not in self.known:
            self.known[n] = self._size(n, self.play(n))
        return self.known[n]

    def _size(self, n: int, played: Played) -> Size:
        outputs = {name: played.shapes[node] for name, node in played.outputs.items() if node in played.shapes}
        if played.why is not None:
            return Size(n, Status.FAILS, {}, (), played.at, _kind(played, played.at), played.why.said)
        losses = tuple(self._losses(played))
        other = next(_other_weights(self.here, played), None) if self.fits else None
        if other is not None:
            name, what = other
            return Size(n, Status.OTHER, outputs, losses, name, _kind(played, name), what)
        return Size(n, Status.LOSES if losses else Status.WORKS, outputs, losses)

    def _losses(self, played: Played) -> Iterator[Loss]:
        for node in played.nodes:
            for index, axis, cells in played.facts[node.name].lost:
                x = played.shapes[node.inputs[index]]
                if (node.inputs[index], axis) not in self.still:
                    yield Loss(node.name, AXES[x.rank][axis], cells, int(x.spatial[axis]))

    def _unsaid(self) -> Iterator[str]:
        for node in self.here.nodes:
            reach = self.here.facts[node.name].reach
            if any(unsaid(step) for steps in reach for step in steps):
                yield node.name

    def _fixed(self, there: Played) -> list[str]:
        return [name for name, _ in _other_weights(self.here, there)]

    def _fixed_among_tried(self) -> list[str]:
        names = (size.where for size in self.known.values() if size.status is Status.OTHER)
        return list(dict.fromkeys(names))

    def _try(self, wanted: Iterable[int]) -> None:
        """Try these sizes, and tell how far it is."""
        todo = [n for n in wanted if n not in self.known]
        done = 0
        for index, n in enumerate(todo, 1):
            self.at(n)
            hundredths = 100 * index // len(todo)
            if hundredths > done:
                self.tell(f"{self.axes.names[0]} = {n}", hundredths - done)
                done = hundredths

    def _rules(self, cells: int, fixed: bool) -> tuple[Rule | None, Rule | None, Rule | None]:  # noqa: FBT001
        """The rules for sizes whose shapes fit; that work with these weights; and that lose no cell besides.

        Every length grows with the size, so what is too small at one size is so at all below. Of those that leave the
        same over the period as a size that fits, the smallest is found by halving; no other is a period smaller.
        """
        low, high = 0, self.base // cells  # the first does not fit, or is no size; so many periods less than the base
        smallest = self.base
        while low <= high:
            middle = (low + high) // 2
            n = self.base - middle * cells
            if n >= 1 and self.play(n).fits:
                smallest, low = n, middle + 1
            else:
                high = middle - 1
        first = max(1, smallest - cells)
        for times in (2, 3, 4):
            last = smallest + times * cells
            self._try(range(first, last))
            shapes = rule(lambda n: self.at(n).status is not Status.FAILS, first, last, cells)
            if shapes is None:
                continue
            if fixed:
                return shapes, *self._fixed_rules(cells)
            fits = rule(lambda n: self.at(n).status in {Status.WORKS, Status.LOSES}, first, last, cells)
            works = rule(lambda n: self.at(n).status is Status.WORKS, first, last, cells)
            if fits and works:
                return shapes, fits, works
        return None, None, None

    def _fixed_rules(self, cells: int) -> tuple[Rule | None, Rule | None]:
        """Where weights are as long as some axis is: a period away they are longer, or shorter, for good."""
        first, last = max(1, self.base - cells), self.base + cells
        self._try(range(first, last + 1))
        fits = tuple(n for n in range(first, last + 1) if self.at(n).status in {Status.WORKS, Status.LOSES})
        works = tuple(n for n in fits if self.at(n).status is Status.WORKS)
        return Rule(1, (), last + 1, fits), Rule(1, (), last + 1, works)

    def _near(self, cells: int | None) -> range:
        """Sizes to show: a period from the current one on; where no period is known, or it is long, those around."""
        n = self.axes.length
        if cells is None or cells >= ROWS:
            return range(max(1, n - ROWS // 2), max(1, n - ROWS // 2) + ROWS)
        return range(n, n + cells + 1)


def _sound(graph: Graph) -> bool:
    return graph.complete and not any(
        fault.severity is Severity.ERROR and fault.code.startswith("E") for fault in graph.diagnostics
    )


def _kind(played: Played, name: str) -> str:
    return next((node.kind for node in played.nodes if node.name == name), "")


def _other_weights(here: Played, there: Played) -> Iterator[tuple[str, str]]:
    """The layers whose weights are not the same there, and how they differ."""
    names = here.facts if len(here.facts) == len(there.facts) else dict.fromkeys([*here.facts, *there.facts])
    for name in names:
        ours, theirs = (played.facts[name].weights if name in played.facts else None for played in (here, there))
        if ours == theirs:
            continue
        if ours is None or theirs is None:
            if ours or theirs:
                yield name, "is not there" if theirs is None else "is one layer more"
            continue
        weight = next(weight for weight in {**ours, **theirs} if ours.get(weight) != theirs.get(weight))
        yield name, f"`{weight}` is {theirs.get(weight)}, not {ours.get(weight)}"


def _still(here: Played, there: Played) -> Iterator[tuple[str, int]]:
    for name, shape in here.shapes.items():
        for index, (a, b) in enumerate(zip(shape.spatial, there.shapes[name].spatial, strict=False)):
            if a == b:
                yield name, index
