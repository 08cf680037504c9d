"""The bytes that a run will take, from the graph alone: known before anything is allocated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

from shapecalc.analysis.memory import DTYPES, peak
from shapecalc.formulas.windows import Transposed, Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.network.graph import Graph, Node
    from shapecalc.shape import Shape

COPIES = {
    "relu": 0,
    "relu6": 0,
    "tanh": 0,
    "identity": 0,
    "dropout": 0,
    "flatten": 0,
    "concat": 0,
    "global_maxpool": 0,
    "global_avgpool": 0,
    "add": 1,
    "multiply": 1,
    "hard_sigmoid": 1,
    "hard_swish": 2,
    "batchnorm": 2,
    "softmax": 2,
    **dict.fromkeys(("leaky_relu", "elu", "selu", "sigmoid", "silu", "softplus"), 3),
    "gelu": 20,  # math.erfc takes and gives Python's own numbers: 64 bytes each, and float64 before and after
}
"""Copies of its output that a kernel makes on the way, for the kinds that need nothing else."""
OTHERWISE = 4
"""For other kinds: copies of all that they read, give and make on the way."""
ASIDE = 2**20
"""Bytes for what is not an array, and for the pieces in which values are summed up."""
RECORD = 2**10
"""Bytes for what is kept of each node."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The bytes that a run takes at most, by what for."""

    weights: int
    activations: int
    scratch: int
    """What the greediest step takes beside what it reads and gives."""
    scratch_at: str
    """The node of that step; empty where it is reading a file."""

    @property
    def total(self) -> int:
        """All of them."""
        return self.weights + self.activations + self.scratch


def needs(graph: Graph, batch: int = 1, dtype: str = "float32", *, keep: bool = False, spent: int = 0) -> Needs:
    """The bytes that a run takes.

    Args:
        graph: the network, without faults.
        batch: examples at once.
        dtype: the number format of weights and arrays.
        keep: what every node gives is kept.
        spent: bytes that reading the inputs takes beside them.
    """
    itemsize = DTYPES[dtype]
    shapes: dict[str, Shape] = dict(graph.inputs)
    held = {name: _numbers(shape, batch) for name, shape in shapes.items()}
    most, at = 0, ""
    for node in graph:
        if node.output is None:
            raise ValueError(f"the shape of `{node.name}` is not known")
        xs = [shapes[name] for name in node.inputs]
        shapes[node.name] = node.output
        held[node.name] = _held(node, xs, batch)
        if (numbers := scratch(node, xs, batch)) > most:
            most, at = numbers, node.name
    # whoever gives the inputs holds them to the end, as if they were outputs
    holding = replace(graph, outputs={**graph.outputs, **{name: name for name in graph.inputs}})
    alive = sum(held.values()) if keep else peak(holding, held).bytes
    aside = ASIDE + RECORD * len(graph)
    beside = max(most * itemsize, spent)
    return Needs(
        weights=itemsize
        * sum(prod(shape) for node in graph if node.shared_with is None for shape in node.weights.values()),
        activations=itemsize * alive,
        scratch=beside + aside,
        scratch_at=at if most * itemsize >= spent else "",
    )


def scratch(node: Node, xs: Sequence[Shape], batch: int) -> int:
    """Numbers that a node's kernel holds beside its inputs and its output, at most."""
    if node.output is None:
        raise ValueError(f"the shape of `{node.name}` is not known")
    x, y = xs[0], node.output
    output = _numbers(y, batch)
    steps = node.reach[0] if node.reach else ()
    windows = [step for step in steps if isinstance(step, Window)]
    stamps = [step for step in steps if isinstance(step, Transposed)]
    kernel = prod(node.weights.get("kernel", ()))
    if stamps:
        # the products, once more in one piece, and the sum of the stamps; on the way turned copies of input and kernel
        products = y.channels * prod(stamp.size for stamp in stamps) * prod(x.spatial) * batch
        return products + max(products, _numbers(x, batch)) + _stamped(node, x, batch) + kernel
    if windows and "kernel" in node.weights:
        # padded input; the patches of one group; the groups' parts, and all of them in one piece before the bias
        taps = prod(window.size for window in windows)
        patches = node.weights["kernel"][1] * taps * prod(y.spatial) * batch
        return _padded(windows, x, y, batch) + max(patches, 2 * output)
    if windows:
        # padded input; for a mean the sums before they are divided, and the cells of each place in float64
        return _padded(windows, x, y, batch) + output + 6 * prod(y.spatial)
    if "kernel" in node.weights:
        return _numbers(x, batch) + output
    if node.kind in COPIES:
        return COPIES[node.kind] * output
    return OTHERWISE * (output + sum(_numbers(x, batch) for x in (*xs, *node.inner.values())))


def _numbers(shape: Shape, batch: int) -> int:
    return prod(shape) * batch


def _padded(windows: Sequence[Window], x: Shape, y: Shape, batch: int) -> int:
    """Numbers of an input with its padding, and with what the last window hangs over."""
    ends = (
        max(n + sum(w.pads(n)), (o - 1) * w.stride + w.reach)
        for w, n, o in zip(windows, x.spatial, y.spatial, strict=True)
    )
    return x.channels * prod(ends) * batch


def _stamped(node: Node, x: Shape, batch: int) -> int:
    """Numbers of a transposed convolution's output before its ends are cut off."""
    steps = [step for step in node.reach[0] if isinstance(step, Transposed)]
    filters = node.output.channels if node.output else 0
    ends = ((n - 1) * s.stride + (s.size - 1) * s.dilation + 1 + s.extra for s, n in zip(steps, x.spatial, strict=True))
    return filters * prod(ends) * batch


def _held(node: Node, xs: Sequence[Shape], batch: int) -> int:
    """Numbers that stay while a node's output is wanted: a cut output holds on to what it was cut from."""
    output = _numbers(node.output, batch) if node.output is not None else 0
    if any(isinstance(step, Transposed) for step in (node.reach[0] if node.reach else ())):
        return max(output, _stamped(node, xs[0], batch))
    return output
