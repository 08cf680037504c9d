"""What a step of training costs: the way there, the way back by what is really needed, and the optimizer.

Counted are MACs: of the gradients of norms, activations, pools and of the loss nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from shapecalc.analysis import AtLeast, Total
from shapecalc.analysis.cost import summed
from shapecalc.analysis.cost.products import MADE, WEIGHT, Product, products
from shapecalc.formulas.counting import batched, each
from shapecalc.formulas.reach import Unread
from shapecalc.shape import Buffer

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis
    from shapecalc.network.graph import Graph, Node


class Update(NamedTuple):
    """What an optimizer does to each parameter at a step, by kind of operation."""

    ops: Mapping[str, int]
    source: str


OPTIMIZERS: Mapping[str, Update] = {
    "sgd": Update({"add": 1, "mul": 1}, "θ ← θ − ε·g: Goodfellow, Bengio & Courville 2016, algorithm 8.1"),
    "momentum": Update(
        {"add": 2, "mul": 2}, "v ← µ·v − ε·g, θ ← θ + v: Sutskever, Martens, Dahl & Hinton 2013, equations 1 and 2"
    ),
    "adam": Update(
        {"add": 4, "mul": 6, "div": 3, "sqrt": 1},
        "Kingma & Ba 2015, algorithm 1 as written: m 2 mul and 1 add, v 3 mul and 1 add, 2 div for their corrections,"
        " α·m̂ / (√v̂ + ε) a mul, a div, a sqrt and an add, and an add to θ",
    ),
    "adamw": Update(
        {"add": 5, "mul": 8, "div": 3, "sqrt": 1},
        "Loshchilov & Hutter 2019, algorithm 2 as written: Adam's, and a mul and an add for λ·θ, a mul for η",
    ),
}
"""Optimizers by the name that ``--optimizer`` takes. What is computed once a step, such as β₁ᵗ, is not counted."""


@dataclass(frozen=True, slots=True)
class Pass:
    """The MACs of some nodes, for the whole batch."""

    forward: Total | None
    weights: Total | None
    """Of the gradients of what is trained."""
    inputs: Total | None
    """Of the gradients of what the products read, where something trained lies before it."""

    @property
    def backward(self) -> Total | None:
        """Of all gradients."""
        if self.weights is None and self.inputs is None:
            return None
        return whole(self.weights, self.inputs)


@dataclass(frozen=True)
class Training:
    """What a step of training costs."""

    analysis: Analysis
    optimizer: str
    nodes: tuple[Pass, ...]

    def of(self, row: LayerAnalysis) -> Pass:
        """The sums of a row."""
        return together(self.nodes[row.start : row.stop])

    @property
    def total(self) -> Pass:
        """The sums of the whole network; at least so much, where not every layer is known."""
        every = together(self.nodes)
        if self.analysis.graph.complete:
            return every
        return Pass(*(_at_least(part) for part in (every.forward, every.weights, every.inputs)))

    @property
    def step(self) -> Mapping[str, Total]:
        """What the optimizer does at a step, by kind of operation: once for the whole batch."""
        params = self.analysis.params
        known = params.known if isinstance(params, AtLeast) else params
        counts = {kind: each(known, times) for kind, times in OPTIMIZERS[self.optimizer].ops.items()}
        return {kind: AtLeast(n) for kind, n in counts.items()} if isinstance(params, AtLeast) else counts


def training(analysis: Analysis, optimizer: str = "sgd") -> Training:
    """What a step of training costs.

    Args:
        analysis: the network's figures, for a batch.
        optimizer: one of ``OPTIMIZERS``.
    """
    graph = analysis.graph
    shapes = {**graph.inputs, **{node.name: node.output for node in graph}}
    wanted, seen = wants_gradient(graph), reached(graph)
    sure = graph.complete and all(node.output is not None for node in graph)
    found = []
    for node in graph:
        xs = tuple(x for x in (shapes.get(name) for name in node.inputs) if x is not None)
        known: tuple[Product, ...] | None = None
        if node.name in seen:
            known = products(node, xs) if len(xs) == len(node.inputs) else None
        elif sure:
            known = ()  # no gradient comes here
        found.append(_pass(node, known, [wanted[name] for name in node.inputs], analysis.batch))
    return Training(analysis, optimizer, tuple(found))


def _pass(node: Node, known: tuple[Product, ...] | None, wanted: list[bool], batch: int) -> Pass:
    if node.output is None:
        return Pass(None, None, None)
    macs = None if node.ops is None else node.ops.get("mac", 0)
    forward = None if macs is None else batched(macs, batch)
    if known is None:
        return Pass(forward, None, None)
    trained = [product.macs for product in known if product.left == WEIGHT]
    others = [part for product in known for part in _of_inputs(product, wanted)]
    return Pass(forward, *(batched(summed(parts), batch) for parts in (trained, others)))


def _of_inputs(product: Product, wanted: list[bool]) -> Iterable[int]:
    """The gradients of what a product reads, beside what is trained."""
    if _needed(product.left, wanted):
        yield product.macs
    if _needed(product.right, wanted):
        yield product.macs if product.back is None else product.back


def _needed(factor: str | int, wanted: list[bool]) -> bool:
    if factor == MADE:
        return True
    return wanted[int(factor)] if isinstance(factor, int) or factor.isdigit() else False


def wants_gradient(graph: Graph) -> dict[str, bool]:
    """Of every tensor, whether something trained lies before it: then its gradient is needed."""
    wanted = dict.fromkeys(graph.inputs, False)
    for node in graph:
        trained = any(not isinstance(shape, Buffer) for shape in node.weights.values())
        wanted[node.name] = trained or any(
            wanted[name] and not _unread(steps) for name, steps in zip(node.inputs, _reach(node), strict=True)
        )
    return wanted


def reached(graph: Graph) -> set[str]:
    """The nodes that an output depends on: no gradient comes to the others."""
    seen = set(graph.outputs.values())
    for node in reversed(graph.nodes):
        if node.name in seen:
            seen |= {name for name, steps in zip(node.inputs, _reach(node), strict=True) if not _unread(steps)}
    return seen


def _reach(node: Node) -> tuple[tuple[object, ...], ...]:
    return node.reach if len(node.reach) == len(node.inputs) else ((),) * len(node.inputs)


def _unread(steps: tuple[object, ...]) -> bool:
    return bool(steps) and all(isinstance(step, Unread) for step in steps)


def together(passes: Iterable[Pass]) -> Pass:
    """The sums of some nodes."""
    every = list(passes)
    if len(every) == 1:
        return every[0]
    return Pass(*(whole(*(getattr(one, name) for one in every)) for name in ("forward", "weights", "inputs")))


def whole(*parts: Total | None) -> Total:
    """The parts added up; at least that much, where one of them is not known or only at least so much."""
    known = summed(part.known if isinstance(part, AtLeast) else part for part in parts if part is not None)
    return known if all(isinstance(part, int) for part in parts) else AtLeast(known)


def _at_least(total: Total | None) -> Total | None:
    return AtLeast(total) if isinstance(total, int) else total
