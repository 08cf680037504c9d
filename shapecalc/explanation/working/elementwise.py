"""Cells of norms, activations and merges, and of layers that only move numbers."""

from __future__ import annotations

import math
from math import prod
from typing import TYPE_CHECKING, Any

from shapecalc.explanation.working.stage import (
    Cell,
    Equation,
    Scene,
    Stage,
    Unworked,
    decimal,
    total,
    written,
)
from shapecalc.figure import Term

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shapecalc.kernels.window import Array


def batchnorm(scene: Scene, cell: Cell, stage: Stage) -> float:
    """A batch norm: the running statistics of the channel."""
    tensors, channel = scene.tensors, cell[0]
    mean, variance = float(tensors["mean"][channel]), float(tensors["variance"][channel])
    stage.said.append(f"mean {written(mean)} and variance {written(variance)} of channel {channel}")
    return _scaled(scene, stage, float(scene.x[cell]), mean, variance, channel)


def _scaled(scene: Scene, stage: Stage, x: float, mean: float, variance: float, at: int | Cell) -> float:
    """``(x − mean) / √(variance + ε)``, times gamma, plus beta."""
    epsilon = float(getattr(scene.node.layer, "epsilon", 0.0))
    root = math.sqrt(variance + epsilon)
    value = (x - mean) / root
    above = decimal(x) - decimal(mean)
    below = Term("√", decimal(variance) + decimal(epsilon))
    stage.equations.append(Equation("normalised", Term("exact_div", above, below), value))
    gamma, beta = scene.tensors.get("gamma"), scene.tensors.get("beta")
    if gamma is not None:
        scale = float(gamma[at])
        stage.equations.append(Equation("times gamma", decimal(value) * decimal(scale), value * scale))
        value *= scale
    if beta is not None:
        shift = float(beta[at])
        stage.equations.append(Equation("plus beta", decimal(value) + decimal(shift), value + shift))
        value += shift
    return value


def own_norm(scene: Scene, cell: Cell, stage: Stage) -> float:
    """A norm by the statistics of the example itself."""
    kind, over = scene.node.kind, getattr(scene.node.layer, "over", "")
    at: int | Cell = cell[0]
    if kind in {"layernorm", "rmsnorm"} and over == "channels":
        numbers, what = scene.x[(slice(None), *cell[1:])], "the channels of this place"
    elif kind in {"layernorm", "rmsnorm"}:
        numbers, what, at = scene.x, "the whole example", cell
    elif kind == "groupnorm":
        each = scene.x.shape[0] // int(getattr(scene.node.layer, "groups", 1))
        group = cell[0] // each
        numbers, what = scene.x[group * each : (group + 1) * each], f"the channels of group {group}"
    elif kind == "instancenorm":
        numbers, what = scene.x[cell[0]], "the places of this channel"
    else:
        raise Unworked(kind)
    values = [float(value) for value in numbers.reshape(-1)]
    count = len(values)
    mean = 0.0 if kind == "rmsnorm" else math.fsum(values) / count
    variance = math.fsum((value - mean) ** 2 for value in values) / count
    stage.said.append(f"{count:,} numbers together: {what}")
    if kind != "rmsnorm":
        summed = total([decimal(value) for value in values])
        stage.equations.append(Equation("mean", Term("exact_div", summed, Term("number", count)), mean))
    squares = total([Term("²", decimal(value - mean)) for value in values])
    name = "mean square" if kind == "rmsnorm" else "variance"
    stage.equations.append(Equation(name, Term("exact_div", squares, Term("number", count)), variance))
    return _scaled(scene, stage, float(scene.x[cell]), mean, variance, at)


def softmax(scene: Scene, cell: Cell, stage: Stage) -> float:
    """A softmax over the channels of one place."""
    values = [float(value) for value in scene.x[(slice(None), *cell[1:])]]
    top = max(values)
    powers = [math.exp(value - top) for value in values]
    stage.said.append(f"over the {len(values):,} channels of this place; the largest, {written(top)}, is taken off")
    stage.equations.append(
        Equation("sum of powers", total([Term("e^", decimal(v - top)) for v in values]), sum(powers))
    )
    value = powers[cell[0]] / sum(powers)
    own = Term("exact_div", Term("e^", decimal(values[cell[0]] - top)), decimal(sum(powers)))
    stage.equations.append(Equation("its share", own, value))
    if scene.node.kind == "log_softmax":
        stage.equations.append(Equation("logarithm", Term("log", decimal(value)), math.log(value)))
        return math.log(value)
    return value


def activation(scene: Scene, cell: Cell, stage: Stage) -> float:
    """A function of one number."""
    x = float(scene.x[cell])
    kind = scene.node.kind
    layer: Any = scene.node.layer
    if kind in FUNCTIONS:
        value = FUNCTIONS[kind](x)
    elif layer is not None and not scene.tensors:
        one = scene.x[tuple(slice(i, i + 1) for i in cell)].reshape((1, 1) + (1,) * (len(cell) - 1))
        value = float(layer.forward(one, weights={}).reshape(-1)[0])
    else:
        raise Unworked(kind)
    spelt = TERMS.get(kind)
    stage.equations.append(Equation("", spelt(decimal(x)) if spelt else Term(kind, decimal(x)), value))
    return value


FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "relu": lambda x: max(0.0, x),
    "relu6": lambda x: min(6.0, max(0.0, x)),
    "tanh": math.tanh,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)) if x > -700 else 0.0,
    "silu": lambda x: x / (1 + math.exp(-x)) if x > -700 else 0.0,
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "identity": lambda x: x,
    "dropout": lambda x: x,
}
"""What some activations do to a number, written out; of the others the layer itself is asked."""
ONE, ZERO = Term("number", 1), Term("number", 0)
TERMS: Mapping[str, Callable[[Term], Term]] = {
    "relu": lambda t: Term("max", ZERO, t),
    "relu6": lambda t: Term("min", Term("number", 6), Term("max", ZERO, t)),
    "sigmoid": lambda t: Term("exact_div", ONE, ONE + Term("e^", ZERO - t)),
    "silu": lambda t: Term("exact_div", t, ONE + Term("e^", ZERO - t)),
    "identity": lambda t: t,
    "dropout": lambda t: t,
}


def merge(scene: Scene, cell: Cell, stage: Stage) -> float:
    """Several inputs at one place."""
    values = [float(x[_inside(x, cell, scene.y)]) for x in scene.xs]
    terms = [decimal(value) for value in values]
    stage.said.append(
        "at this place: " + ", ".join(f"{name} {written(v)}" for name, v in zip(scene.sources, values, strict=True))
    )
    match scene.node.kind:
        case "add":
            term, value = total(terms), sum(values)
        case "multiply":
            term, value = Term("product", Term("list", *terms)), prod(values)
        case "maximum":
            term, value = Term("max", *terms), max(values)
        case "minimum":
            term, value = Term("min", *terms), min(values)
        case "mean":
            value = sum(values) / len(values)
            term = Term("exact_div", total(terms), Term("number", len(values)))
        case "subtract" if len(values) == 2:
            term, value = terms[0] - terms[1], values[0] - values[1]
        case kind:
            raise Unworked(kind)
    stage.equations.append(Equation("", term, value))
    return value


def _inside(x: Array, cell: Cell, y: Array) -> Cell:
    """The place of an input that is cut to the output, or spread over it."""
    if x.ndim != y.ndim:
        return (cell[0] if x.shape[0] > 1 else 0,)
    return tuple(0 if n == 1 else at + (n - o) // 2 for at, n, o in zip(cell, x.shape, y.shape, strict=True))


def concat(scene: Scene, cell: Cell, stage: Stage) -> float:
    """One of several inputs, behind each other along an axis."""
    axis = getattr(scene.node.layer, "along", lambda _: 0)(_Shape(scene.x.shape))
    left = cell[axis]
    for name, x in zip(scene.sources, scene.xs, strict=True):
        if left < x.shape[axis]:
            at = tuple(left if i == axis else c + (x.shape[i] - scene.y.shape[i]) // 2 for i, c in enumerate(cell))
            what = "channel" if axis == 0 else "cell"
            stage.said.append(f"{what} {cell[axis]} is {what} {left} of {name}")
            return copied(stage, float(x[at]))
        left -= x.shape[axis]
    raise Unworked(scene.node.kind)


def flatten(scene: Scene, cell: Cell, stage: Stage) -> float:
    """The same number in one row."""
    at = _unravelled(cell[0], scene.x.shape)
    stage.said.append(f"number {cell[0]} is {at} of {scene.sources[0]}: channel, then place")
    return copied(stage, float(scene.x[at]))


def copied(stage: Stage, value: float) -> float:
    """A number that is only moved."""
    stage.equations.append(Equation("", decimal(value), value))
    return value


def _unravelled(index: int, lengths: Sequence[int]) -> Cell:
    found = []
    for n in reversed(lengths):
        index, at = divmod(index, n)
        found.append(at)
    return tuple(reversed(found))


class _Shape(tuple[int, ...]):
    """What a layer asks of a shape to find an axis."""

    __slots__ = ()

    @property
    def rank(self) -> int:
        """Its spatial axes."""
        return len(self) - 1
