"""The shapes of a network for inputs of other lengths: its layers are asked again, each once for the same shapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from shapecalc.diagnostics import Diagnostic, Mismatch, Severity, SpecError
from shapecalc.formulas.reach import Onto, Unknown
from shapecalc.formulas.windows import Window
from shapecalc.network import library, rebuilt
from shapecalc.network.scope import CHANNELS
from shapecalc.network.spec import CallItem
from shapecalc.network.walk import countable
from shapecalc.source.expressions import normal

if TYPE_CHECKING:
    from shapecalc.formulas.reach import Reach
    from shapecalc.layers.base import Layer
    from shapecalc.network.graph import Graph, Node
    from shapecalc.shape import Shape

PROSE = ("name", "description", "source", "published")
"""Sections of a file in which no expression stands."""


class Fault(NamedTuple):
    """Why a layer cannot take its inputs."""

    code: str
    said: str


class Facts(NamedTuple):
    """What a layer gives for some inputs."""

    output: Shape
    weights: Mapping[str, Shape]
    reach: tuple[tuple[Reach, ...], ...]
    lost: tuple[tuple[int, int, int], ...]
    """The number of an input, that of a spatial axis of it, and the cells lost at its end."""


@dataclass(frozen=True)
class Played:
    """A network for certain inputs: the facts of each node, up to the first that cannot take its own."""

    nodes: tuple[Node, ...] = field(repr=False)
    shapes: Mapping[str, Shape] = field(repr=False)
    """Of the inputs and of every node that is known."""
    facts: Mapping[str, Facts] = field(repr=False)
    outputs: Mapping[str, str] = field(default_factory=dict)
    """The node that gives each output."""
    at: str = ""
    """The node that cannot take its inputs."""
    why: Fault | None = None

    @property
    def fits(self) -> bool:
        """Whether every layer can take its inputs."""
        return self.why is None


class Replay:
    """What asks a network's layers again; where the sizes decide which layers it has, the file is expanded again."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.known: dict[tuple[object, ...], tuple[Layer, Facts | Fault]] = {}
        self.meetings = [(end, source, _alike(graph, end, source)) for end, source in _residuals(graph)]
        self.channels = _channels(graph) if _by_channels(graph) else {}

    def at(self, inputs: Mapping[str, Shape]) -> Played:
        """The network for these inputs."""
        played = self._play(self.graph, inputs)
        if not self._of_other_layers(played):
            return played
        try:
            graph = rebuilt(self.graph, inputs)
        except SpecError as error:
            return Played((), inputs, {}, why=_fault(error.diagnostics[0]))
        played = self._play(graph, inputs)
        fault = next((fault for fault in graph.diagnostics if _wrong(fault)), None)
        if fault is None or (played.why and played.why.code):
            return played
        return Played(played.nodes, played.shapes, played.facts, played.outputs, played.at, _fault(fault))

    def _play(self, graph: Graph, inputs: Mapping[str, Shape]) -> Played:
        shapes: dict[str, Shape] = dict(inputs)
        found: dict[str, Facts] = {}
        why: Fault | None = None
        at = ""
        for node in graph.nodes:
            facts = self._asked(node, tuple(shapes[name] for name in node.inputs)) if node.layer else Fault("", "")
            if isinstance(facts, Fault):
                at, why = node.name, facts
                break
            found[node.name] = facts
            shapes[node.name] = facts.output
        return Played(graph.nodes, shapes, found, graph.outputs, at, why)

    def _asked(self, node: Node, xs: tuple[Shape, ...]) -> Facts | Fault:
        layer = node.layer
        key = (id(layer), *xs)
        if key not in self.known and layer is not None:
            self.known[key] = (layer, ask(layer, xs))  # the layer is kept, so that no other gets its id
        return self.known[key][1]

    def _of_other_layers(self, played: Played) -> bool:
        """Whether the file would make other layers for these shapes: a projection, or an option made of channels."""
        shapes = played.shapes
        if played.why is not None and not played.why.code:
            return True
        if any(
            end in shapes and source in shapes and (shapes[end] == shapes[source]) != alike
            for end, source, alike in self.meetings
        ):
            return True
        return any(shapes[name][0] != channels for name, channels in self.channels.items() if name in shapes)


def ask(layer: Layer, xs: tuple[Shape, ...]) -> Facts | Fault:
    """A layer's facts for these shapes, or why it cannot take them."""
    try:
        output, weights, reach = countable(layer.output(*xs)), layer.weights(*xs), layer.reach(*xs)
    except Mismatch as fault:
        return Fault(fault.code, fault.label or fault.message)
    found = [
        (index, axis, lost(step, n))
        for index, (x, steps) in enumerate(zip(xs, reach, strict=True))
        for axis, (n, step) in enumerate(zip(x.spatial, steps, strict=False))
    ]
    return Facts(output, weights, reach, tuple(loss for loss in found if loss[2]))


def _wrong(fault: Diagnostic) -> bool:
    return fault.severity is Severity.ERROR and fault.code.startswith("E")


def _fault(fault: Diagnostic) -> Fault:
    return Fault(fault.code, fault.label or fault.message)


def _alike(graph: Graph, end: str, source: str) -> bool:
    shapes = {**graph.inputs, **{node.name: node.output for node in graph.nodes}}
    return shapes[end] == shapes[source]


def _residuals(graph: Graph) -> Iterator[tuple[str, str]]:
    """The end and the source of each residual path: whether they are alike decides what its shortcut is."""
    for group in graph.groups:
        if (group.sort, group.kind) != ("paths", "residual"):
            continue
        members = {node.name: node for node in graph.nodes[group.start : group.stop]}
        shortcut = members.get(f"{group.name}.shortcut") or members.get(f"{group.name}.shortcut.conv")
        join = members.get(group.name) or members.get(f"{group.name}.add")
        if join is not None and len(join.inputs) == 2:
            yield join.inputs[0], shortcut.inputs[0] if shortcut else join.inputs[1]
        else:
            yield from ((group.end, source) for source in graph.nodes[group.start].inputs[:1])


def _by_channels(graph: Graph) -> bool:
    """Whether an option anywhere may be made of the channels that come in; the blocks shipped with us do so."""
    spec = graph.spec
    said = (value for key, value in graph.document.data.items() if key not in PROSE)
    waiting: list[object] = [*said, *(block.body for block in spec.blocks.values())]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [item for key, item in value.items() if key != "over"]
        elif isinstance(value, list | tuple):
            waiting += value
        elif isinstance(value, CallItem):
            if library.within(spec.blocks[value.head].route):
                return True
        elif isinstance(value, str) and CHANNELS in normal(value):
            return True
    return False


def _channels(graph: Graph) -> dict[str, int]:
    return {node.name: int(node.output[0]) for node in graph.nodes if node.output is not None}


def lost(reach: Reach, n: int) -> int:
    """Cells at the end of an axis that no place of a window comes to; what stands between places is not lost."""
    step = reach.step if isinstance(reach, Onto) else reach
    if not isinstance(step, Window):
        return 0
    before, after = step.pads(n)
    read = (step.length(n) - 1) * step.stride + step.reach
    gap = max(0, step.stride - step.reach)
    return int(max(0, n + before + min(after, 0) - read - gap))


def unsaid(reach: Reach) -> bool:
    """Whether a layer does not say that it sees every cell."""
    step = reach.step if isinstance(reach, Onto) else reach
    return isinstance(step, Unknown) and not step.covers
