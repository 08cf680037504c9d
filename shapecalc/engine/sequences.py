"""The numbers that the kernels of sequences hold beside what they read and give."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shapecalc.network.graph import Node
    from shapecalc.shape import Shape


def embedding(_: Node, xs: Sequence[Shape], batch: int) -> int:
    """Of the ids: which are none, the others, rounded, and as whole numbers of eight bytes."""
    return 6 * prod(xs[0]) * batch


def recurrent(node: Node, xs: Sequence[Shape], batch: int) -> int:
    """The sums of one step, and the sequences of a layer: what it reads, its directions, and both of them joined."""
    output = prod(node.output or ())
    rows, states = node.weights["layer0.forward.input"][0], node.weights["layer0.forward.recurrent"][1]
    between = [prod(shape) for shape in node.inner.values()][:2]
    ends = output if node.output is not None and node.output.rank else sum(between) + 2 * states
    return (5 * rows + xs[0].channels + states + ends + sum(between[:1])) * batch


def attention(node: Node, xs: Sequence[Shape], batch: int) -> int:
    """The most of three moments: a projection, the softmax of the scores, and the projection of the output."""
    made = {name: prod(shape) * batch for name, shape in node.inner.items()}
    largest, output = max(prod(x) for x in xs) * batch, prod(node.output or ()) * batch
    places = xs[0].spatial[-1]
    held = made["query"] + 2 * made["key"]
    projecting = made["query"] + made["key"] + largest + 2 * max(made["query"], made["key"])
    bias, offsets = 0, node.weights.get("offsets")
    if offsets is not None:
        # a number for each pair of places and head; before, the offsets of each pair and their row, of eight bytes
        bias = places * places * offsets[1]
        projecting = max(projecting, held + bias + 12 * places * places)
    scores = made["scores"] // (places if getattr(node.layer, "causal", False) else 1)
    mixing = 3 * scores + made["mixed"]
    return max(projecting, held + bias + max(mixing, 2 * made["mixed"] + output))


SCRATCH: dict[str, Callable[[Node, Sequence[Shape], int], int]] = {
    "embedding": embedding,
    "rnn": recurrent,
    "gru": recurrent,
    "lstm": recurrent,
    "attention": attention,
}
"""By kind, for a batch."""
