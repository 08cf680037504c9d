"""The figures of a layer, each explained: its shape, what it holds and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from shapecalc.analysis import AtLeast
from shapecalc.analysis.cost import floating, summed
from shapecalc.analysis.rows import rows
from shapecalc.explanation.answer import Answer, Item, Letter, Number, Part, Unit, Use
from shapecalc.explanation.remarks import remarks
from shapecalc.explanation.trail import LONG, OPERATIONS, Label, Labels, axis_names, trail, used
from shapecalc.figure import Figure
from shapecalc.formulas.counting import percent
from shapecalc.formulas.letters import meaning
from shapecalc.formulas.windows import Transposed, Window
from shapecalc.layers.base import OPS
from shapecalc.shape import Shape

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis, Total
    from shapecalc.network.graph import Node

FEW = 4
"""Nodes of a row whose figures are followed into each node; of more the sum is shown and its parts are named."""


@dataclass
class Row:
    """A row of the table that is being explained."""

    analysis: Analysis
    layer: LayerAnalysis
    labels: Labels
    told: set[tuple[str, str]] = field(default_factory=set)
    """What has been shown in full before."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Its nodes."""
        return self.analysis.graph.nodes[self.layer.start : self.layer.stop]

    @property
    def end(self) -> Node:
        """The node whose output is the row's."""
        groups = [g for g in self.analysis.graph.groups if (g.name, g.start) == (self.layer.name, self.layer.start)]
        end = max(groups, key=lambda group: group.stop).end if groups else self.layer.name
        return next((node for node in self.nodes if node.name == end), self.nodes[-1])

    @property
    def children(self) -> tuple[LayerAnalysis, ...]:
        """The rows it is the sum of; none of a single node."""
        if len(self.nodes) < 2:
            return ()
        inside = rows(self.analysis, opened=(self.layer.name,))
        return tuple(row for row in inside if self.layer.start <= row.start and row.stop <= self.layer.stop)

    def note(self, child: LayerAnalysis) -> str:
        """What a row inside is: paths and the layer they are joined by have one name."""
        return f"{child.kind}: the join alone" if child.name == self.layer.name else child.kind

    def answer(
        self,
        figure: str,
        value: Shape | Number,
        unit: Unit,
        roots: Iterable[tuple[object, str]] = (),
        items: tuple[Item, ...] = (),
        parts: tuple[Part, ...] = (),
    ) -> Answer:
        """A figure explained by what it came from; ``roots`` are figures and what each is."""
        every = [(one, Label(what, self.layer.name)) for one, what in roots]
        if parts and len(self.nodes) > FEW:
            uses = tuple(used(one, label, self.labels) for one, label in every if isinstance(one, Figure))
            more = 0
        else:
            uses, more = trail(every, self.labels, self.told)
        said = tuple(remarks(self.labels, self.nodes, figure))
        return Answer(
            self.layer.name,
            figure,
            value,
            unit,
            "",
            items,
            uses,
            more,
            parts,
            "part",
            said,
        )


def known(total: Total | None) -> int | None:
    """The number of a total, or what is known of it."""
    return total.known if isinstance(total, AtLeast) else total


def output(row: Row) -> Answer:
    """Its shape, axis by axis."""
    shape = row.layer.output
    if shape is None:
        return Answer(row.layer.name, "output", None, "shape", items=(Item("", None, UNSURE),))
    end = row.end
    roots, items = [], []
    for index, (value, name) in enumerate(zip(shape, axis_names(shape), strict=True)):
        items.append(Item(name, int(value), "" if isinstance(value, Figure) else why_length(row, end, index, value)))
        roots.append((value, name))
    return row.answer("output", shape, "shape", roots, tuple(items))


UNSURE = "the shape is not known: see the errors"


def why_length(row: Row, node: Node, index: int, value: int) -> str:
    """Where a length is from that no formula made."""
    for option in ("filters", "units") if index == 0 else ("size", "bins", "map", "shape", "keep"):
        chosen = getattr(node.layer, option, None)
        if chosen is True and value == 1:
            return "one cell is kept"
        if (chosen == value and chosen is not True) or (isinstance(chosen, tuple) and value in chosen):
            written = option in getattr(node.layer, "model_fields_set", ())
            return f"given: `{option}`" + ("" if written else ", by default")
    lengths = [shape[index] for name in node.inputs if (shape := row.labels.shapes.get(name)) and index < len(shape)]
    if value in lengths and len(set(lengths)) == 1:
        return f"as in {', '.join(node.inputs[:3])}" + (" …" if len(node.inputs) > 3 else "")
    if value in lengths and value == min(lengths):
        return f"the smallest of {', '.join(str(int(n)) for n in lengths[:LONG])}"
    if value in lengths and value == max(lengths):
        return f"the largest of {', '.join(str(int(n)) for n in lengths[:LONG])}"
    for name in node.inputs:
        shape = row.labels.shapes.get(name, Shape())
        if value in shape:
            return f"{axis_names(shape)[shape.index(value)]} of {name}"
    return f"what `{node.kind}` gives" if index or value != 1 else "1"


def window(row: Row) -> Answer:
    """Its taps, stride, dilation and padding, axis by axis."""
    items: list[Item] = []
    roots: list[tuple[object, str]] = []
    for node in row.nodes:
        layer = node.layer
        if not node.reach or not any(isinstance(step, Window | Transposed) for step in node.reach[0]):
            continue
        shape = row.labels.shapes[node.inputs[0]]
        options = [name for name in WINDOW_OPTIONS if hasattr(layer, name)]
        for name in options:
            written = name in getattr(layer, "model_fields_set", ())
            given = getattr(layer, name)
            items.append(Item(name, None, _written(given) + ("" if written else ", by default")))
        for step, n, axis in zip(node.reach[0], shape.spatial, axis_names(shape)[1:], strict=True):
            if isinstance(step, Window | Transposed):
                before, after = step.pads(n) if isinstance(step, Window) else step.cuts
                side = "padding" if isinstance(step, Window) else "cut off"
                for value, what in ((step.reach, "reach"), (before, f"{side} before"), (after, f"{side} after")):
                    roots.append((value, f"{what} along {axis}"))
                    items.append(Item(f"{what} along {axis}", int(value)))
        break
    made = row.answer("window", None, "word", roots, tuple(items))
    return made if items else Answer(row.layer.name, "window", None, "word", "it slides no window")


WINDOW_OPTIONS = ("kernel", "size", "stride", "dilation", "padding", "ceil", "output_padding", "groups")


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "×".join(map(str, value)) if isinstance(value, tuple) else str(value)


def counted(figure: str, attribute: str, what: str) -> Callable[[Row], Answer]:
    """The explanation of a figure that is added up over nodes."""
    unit: Unit = "bytes" if attribute.endswith("bytes") else "count"

    def explain(row: Row) -> Answer:
        total: Total | None = getattr(row.layer, attribute)
        if row.layer.output is None:
            return Answer(row.layer.name, figure, None, unit, items=(Item("", None, UNSURE),))
        parts = tuple(Part(child.name, getattr(child, attribute), row.note(child)) for child in row.children)
        if parts and isinstance(total, int) and attribute != "flops":
            total = summed(part.value for part in parts if isinstance(part.value, int))
        items = tuple(unknown(row, attribute)) if total is None or isinstance(total, AtLeast) else ()
        if not items and total == 0 and not parts:
            items = (Item("", 0, nothing(row, attribute)),)
            return row.answer(figure, 0, unit, (), items)
        return row.answer(figure, total, unit, [(known(total), what)], items, parts)

    return explain


def nothing(row: Row, attribute: str) -> str:
    """Why a figure is 0."""
    node = row.nodes[0]
    match attribute:
        case "params" if row.layer.shared_with:
            return f"its weights are those of {row.layer.shared_with}, and are counted there"
        case "params":
            return f"`{node.kind}` trains nothing"
        case "buffers":
            return f"`{node.kind}` keeps nothing that is not trained"
        case "macs":
            return f"`{node.kind}` multiplies no weights or matrices"
        case "flops":
            return f"`{node.kind}` computes nothing: it only moves numbers"
        case _:
            return "there is none"


def unknown(row: Row, attribute: str) -> Iterator[Item]:
    """The nodes of which a figure is not known."""
    for layer in row.analysis.layers[row.layer.start : row.layer.stop]:
        if getattr(layer, attribute) is None:
            why = UNSURE if layer.output is None else f"`{layer.kind}` does not state it"
            yield Item(layer.name, None, why)


def operations(row: Row) -> Answer:
    """Its operations, kind by kind."""
    ops = row.layer.ops
    if ops is None:
        return Answer(row.layer.name, "ops", None, "count", items=tuple(unknown(row, "ops")))
    present = [kind for kind in OPS if kind in ops]
    number: Callable[[int], Number] = int if row.layer.ops_complete else AtLeast
    items = tuple(Item(OPERATIONS.get(kind, kind), number(ops[kind])) for kind in present)
    if not items:
        items = (Item("", 0, nothing(row, "flops")),)
    roots = [(ops[kind], OPERATIONS.get(kind, kind)) for kind in present]
    return row.answer("ops", None, "count", roots if len(row.nodes) <= FEW else [], items)


def operation(kind: str) -> Callable[[Row], Answer]:
    """The explanation of one kind of operation."""

    def explain(row: Row) -> Answer:
        if row.layer.ops is None:
            return Answer(row.layer.name, kind, None, "count", items=tuple(unknown(row, "ops")))
        parts = tuple(Part(child.name, (child.ops or {}).get(kind, 0), row.note(child)) for child in row.children)
        total = row.layer.ops.get(kind, 0)
        items = () if total else (Item("", 0, "it does none"),)
        value = total if row.layer.ops_complete else AtLeast(total)
        return row.answer(kind, value, "count", [(total, OPERATIONS.get(kind, kind))] if total else [], items, parts)

    return explain


def share(attribute: str, figure: str) -> Callable[[Row], Answer]:
    """The explanation of a part of the whole network's figure, in hundredths."""

    def explain(row: Row) -> Answer:
        part, whole = getattr(row.layer, attribute), getattr(row.analysis, attribute)
        if not isinstance(part, int) or not isinstance(whole, int):
            return Answer(row.layer.name, figure, None, "percent", items=(Item("", None, "not all is known"),))
        if not whole:
            return Answer(row.layer.name, figure, None, "percent", items=(Item("", None, "the network has none"),))
        letters = tuple(
            Letter(letter, meaning("percent", letter), int(value), f"{attribute} of {of}")
            for letter, value, of in (("part", part, row.layer.name), ("whole", whole, "the network"))
        )
        made = Use(f"share of {row.layer.name}", percent, (part, whole), Fraction(100 * part, whole), letters)
        label = Label(attribute, row.layer.name)
        uses, more = trail([(part, label)], row.labels, row.told) if len(row.nodes) <= FEW else ((), 0)
        said = tuple(remarks(row.labels, row.nodes, figure))
        return Answer(row.layer.name, figure, made.value, "percent", uses=(made, *uses), more=more, remarks=said)

    return explain


def of_ops(row: Row) -> Answer:
    """Its FLOPs."""
    layer = row.layer
    if layer.ops is None:
        return Answer(layer.name, "flops", None, "count", items=tuple(unknown(row, "ops")))
    if not layer.ops:
        return row.answer("flops", 0, "count", (), (Item("", 0, nothing(row, "flops")),))
    made = floating(layer.ops)
    parts = tuple(Part(child.name, child.flops, row.note(child)) for child in row.children)
    return row.answer("flops", layer.flops, "count", [(made, "FLOPs")], tuple(unknown(row, "ops")), parts)


COUNTED: Mapping[str, Callable[[Row], Answer]] = {
    "output": output,
    "window": window,
    "params": counted("params", "params", "parameters"),
    "params%": share("params", "params%"),
    "buffers": counted("buffers", "buffers", "buffers"),
    "macs": counted("macs", "macs", "MACs"),
    "macs%": share("macs", "macs%"),
    "flops": of_ops,
    "ops": operations,
    "memory": counted("memory", "activation_bytes", "bytes"),
    **{kind: operation(kind) for kind in OPS if kind != "mac"},
}
"""What can be asked of a layer, but for its receptive field."""
