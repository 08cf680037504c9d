"""Where a figure came from: every formula on the way back to the input, and whose figure each number is."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from shapecalc.analysis import Field
from shapecalc.explanation.answer import Letter, Use
from shapecalc.figure import Figure
from shapecalc.formulas.letters import meaning
from shapecalc.layers.base import AXES
from shapecalc.shape import Buffer, Shape

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis
    from shapecalc.network.graph import Node

MOST_USES = 60
"""Formulas that are shown on the way to one figure."""
LONG = 8
"""A sum of more parts than that is not followed into each of them."""
OPTIONS = {
    "k": ("kernel", "size"),
    "s": ("stride",),
    "d": ("dilation",),
    "g": ("groups",),
    "f": ("filters",),
    "u": ("units",),
    "m": ("multiplier",),
    "p": ("padding",),
    "q": ("padding",),
    "e": ("output_padding",),
    "o": ("size", "bins"),
    "r": ("factor", "scale", "size"),
}
"""The options of a layer that a letter may be from."""
OPERATIONS = {"mac": "MACs", "add": "adds", "mul": "multiplies", "div": "divisions", "compare": "comparisons"}
AXIS_NAMES = frozenset(("C", "L", "D", "H", "W"))
LENGTHS = frozenset(("n", "x", "steps", "places", "queries", "keys"))


class Label(NamedTuple):
    """What a number is, and of which node."""

    what: str
    node: str

    def __str__(self) -> str:
        return f"{self.what} of {self.node}" if self.what and self.node else self.what or self.node


def axis_names(shape: Shape) -> tuple[str, ...]:
    """The names of a shape's axes."""
    names = AXES.get(shape.rank, tuple(f"axis {i + 1}" for i in range(shape.rank)))
    return ("C", *names)[: len(shape)]


class Labels:
    """What each figure of an analysis is."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.nodes = {node.name: node for node in analysis.graph}
        self.layers = {layer.name: layer for layer in analysis.layers}
        self.readers: dict[str, list[Node]] = {}
        self.users: dict[str, list[str]] = {}
        """The nodes that share the weights of another, by that one's name."""
        for node in analysis.graph:
            for name in dict.fromkeys(node.inputs):
                self.readers.setdefault(name, []).append(node)
            if node.shared_with is not None:
                self.users.setdefault(node.shared_with, []).append(node.name)
        self.shapes: dict[str, Shape] = dict(analysis.inputs)
        self.by_id: dict[int, Label] = {}
        self.by_text: dict[tuple[str, str, str], Label] = {}
        for layer, node in zip(analysis.layers, analysis.graph, strict=True):
            if node.output is not None:
                self.shapes[node.name] = node.output
                for value, what in self._made(layer, node):
                    self._name(value, Label(what, node.name))
        totals = {kind: (analysis.ops[kind], OPERATIONS.get(kind, kind)) for kind in analysis.ops}
        for value, what in (*totals.values(), (analysis.params, "parameters"), (analysis.buffers, "buffers")):
            self._name(value, Label(what, "the network"))

    def _name(self, value: object, label: Label) -> None:
        if isinstance(value, Figure):
            self.by_id.setdefault(id(value), label)
            if label.what in AXIS_NAMES:  # a layer works its output out again for each fact
                key = (label.node, value.formula.name, repr(value.given))
                before = self.by_text.get(key)
                what = label.what if before is None else f"{before.what}, {label.what}"
                self.by_text[key] = Label(what, label.node)

    def __getitem__(self, value: object) -> Label | None:
        """What a figure is; None where it has no name."""
        return self.by_id.get(id(value))

    def found(self, value: object, home: str) -> Label | None:
        """The same; a length of a node's output is known by what it reads, with those that are worked alike."""
        label = self[value]
        if isinstance(value, Figure) and (label is None or label.what in AXIS_NAMES):
            node = home if label is None else label.node
            return self.by_text.get((node, value.formula.name, repr(value.given)), label)
        return label

    def _made(self, layer: LayerAnalysis, node: Node) -> Iterator[tuple[object, str]]:
        shape = node.output or Shape()
        yield from zip(shape, axis_names(shape), strict=True)
        for buffers, total in ((False, layer.params), (True, layer.buffers)):
            tensors = [
                name for name, shape in node.weights.items() if isinstance(shape, Buffer) is buffers and shape.elements
            ]
            if len(tensors) == 1:
                yield total, tensors[0]
            elif isinstance(total, Figure) and isinstance(total.given[0], tuple):
                yield total, "buffers" if buffers else "parameters"
                yield from zip(total.given[0], tensors, strict=False)
        for ops in (layer.ops, node.ops):
            yield from ((count, OPERATIONS.get(kind, kind)) for kind, count in (ops or {}).items())
        yield layer.activation_bytes, "bytes"
        for (name, axis), seen in (layer.field or {}).items():
            of = axis_names(self.analysis.inputs[name])[axis + 1]
            if isinstance(seen, Field):
                yield from ((getattr(seen, end), f"{end} along {of}") for end in ("first", "last", "jump", "size"))

    def origin(self, value: object, letter: str, formula: str, node: str) -> str:
        """Where the value of a letter is from."""
        if isinstance(value, Figure):
            label = self.found(value, node)
            return str(label) if label else f"{value.formula.name}, below"
        if isinstance(value, tuple | list):
            return self._of_list(value, letter, formula, node)
        return self._given(value, letter, formula, node) if isinstance(value, int) else ""

    def _of_list(self, values: Sequence[object], letter: str, formula: str, node: str) -> str:
        found: dict[str, list[str]] = {}
        for value in values[: LONG + 1]:
            label = self.found(value, node)
            if label is not None:
                found.setdefault(label.node, []).append(label.what)
        if found and sum(map(len, found.values())) == len(values):
            alike = {tuple(whats) for whats in found.values()}
            if len(found) > 1 and len(alike) == 1:
                return f"{', '.join(next(iter(alike)))} of {', '.join(found)}"
            return "; ".join(f"{', '.join(dict.fromkeys(whats))} of {name}" for name, whats in found.items())
        plain = {self._given(value, letter, formula, node) for value in values if isinstance(value, int)}
        return plain.pop() if len(plain) == 1 else "as listed below" if len(values) > LONG else ""

    def _given(self, value: int, letter: str, formula: str, name: str) -> str:
        match letter:
            case "b":
                return "--batch"
            case "itemsize":
                return self.analysis.dtype
            case "u" | "v" if formula in {"first", "last"}:
                return "cell 0 of the input sees itself"
            case "r":
                return "a cell of the input sees itself" if value == 1 else ""
            case "j":
                return "no stride before" if value == 1 else ""
        node = self.nodes.get(name)
        return "" if node is None else self._option(node, value, letter) or self._axis(node, value, letter)

    def _option(self, node: Node, value: int, letter: str) -> str:
        """The option of a layer that a number is."""
        for option in OPTIONS.get(letter, ()):
            chosen = getattr(node.layer, option, None)
            if chosen == value or (isinstance(chosen, tuple) and value in chosen):
                written = option in getattr(node.layer, "model_fields_set", ())
                return f"`{option}` of {node.name}" + ("" if written else ", by default")
        return ""

    def _axis(self, node: Node, value: int, letter: str) -> str:
        """The axis of what a node reads that a number is the length of."""
        for source in node.inputs:
            shape = self.shapes.get(source, Shape())
            if letter == "c" and shape and value == shape.channels:
                return f"channels of {source}"
            if letter in LENGTHS and value in shape:
                return f"{axis_names(shape)[shape.index(value)]} of {source}"
        return ""


def trail(  # noqa: C901  one walk
    roots: Iterable[tuple[object, Label]], labels: Labels, told: set[tuple[str, str]] | None = None
) -> tuple[tuple[Use, ...], int]:
    """Every use of a formula behind some figures, nearest first; and how many more there are than are shown.

    Uses that read the same are one. What is in ``told`` is left out, unless it is a root; what is found is put there.
    """
    waiting: deque[tuple[object, Label, str, bool]] = deque()
    for value, label in roots:
        known = labels[value]
        waiting.append((value, label, known.node if known else label.node, True))
    found: dict[tuple[str, str], tuple[Use, list[Label]]] = {}
    told = set() if told is None else told
    met: set[int] = set()
    more = 0
    while waiting:
        value, label, home, root = waiting.popleft()
        if not isinstance(value, Figure):
            continue
        known = labels.found(value, home)
        name, home = (label if root or known is None else known), (known.node if known else home)
        key = (value.formula.name, repr(value.given))
        if key in found:
            if name not in found[key][1]:
                found[key][1].append(name)
            continue
        if id(value) in met or (key in told and not root):
            continue
        met.add(id(value))
        if len(found) >= MOST_USES:
            more += 1
        else:
            found[key] = (used(value, name, labels, home), [name])
        for item in value.given:
            if isinstance(item, Figure):
                waiting.append((item, Label("", home), home, False))
            elif isinstance(item, tuple | list) and len(item) <= LONG:
                waiting.extend((one, Label("", home), home, False) for one in item)
    told.update(found)
    return tuple(replace(use, of=named(names)) for use, names in found.values()), more


def used(figure: Figure, label: Label, labels: Labels, home: str = "") -> Use:
    """A figure as a formula used once; ``home`` is the node whose options its numbers may be."""
    formula = figure.formula
    letters = tuple(
        Letter(
            letter,
            meaning(formula.name, letter),
            int(value) if isinstance(value, int) else tuple(int(one) for one in value),
            labels.origin(value, letter, formula.name, home or label.node),
        )
        for letter, value in zip(formula.letters, figure.given, strict=True)
    )
    return Use(str(label), formula, figure.given, int(figure), letters)


def in_few(names: Sequence[str]) -> str:
    """Several names in few words: ``size along H, W``."""
    heads: dict[str, list[str]] = {}
    for name in names:
        head, _, tail = name.rpartition(" ")
        heads.setdefault(head, []).append(tail)
    return ", ".join(f"{head} {', '.join(tails)}".strip() for head, tails in heads.items())


def named(labels: Sequence[Label]) -> str:
    """Several labels in few words: ``H, W of conv1``."""
    found: dict[str, dict[str, None]] = {}
    for label in labels:
        found.setdefault(label.node, {})[label.what] = None
    said = [str(Label(in_few([what for what in whats if what]), node)) for node, whats in found.items()]
    return "; ".join(said[:3]) + (f" and {len(said) - 3} more" if len(said) > 3 else "")
