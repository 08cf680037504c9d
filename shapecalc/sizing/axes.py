"""Which axes of the inputs are varied together: those of one length, unless they are named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapecalc.layers.base import AXES
from shapecalc.shape import Shape

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph


@dataclass(frozen=True, slots=True)
class Axes:
    """Axes of inputs that all have one length, by input and number; the channels are number 0."""

    names: tuple[str, ...]
    places: tuple[tuple[str, int], ...]
    inputs: Mapping[str, Shape]
    """The inputs as they stand in the file."""

    @property
    def length(self) -> int:
        """Their length in the file: that of the first."""
        name, axis = self.places[0]
        return int(self.inputs[name][axis])

    def of(self, n: int) -> dict[str, Shape]:
        """The inputs with another length along these axes."""
        return {
            name: Shape(*(n if (name, axis) in self.places else int(length) for axis, length in enumerate(shape)))
            for name, shape in self.inputs.items()
        }


class NoAxisError(ValueError):
    """An axis is named that no input has."""


def every(graph: Graph) -> dict[str, tuple[str, int]]:
    """The spatial axes of all inputs by name: ``H``, or with several inputs ``left.H``."""
    several = len(graph.inputs) > 1
    return {
        f"{name}.{letter}" if several else letter: (name, axis)
        for name, shape in graph.inputs.items()
        for axis, letter in enumerate(AXES.get(shape.rank, ()), 1)
    }


def together(graph: Graph) -> list[Axes]:
    """Axes of one length go together, in inputs of one size too: a square stays a square."""
    known = every(graph)
    groups: dict[tuple[tuple[int, ...], int], list[str]] = {}
    for label, (name, axis) in known.items():
        shape = graph.inputs[name]
        groups.setdefault((shape.spatial, int(shape[axis])), []).append(label)
    return [Axes(tuple(labels), tuple(known[label] for label in labels), graph.inputs) for labels in groups.values()]


def named(graph: Graph, labels: Sequence[str]) -> Axes:
    """The axes of these names; a letter alone means that of every input that has it.

    Raises:
        NoAxisError: no input has one.
    """
    known = every(graph)
    found: list[str] = []
    for label in labels:
        of = [name for name in known if name == label or name.endswith(f".{label}")]
        if not of:
            there = ", ".join(known) or "none: no input has a spatial axis"
            raise NoAxisError(f"`{label}` is not an axis of the input; there are {there}")
        found += of
    names = tuple(dict.fromkeys(found))
    return Axes(names, tuple(known[name] for name in names), graph.inputs)
