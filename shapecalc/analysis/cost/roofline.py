"""The roofline: the least time a device needs for each layer, by its operations or by the bytes it moves.

Williams, Waterman & Patterson 2009, Roofline: An Insightful Visual Performance Model for Multicore Architectures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from shapecalc.analysis import AtLeast, Total, sum_known
from shapecalc.analysis.cost import floating
from shapecalc.analysis.memory import DTYPES
from shapecalc.figure import Ratio
from shapecalc.formulas.counting import altogether, batched, elements, stored
from shapecalc.formulas.reach import Unread

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis
    from shapecalc.analysis.cost.devices import Device
    from shapecalc.network.graph import Node
    from shapecalc.shape import Shape

PASSING = ("identity", "dropout", "flatten", "reshape", "squeeze", "unsqueeze")
"""Kinds that at inference only say that the same numbers have another shape: they move nothing."""
KEEPING = ("slice", "split", "crop", "take")
"""Kinds that read no more than they keep."""


class Side(StrEnum):
    """What the least time of a layer comes from."""

    COMPUTE = "compute"
    MEMORY = "memory"
    BOTH = "both"
    NEITHER = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """The least time of some nodes, for the whole batch."""

    flops: Total | None
    bytes: Total | None
    time: Fraction
    """Seconds: of each node the longer of the two, summed."""
    exact: bool
    """Whether all operations and bytes are known; otherwise the time is only at least that."""
    side: Side

    @property
    def intensity(self) -> Ratio | None:
        """FLOP for each byte that is moved; None where one of them is not known, or nothing is moved."""
        if isinstance(self.flops, int) and isinstance(self.bytes, int) and self.bytes:
            return Ratio(self.flops, self.bytes)
        return None


@dataclass(frozen=True)
class Roofline:
    """The bounds of a network's nodes on a device, in order."""

    analysis: Analysis
    device: Device
    peak: int
    """FLOP/s in the number format of the analysis."""
    nodes: tuple[Bound, ...]

    def of(self, row: LayerAnalysis) -> Bound:
        """The bound of a row: of all its nodes, one after the other."""
        return together(self.nodes[row.start : row.stop])

    @cached_property
    def total(self) -> Bound:
        """The bound of the whole network."""
        return together(self.nodes)

    @property
    def ridge(self) -> Ratio:
        """The least intensity at which the device can do its most operations."""
        return Ratio(self.peak, self.device.bandwidth)

    @property
    def complete(self) -> bool:
        """Whether every node is there and known."""
        return self.analysis.graph.complete and self.total.exact

    @property
    def memory_bound(self) -> list[Bound]:
        """The bounds of nodes that come from memory."""
        return [bound for bound in self.nodes if bound.side is Side.MEMORY]

    @property
    def busy(self) -> list[Bound]:
        """The bounds of nodes that take any time."""
        return [bound for bound in self.nodes if bound.time]

    @property
    def rate(self) -> Fraction | None:
        """Examples a second at most; None where nothing takes time."""
        return self.analysis.batch / self.total.time if self.total.time else None


def roofline(analysis: Analysis, device: Device) -> Roofline:
    """The least time of every node of a network on a device.

    Raises:
        NoPeakError: the device has no peak for the number format.
    """
    peak = device.peak_for(analysis.dtype)
    shapes: dict[str, Shape | None] = dict(analysis.graph.inputs)
    bounds = []
    for node, layer in zip(analysis.graph, analysis.layers, strict=True):
        shapes[node.name] = node.output
        moved = bytes_moved(node, shapes, analysis)
        flops = None if layer.ops is None or not layer.ops_complete else floating(layer.ops)
        bounds.append(_bound(flops, moved, peak, device.bandwidth))
    return Roofline(analysis, device, peak, tuple(bounds))


def bytes_moved(node: Node, shapes: Mapping[str, Shape | None], analysis: Analysis) -> int | None:
    """Bytes that a node reads and writes, each of its tensors once: what it makes on the way does not count."""
    y = node.output
    if y is None or any(shapes.get(name) is None for name in node.inputs):
        return None
    if node.kind in PASSING:
        return 0
    read = {name: shapes[name] for name, steps in zip(node.inputs, node.reach, strict=True) if not _unread(steps)}
    tensors = [y, y] if node.kind in KEEPING else [*read.values(), y]
    numbers = [batched(elements(shape), analysis.batch) for shape in tensors if shape is not None]
    itemsize = DTYPES[analysis.dtype]
    return altogether(tuple(stored(count, itemsize) for count in (*numbers, *_weights(node, y, analysis.batch))))


def _unread(steps: tuple[object, ...]) -> bool:
    return bool(steps) and all(isinstance(step, Unread) for step in steps)


def _weights(node: Node, y: Shape, batch: int) -> Iterator[int]:
    """Numbers of the weights that are read; of a table no more rows than there are places."""
    for name, shape in node.weights.items():
        if node.kind == "embedding" and name == "table":
            rows = min(int(shape[0]), int(batch * elements(y.spatial)))
            yield rows * int(shape[1])
        else:
            yield elements(shape)


def _bound(flops: int | None, moved: int | None, peak: int, bandwidth: int) -> Bound:
    computing, moving = Fraction(flops or 0, peak), Fraction(moved or 0, bandwidth)
    exact = flops is not None and moved is not None
    side = Side.NEITHER
    if exact and max(computing, moving):
        side = Side.MEMORY if moving > computing else Side.COMPUTE
    return Bound(flops, moved, max(computing, moving), exact, side)


def together(bounds: Iterable[Bound]) -> Bound:
    """The bound of nodes that run one after the other."""
    every = list(bounds)
    if len(every) == 1:
        return every[0]
    sides = {bound.side for bound in every} - {Side.NEITHER}
    return Bound(
        flops=sum_known(_known(bound.flops) for bound in every),
        bytes=sum_known(_known(bound.bytes) for bound in every),
        time=sum((bound.time for bound in every), Fraction(0)),
        exact=all(bound.exact for bound in every),
        side=Side.BOTH if len(sides) > 1 else sides.pop() if sides else Side.NEITHER,
    )


def _known(total: Total | None) -> int | None:
    return None if isinstance(total, AtLeast) else total
