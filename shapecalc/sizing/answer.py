"""What is told of input sizes: of each one, and of all along some axes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph
    from shapecalc.shape import Shape
    from shapecalc.sizing.rule import Rule


class Status(StrEnum):
    """What becomes of a network at a size."""

    WORKS = "works"
    LOSES = "loses cells"
    OTHER = "other weights"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Loss:
    """Cells at the end of an axis that a layer does not read, because its windows do not come out even."""

    layer: str
    axis: str
    cells: int
    of: int


@dataclass(frozen=True, slots=True)
class Size:
    """One size, and what becomes of the network."""

    size: int
    status: Status
    outputs: Mapping[str, Shape]
    lost: tuple[Loss, ...] = ()
    where: str = ""
    """The layer that fails, or has other weights."""
    kind: str = ""
    why: str = ""


@dataclass(frozen=True)
class Varied:
    """The sizes along some axes, all of one length."""

    axes: tuple[str, ...]
    size: int
    """The length in the file."""
    base: int | None
    """The size whose weights and layers the others are held against: that of the file if it fits; None: none fits."""
    smallest: int | None
    works: Rule | None
    """Sizes that work with these weights and lose no cell; None where no rule is shown."""
    fits: Rule | None
    """Sizes that work with these weights, whether or not cells are lost."""
    shapes: Rule | None
    """Sizes whose shapes fit, with these weights or others."""
    period: int | None
    """Cells after which all lengths of the network come again, each longer by a fixed number."""
    tried: tuple[int, int]
    """The first and the last size that was tried."""
    why: str
    """Why no rule is shown."""
    fixed: tuple[str, ...]
    """Layers whose weights have another shape at another size: these weights are for some sizes alone."""
    unsaid: tuple[str, ...]
    """Layers that do not say which cells they read."""
    near: tuple[Size, ...]
    """Sizes round the current one, or those asked for."""
    known: Mapping[int, Size] = field(repr=False, compare=False, default_factory=dict)
    """Every size that was tried."""

    @property
    def proven(self) -> bool:
        """Whether the rules hold for every size, not only for those tried."""
        return self.works is not None

    def of(self, *statuses: Status) -> list[int]:
        """The sizes that were tried and came out so."""
        return sorted(n for n, size in self.known.items() if size.status in statuses)


@dataclass(frozen=True)
class Sizes:
    """Which sizes a network can take, axis by axis."""

    graph: Graph = field(repr=False)
    varied: tuple[Varied, ...]

    @property
    def name(self) -> str:
        """The network's name."""
        return self.graph.name

    def __iter__(self) -> Iterator[Varied]:
        return iter(self.varied)

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data, versioned: what ``--format json`` prints."""
        from shapecalc.render.sizes import to_dict  # noqa: PLC0415  a result knows how to show itself, when asked

        return to_dict(self)

    def __rich__(self) -> Any:
        from shapecalc.render.screen import rich_text  # noqa: PLC0415
        from shapecalc.render.sizes import lines  # noqa: PLC0415

        return rich_text(lines(self))
