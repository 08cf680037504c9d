"""What every layer really sees: its field with the holes in it, the paths that fill it, and how its input is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shapecalc.analysis import LayerAnalysis, analyze
from shapecalc.analysis.receptive.box import Side, box
from shapecalc.analysis.receptive.counts import AS_WRITTEN, Reads, reads_of, under_paddings
from shapecalc.analysis.receptive.covers import Covers, covers_of
from shapecalc.analysis.receptive.paths import Paths, paths_to
from shapecalc.analysis.receptive.seeing import aimed
from shapecalc.analysis.receptive.way import Way, way_of
from shapecalc.formulas.reach import Bins, Stretch, Unknown, Unread
from shapecalc.formulas.windows import Transposed, Window

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis
    from shapecalc.analysis.receptive import Axis
    from shapecalc.analysis.receptive.onesided import Seeing
    from shapecalc.network.graph import Graph
    from shapecalc.shape import Shape


class CellError(ValueError):
    """A cell that the output does not have; the message says why."""


@dataclass(frozen=True)
class AxisField:
    """What the cells of one layer see of one axis of an input."""

    axis: Axis
    n: int
    """Cells of the input along it."""
    seen: Seeing
    covers: Covers | Unknown
    cell: int
    """The output cell whose paths are told: the middle one, or the first after it that sees anything."""
    paths: Paths | Unknown
    """The paths to it from each input cell; as if there were no borders, where the covers are."""


@dataclass(frozen=True)
class AxisReads:
    """How often the cells of a layer's own input are read along one of its axes."""

    axis: int
    n: int
    written: Reads
    compared: tuple[Reads, ...]
    """The same under VALID, SAME and full padding; empty for what is no window that can be padded."""


@dataclass(frozen=True)
class LayerField:
    """What one layer sees."""

    fields: Fields
    row: LayerAnalysis
    end: str
    """The node whose output it is."""

    @property
    def name(self) -> str:
        """Its name."""
        return self.row.name

    @property
    def output(self) -> Shape:
        """The shape it gives."""
        if self.row.output is None:
            raise ValueError(f"the shape of {self.name} is not known")
        return self.row.output

    @cached_property
    def axes(self) -> tuple[AxisField, ...]:
        """What it sees along each axis of each input."""
        found = []
        for axis, seen in (self.row.field or {}).items():
            way, covers = self.fields.ways[axis], self.fields.covers(self.end)[axis]
            along, bordered = way.along.get(self.end), isinstance(covers, Unknown) or covers.bordered
            cell = 0 if along is None else int(self.output.spatial[along]) // 2
            if isinstance(covers, Covers) and not covers.bordered:
                cells = range(cell, cell + len(covers.phases))
                cell = next((i for i in cells if covers.at(i).mask), cell)
            paths = paths_to(way, self.end, cell, borders=bordered)
            found.append(AxisField(axis, way.n, seen, covers, cell, paths))
        return tuple(found)

    @cached_property
    def reads(self) -> tuple[AxisReads, ...]:
        """How often it reads each cell of its own input; nothing for what slides no window."""
        graph = self.fields.analysis.graph
        group = next((g for g in graph.groups if (g.name, g.start) == (self.name, self.row.start)), None)
        node = graph.nodes[self.row.start]
        if (group is not None and group.sort != "layer") or not node.inputs or node.output is None:
            return ()
        source = graph.inputs.get(node.inputs[0]) or next(n.output for n in graph if n.name == node.inputs[0])
        if source is None:
            return ()
        found = []
        for axis, (n, reach) in enumerate(zip(source.spatial, node.reach[0], strict=True)):
            if isinstance(reach, Unread):
                continue
            onto, step = aimed(axis, reach)
            if not isinstance(step, Window | Transposed | Stretch | Bins):
                continue
            written = reads_of(step, int(n), int(node.output.spatial[onto[0]]), AS_WRITTEN)
            compared = under_paddings(step, int(n)) if isinstance(step, Window) else ()
            found.append(AxisReads(axis, int(n), written, compared))
        return tuple(found)

    def box(self, *cell: int) -> tuple[Side, ...]:
        """What one of its cells sees of the inputs, along each axis.

        Raises:
            CellError: there is no such cell.
        """
        lengths = [int(n) for n in self.output.spatial]
        if len(cell) != len(lengths):
            if not lengths:
                raise CellError(
                    f"the output of {self.name} is flat: all of it sees the same, and there is no cell to name"
                )
            numbers = ",".join(str(n // 2) for n in lengths)
            raise CellError(f"the output of {self.name} is {self.output}: a cell of it is written as {numbers}")
        for at, n in zip(cell, lengths, strict=True):
            if not 0 <= at < n:
                raise CellError(f"the output of {self.name} is {self.output}: its cells are numbered 0 to {n - 1}")
        return box(self.end, cell, self.row.field or {}, self.fields.ways)

    def to_dict(self, cell: Sequence[int] | None = None) -> dict[str, Any]:
        """The answer as plain data: what ``--format json`` prints."""
        from shapecalc.render.field.json import layer_dict  # noqa: PLC0415  a result knows how to show itself

        return layer_dict(self, cell)

    def __rich__(self) -> Any:
        from shapecalc.render.field.layer import report  # noqa: PLC0415
        from shapecalc.render.screen import rich_text  # noqa: PLC0415

        return rich_text(report(self))


@dataclass(frozen=True)
class Fields:
    """What the layers of a network really see."""

    analysis: Analysis

    @cached_property
    def ways(self) -> Mapping[Axis, Way]:
        """How each axis of each input goes through the network."""
        seen = {layer.name: layer.field for layer in self.analysis if layer.field is not None}
        inputs = self.analysis.inputs.items()
        axes = [(name, axis) for name, shape in inputs for axis in range(shape.rank)]
        return {axis: way_of(self.analysis.graph, axis, seen) for axis in axes}

    @cached_property
    def _covers(self) -> dict[Axis, Mapping[str, Covers | Unknown]]:
        made: list[tuple[Way, Mapping[str, Covers | Unknown]]] = []
        for way in self.ways.values():
            known = next((found for other, found in made if other.alike(way)), None)
            made.append((way, covers_of(way) if known is None else known))
        return {way.axis: found for way, found in made}

    def covers(self, node: str) -> dict[Axis, Covers | Unknown]:
        """What really reaches the cells of a node, along each axis that it sees."""
        return {axis: found[node] for axis, found in self._covers.items() if node in found}

    def end_of(self, row: LayerAnalysis) -> str:
        """The node whose output a row tells of."""
        groups = self.analysis.graph.groups
        return next((g.end for g in groups if (g.name, g.start, g.stop) == (row.name, row.start, row.stop)), row.name)

    def __getitem__(self, name: str) -> LayerField:
        """What one layer, call or node sees, by name."""
        row = self.analysis[name]
        return LayerField(self, row, self.end_of(row))

    def __iter__(self) -> Iterator[LayerField]:
        return (LayerField(self, layer, layer.name) for layer in self.analysis)

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data: what ``--format json`` prints."""
        from shapecalc.render.field.json import to_dict  # noqa: PLC0415

        return to_dict(self)

    def __rich__(self) -> Any:
        from shapecalc.render.field.table import report  # noqa: PLC0415
        from shapecalc.render.screen import rich_text  # noqa: PLC0415

        return rich_text(report(self))


def field(graph: Graph) -> Fields:
    """What every layer of a network really sees.

    Args:
        graph: the network.

    Returns:
        The fields; ``field(net)["conv2"]`` is one layer's, and ``field(net)["conv2"].box(3, 5)`` one cell's.
    """
    return Fields(analyze(graph))
