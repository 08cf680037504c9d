"""One layer of a worked cell: the numbers it reads, what is done to them, and what comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from shapecalc.figure import Term

if TYPE_CHECKING:
    from shapecalc.network.graph import Node

Cell = tuple[int, ...]
MOST_SHOWN = 2
"""Channels that are shown number by number; of the others the sums are."""
MOST_LISTED = 8


class Unworked(Exception):
    """A kind of layer of which no cell is worked by hand."""


class Panel(NamedTuple):
    """Numbers as they lie, over at most two axes; None is padding."""

    title: str
    rows: tuple[tuple[float | None, ...], ...]
    marked: tuple[int, int] | None = None
    """The one that wins, by row and column."""


class Equation(NamedTuple):
    """A line of arithmetic and what it comes to."""

    what: str
    term: Term
    value: float


@dataclass
class Stage:
    """One layer's part."""

    node: Node
    cell: Cell
    """The channel, then the place."""
    said: list[str] = field(default_factory=list)
    boards: list[tuple[Panel, ...]] = field(default_factory=list)
    equations: list[Equation] = field(default_factory=list)
    value: float | None = None
    """What the numbers come to; None where they are not worked."""
    engine: float = 0.0
    """What the engine gave."""


@dataclass(frozen=True)
class Scene:
    """What a layer reads and holds: one example's arrays, channels first; they are NumPy's."""

    node: Node
    xs: tuple[Any, ...]
    sources: tuple[str, ...]
    tensors: Mapping[str, Any]
    y: Any

    @property
    def x(self) -> Any:
        """Its only input."""
        return self.xs[0]


def decimal(value: float) -> Term:
    """A number as it is written on the board: four digits, a proper minus."""
    return Term("decimal", written(value))


def written(value: float) -> str:
    """The same as text."""
    text = f"{value:.4g}"
    return "0" if text == "-0" else text.replace("-", "−")


def total(terms: Sequence[Term]) -> Term:
    """A sum of terms."""
    return Term("total", Term("list", *terms))


def dotted(pairs: Sequence[tuple[float, float]]) -> Term:
    """A sum of products."""
    return total([decimal(a) * decimal(b) for a, b in pairs])


def panels(
    title: str, taken: Mapping[tuple[int, ...], float | None], winner: tuple[int, ...] | None = None
) -> tuple[Panel, ...]:
    """Numbers by their places, laid out: one panel, or one for each index along the first of three axes."""
    if not taken:
        return ()
    rank = len(next(iter(taken)))
    if rank == 3:
        found: list[Panel] = []
        for depth in dict.fromkeys(place[0] for place in taken):
            inside = {place[1:]: value for place, value in taken.items() if place[0] == depth}
            wins = winner[1:] if winner and winner[0] == depth else None
            found += panels(f"{title}, depth {depth}", inside, wins)
        return tuple(found)
    rows = list(dict.fromkeys(place[0] if rank == 2 else 0 for place in taken))
    columns = list(dict.fromkeys(place[-1] if rank else 0 for place in taken))

    def at(row: int, column: int) -> float | None:
        return taken[(row, column) if rank == 2 else (column,) if rank else ()]

    marked = (rows.index(winner[0] if rank == 2 else 0), columns.index(winner[-1])) if winner else None
    return (Panel(title, tuple(tuple(at(row, column) for column in columns) for row in rows), marked),)


def spans(cells: Sequence[Sequence[int]]) -> str:
    """The cells of a window in words: ``rows 3 to 7, columns 5 to 9``."""
    names = {1: ("cells",), 2: ("rows", "columns"), 3: ("slices", "rows", "columns")}.get(len(cells), ())
    pairs = zip(names, cells, strict=False)
    return ", ".join(f"{name[:-1] if len(axis) == 1 else name} {_span(axis)}" for name, axis in pairs)


def _span(axis: Sequence[int]) -> str:
    if len(axis) == 1:
        return f"{axis[0]}".replace("-", "−")
    first, last = f"{axis[0]}".replace("-", "−"), f"{axis[-1]}".replace("-", "−")
    step = axis[1] - axis[0]
    return f"{first} to {last}" + (f" by {step}" if step > 1 else "")


def sums_by_channel(channels: Sequence[int], sums: Sequence[float]) -> Iterator[Equation]:
    """The sum over channels, each one's own sum added."""
    if len(channels) > 1:
        yield Equation(f"over all {len(channels)} channels", total([decimal(one) for one in sums]), sum(sums))
