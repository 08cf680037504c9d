"""Rules about how a network hangs together: what nobody reads, and inputs that are given the wrong way round."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from shapecalc.linting.rule import Found, Rule
from shapecalc.linting.words import number

if TYPE_CHECKING:
    from shapecalc.linting.subject import Subject
    from shapecalc.network.graph import Node


class Wiring(Rule):
    """A rule about who reads whom."""

    family: ClassVar = "wiring"


def dead(net: Subject) -> list[list[Node]]:
    """The nodes that lead to no output: for each that nobody reads, all that lead to it alone, in order."""
    alive: set[str] = set()
    for name in net.outputs:
        if name in net.nodes:
            alive.update(net.behind(net.nodes[name]))
    told: set[str] = set()
    found = []
    for node in net.graph:
        if node.name in alive or net.readers[node.name]:
            continue
        names = [name for name in net.behind(node) if name not in alive and name not in told]
        told.update(names)
        found.append(sorted((net.nodes[name] for name in names), key=lambda node: net.index[node.name]))
    return found


class UnusedLayer(Wiring):
    """A layer, or an input, that nobody reads and that is no output.

    ## Why it matters
    It is computed, and its parameters are kept, for nothing. Often a `from:` or a name in a `concat` is missing.

    ## What to do
    Read it, name it under `outputs:`, or leave it out.
    """

    code: ClassVar = "SC501"
    name: ClassVar = "unused-layer"
    bad: ClassVar = "- {name: a, conv: 8, kernel: 3}\n- {name: b, conv: 8, kernel: 3, from: input}"
    good: ClassVar = "- {name: a, conv: 8, kernel: 3}\n- {name: b, conv: 8, kernel: 3, from: input}\n- add: [a, b]"

    def check(self, net: Subject) -> Iterator[Found]:
        if not net.complete:
            return
        for nodes in dead(net):
            if len({net.item(node) for node in nodes}) == 1:
                yield self.at(net, nodes[-1], "name", *told(net, nodes, f"`{net.giving(nodes[-1])}`"))
        read = {name for node in net.graph for name in node.inputs}
        for name in net.graph.inputs:
            if name not in read and name not in net.outputs:
                route = net.graph.spec.input_routes.get(name, ())
                yield Found(
                    f"no layer reads the input `{name}`, {net.shapes[name]}",
                    route,
                    "read by nobody",
                    "name it in a `from:`, or leave it out",
                    at_key=len(route) > 1,
                )


class DeadBranch(Wiring):
    """A branch of several layers that leads to no output.

    ## Why it matters
    All of it is computed, and its parameters are kept, for nothing: somewhere a join is missing, or a name in it.

    ## What to do
    Join the branch, name its end under `outputs:`, or leave it out.
    """

    code: ClassVar = "SC502"
    name: ClassVar = "dead-branch"
    bad: ClassVar = """
        - {name: a, conv: 8, kernel: 3, from: input}
        - {name: b, conv: 8, kernel: 3}
        - {name: c, conv: 8, kernel: 3, from: input}
        """
    good: ClassVar = """
        - {name: a, conv: 8, kernel: 3, from: input}
        - {name: b, conv: 8, kernel: 3}
        - {name: c, conv: 8, kernel: 3, from: input}
        - {concat: [b, c], fit: crop}
        """

    def check(self, net: Subject) -> Iterator[Found]:
        if not net.complete:
            return
        for nodes in dead(net):
            if len({net.item(node) for node in nodes}) > 1:
                name = f"the branch from `{net.called(nodes[0])}` to `{net.giving(nodes[-1])}`"
                yield self.at(net, nodes[-1], "name", *told(net, nodes, name))


def told(net: Subject, nodes: list[Node], name: str) -> tuple[str, str, str]:
    """What is to be said of nodes that lead nowhere: message, label and help."""
    counts = [net.params(node) for node in nodes]
    params = sum(count for count in counts if count is not None)
    layers = [net.analysis.layers[net.index[node.name]] for node in nodes]
    macs = sum(layer.macs for layer in layers if isinstance(layer.macs, int))
    kept = "at least " if None in counts else ""
    what = number(len({net.item(node) for node in nodes}), "layer")
    return (
        f"{name} is read by nobody: {what}, {kept}{number(params, 'parameter')} and {number(macs, 'MAC')} for nothing",
        "leads to no output",
        "read it by `from:` or in a join, name it under `outputs:`, or leave it out",
    )


class InputLayout(Wiring):
    """An input that looks like height, width, channels.

    ## Why it matters
    A shape here is channels first. `[224, 224, 3]` is read as 224 channels of 224×3: the first convolution then has 75
    times the weights it should, and a 3×3 window sees the whole width.

    ## What to do
    Write `input: [3, 224, 224]`, or name the axes in any order: `input: {H: 224, W: 224, C: 3}`; that is never doubted.
    """

    code: ClassVar = "SC503"
    name: ClassVar = "input-layout"
    early: ClassVar = True
    bad: ClassVar = """
        input: [224, 224, 3]
        layers:
          - {conv: 8, kernel: 3}
        """
    good: ClassVar = """
        input: [3, 224, 224]
        layers:
          - {conv: 8, kernel: 3}
        """
    smallest: ClassVar = 24
    """Cells of a side below which it may be no image."""

    def check(self, net: Subject) -> Iterator[Found]:
        for name, shape in net.graph.inputs.items():
            lengths = [int(n) for n in shape]
            if len(lengths) < 3 or isinstance(net.graph.spec.inputs.get(name), dict) or not self.doubtful(lengths):
                continue
            right = [lengths[-1], *lengths[:-1]]
            yield Found(
                f"the input {shape} is read as {number(lengths[0], 'channel')} of "
                f"{'×'.join(map(str, lengths[1:]))} cells",
                net.graph.spec.input_routes.get(name, ()),
                f"channels come first, and {lengths[-1]} looks like channels",
                f"write {right}, or name the axes: {self.named(lengths)}",
            )

    def doubtful(self, lengths: list[int]) -> bool:
        """Whether the last axis looks like channels and all before it like places."""
        first, *_, height, width, last = [lengths[0], *lengths] if len(lengths) == 3 else lengths
        if first <= 4 or min(height, width) < self.smallest:
            return False
        return max(height, width) <= 2 * min(height, width) if last in {3, 4} else last == 1 and height == width

    @staticmethod
    def named(lengths: list[int]) -> str:
        """The shape as the user seems to mean it, with the names of its axes."""
        names = ("D", "H", "W")[-(len(lengths) - 1) :]
        pairs = [*zip(names, lengths[:-1], strict=True), ("C", lengths[-1])]
        return "{" + ", ".join(f"{name}: {length}" for name, length in pairs) + "}"


RULES: tuple[Rule, ...] = (UnusedLayer(), DeadBranch(), InputLayout())
