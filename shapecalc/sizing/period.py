"""After how many cells of an input the lengths of a network come again, each longer by a fixed number; and why so.

The argument goes node by node. A window of stride s gives one place more for every s cells more, wherever it began. So
where its input grows by a multiple of s whenever the network's grows by P, its output grows by a fixed number too; and
all others add, cut, multiply or keep what comes in. Two sizes that are P apart then tell of all.
"""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, NamedTuple

from shapecalc.formulas.reach import Onto, Shift, Stretch, Unknown
from shapecalc.formulas.windows import Window
from shapecalc.layers.base import Elementwise

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapecalc.formulas.reach import Reach
    from shapecalc.network.graph import Node
    from shapecalc.sizing.replay import Facts, Played

LONGEST = 4096
"""Cells; a network with a longer period is told of by what was tried."""
RESIZING = ("upsample", "pixel_shuffle", "depth_to_space")
"""Kinds that give a fixed number of cells for each, or a fixed number, or as many as another layer has."""
REGROUPING = ("to_tokens", "to_map", "reshape", "window_partition", "window_merge", "matmul")
"""Kinds whose lengths are made of several of their input's."""
ANY_CHANNELS = ("flatten", "dense", "conv", "concat", "add", "multiply", "batchnorm", "layernorm", "rmsnorm")
"""Kinds that can be had for any number of channels, where these are made of lengths."""
OURS = "shapecalc.layers."


class Period(NamedTuple):
    """Cells after which all lengths come again; None, and why, where that is not shown."""

    cells: int | None
    why: str = ""


def period(play: Callable[[int], Played], n: int) -> Period:
    """The period of a network of which size ``n`` fits."""
    cells = 1
    while cells <= LONGEST:
        found = Growth(play(n), play(n + cells)).found()
        if found == 1:
            return Period(cells)
        if isinstance(found, str):
            return Period(None, found)
        cells *= found
    return Period(None, f"its lengths come again after more than {LONGEST:,} cells")


class Growth:
    """By how much the lengths of every node grow from one size to another."""

    def __init__(self, low: Played, high: Played) -> None:
        self.low = low
        self.high = high
        self.uneven: dict[str, str] = {}
        """Nodes whose lengths are products of lengths, and the node whose lengths they have."""

    def found(self) -> int | str:
        """1: every node grows evenly. More: the two sizes have to be so many times further apart. A text: why not."""
        if [(node.name, node.kind) for node in self.low.nodes] != [(n.name, n.kind) for n in self.high.nodes]:
            return "it has other layers at other sizes"
        for node in self.low.nodes:
            factor = self.factor(node)
            if factor != 1:
                return factor
            if node.name not in self.high.facts:
                return f"at `{node.name}` lengths meet that grow apart"
        return 1

    def grown(self, name: str) -> tuple[int, ...]:
        """By how much the lengths of a node or input have grown."""
        low, high = (played.shapes[name].spatial for played in (self.low, self.high))
        return tuple(b - a for a, b in zip(low, high, strict=True))

    def factor(self, node: Node) -> int | str:
        """1: the node keeps the lengths even. More, or a text: as ``found``."""
        if all(self.low.shapes[name] == self.high.shapes[name] for name in node.inputs):
            return 1
        if why := self.unclear(node):
            return why
        if node.kind in REGROUPING:
            return self.regrouped(node)
        facts = self.low.facts[node.name]
        if not facts.output.rank:
            return 1
        if any(name in self.uneven for name in node.inputs):
            return self.among_uneven(node, facts)
        for name, steps in zip(node.inputs, facts.reach, strict=True):
            for reach, grown in zip(steps, self.grown(name) if steps else (), strict=True):
                factor = _factor(node, reach, grown)
                if factor != 1:
                    return factor
        return 1

    def unclear(self, node: Node) -> str:
        """Why it is not known how a node's lengths come about; empty where it is."""
        low, high = ([played.shapes[name] for name in node.inputs] for played in (self.low, self.high))
        if not type(node.layer).__module__.startswith(OURS) or getattr(node.layer, "rule", "") == "sppnet":
            return f"`{node.kind}` does not say how its lengths come about"
        if [len(x) for x in low] != [len(x) for x in high]:
            return f"`{node.name}` has inputs of other axes at other sizes"
        made = [x[0] for x in low] != [x[0] for x in high]
        if made and not (isinstance(node.layer, Elementwise) or node.kind in ANY_CHANNELS):
            return f"`{node.name}` ({node.kind}) has channels made of lengths"
        if getattr(node.layer, "fit", "none") == "crop" and len(self.growths(node)) > 1:
            return f"at `{node.name}` lengths meet that grow apart, and are cut to the smallest"
        return ""

    def growths(self, node: Node) -> set[tuple[int, ...]]:
        """By how much the inputs of a node have grown, those that have axes."""
        return {self.grown(name) for name in node.inputs if self.low.shapes[name].rank}

    def regrouped(self, node: Node) -> int | str:
        """A row of tokens is as long as a map has cells: no length that windows could go along, but always the same."""
        if node.kind == "to_tokens" and not any(name in self.uneven for name in node.inputs):
            if self.low.shapes[node.inputs[0]].rank > 1:
                self.uneven[node.name] = node.name
            return 1
        return f"`{node.name}` ({node.kind}) makes its lengths out of several others"

    def among_uneven(self, node: Node, facts: Facts) -> int | str:
        """What keeps the lengths that it is given, or adds to a row of tokens, can be had at any size."""
        origins = {self.uneven.get(name, "") for name in node.inputs if self.low.shapes[name].rank}
        lengths = {self.low.shapes[name].spatial for name in node.inputs if self.low.shapes[name].rank}
        if len(origins) == 1 and lengths == {facts.output.spatial}:
            self.uneven[node.name] = origins.pop()
            return 1
        if len(node.inputs) == 1 and all(isinstance(step, Shift) for step in facts.reach[0]):
            self.uneven[node.name] = node.name
            return 1
        return f"`{node.name}` ({node.kind}) goes along a row of tokens"


def _factor(node: Node, reach: Reach, grown: int) -> int | str:
    step = reach.step if isinstance(reach, Onto) else reach
    match step:
        case _ if node.kind in RESIZING:
            return 1
        case Window(stride=stride):
            return stride // gcd(grown, stride)
        case Stretch() | Unknown():
            return f"`{node.kind}` does not say how its lengths come about"
        case _:
            return 1
