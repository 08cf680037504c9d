"""A whole network as a worked solution: layer after layer in numbers, what is the same worked once, then the totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from shapecalc.explanation import Explanation, explained
from shapecalc.explanation.figures import known
from shapecalc.explanation.remarks import remarks
from shapecalc.explanation.trail import Labels, axis_names
from shapecalc.figure import Figure, Term, term

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, AtLeast, LayerAnalysis
    from shapecalc.figure import Formula
    from shapecalc.network.graph import Group
    from shapecalc.shape import Shape

MOST_STEPS = 400
"""Steps that are written out."""
OFTEN = 2
"""How often one sort of remark is made."""
TOTALS = ("params", "buffers", "macs", "flops", "weights", "activations", "peak", "field")


class Sum(NamedTuple):
    """One figure of a step, in numbers."""

    what: str
    term: Term
    value: int | AtLeast


@dataclass(frozen=True)
class Step:
    """One row worked out; or one that is worked as another was."""

    name: str
    kind: str
    level: int
    """How many calls it stands in."""
    inputs: tuple[Shape | None, ...]
    output: Shape | None
    sums: tuple[Sum, ...] = ()
    remarks: tuple[str, ...] = ()
    like: str = ""
    """The step that reads the same, where there was one."""


@dataclass(frozen=True)
class Solution:
    """A network worked out."""

    network: str
    inputs: dict[str, Shape]
    batch: int
    steps: tuple[Step, ...]
    left_out: int
    """Steps that are not written out."""
    formulas: tuple[Formula[Any], ...]
    """Every formula that was used, in the order they are met."""
    totals: Explanation


def solution(analysis: Analysis, depth: int | None = None) -> Solution:
    """The network worked out, step by step.

    Args:
        analysis: the answer to show.
        depth: how many levels of blocks are opened; all, if not given.
    """
    walk = _Walk(analysis, depth)
    steps: list[Step] = []
    left_out = 0
    for step in walk.through(0, len(analysis.layers), 0):
        if len(steps) < MOST_STEPS:
            steps.append(step)
        else:
            left_out += 1
    whole = explained(analysis)
    told = tuple(answer for answer in whole.answers if answer.figure in TOTALS)
    return Solution(
        analysis.name,
        dict(analysis.inputs),
        analysis.batch,
        tuple(steps),
        left_out,
        tuple(walk.formulas.values()),
        replace(whole, answers=told),
    )


@dataclass
class _Walk:
    """What has been worked so far."""

    analysis: Analysis
    depth: int | None
    formulas: dict[str, Formula[Any]] = field(default_factory=dict)
    like: dict[tuple[object, ...], str] = field(default_factory=dict)
    said: Counter[object] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.labels = Labels(self.analysis)
        self.starting: dict[int, list[Group]] = {}
        for group in self.analysis.graph.groups:
            if group.sort != "paths":
                self.starting.setdefault(group.start, []).append(group)
        for here in self.starting.values():
            here.sort(key=lambda group: (-group.stop, group.level))

    def through(self, start: int, stop: int, level: int, inside: Group | None = None) -> Iterator[Step]:
        """The steps of some nodes."""
        for layer, group in self.rows(start, stop, inside):
            yield from self.row(layer, group, level)

    def rows(self, start: int, stop: int, inside: Group | None) -> Iterator[tuple[LayerAnalysis, Group | None]]:
        """The rows of some nodes: of all, or of those inside a group."""
        index = start
        while index < stop:
            groups = self.starting.get(index, [])
            after = groups[groups.index(inside) + 1 :] if inside in groups else groups
            group = next((one for one in after if one.stop <= stop), None)
            layer = self.analysis.sum(group) if group else self.analysis.layers[index]
            yield layer, group
            index = layer.stop

    def row(self, layer: LayerAnalysis, group: Group | None, level: int) -> Iterator[Step]:
        """One row, and what is inside it."""
        signature = self.signature(layer)
        call = group is not None and group.sort == "call"
        inputs = tuple(self.labels.shapes.get(name) for name in layer.inputs)
        made = Step(layer.name, layer.kind, level, inputs, layer.output)
        if signature in self.like:
            yield replace(made, like=self.like[signature])
            return
        self.like[signature] = layer.name
        opened = call and (self.depth is None or level < self.depth)
        sums = tuple(self.of_call(layer, group) if call else self.of_layer(layer))
        nodes = self.analysis.graph.nodes[layer.start : layer.stop]
        said: tuple[str, ...] = ()
        if not call:
            often = self.said
            said = tuple(
                sentence
                for figure in ("output", "params")
                for sentence in remarks(self.labels, nodes, figure, often, OFTEN)
            )
        yield replace(made, sums=sums, remarks=tuple(dict.fromkeys(said)))
        if opened and group is not None:
            yield from self.through(layer.start, layer.stop, level + 1, group)

    def signature(self, layer: LayerAnalysis) -> tuple[object, ...]:
        """What two rows have in common that are worked the same."""
        nodes = self.analysis.graph.nodes[layer.start : layer.stop]
        made = {node.name: index for index, node in enumerate(nodes)}
        return tuple(
            (
                node.kind,
                node.layer,
                tuple(made.get(name, self.labels.shapes.get(name)) for name in node.inputs),
                node.output,
                node.shared_with is None,
            )
            for node in nodes
        )

    def of_call(self, layer: LayerAnalysis, group: Group | None) -> Iterator[Sum]:
        """The sums over the rows of a call."""
        children = [row for row, _ in self.rows(layer.start, layer.stop, group)]
        for what, attribute in (("params", "params"), ("MACs", "macs")):
            total = getattr(layer, attribute)
            parts = [known(getattr(child, attribute)) or 0 for child in children]
            if total is not None and known(total) == sum(parts):
                kept = [part for part in parts if part]
                yield Sum(what, Term("total", term(kept)), total)

    def of_layer(self, layer: LayerAnalysis) -> Iterator[Sum]:
        """The figures of a layer, in numbers."""
        shape = layer.output
        nodes = self.analysis.graph.nodes[layer.start : layer.stop]
        names = {node.name for node in nodes}
        found: dict[tuple[str, str], tuple[Figure, list[str]]] = {}
        for node in nodes:
            for value, axis in zip(node.output or (), axis_names(node.output or shape) if shape else (), strict=False):
                label = self.labels[value]
                if isinstance(value, Figure) and label is not None and label.node in names and label.node == node.name:
                    key = (value.formula.name, repr(value.given))
                    found.setdefault(key, (value, []))[1].append(axis)
        for figure, axes in found.values():
            self.use(figure)
            yield Sum(", ".join(dict.fromkeys(axes)), figure.in_numbers, int(figure))
        for what, attribute in (("params", "params"), ("buffers", "buffers"), ("MACs", "macs")):
            total = getattr(layer, attribute)
            if total is not None and known(total):
                yield Sum(what, self.spelt(known(total)), total)

    def use(self, figure: Figure) -> None:
        """Remember the formula of a figure."""
        self.formulas.setdefault(figure.formula.name, figure.formula)

    def spelt(self, value: object) -> Term:
        """A figure in numbers, a sum with its parts spelt out."""
        if not isinstance(value, Figure):
            return term(value)
        if value.formula.name != "altogether":
            self.use(value)
            return value.in_numbers
        parts: list[Term] = []
        for part in value.given[0] if isinstance(value.given[0], tuple | list) else ():
            inner = self.spelt(part)
            parts += inner.parts[0].parts if inner.op == "total" else [inner]
        return Term("total", Term("list", *parts))
