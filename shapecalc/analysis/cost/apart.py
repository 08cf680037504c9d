"""What is listed apart of a layer's operations: taps in padding, biases, and what is done once for all examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shapecalc.formulas import counting
from shapecalc.formulas.meeting import padded_macs, pairs_within
from shapecalc.formulas.windows import Transposed, Window

if TYPE_CHECKING:
    from shapecalc.layers.base import Ops
    from shapecalc.network.graph import Graph, Node
    from shapecalc.shape import Shape


@dataclass(frozen=True, slots=True)
class Apart:
    """Of one node, for the whole batch; None where it is not known."""

    padding_macs: int | None
    """MACs whose tap lies in padding, or whose stamp falls where a transposed convolution cuts off."""
    bias_adds: int | None
    """Additions of a bias."""
    ops_once: Ops | None
    """Operations on weights alone, by kind: the same for every example and not among its operations."""


UNKNOWN = Apart(None, None, None)


def read_by(graph: Graph) -> Iterator[tuple[Node, tuple[Shape, ...] | None]]:
    """Every node with the shapes of its inputs; None where they, or what it gives, cannot be known."""
    shapes: dict[str, Shape | None] = dict(graph.inputs)
    for node in graph:
        shapes[node.name] = node.output
        xs = tuple(shape for name in node.inputs if (shape := shapes.get(name)) is not None)
        yield node, xs if node.output is not None and len(xs) == len(node.inputs) else None


def listed_apart(graph: Graph, batch: int = 1) -> tuple[Apart, ...]:
    """What is listed apart of each node, in order."""
    return tuple(UNKNOWN if xs is None else _of(node, xs, batch) for node, xs in read_by(graph))


def _of(node: Node, xs: tuple[Shape, ...], batch: int) -> Apart:
    if not ours(node):
        return Apart(None if (node.ops or {"mac": 1}).get("mac") else 0, None if node.weights else 0, None)
    return Apart(_times(padding_macs(node, xs), batch), _times(bias_adds(node, xs), batch), ops_once(node))


def _times(count: int, batch: int) -> int:
    return counting.batched(count, batch) if count and batch != 1 else count


def ours(node: Node) -> bool:
    """Whether a kind is one of this package's: how another's spends its operations is not known here."""
    return type(node.layer).__module__.startswith("shapecalc.layers.")


# taps in padding


def padding_macs(node: Node, xs: tuple[Shape, ...]) -> int:
    """The MACs of one example whose tap meets no cell of the input, or no cell of the output."""
    layer: Any = node.layer
    macs = (node.ops or {}).get("mac", 0)
    match node.kind:
        case "separable_conv":  # only the depthwise step has a window; each of its filters reads one channel
            windows = layer.windows(xs[0].rank)
            pairs, met = along(windows, xs[0].spatial)
            return _padded(counting.elements((layer.filtered(xs[0]), *pairs)), pairs, met)
        case "spatially_separable_conv":
            return sum(_along_one(layer, index, *step) for index, step in enumerate(layer.steps(xs[0])))
        case _ if not macs or not node.reach or len(xs) > 1:
            return 0
    windows = [step for step in node.reach[0] if isinstance(step, Window | Transposed)]
    return _padded(macs, *along(windows, xs[0].spatial)) if len(windows) == xs[0].rank else 0


def _along_one(layer: Any, index: int, _: str, x: Shape, taps: tuple[int, ...], y: Shape) -> int:
    """The part of one axis of a convolution that takes one axis after another."""
    pairs, met = along(layer.windows(x.rank)[index : index + 1], x.spatial[index : index + 1])
    return _padded(counting.conv_macs(y.spatial, taps, x.channels, 1, y.channels), pairs, met)


def _padded(macs: int, pairs: Sequence[int], met: Sequence[int]) -> int:
    return 0 if list(pairs) == list(met) else padded_macs(macs, tuple(met), tuple(pairs))


def along(windows: Sequence[Window | Transposed], lengths: Sequence[int]) -> tuple[list[int], list[int]]:
    """Pairs of a place and a tap along each axis, and how many of them meet a cell."""
    pairs, met = [], []
    for window, n in zip(windows, lengths, strict=True):
        if isinstance(window, Window):
            places, (before, _), cells = window.length(n), window.pads(n), n
        else:  # each input cell is a place of its stamp, and meets the cells that are not cut off
            places, (before, _), cells = n, window.cuts, window.length(n)
        pairs.append(int(places * window.size))
        met.append(pairs_within(int(places), window.size, window.stride, window.dilation, before, int(before + cells)))
    return pairs, met


# biases


def bias_adds(node: Node, xs: tuple[Shape, ...]) -> int:
    """The additions of one example that add a bias."""
    layer: Any = node.layer
    match node.kind:
        case "rnn" | "gru" | "lstm":
            biases = layer.gates * (2 if layer.biases == "two" else 1) if layer.bias else 0
            return counting.each(state_steps(node, xs), biases) if biases else 0
        case "attention":
            made: Mapping[str, Shape] = {**node.inner, "out": node.output or xs[0]}
            return counting.altogether(tuple(counting.elements(made[name]) for name in layer.biased))
        case "netvlad" if "bias" in node.weights:  # of the assignment, at each place
            return counting.elements((layer.clusters, *xs[0].spatial))
    return counting.elements(node.output or xs[0]) if "bias" in node.weights else 0


def state_steps(node: Node, xs: tuple[Shape, ...]) -> int:
    """How often the units of a recurrent layer make their state anew."""
    from shapecalc.formulas.recurrent import unit_steps  # noqa: PLC0415  most networks have none

    layer: Any = node.layer
    return unit_steps(xs[0].spatial[0], len(layer.ways), layer.units, layer.layers)


# once for all examples


def ops_once(node: Node) -> Ops:
    """What a batch norm makes of its statistics and weights: a scale and a shift for each channel."""
    if node.kind != "batchnorm":
        return {}
    c = counting.elements(node.weights["mean"])
    if "gamma" not in node.weights:  # 1 / √(variance + ε), and −mean times that
        return {"add": c, "mul": c, "div": c, "sqrt": c}
    twice = counting.each(c, 2)  # the scale times gamma, the shift plus beta
    return {"add": twice, "mul": twice, "div": c, "sqrt": c}
