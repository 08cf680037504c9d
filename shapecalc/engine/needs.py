"""The bytes that a run will take, from the graph alone: known before anything is allocated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

from shapecalc.analysis.memory import DTYPES, peak
from shapecalc.engine.chains import steps
from shapecalc.engine.sequences import SCRATCH
from shapecalc.engine.spending import Spent, alive, spending
from shapecalc.engine.ways import DIRECT
from shapecalc.formulas.windows import Transposed, Window
from shapecalc.kernels.fast.sizes import WASTE
from shapecalc.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from shapecalc.engine.chains import Step
    from shapecalc.network.graph import Graph, Node

COPIES = {
    "relu": 0,
    "relu6": 0,
    "hard_tanh": 0,
    "exp": 0,
    "maxout": 0,
    "matmul": 0,
    "layer_scale": 0,
    "tanh": 0,
    "identity": 0,
    **dict.fromkeys(("reshape", "permute", "squeeze", "unsqueeze", "to_tokens", "to_map"), 0),
    **dict.fromkeys(("crop", "slice", "split", "take"), 0),
    "dropout": 0,
    "flatten": 0,
    "concat": 0,
    "global_maxpool": 0,
    "global_avgpool": 0,
    "adaptive_maxpool": 1,
    "adaptive_avgpool": 1,
    **dict.fromkeys(("add", "subtract", "multiply", "divide", "maximum", "minimum", "mean"), 1),
    **dict.fromkeys(("threshold", "squared_relu", "tanhshrink", "softsign", "scale", "l2norm"), 1),
    "hard_sigmoid": 1,
    "hard_swish": 2,
    **dict.fromkeys(("batchnorm", "layernorm", "groupnorm", "instancenorm", "rmsnorm"), 2),
    **dict.fromkeys(("softmax", "log_softmax"), 2),
    **dict.fromkeys(("leaky_relu", "prelu", "elu", "celu", "selu", "sigmoid", "silu", "softplus"), 3),
    **dict.fromkeys(("log_sigmoid", "mish"), 3),
    **dict.fromkeys(("quick_gelu", "glu"), 4),
    "lrn": 7,  # the squares, and once more with as many channels before and after
    "gelu": 3,
}
"""Copies of its output that a kernel makes on the way, for the kinds that need nothing else."""
POOLS = frozenset(("maxpool", "avgpool", "sumpool", "lppool", "filter"))
"""Kinds that reduce the windows of their padded input."""
STEPWISE = frozenset(("separable_conv", "spatially_separable_conv"))
"""Convolutions in several steps, each with a kernel of its own."""
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
    transforms: int
    """What weights are brought to for the fast ways; each layer's is let go when the layer is done."""
    activations: int
    scratch: int
    """What the greediest step takes beside what it reads and gives."""
    scratch_at: str
    """The node of that step; empty where it is reading a file."""

    @property
    def total(self) -> int:
        """All of them."""
        return self.weights + self.transforms + self.activations + self.scratch


def needs(
    graph: Graph,
    batch: int = 1,
    dtype: str = "float32",
    *,
    keep: bool = False,
    spent: int = 0,
    engine: str = "fast",
    winograd: bool = True,
    shown: Collection[str] | None = None,
) -> Needs:
    """The bytes that a run takes.

    Args:
        graph: the network, without faults.
        batch: examples at once.
        dtype: the number format of weights and arrays.
        keep: what every node that is shown gives is kept.
        spent: bytes that reading the inputs takes beside them.
        engine: as in ``run``.
        winograd: as in ``run``.
        shown: as in ``run``.
    """
    itemsize = DTYPES[dtype]
    chosen = tuple(steps(graph, engine=engine, winograd=winograd, shown=shown))
    taken = {
        step.head.name: Spent(aside=itemsize * scratch(step.head, step.xs, batch))
        if step.way == DIRECT
        else spending(step, batch, itemsize, COPIES)
        for step in chosen
    }
    pieces = max((found.pieces for found in taken.values()), default=0)
    most = max((found.aside for found in taken.values()), default=0)
    at = max(taken, key=lambda name: taken[name].pieces + taken[name].aside, default="")
    alive_at_once = itemsize * _activations(graph, chosen, batch, keep=keep)
    reused = alive_at_once // WASTE if any(step.way != DIRECT for step in chosen) else 0
    aside = ASIDE + RECORD * len(graph) + reused
    return Needs(
        weights=itemsize
        * sum(prod(shape) for node in graph if node.shared_with is None for shape in node.weights.values()),
        transforms=max((found.transforms + found.making for found in taken.values()), default=0),
        activations=alive_at_once,
        scratch=max(most + pieces, spent) + aside,
        scratch_at=at if most + pieces >= spent else "",
    )


def _activations(graph: Graph, chosen: Sequence[Step], batch: int, *, keep: bool) -> int:
    """Numbers of the inputs and of what the steps give, at the time when there are most of them."""
    held = {name: _numbers(shape, batch) for name, shape in graph.inputs.items()}
    if keep:
        return sum(held.values()) + sum(_numbers(step.end.output or Shape(), batch) for step in chosen)
    if any(step.way != DIRECT for step in chosen):
        return max(alive(graph, chosen, batch))
    held |= {step.head.name: _held(step.head, step.xs, batch) for step in chosen}
    # whoever gives the inputs holds them to the end, as if they were outputs
    holding = replace(graph, outputs={**graph.outputs, **{name: name for name in graph.inputs}})
    return peak(holding, held).bytes


def scratch(node: Node, xs: Sequence[Shape], batch: int) -> int:
    """Numbers that a node's kernel holds beside its inputs and its output, at most."""
    if node.output is None:
        raise ValueError(f"the shape of `{node.name}` is not known")
    if node.kind in SCRATCH:
        return SCRATCH[node.kind](node, xs, batch)
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
    if windows and ("kernel" in node.weights or node.kind in STEPWISE):
        return _convolved(node, windows, x, batch)
    if windows and node.kind in POOLS:
        # padded input; for a mean the sums before they are divided, and the cells of each place in float64
        sums = 3 if node.kind == "lppool" else 1
        powers = 2 * _numbers(x, batch) if node.kind == "lppool" else 0
        return _padded(windows, x, y, batch) + powers + sums * output + 6 * prod(y.spatial)
    if "kernel" in node.weights:
        return _numbers(x, batch) + output
    kind = "gelu" if getattr(node.layer, "gate", "") == "gelu" else node.kind
    if kind in COPIES:
        return COPIES[kind] * output
    return OTHERWISE * (output + sum(_numbers(x, batch) for x in (*xs, *node.inner.values())))


def _convolved(node: Node, windows: Sequence[Window], x: Shape, batch: int) -> int:
    """Numbers beside input and output of a convolution, or of several one after another.

    They are a padded input, what is made between, and the patches of one group, or the groups' parts and all of them
    in one piece before the bias; a kernel that is turned is copied.
    """
    made = [*node.inner.values(), *([node.output] if node.output is not None else [])]
    largest = max(_numbers(shape, batch) for shape in made)
    rank = len(windows)
    kernels = [shape for name, shape in node.weights.items() if name != "bias"]
    reads = max(prod(shape[-rank - 1 :]) for shape in kernels)  # the channels of a group, times the taps
    if table := getattr(node.layer, "connections", None):  # filter by filter
        reads = max(map(len, table)) * prod(window.size for window in windows)
        largest = max(largest, _numbers(x, batch))
    banks = kernels[0][: -rank - 2] if node.kind == "conv" else ()  # one after another
    seen = [shape.spatial for shape in made]
    places = max(prod(-(-o // t) for o, t in zip(axes, banks or (1,) * rank, strict=True)) for axes in seen)
    patches = reads * places * batch
    padded = [x, *(shape for name, shape in node.inner.items() if name != "filtered")]
    widest = Shape(max(shape.channels for shape in padded), *x.spatial)
    between = sum(_numbers(shape, batch) for shape in node.inner.values())
    turned = sum(map(prod, kernels)) if getattr(node.layer, "flip", False) else 0
    return _padded(windows, widest, made[-1], batch) + between + max(patches, 2 * largest) + turned


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
    ends = ((n - 1) * s.stride + (s.size - 1) * s.dilation + 1 + s.spare for s, n in zip(steps, x.spatial, strict=True))
    return filters * prod(ends) * batch


def _held(node: Node, xs: Sequence[Shape], batch: int) -> int:
    """Numbers that stay while a node's output is wanted: a cut output holds on to what it was cut from."""
    output = _numbers(node.output, batch) if node.output is not None else 0
    if any(isinstance(step, Transposed) for step in (node.reach[0] if node.reach else ())):
        return max(output, _stamped(node, xs[0], batch))
    return output
