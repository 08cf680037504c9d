"""A node among its neighbours: what a remark looks at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapecalc.explanation.trail import axis_names
from shapecalc.formulas.windows import Transposed, Window

if TYPE_CHECKING:
    from shapecalc.explanation.trail import Labels
    from shapecalc.network.graph import Node
    from shapecalc.shape import Shape


@dataclass(frozen=True)
class Scene:
    """A node, what it reads and gives, and the network around it."""

    labels: Labels
    node: Node
    xs: tuple[Shape, ...]
    y: Shape

    @property
    def readers(self) -> Sequence[Node]:
        """The nodes that read it."""
        return self.labels.readers.get(self.node.name, ())

    @property
    def axes(self) -> Iterator[tuple[str, Window | Transposed, int, int]]:
        """Each axis along which a window goes: its name, the window, the cells it reads and the places it takes."""
        if self.node.reach and self.xs[0].rank == self.y.rank:
            names = axis_names(self.xs[0])[1:]
            for name, step, n, o in zip(names, self.node.reach[0], self.xs[0].spatial, self.y.spatial, strict=True):
                if isinstance(step, Window | Transposed):
                    yield name, step, int(n), int(o)

    @property
    def windows(self) -> Iterator[tuple[str, Window, int, int]]:
        """Those along which a window slides over the input."""
        return ((name, step, n, o) for name, step, n, o in self.axes if isinstance(step, Window))

    @property
    def kernel(self) -> Shape | None:
        """The shape of its kernel."""
        return self.node.weights.get("kernel")


def plural(number: int, one: str, many: str = "") -> str:
    """``1 cell``, ``2 cells``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def hundredths(part: int, whole: int) -> str:
    """``89 %``, half up; never 100 of less than all."""
    found = (200 * part + whole) // (2 * whole)
    return "nearly all" if found == 100 and part < whole else f"{found} %"


def by_axis(said: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Sentences of several axes, what is alike said once: ``along H and W …``."""
    found: dict[str, list[str]] = {}
    for axis, sentence in said:
        found.setdefault(sentence, []).append(axis)
    for sentence, axes in found.items():
        yield f"along {' and '.join(axes)} {sentence}"
