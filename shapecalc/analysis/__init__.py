"""The one answer: what every layer's shape, parameters, operations, memory and receptive field are. Frozen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shapecalc.analysis.cost import added, floating, operations, summed
from shapecalc.analysis.memory import DTYPES, peak
from shapecalc.analysis.parameters import buffers, parameters
from shapecalc.analysis.receptive import Axis, Receptive, Seen, receptive
from shapecalc.analysis.receptive.alignment import Meeting
from shapecalc.analysis.receptive.covering import Covered, covered
from shapecalc.analysis.receptive.onesided import OneSided
from shapecalc.analysis.receptive.phased import Phased
from shapecalc.analysis.receptive.seeing import Field
from shapecalc.diagnostics import Diagnostic, Route, Severity
from shapecalc.formulas.counting import batched, elements, stored
from shapecalc.formulas.reach import Unknown

if TYPE_CHECKING:
    from shapecalc.analysis.cost.apart import Apart
    from shapecalc.analysis.cost.costing import Cost
    from shapecalc.layers.base import Ops
    from shapecalc.network.graph import Graph, Group, Node
    from shapecalc.shape import Shape


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A total some part of which is not known."""

    known: int


Total = int | AtLeast


def sum_known(parts: Iterable[int | None]) -> Total:
    """The parts added up; at least that much, where one of them is not known."""
    every = list(parts)
    known = [part for part in every if part is not None]
    whole = summed(known)
    return whole if len(known) == len(every) else AtLeast(whole)


@dataclass(frozen=True, slots=True)
class LayerAnalysis:
    """The figures of one node, or of a group of them as one row. Operations and bytes are for the whole batch."""

    name: str
    kind: str
    inputs: tuple[str, ...]
    output: Shape | None
    params: Total | None
    buffers: Total | None
    ops: Ops | None
    ops_complete: bool
    activation_bytes: Total | None
    field: Seen | None
    meetings: Mapping[Axis, Meeting] | None
    """Where branches meet: how their fields lie to each other, along each axis of which that can be told."""
    shared_with: str | None
    route: Route
    start: int
    stop: int

    @property
    def aligned(self) -> bool | None:
        """Whether the branches that meet here are aligned along every axis; None where none meet, or it is unknown."""
        return all(meeting.aligned for meeting in self.meetings.values()) if self.meetings else None

    @property
    def macs(self) -> Total | None:
        """Multiply-accumulates."""
        return self._counted(self.ops.get("mac", 0)) if self.ops is not None else None

    @property
    def flops(self) -> Total | None:
        """Floating-point operations: two for a MAC, one for any other operation."""
        return self._counted(floating(self.ops)) if self.ops is not None else None

    def _counted(self, number: int) -> Total:
        return number if self.ops_complete else AtLeast(number)


@dataclass(frozen=True)
class Analysis:
    """What a network is and costs, for a batch and a number format."""

    graph: Graph
    batch: int
    dtype: str
    layers: tuple[LayerAnalysis, ...]
    """One for every node, in order."""
    params: Total
    buffers: Total
    ops: Ops
    macs: Total
    flops: Total
    weight_bytes: Total
    activation_bytes: Total
    peak_bytes: Total
    peak_at: str
    diagnostics: tuple[Diagnostic, ...] = field(default=())

    @property
    def name(self) -> str:
        """The network's name."""
        return self.graph.name

    @property
    def inputs(self) -> Mapping[str, Shape]:
        """The shapes of the inputs, by name."""
        return self.graph.inputs

    @cached_property
    def outputs(self) -> Mapping[str, Shape | None]:
        """The shapes of the outputs, by name."""
        shapes = {**self.graph.inputs, **{layer.name: layer.output for layer in self.layers}}
        return {name: shapes.get(node) for name, node in self.graph.outputs.items()}

    @cached_property
    def covered_at(self) -> Mapping[Axis, Covered]:
        """The first node some output of which sees an input from end to end, along each axis of each input."""
        return covered(self.graph, {layer.name: layer.field for layer in self.layers if layer.field is not None})

    @cached_property
    def apart(self) -> tuple[Apart, ...]:
        """What is listed apart of each node's operations: taps in padding, biases, what is done once for all."""
        from shapecalc.analysis.cost.apart import listed_apart  # noqa: PLC0415  when asked for

        return listed_apart(self.graph, self.batch)

    @cached_property
    def saved(self) -> Mapping[str, int | None]:
        """The bytes that training keeps of each node and of none before it; None where that is not known."""
        from shapecalc.analysis.memory.rows import saved_bytes  # noqa: PLC0415  when asked for

        return saved_bytes(self.graph, self.batch, self.dtype)

    @cached_property
    def _costs(self) -> dict[str, Cost]:
        return {}

    def cost(self, convention: str) -> Cost:
        """What each node, and the whole, count in a named convention; its name is one of ``CONVENTION_NAMES``."""
        from shapecalc.analysis.cost.costing import cost  # noqa: PLC0415  when asked for

        if convention not in self._costs:
            self._costs[convention] = cost(self, convention)
        return self._costs[convention]

    @property
    def totals(self) -> dict[str, Any]:
        """The totals by name."""
        names = ("params", "buffers", "macs", "flops", "ops", "weight_bytes", "activation_bytes", "peak_bytes")
        return {name: getattr(self, name) for name in names}

    def __iter__(self) -> Iterator[LayerAnalysis]:
        return iter(self.layers)

    def __getitem__(self, name: str) -> LayerAnalysis:
        """A node's figures, or the sum of a layer, call or set of paths, by name."""
        groups = [group for group in self.graph.groups if group.name == name]
        if groups:
            return self.sum(max(groups, key=lambda group: group.stop - group.start))
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(name)

    def sum(self, group: Group) -> LayerAnalysis:
        """The figures of a group of nodes as one."""
        members = self.layers[group.start : group.stop]
        end = next((layer for layer in reversed(members) if layer.name == group.end), members[-1])
        made = {layer.name for layer in members}
        known = [layer.ops for layer in members if layer.ops is not None]
        shared = {layer.shared_with for layer in members if layer.shared_with}
        return LayerAnalysis(
            name=group.name,
            kind=group.kind,
            inputs=tuple(dict.fromkeys(n for layer in members for n in layer.inputs if n not in made)),
            output=end.output,
            params=_summed(members, "params"),
            buffers=_summed(members, "buffers"),
            ops=added(known) if known else None,
            ops_complete=all(layer.ops is not None and layer.ops_complete for layer in members),
            activation_bytes=_summed(members, "activation_bytes"),
            field=end.field,
            meetings=next((layer.meetings for layer in reversed(members) if layer.meetings is not None), None),
            shared_with=min(shared) if shared else None,
            route=members[0].route,
            start=group.start,
            stop=group.stop,
        )

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data, versioned: what ``--format json`` prints."""
        from shapecalc.render.json import to_dict  # noqa: PLC0415  a result knows how to show itself, when asked

        return to_dict(self)

    def records(self) -> list[dict[str, Any]]:
        """One flat record a node, for a data frame."""
        from shapecalc.render.records import records  # noqa: PLC0415

        return records(self)

    def __rich__(self) -> Any:
        from shapecalc.render.screen import rich_text  # noqa: PLC0415
        from shapecalc.render.table import report  # noqa: PLC0415

        return rich_text(report(self))

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415

        from shapecalc.render.screen import plain_text  # noqa: PLC0415
        from shapecalc.render.table import report  # noqa: PLC0415

        return f"<pre>{escape(plain_text(report(self)))}</pre>"


def _summed(members: Iterable[LayerAnalysis], name: str) -> Total:
    values = [getattr(layer, name) for layer in members]
    return sum_known(value for value in values)


def analyze(graph: Graph, batch: int = 1, dtype: str = "float32") -> Analysis:
    """The figures of every node and their totals.

    Args:
        graph: the network.
        batch: how many examples at once; operations and activation memory are multiplied by it.
        dtype: the number format of weights and activations; one of ``DTYPES``.
    """
    seen = receptive(graph)
    itemsize = DTYPES[dtype]
    sizes = {name: _bytes(shape, batch, itemsize) for name, shape in graph.inputs.items()}
    inner: dict[str, int] = {}
    layers = []
    for index, node in enumerate(graph):
        size = made = None if node.output is None else _bytes(node.output, batch, itemsize)
        if size is not None:
            sizes[node.name] = size
            if node.inner:
                inner[node.name] = summed(_bytes(shape, batch, itemsize) for shape in node.inner.values())
                made = summed((size, inner[node.name]))
        layers.append(_layer(node, index, batch, made, seen))
    complete = graph.complete and all(node.output is not None for node in graph)
    params, kept = sum_known(layer.params for layer in layers), sum_known(layer.buffers for layer in layers)  # type: ignore[misc]
    ops = added(layer.ops for layer in layers if layer.ops is not None)
    all_ops = complete and all(layer.ops is not None for layer in layers)
    highest = peak(graph, sizes, inner)
    activations = sum_known([*sizes.values(), *inner.values(), *(None for node in graph if node.output is None)])
    return Analysis(
        graph=graph,
        batch=batch,
        dtype=dtype,
        layers=tuple(layers),
        params=_known(params, complete=complete),
        buffers=_known(kept, complete=complete),
        ops=ops,
        macs=_known(ops.get("mac", 0), complete=all_ops),
        flops=_known(floating(ops), complete=all_ops),
        weight_bytes=_known(
            stored(summed((_least(params), _least(kept))), itemsize),
            complete=complete and not isinstance(params, AtLeast),
        ),
        activation_bytes=_known(activations, complete=complete),
        peak_bytes=_known(highest.bytes, complete=complete and highest.complete),
        peak_at=highest.at,
        diagnostics=(*graph.diagnostics, *_unknowns(graph, layers)),
    )


def _layer(node: Node, index: int, batch: int, size: int | None, seen: Receptive) -> LayerAnalysis:
    ops = operations(node, batch)
    return LayerAnalysis(
        name=node.name,
        kind=node.kind,
        inputs=node.inputs,
        output=node.output,
        params=parameters(node),
        buffers=buffers(node),
        ops=ops if node.output is not None else None,
        ops_complete=True,
        activation_bytes=size,
        field=seen.fields.get(node.name),
        meetings=seen.meetings.get(node.name),
        shared_with=node.shared_with,
        route=node.route,
        start=index,
        stop=index + 1,
    )


def _bytes(shape: Shape, batch: int, itemsize: int) -> int:
    count = elements(shape)
    return stored(count if batch == 1 else batched(count, batch), itemsize)


def _least(total: Total) -> int:
    return total.known if isinstance(total, AtLeast) else total


def _known(total: Total, *, complete: bool) -> Total:
    return total if complete or isinstance(total, AtLeast) else AtLeast(total)


def _unknowns(graph: Graph, layers: Iterable[LayerAnalysis]) -> Iterator[Diagnostic]:
    """A note for each node at which something stops being known that is no fault of the file."""
    seen: dict[str, Seen | None] = {name: {} for name in graph.inputs}
    told: set[Route] = set()
    for node, layer in zip(graph, layers, strict=True):
        seen[node.name] = layer.field
        if layer.output is None or node.route in told:
            continue
        if layer.ops is None:
            told.add(node.route)
            yield Diagnostic(
                "N502",
                f"the operations of `{node.name}` are not known",
                node.route,
                f"`{node.kind}` does not state them",
                severity=Severity.NOTE,
            )
        before = [known for name in node.inputs for known in (seen[name] or {}).values()]
        why = [now.why for now in (layer.field or {}).values() if isinstance(now, Unknown)]
        if why and not any(isinstance(known, Unknown) for known in before):
            told.add(node.route)
            yield Diagnostic(
                "N501",
                f"the receptive field from `{node.name}` on is not known",
                node.route,
                why[0],
                severity=Severity.NOTE,
            )


__all__ = ["Analysis", "AtLeast", "Field", "LayerAnalysis", "OneSided", "Phased", "Total", "analyze"]
