"""Run a network: step after step, each array held to the shape that was computed for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from shapecalc import kernels
from shapecalc.analysis.memory import last_readers
from shapecalc.engine.arrays import Unusable, chunks
from shapecalc.engine.chains import Step, steps
from shapecalc.engine.inputs import noises, vocabularies
from shapecalc.engine.making import Compute, make
from shapecalc.engine.spending import alive
from shapecalc.engine.ways import DIRECT
from shapecalc.engine.weights import expected, seeded
from shapecalc.kernels.fast.room import Room

if TYPE_CHECKING:
    from shapecalc.kernels.window import Array
    from shapecalc.network.graph import Graph
    from shapecalc.shape import Shape

for family in kernels.__all__:
    getattr(kernels, family)  # loaded now, so that no layer's time has that in it

FORMATS = {"float32", "float64"}
"""What the fast ways compute in; other numbers, and different ones together, are left to the plain kernels."""
MOST_VALUES = 1_000
"""An output of no more values than that is told by its largest."""
AGAIN = 2
"""A network that is run many times holds up to so many times the most that is alive at once: the system takes longer
to give memory anew than some layers to be computed."""


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
    """With those of the nodes before it that were computed in one with it."""
    macs: int | None
    """For the whole batch; None where they are not known. With those of the nodes computed in one with it."""
    way: str = "direct"
    """How it was computed."""

    @property
    def finite(self) -> bool:
        """Whether no value is infinite or not a number."""
        return math.isfinite(self.min) and math.isfinite(self.max)


@dataclass(frozen=True, slots=True)
class Timed:
    """How some nodes were computed in one, and how long it took."""

    names: tuple[str, ...]
    way: str
    seconds: float
    preparing: float
    """Seconds that bringing the weights to the form of the way took; 0 where they were kept in it."""
    macs: int | None
    """For the whole batch; None where they are not known."""


@dataclass(frozen=True, eq=False)
class Run:
    """What came of a run."""

    records: tuple[Record, ...]
    """One for every node that was asked for, in order."""
    outputs: Mapping[str, Array]
    """The network's outputs, by name."""
    arrays: Mapping[str, Array] = field(default_factory=dict)
    """What every node gave, by its name, where that was to be kept."""
    timed: tuple[Timed, ...] = ()
    """How everything was computed, in order."""

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


class Prepared:
    """A network with its weights, to be run many times: what is made of the weights for the fast ways is kept.

    Args:
        graph: the network, without faults.
        weights: an array for each tensor by name, as ``weights.expected`` lists them.
        engine: ``fast``, or ``direct`` for the plain kernels alone.
        winograd: let 3×3 be computed by Winograd's algorithm, which rounds a little more.
        shown: the nodes that get a record; all, if not given. What lies between them may be computed in one.
        once: keep nothing: what is made of a layer's weights is let go when the layer is done.
    """

    def __init__(
        self,
        graph: Graph,
        weights: Mapping[str, Array],
        *,
        engine: str = "fast",
        winograd: bool = True,
        shown: Collection[str] | None = None,
        once: bool = False,
    ) -> None:
        if graph.wrong:
            raise ValueError("a network with faults cannot be run")
        _checked(expected(graph), weights)
        self.graph = graph
        self.weights = weights
        self.once = once
        self.shown = shown
        self.room = Room()
        self.steps = tuple(steps(graph, engine=engine, winograd=winograd, shown=shown))
        self.formats = {x.dtype.name for x in weights.values()}
        self.made: dict[str, Compute] = {}
        self.alive: dict[int, list[int]] = {}
        """By the examples, the numbers alive while each step runs."""
        index = {node.name: number for number, node in enumerate(graph)}
        last = last_readers(graph)
        self.done: list[list[str]] = []
        """For each step, what nobody reads after it."""
        for step in self.steps:
            at = index[step.end.name]
            self.done.append([name for name in {*step.reads, step.end.name} if last.get(name, at) <= at])

    def compute(self, step: Step) -> tuple[Compute, float]:
        """The function of a step, and the seconds it took to make it."""
        if step.head.name in self.made:
            return self.made[step.head.name], 0.0
        start = perf_counter()
        made = make(step, self.weights, self.room, keep=not self.once)
        if not self.once:
            self.made[step.head.name] = made
        return made, perf_counter() - start

    def run(
        self,
        inputs: Mapping[str, Array],
        *,
        keep: bool = False,
        watch: Callable[[Record, Array], None] | None = None,
        tell: Callable[[Timed], None] | None = None,
    ) -> Run:
        """Run it on arrays of shape ``(batch, channels, *lengths)``.

        Args:
            inputs: an array for each input by name.
            keep: keep what every node that is shown gives, not the outputs alone.
            watch: is given the record and array of each node that is shown.
            tell: is told of each step when it is done.

        Raises:
            Disagreement: an array has another shape than the analysis computed.
            Unusable: an input holds ids that are not in the vocabulary.
        """
        examples = _examples(self.graph.inputs, inputs)
        self._alike(inputs)
        there = dict(inputs)
        records: list[Record] = []
        timed: list[Timed] = []
        kept: dict[str, Array] = {}
        itemsize = max(x.dtype.itemsize for x in inputs.values())
        if examples not in self.alive:
            self.alive[examples] = alive(self.graph, self.steps, examples)
        held = self.alive[examples]
        most = max(held, default=0) * (1 if self.once else AGAIN)
        with np.errstate(all="ignore"):  # what overflows is seen in the record
            for step, done, here in zip(self.steps, self.done, held, strict=True):
                name = step.end.name
                self.room.shrink((most - here) * itemsize)
                y, time = self._step(step, [there[name] for name in step.reads], examples)
                timed.append(time)
                there[name] = y
                if tell is not None:
                    tell(time)
                if self.shown is None or name in self.shown:
                    records.append(recorded(name, y, time))
                    if watch is not None:
                        watch(records[-1], y)
                    if keep:
                        kept[name] = y
                del y
                for name in done:
                    del there[name]
        outputs = {name: there[node] for name, node in self.graph.outputs.items()}
        return Run(tuple(records), outputs, kept, tuple(timed))

    def _alike(self, inputs: Mapping[str, Array]) -> None:
        """Raise where a fast way would meet numbers of another format than the weights."""
        given = {x.dtype.name for x in inputs.values()}
        if self.formats and given != self.formats and any(step.way != DIRECT for step in self.steps):
            said = (", ".join(sorted(names)) for names in (given, self.formats))
            raise ValueError("the inputs are {}, and the weights {}".format(*said))

    def _step(self, step: Step, xs: Sequence[Array], examples: int) -> tuple[Array, Timed]:
        """What a step gives. A function of its own, so that nothing outlives it by accident."""
        compute, preparing = self.compute(step)
        if step.end.output is None:
            raise ValueError(f"`{step.end.name}` is not known")
        start = perf_counter()
        try:
            y = compute(*xs)
        except kernels.embedding.OutsideVocabulary as error:
            raise Unusable(f"layer `{step.head.name}` {error}") from None
        except (ValueError, IndexError) as error:  # NumPy's word for shapes that do not meet
            raise Disagreement(step.end.name, f"none ({error})", _batched(examples, step.end.output)) from error
        seconds = perf_counter() - start
        if y.shape != (examples, *step.end.output):
            raise Disagreement(step.end.name, "×".join(map(str, y.shape)), _batched(examples, step.end.output))
        macs = step.macs
        return y, Timed(step.names, step.way, seconds, preparing, None if macs is None else macs * examples)


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
    tell: Callable[[Timed], None] | None = None,
    engine: str = "fast",
    winograd: bool = True,
    shown: Collection[str] | None = None,
) -> Run:
    """Run a network on arrays of shape ``(batch, channels, *lengths)``, once; ``Prepared`` runs it many times.

    Args:
        graph: the network, without faults.
        inputs: an array for each input by name; noise from the seed, if not given: ids where an embedding reads them.
        weights: an array for each tensor by name, as ``weights.expected`` lists them; made from the seed, if not given.
        seed: what noise and weights are made from.
        batch: examples of noise.
        dtype: the number format of noise and of weights that are made.
        keep: keep what every node that is shown gives, not the outputs alone.
        watch: is given the record and array of each node that is shown, as it is made.
        tell: is told of each step when it is done.
        engine: ``fast``, or ``direct`` for the plain kernels alone.
        winograd: let 3×3 be computed by Winograd's algorithm, which rounds a little more.
        shown: the nodes that get a record; all, if not given. What lies between them may be computed in one.

    Raises:
        Disagreement: an array has another shape than the analysis computed.
        Unusable: an input holds ids that are not in the vocabulary.
    """
    if graph.wrong:
        raise ValueError("a network with faults cannot be run")
    given = noises(graph.inputs, batch, seed, dtype, ids=vocabularies(graph)) if inputs is None else inputs
    tensors = seeded(graph, seed, dtype) if weights is None else weights
    alike = {x.dtype.name for x in (*given.values(), *tensors.values())}
    prepared = Prepared(
        graph,
        tensors,
        engine=engine if len(alike) == 1 and alike <= FORMATS else "direct",
        winograd=winograd,
        shown=shown,
        once=True,
    )
    return prepared.run(given, keep=keep, watch=watch, tell=tell)


def recorded(name: str, y: Array, time: Timed) -> Record:
    """The record of what a node gave."""
    mean = float(y.mean(dtype=np.float64))
    squares = sum(float(np.square(chunk - mean).sum()) for chunk in chunks(y, "float64"))
    return Record(
        name=name,
        shape=y.shape,
        mean=mean,
        std=math.sqrt(squares / y.size),
        min=float(y.min()),
        max=float(y.max()),
        seconds=time.seconds,
        macs=time.macs,
        way=time.way,
    )


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


def _batched(examples: int, shape: Shape) -> str:
    return "×".join(str(int(n)) for n in (examples, *shape))
