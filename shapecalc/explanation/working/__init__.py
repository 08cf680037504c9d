"""One cell of a layer's output worked through with its numbers, and held against what the engine gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import isnan
from typing import TYPE_CHECKING, Any

from shapecalc.explanation.working.elementwise import (
    activation,
    batchnorm,
    concat,
    flatten,
    merge,
    own_norm,
    softmax,
)
from shapecalc.explanation.working.pools import pool
from shapecalc.explanation.working.stage import Cell, Scene, Stage, Unworked
from shapecalc.explanation.working.sums import conv, dense, transposed
from shapecalc.layers.base import Elementwise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.analysis import Analysis, LayerAnalysis
    from shapecalc.kernels.window import Array
    from shapecalc.network.graph import Graph, Node

Work = Callable[[Scene, Cell, Stage], float]
WORKS: Mapping[str, Work] = {
    "conv": conv,
    "depthwise": conv,
    "conv_transpose": transposed,
    "dense": dense,
    **dict.fromkeys(("maxpool", "avgpool", "sumpool"), pool),
    **dict.fromkeys(("global_maxpool", "global_avgpool", "adaptive_maxpool", "adaptive_avgpool"), pool),
    "batchnorm": batchnorm,
    **dict.fromkeys(("layernorm", "rmsnorm", "groupnorm", "instancenorm"), own_norm),
    **dict.fromkeys(("softmax", "log_softmax"), softmax),
    **dict.fromkeys(("add", "multiply", "maximum", "minimum", "mean", "subtract"), merge),
    "concat": concat,
    "flatten": flatten,
    "identity": activation,
    "dropout": activation,
}
"""How a cell of a kind is worked; a function of each element alone is worked without standing here."""
TOLERANCE = {"float64": 1e-9, "float32": 1e-4}
"""How far the sum and the engine may be apart, by the number format, against the larger of the two or 1."""


class CellFault(ValueError):
    """A cell or a channel that the output does not have; the message says why."""


@dataclass(frozen=True)
class Working:
    """A cell worked through."""

    network: str
    layer: str
    cell: Cell
    """The channel, then the place."""
    stages: tuple[Stage, ...]
    dtype: str

    @property
    def value(self) -> float | None:
        """What the numbers come to; None where the last layer is not worked by hand."""
        return self.stages[-1].value

    @property
    def engine(self) -> float:
        """What the engine gave."""
        return self.stages[-1].engine

    @property
    def holds(self) -> bool:
        """Whether every stage comes to what the engine gave, to rounding."""
        return all(stage.value is None or close(stage.value, stage.engine, self.dtype) for stage in self.stages)


def close(a: float, b: float, dtype: str) -> bool:
    """Whether two numbers are the same to rounding; also where both are no number, or infinite."""
    if a == b or (isnan(a) and isnan(b)):
        return True
    return abs(a - b) <= TOLERANCE[dtype] * max(1.0, abs(a), abs(b))


def nodes_of(analysis: Analysis, row: LayerAnalysis) -> tuple[Node, ...]:
    """The nodes that are worked for a row: its own, or those of the layer that a call ends in."""
    groups = [g for g in analysis.graph.groups if (g.name, g.start, g.stop) == (row.name, row.start, row.stop)]
    if not groups or groups[0].sort == "layer":
        return analysis.graph.nodes[row.start : row.stop]
    end = groups[0].end
    inner = [g for g in analysis.graph.groups if g.sort == "layer" and g.end == end]
    if inner:
        return analysis.graph.nodes[inner[0].start : inner[0].stop]
    return tuple(node for node in analysis.graph if node.name == end)


def cell_of(row: LayerAnalysis, places: Sequence[int] | None, channel: int) -> Cell:
    """A channel and a place of a row's output.

    Raises:
        CellFault: it has no such one.
    """
    shape = row.output
    if shape is None:
        raise CellFault(f"the shape of {row.name} is not known: see the errors")
    places = () if places is None else tuple(places)
    if len(places) != shape.rank:
        axes = f"{shape.rank} spatial {'axis' if shape.rank == 1 else 'axes'}" if shape.rank else "no spatial axes"
        hint = f"a cell is {shape.rank} numbers" if shape.rank else "leave --cell out and choose by --channel"
        raise CellFault(f"the output of {row.name}, {shape}, has {axes}: {hint}")
    for at, n in zip(places, shape.spatial, strict=True):
        if not 0 <= at < n:
            raise CellFault(f"the output of {row.name} is {shape}: there are cells 0 to {int(n) - 1}, and no {at}")
    if not 0 <= channel < shape.channels:
        top = int(shape.channels) - 1
        raise CellFault(f"the output of {row.name} is {shape}: there are channels 0 to {top}, and no {channel}")
    return (channel, *places)


def leading_to(graph: Graph, nodes: Sequence[Node]) -> Graph:
    """The network cut down to what some of its nodes need."""
    wanted = {node.name for node in nodes}
    kept = []
    for node in reversed(graph.nodes):
        if node.name in wanted:
            kept.append(node)
            wanted.update(node.inputs)
    end = nodes[-1].name
    return replace(graph, nodes=tuple(reversed(kept)), groups=(), outputs={end: end})


def worked(
    analysis: Analysis,
    row: LayerAnalysis,
    cell: Cell,
    inputs: Mapping[str, Array],
    weights: Mapping[str, Array],
    dtype: str = "float64",
) -> Working:
    """A cell of a row's output, layer by layer; of several examples the first.

    Args:
        analysis: the answer that has the row.
        row: what is worked.
        cell: the channel, then the place: see ``cell_of``.
        inputs: an array for each input of the network.
        weights: an array for each tensor of the network.
        dtype: the number format of both.
    """
    from shapecalc.engine.making import own  # noqa: PLC0415  it loads NumPy
    from shapecalc.engine.run import run  # noqa: PLC0415

    nodes = nodes_of(analysis, row)
    graph = leading_to(analysis.graph, nodes)
    shown = {node.name for node in nodes} | {name for node in nodes for name in node.inputs}
    result = run(graph, inputs, weights, keep=True, shown=shown, engine="direct")
    arrays: dict[str, Any] = {**inputs, **result.arrays}
    stages = []
    for node in nodes:
        xs = tuple(arrays[name][0] for name in node.inputs)
        scene = Scene(node, xs, node.inputs, own(node, weights), arrays[node.name][0])
        stages.append(_stage(scene, cell))
    return Working(analysis.name, row.name, cell, tuple(stages), dtype)


def unworked(scene: Scene, _: Cell, __: Stage) -> float:
    """A kind that nobody works by hand.

    Raises:
        Unworked: always.
    """
    raise Unworked(scene.node.kind)


def _stage(scene: Scene, cell: Cell) -> Stage:
    stage = Stage(scene.node, cell, engine=float(scene.y[cell]))
    work = WORKS.get(scene.node.kind)
    if work is None and isinstance(scene.node.layer, Elementwise) and scene.node.layer.family == "activation":
        work = activation
    try:
        stage.value = (work or unworked)(scene, cell, stage)
    except Unworked:
        stage.said[:] = [f"a cell of `{scene.node.kind}` is more than a board holds: this is what the engine gave"]
        stage.boards.clear()
        stage.equations.clear()
    return stage
