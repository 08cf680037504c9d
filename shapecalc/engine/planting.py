"""NaN planted in a network's input, from a cell on to the beginning or the end, and where it comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shapecalc.engine.claims import ON, Claim, Plant
from shapecalc.engine.inputs import vocabularies
from shapecalc.engine.needs import ASIDE, needs
from shapecalc.engine.steps import evened, tensors, walk
from shapecalc.engine.thinning import numbers
from shapecalc.engine.weights import expected
from shapecalc.formulas.reach import Unread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shapecalc.analysis.receptive import Axis
    from shapecalc.engine.steps import Step
    from shapecalc.kernels.window import Array
    from shapecalc.network.graph import Graph, Node

MOST_BYTES = 2**27
"""Of as many plants at once as fit into this."""
MOST_CELLS = 2**34
"""Numbers that the nodes may make for all plants along an axis; a probe that needs more is not run."""

Tell = Callable[[str, int], None]


def quiet(_: str, __: int) -> None:
    """What is done with what is told where nobody waits for it."""


class Barren(Exception):
    """A layer cannot be run on what is planted; the message says which."""


@dataclass(frozen=True)
class Harvest:
    """At which output cells NaN came out, for each node and plant."""

    nan: dict[str, dict[Plant, NDArray[np.bool_]]]
    there: dict[str, NDArray[np.bool_]]
    """At which places NaN came out of each node when there was nothing but NaN."""
    itself: dict[str, bool]
    """Whether NaN comes out of a node where none is planted."""
    stopped: dict[str, str]
    """The node that lets no NaN through, for it and those after it."""

    def at(self, name: str, plant: Plant, cell: int) -> bool:
        """Whether NaN came out of a node at an output cell; nothing comes of what is planted beyond the border."""
        row = self.nan[name].get(plant)
        return row is not None and bool(row[cell])

    def everywhere(self, name: str, plant: Plant, cell: int) -> bool:
        """The same; of a node whose every place is told to see alike: at every place that sees anything."""
        row = self.nan[name].get(plant)
        return row is not None and bool(row[-1] if name in self.there else row[cell])

    def add(self, name: str, axis: int | None, y: Array, plants: Sequence[Plant]) -> None:
        """Add at which places NaN came out of a node, an example for each plant: along one axis of the places.

        Where none is meant, two numbers: whether it came out at any place, and whether at all that see anything.
        """
        nan = np.asarray(np.isnan(y).any(axis=1))
        if axis is None:
            nan = nan.reshape(len(y), -1)
            if name not in self.there:
                self.there[name] = nan[1]  # the first plants are none, and nothing but NaN
            rows = np.stack([nan.any(axis=1), nan[:, self.there[name]].all(axis=1)], axis=1)
        else:
            rows = np.asarray(nan.any(axis=tuple(a for a in range(1, nan.ndim) if a != axis + 1)))
        self.nan[name].update(zip(plants, rows, strict=True))

    def note(self, step: Step) -> None:
        """Note what comes of no plant, the first example, and of nothing but NaN, the second.

        A node stops NaN if it gives none though all of something that it reads is NaN.
        """
        node, name = step.node, step.node.name
        self.itself[name] = bool(np.isnan(step.y[0]).any())
        for x, source, seen in zip(step.xs, node.inputs, node.reach, strict=True):
            if any(isinstance(one, Unread) for one in seen):
                continue
            if source in self.stopped:
                self.stopped[name] = self.stopped[source]
            elif np.isnan(x[1]).all() and not np.isnan(step.y[1]).any():
                self.stopped[name] = name


def length_of(axis: Axis, graph: Graph) -> int:
    """The cells of an input's axis."""
    return int(graph.inputs[axis[0]].spatial[axis[1]])


def planted(axis: Axis, graph: Graph, plants: Sequence[Plant], claims: Mapping[str, Claim], tell: Tell) -> Harvest:
    """Run the network once for every plant, many at once; and once with none, once with nothing but NaN.

    Raises:
        Barren: it would take too long, or a layer cannot be run.
    """
    if numbers(graph) * len(plants) > MOST_CELLS:
        raise Barren("it would take too long")
    weights = evened(expected(graph))
    at_once = max(2, MOST_BYTES // _bytes(graph))
    every: list[Plant] = [(ON, length_of(axis, graph)), (ON, 0), *plants]  # none, all, and the others
    out = Harvest({name: {} for name in claims}, {}, {}, {})
    last = max((index for index, node in enumerate(graph) if node.name in claims), default=-1)

    def forward(node: Node, xs: Sequence[Array]) -> Array:
        try:
            return node.layer.forward(*xs, weights=tensors(node, weights))  # type: ignore[union-attr]
        except MemoryError:
            raise
        except Exception as error:
            raise Barren(f"`{node.name}` cannot be run") from error

    for start in range(0, len(every), at_once):
        batch = every[start : start + at_once]
        with np.errstate(all="ignore"):
            for index, step in enumerate(walk(graph, _sown(axis, graph, batch), forward)):
                name = step.node.name
                if not start:
                    out.note(step)
                if name in claims:
                    out.add(name, claims[name].field.axis, step.y, batch)
                tell(name, int(step.y.size))
                if index >= last:
                    break
    return out


def _bytes(graph: Graph) -> int:
    """The bytes that one plant takes."""
    try:
        needed = needs(graph, engine="direct")
    except ValueError:  # facts that contradict each other, which is for the plants to show
        return MOST_BYTES
    return max(1, needed.activations + needed.scratch - ASIDE)


def _sown(axis: Axis, graph: Graph, batch: Sequence[Plant]) -> dict[str, Array]:
    """The inputs, an example for each plant: NaN in all channels and places from a cell of the axis on."""
    ids = vocabularies(graph)
    inputs: dict[str, Array] = {
        name: np.full((len(batch), *map(int, x)), 0 if name in ids else 1, "float32")
        for name, x in graph.inputs.items()
    }
    before = (slice(None),) * (1 + axis[1])
    for x, (way, cell) in zip(inputs[axis[0]], batch, strict=True):
        x[(*before, slice(cell, None) if way == ON else slice(cell + 1))] = np.nan
    return inputs
