"""The proof: what ran in the engine held against what was calculated, figure by figure. Frozen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from shapecalc.analysis import AtLeast, OneSided, analyze
from shapecalc.engine.counted import Counted, counted, room
from shapecalc.engine.probe import probe
from shapecalc.formulas.reach import Unknown
from shapecalc.layers.base import AXES, OPS

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis
    from shapecalc.analysis.receptive import Axis, Seen
    from shapecalc.analysis.receptive.seeing import Moving
    from shapecalc.engine.probe import Sight
    from shapecalc.network.graph import Graph, Node
    from shapecalc.shape import Shape

MAX_MEMORY = 4 * 2**30
"""Bytes that a proof may take, unless told."""
COLUMNS = ("shape", "params", "ops", "field", "memory")
"""What of a layer is proved, each a cell of the table."""


class Mark(StrEnum):
    """What has come of a figure."""

    PROVED = "proved"
    AT_LEAST = "at least"
    """What ran agrees, and could not show all of it."""
    NOT_APPLICABLE = "not applicable"
    """Nothing is claimed."""
    NOT_RUN = "not run"
    DISPROVED = "disproved"


WORST = (Mark.DISPROVED, Mark.NOT_RUN, Mark.AT_LEAST, Mark.PROVED, Mark.NOT_APPLICABLE)
"""The order in which one mark stands for many."""


def worst(marks: Iterable[Mark]) -> Mark:
    """The mark that stands for many."""
    there = set(marks)
    return next((mark for mark in WORST if mark in there), Mark.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure: what was calculated, what ran, and the mark."""

    column: str
    what: str
    """Within the column: an operation's kind, an axis."""
    told: Any
    found: Any
    mark: Mark
    why: str = ""


@dataclass(frozen=True, slots=True)
class NodeProof:
    """The findings of one node."""

    name: str
    kind: str
    findings: tuple[Finding, ...]

    def mark(self, column: str) -> Mark:
        """The mark of a cell."""
        return worst(finding.mark for finding in self.findings if finding.column == column)


@dataclass(frozen=True)
class Proof:
    """What came of holding a network's figures against a run."""

    analysis: Analysis
    nodes: tuple[NodeProof, ...]
    """One for every node, in order."""
    totals: tuple[Finding, ...]
    apart: Mapping[str, int] = field(default_factory=dict)
    """Operations on weights alone, which could be done once for all examples, by kind."""
    beside: tuple[tuple[str, str, Mapping[str, int]], ...] = ()
    """What the direct kernels of some kinds do otherwise than the conventions count, taken off here: kind and why."""
    refused: tuple[int, int] | None = None
    """The bytes that were needed and those that were allowed, where nothing was run for that."""

    @property
    def name(self) -> str:
        """The network's name."""
        return self.analysis.name

    def __iter__(self) -> Iterator[Finding]:
        for node in self.nodes:
            yield from node.findings
        yield from self.totals

    def __getitem__(self, name: str) -> NodeProof:
        """The proof of a node."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    def count(self, mark: Mark) -> int:
        """How many figures have a mark."""
        return sum(finding.mark is mark for finding in self)

    @property
    def holds(self) -> bool:
        """Whether no figure is disproved."""
        return not self.count(Mark.DISPROVED)

    def to_dict(self) -> dict[str, Any]:
        """The proof as plain data, versioned: what ``--format json`` prints."""
        from shapecalc.render.proof import to_dict  # noqa: PLC0415  a result knows how to show itself, when asked

        return to_dict(self)

    def __rich__(self) -> Any:
        from shapecalc.render.proof import Shown, lines  # noqa: PLC0415
        from shapecalc.render.screen import rich_text  # noqa: PLC0415

        return rich_text(lines(Shown(self)))


def nobody(_: str, __: int) -> None:
    """Who is told how far a proof is, where nobody waits."""


def verify(graph: Graph, *, max_memory: int = MAX_MEMORY, tell: Callable[[str, int], None] = nobody) -> Proof:
    """Run a network with the direct kernels, and hold what ran against what is calculated.

    Args:
        graph: the network, without faults.
        max_memory: bytes that may be taken; a network that needs more is not run.
        tell: is given the name of each node as it is run, and what that took, in multiply-accumulates.

    Returns:
        A finding for every figure: of each node its shape, parameters, operations by kind, receptive field axis by
        axis and memory; and the totals.
    """
    if graph.wrong:
        raise ValueError("a network with faults cannot be run")
    analysis = analyze(graph)
    needed = room(graph)
    if needed > max_memory:
        return _refused(analysis, needed, max_memory)
    ran = counted(graph, tell)
    sights = probe(graph, lambda name, _: tell(name, 0))
    nodes = tuple(
        NodeProof(node.name, node.kind, tuple(_findings(node, layer, ran, sights[node.name], graph.inputs)))
        for node, layer in zip(graph, analysis, strict=True)
    )
    return Proof(analysis, nodes, tuple(_totals(analysis, ran)), dict(ran.apart), _beside(graph, ran))


def _beside(graph: Graph, ran: Counted) -> tuple[tuple[str, str, Mapping[str, int]], ...]:
    """What was taken off, summed by kind and reason."""
    sums: dict[tuple[str, str], Counter[str]] = {}
    for node in graph:
        if (one := ran.beside.get(node.name)) is not None:
            sums.setdefault((node.kind, one.why), Counter()).update(one.ops)
    return tuple((kind, why, dict(ops)) for (kind, why), ops in sums.items())


def _refused(analysis: Analysis, needed: int, allowed: int) -> Proof:
    """A proof of nothing: every figure is not run."""
    ran, sights = Counted(), dict[Any, Any]()
    nodes = tuple(
        NodeProof(node.name, node.kind, tuple(_findings(node, layer, ran, sights, analysis.inputs)))
        for node, layer in zip(analysis.graph, analysis, strict=True)
    )
    return Proof(analysis, nodes, tuple(_totals(analysis, ran)), refused=(needed, allowed))


def _same(column: str, what: str, told: int, found: int) -> Finding:
    return Finding(column, what, int(told), int(found), Mark.PROVED if told == found else Mark.DISPROVED)


def _unrun(column: str, what: str, told: Any, why: str) -> Finding:
    return Finding(column, what, told, None, Mark.NOT_RUN, why)


def _findings(
    node: Node, layer: LayerAnalysis, ran: Counted, sights: Mapping[Axis, Sight], inputs: Mapping[str, Shape]
) -> Iterator[Finding]:
    """The findings of one node."""
    yield _shape(node, ran)
    yield from _tensors(layer, ran)
    yield from _operations(node, layer, ran)
    yield from _fields(layer.field or {}, sights, inputs)
    yield _memory(node, layer, ran)


def _shape(node: Node, ran: Counted) -> Finding:
    told = [int(n) for n in node.output or ()]
    if node.name in ran.broken:
        return Finding("shape", "output", told, None, Mark.DISPROVED, ran.broken[node.name])
    if node.name not in ran.shapes:
        return _unrun("shape", "output", told, ran.why)
    found = list(ran.shapes[node.name][1:])
    return Finding("shape", "output", told, found, Mark.PROVED if found == told else Mark.DISPROVED)


def _tensors(layer: LayerAnalysis, ran: Counted) -> Iterator[Finding]:
    """Parameters and buffers; nothing of a layer that has none, by the analysis and by the run."""
    for what, told in (("params", layer.params), ("buffers", layer.buffers)):
        if not isinstance(told, int):
            continue
        if layer.name not in ran.shapes:
            if told:
                yield _unrun("params", what, int(told), ran.why)
            continue
        found = ran.held[layer.name][what]
        if told or found:
            yield _same("params", what, told, found)
    if layer.shared_with:
        yield Finding("params", "shared", 0, 0, Mark.NOT_APPLICABLE, f"shared with `{layer.shared_with}`")


def _operations(node: Node, layer: LayerAnalysis, ran: Counted) -> Iterator[Finding]:
    told = layer.ops
    if told is None:
        yield Finding("ops", "", None, None, Mark.NOT_APPLICABLE, "its operations are not stated")
        return
    if node.name not in ran.ops:
        why = ran.uncounted.get(node.name) or ran.why
        for kind in OPS:
            if told.get(kind):
                yield _unrun("ops", kind, int(told[kind]), why)
        return
    found = ran.ops[node.name]
    for kind in OPS:
        if told.get(kind) or found.get(kind):
            yield _same("ops", kind, told.get(kind, 0), found.get(kind, 0))


def _fields(fields: Seen, sights: Mapping[Axis, Sight], inputs: Mapping[str, Shape]) -> Iterator[Finding]:
    """The receptive field along every axis of every input."""
    for axis, told in fields.items():
        what = axis_name(axis, inputs)
        if isinstance(told, Unknown):
            yield Finding("field", what, None, None, Mark.NOT_APPLICABLE, told.why)
            continue
        sight = sights.get(axis)
        size = _size(told)
        match sight.sort if sight else "none":
            case "seen" | "alone":
                yield Finding("field", what, size, size, Mark.PROVED)
            case "part":
                yield Finding("field", what, size, None, Mark.AT_LEAST, "the border of the input clips it")
            case "other" if sight:
                yield _contradicted(what, size, sight)
            case _:
                yield _unrun("field", what, size, sight.why if sight else "")


def _size(told: Moving | OneSided) -> int | str:
    """The size of a field, or what it reaches."""
    if isinstance(told, OneSided):
        return f"to the edge {told.side}"
    return "whole" if told.whole else int(told.size)


def axis_name(axis: Axis, inputs: Mapping[str, Shape]) -> str:
    """The letter of an axis of an input, after the input's name where there are several."""
    name, index = axis
    rank = inputs[name].rank
    letter = AXES[rank][index] if rank in AXES else f"axis {index}"
    return letter if len(inputs) == 1 else f"{name} {letter}"


def _contradicted(what: str, size: int | str, sight: Sight) -> Finding:
    """A field that was told, and another that was seen."""
    told = "nothing is told" if sight.told is None else f"cells {sight.told[0]} to {sight.told[1]} are told"
    seen = "others are" if sight.found is None else f"cells {sight.found[0]} to {sight.found[1]} are"
    found = None if sight.found is None else sight.found[1] - sight.found[0] + 1
    return Finding("field", what, size, found, Mark.DISPROVED, f"output cell {sight.cell}: {told}, and {seen} seen")


def _memory(node: Node, layer: LayerAnalysis, ran: Counted) -> Finding:
    """The bytes of what a node gives, and of the tensors that it makes on the way."""
    told = layer.activation_bytes
    if not isinstance(told, int) or node.name not in ran.bytes:
        return _unrun("memory", "bytes", told if isinstance(told, int) else None, ran.why)
    found, unseen = ran.bytes[node.name], ran.unseen.get(node.name, ())
    if not unseen:
        return _same("memory", "bytes", told, found)
    names = ", ".join(f"`{name}`" for name in unseen)
    mark = Mark.AT_LEAST if found <= told else Mark.DISPROVED
    return Finding("memory", "bytes", int(told), int(found), mark, f"{names} is not made in one piece here")


def _totals(analysis: Analysis, ran: Counted) -> Iterator[Finding]:
    """The totals; of what is not known of every layer there is none to prove."""
    whole = bool(ran.shapes) and not ran.why
    for what in ("params", "buffers"):
        told = getattr(analysis, what)
        yield from _total("params", what, told, sum(held[what] for held in ran.held.values()), ran, whole=whole)
    ops: Counter[str] = Counter()
    for done in ran.ops.values():
        ops.update(done)
    every = whole and not ran.uncounted and not isinstance(analysis.macs, AtLeast)
    why = next(iter(ran.uncounted.values()), "")
    for kind in OPS:
        if analysis.ops.get(kind) or (every and ops[kind]):
            told = AtLeast(0) if isinstance(analysis.macs, AtLeast) else analysis.ops.get(kind, 0)
            yield from _total("ops", kind, told, ops[kind], ran, whole=every, why=why)
    yield from _total("memory", "weight_bytes", analysis.weight_bytes, ran.weight_bytes, ran, whole=whole)
    for what in ("activation_bytes", "peak_bytes"):
        found = getattr(ran, what)
        told = getattr(analysis, what)
        if whole and ran.unseen and isinstance(told, int) and found <= told:
            yield Finding("memory", what, int(told), int(found), Mark.AT_LEAST, "tensors are made piece by piece here")
        else:
            yield from _total("memory", what, told, found, ran, whole=whole)


def _total(
    column: str, what: str, told: Any, found: int, ran: Counted, *, whole: bool, why: str = ""
) -> Iterator[Finding]:
    if isinstance(told, AtLeast):
        yield Finding(column, what, None, None, Mark.NOT_APPLICABLE, "it is not known of every layer")
    elif not whole:
        yield _unrun(column, what, int(told), why or ran.why)
    elif told or found:
        yield _same(column, what, told, found)
