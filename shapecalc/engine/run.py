"""Run a network: every node's ``forward`` in order, each array held to the shape that was computed for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from shapecalc import kernels
from shapecalc.analysis.memory import last_readers
from shapecalc.engine.arrays import Unusable, chunks
from shapecalc.engine.inputs import noises, vocabularies
from shapecalc.engine.weights import expected, seeded

if TYPE_CHECKING:
    from shapecalc.kernels.window import Array
    from shapecalc.network.graph import Graph, Node
    from shapecalc.shape import Shape

for family in kernels.__all__:
    getattr(kernels, family)  # loaded now, so that no layer's time has that in it

MOST_VALUES = 1_000
"""An output of no more values than that is told by its largest."""


class Disagreement(Exception):
    """The engine made another array than the analysis computed: one of the two is wrong."""

    def __init__(self, node: str, made: str, computed: str) -> None:
        self.node = node
        self.made = made
        self.computed = computed
        super().__init__(f"at `{node}` the engine made {made}, and the analysis computed {computed}")


@dataclass(frozen=True, slots=True)
class Record:
    """What one node gave: the array's shape, batch first, its values, and what it took to make it."""

    name: str
    shape: tuple[int, ...]
    mean: float
    std: float
    min: float
    max: float
    seconds: float
    macs: int | None
    """For the whole batch; None where they are not known."""

    @property
    def finite(self) -> bool:
        """Whether no value is infinite or not a number."""
        return math.isfinite(self.min) and math.isfinite(self.max)


@dataclass(frozen=True, eq=False)
class Run:
    """What came of a run."""

    records: tuple[Record, ...]
    """One for every node, in order."""
    outputs: Mapping[str, Array]
    """The network's outputs, by name."""
    arrays: Mapping[str, Array] = field(default_factory=dict)
    """What every node gave, by its name, where that was to be kept."""

    def __getitem__(self, name: str) -> Record:
        """The record of a node."""
        for record in self.records:
            if record.name == name:
                return record
        raise KeyError(name)

    def largest(self, most: int = 5) -> dict[str, tuple[tuple[int, float], ...]]:
        """The first example's largest values and their indices, for each flat output of a size to look at."""
        return {
            name: tuple((int(index), float(x[0, index])) for index in np.argsort(-x[0], kind="stable")[:most])
            for name, x in self.outputs.items()
            if x.ndim == 2 and x.shape[1] <= MOST_VALUES
        }


def run(
    graph: Graph,
    inputs: Mapping[str, Array] | None = None,
    weights: Mapping[str, Array] | None = None,
    *,
    seed: int = 0,
    batch: int = 1,
    dtype: str = "float32",
    keep: bool = False,
    watch: Callable[[Record, Array], None] | None = None,
) -> Run:
    """Run a network on arrays of shape ``(batch, channels, *lengths)``.

    Args:
        graph: the network, without faults.
        inputs: an array for each input by name; noise from the seed, if not given: ids where an embedding reads them.
        weights: an array for each tensor by name, as ``weights.expected`` lists them; made from the seed, if not given.
        seed: what noise and weights are made from.
        batch: examples of noise.
        dtype: the number format of noise and of weights that are made.
        keep: keep what every node gives, not the outputs alone.
        watch: is given each record and array as it is made.

    Raises:
        Disagreement: an array has another shape than the analysis computed.
        Unusable: an input holds ids that are not in the vocabulary.
    """
    if graph.wrong:
        raise ValueError("a network with faults cannot be run")
    given = noises(graph.inputs, batch, seed, dtype, ids=vocabularies(graph)) if inputs is None else inputs
    tensors = seeded(graph, seed, dtype) if weights is None else weights
    examples = _examples(graph.inputs, given)
    _checked(expected(graph), tensors)
    last = last_readers(graph)
    alive = dict(given)
    records: list[Record] = []
    kept: dict[str, Array] = {}
    for index, node in enumerate(graph):
        record, alive[node.name] = _step(node, [alive[name] for name in node.inputs], tensors, examples)
        records.append(record)
        if watch is not None:
            watch(record, alive[node.name])
        if keep:
            kept[node.name] = alive[node.name]
        for name in {*node.inputs, node.name}:
            if last.get(name, index) <= index:
                del alive[name]
    return Run(tuple(records), {name: alive[node] for name, node in graph.outputs.items()}, kept)


def _examples(shapes: Mapping[str, Shape], inputs: Mapping[str, Array]) -> int:
    """How many examples the inputs have, all the same number."""
    if inputs.keys() != shapes.keys():
        raise ValueError(f"the inputs are {', '.join(shapes)}, and {', '.join(inputs) or 'none'} are given")
    for name, x in inputs.items():
        if x.shape[1:] != shapes[name]:
            raise ValueError(f"input `{name}` is {x.shape}, where (batch, {', '.join(map(str, shapes[name]))}) is due")
    batches: set[int] = {x.shape[0] for x in inputs.values()}
    if len(batches) != 1:
        raise ValueError(f"the inputs have batches of {' and '.join(map(str, sorted(batches)))}")
    return batches.pop()


def _checked(shapes: Mapping[str, Shape], weights: Mapping[str, Array]) -> None:
    """Raise where weights are missing or have other shapes."""
    for name, shape in shapes.items():
        if name not in weights:
            raise ValueError(f"the tensor `{name}` is missing")
        if weights[name].shape != shape:
            raise ValueError(f"the tensor `{name}` is {weights[name].shape}, where {tuple(shape)} is due")


def _step(node: Node, xs: Sequence[Array], weights: Mapping[str, Array], examples: int) -> tuple[Record, Array]:
    """One node's array and its record. A function of its own, so that nothing outlives it by accident."""
    if node.layer is None or node.output is None:
        raise ValueError(f"`{node.name}` is not known")
    owner = node.shared_with or node.name
    own = {tensor: weights[f"{owner}.{tensor}"] for tensor in node.weights}
    with np.errstate(all="ignore"):  # what overflows is seen in the record
        start = perf_counter()
        try:
            y = node.layer.forward(*xs, weights=own)
        except kernels.embedding.OutsideVocabulary as error:
            raise Unusable(f"layer `{node.name}` {error}") from None
        except (ValueError, IndexError) as error:  # NumPy's word for shapes that do not meet
            raise Disagreement(node.name, f"none ({error})", _batched(examples, node.output)) from error
        seconds = perf_counter() - start
        if y.shape != (examples, *node.output):
            raise Disagreement(node.name, "×".join(map(str, y.shape)), _batched(examples, node.output))
        mean = float(y.mean(dtype=np.float64))
        squares = sum(float(np.square(chunk - mean).sum()) for chunk in chunks(y, "float64"))
        record = Record(
            name=node.name,
            shape=y.shape,
            mean=mean,
            std=math.sqrt(squares / y.size),
            min=float(y.min()),
            max=float(y.max()),
            seconds=seconds,
            macs=None if node.ops is None else int(node.ops.get("mac", 0)) * examples,
        )
    return record, y


def _batched(examples: int, shape: Shape) -> str:
    return "×".join(str(int(n)) for n in (examples, *shape))
