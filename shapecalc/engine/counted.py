"""One run with the direct kernels, with what it made and did written down node by node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from shapecalc.engine.conventions import Otherwise, otherwise
from shapecalc.engine.counting import Ledger, Tally, Uncounted
from shapecalc.engine.inputs import vocabularies
from shapecalc.engine.needs import needs
from shapecalc.engine.steps import evened, walk
from shapecalc.shape import Buffer, Shape

if TYPE_CHECKING:
    from shapecalc.kernels.window import Array
    from shapecalc.network.graph import Graph, Node


@dataclass
class Counted:
    """What a run made and did, by node."""

    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    held: dict[str, dict[str, int]] = field(default_factory=dict)
    """Elements of the arrays that a node has of its own and that its layer has read: ``params`` and ``buffers``."""
    ops: dict[str, Counter[str]] = field(default_factory=dict)
    """Operations by kind, what the kernel does otherwise than the conventions count taken off."""
    beside: dict[str, Otherwise] = field(default_factory=dict)
    """What was taken off."""
    uncounted: dict[str, str] = field(default_factory=dict)
    """Nodes whose operations could not be counted, and why."""
    bytes: dict[str, int] = field(default_factory=dict)
    unseen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Tensors that a layer states it makes on the way, and of which no array of their size was made."""
    broken: dict[str, str] = field(default_factory=dict)
    """A node that could not be run on what the others gave, and why."""
    apart: Counter[str] = field(default_factory=Counter)
    weight_bytes: int = 0
    activation_bytes: int = 0
    peak_bytes: int = 0
    why: str = "nothing was run"
    """Why there is no more of it; empty where the run came to its end."""


class Asked(dict[str, Any]):
    """The tensors of a layer, with a note of those that it has asked for."""

    def __init__(self, tensors: Mapping[str, Any]) -> None:
        super().__init__(tensors)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """One tensor, if the layer has it."""
        self.names.add(name)
        return super().get(name, default)

    def items(self) -> Any:
        """All of them."""
        self.names |= self.keys()
        return super().items()

    def values(self) -> Any:
        """All of them."""
        self.names |= self.keys()
        return super().values()


class Broken(Exception):
    """A layer cannot be run on what it is given."""


def room(graph: Graph) -> int:
    """The bytes that the run takes: of weights those of one layer at a time, and those that others share."""
    needed = needs(graph, engine="direct")
    owners = {node.shared_with for node in graph}
    own = {node.name: 4 * sum(map(prod, node.weights.values())) for node in graph if node.shared_with is None}
    return int(
        needed.activations
        + needed.scratch
        + max(own.values(), default=0)
        + sum(own[name] for name in own if name in owners)
    )


def counted(graph: Graph, tell: Callable[[str, int], None]) -> Counted:
    """Run a network once, on one example; weights are made layer by layer, as the layer asks for them."""
    ran = Counted(why="")
    ids = vocabularies(graph)
    inputs: dict[str, Array] = {
        name: np.full((1, *map(int, x)), 0 if name in ids else 1, "float32") for name, x in graph.inputs.items()
    }
    ran.activation_bytes = ran.peak_bytes = sum(x.nbytes for x in inputs.values())
    shared: dict[str, dict[str, Array]] = {node.shared_with: {} for node in graph if node.shared_with}
    on_the_way = 0

    def forward(node: Node, xs: Sequence[Array]) -> Array:
        nonlocal on_the_way
        y, on_the_way = _forward(node, xs, shared, ran)
        return y

    try:
        with np.errstate(all="ignore"):
            for step in walk(graph, inputs, forward):
                node = step.node
                ran.shapes[node.name] = step.y.shape
                ran.bytes[node.name] = step.y.nbytes + on_the_way
                ran.activation_bytes += ran.bytes[node.name]
                ran.peak_bytes = max(ran.peak_bytes, step.alive + on_the_way)
                tell(node.name, int((node.ops or {}).get("mac", 0)))
                if node.output is None or step.y.shape != (1, *node.output):
                    ran.why = f"`{node.name}` before it gave another shape"
                    break
    except Broken as error:
        ran.why = str(error)
    return ran


def _forward(node: Node, xs: Sequence[Array], shared: dict[str, dict[str, Array]], ran: Counted) -> tuple[Array, int]:
    """What a node gives, and the bytes of what it made on the way."""
    layer = node.layer
    if layer is None:
        raise Broken(f"`{node.name}` is not known")
    given = [Shape(*x.shape[1:]) for x in xs]
    try:
        shapes = layer.weights(*given)
        made = shared[node.shared_with] if node.shared_with else evened(shapes)
        if node.name in shared:
            shared[node.name] = made
        y, ledger, asked = _measured(node, xs, made, ran)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  what a layer of a package may raise is not known
        said = " ".join(str(error).split())[:200] or type(error).__name__
        ran.broken[node.name] = f"it cannot be run: {said}"
        raise Broken(f"`{node.name}` before it cannot be run") from None
    own = {} if node.shared_with else {name: x for name, x in made.items() if name in asked}
    buffers = sum(x.size for name, x in own.items() if isinstance(shapes[name], Buffer))
    ran.held[node.name] = {"params": sum(x.size for x in own.values()) - buffers, "buffers": buffers}
    ran.weight_bytes += sum(x.nbytes for x in own.values())
    if ledger is None:
        return y, 0
    beside = otherwise(node, given[0]) if given else None
    if beside is not None:
        ran.beside[node.name] = beside
        ledger.done.subtract(beside.ops)
    ran.ops[node.name] = ledger.done
    ran.apart.update(ledger.apart)
    inner = {name: int(shape.elements) for name, shape in node.inner.items()}
    unseen = tuple(name for name, size in inner.items() if size not in ledger.sizes)
    if unseen:
        ran.unseen[node.name] = unseen
    return y, sum(size * y.itemsize for name, size in inner.items() if name not in unseen)


def _measured(
    node: Node, xs: Sequence[Array], made: Mapping[str, Array], ran: Counted
) -> tuple[Array, Ledger | None, set[str]]:
    """What a node gives, what it did, where that could be counted, and the tensors that it asked for."""
    layer: Any = node.layer
    ledger = Ledger()
    asked = Asked({name: Tally.of(x, ledger, weight=True) for name, x in made.items()})
    try:
        y = layer.forward(*(Tally.of(x, ledger) for x in xs), weights=asked)
    except Uncounted as error:
        ran.uncounted[node.name] = f"`{node.kind}` does what is not counted: {error}"
        asked = Asked(made)
        return layer.forward(*xs, weights=asked), None, asked.names
    return np.asarray(y).view(np.ndarray), ledger, asked.names
