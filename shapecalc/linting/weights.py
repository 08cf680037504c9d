"""Rules about what a network spends its parameters on."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from shapecalc.formulas.counting import elements
from shapecalc.linting.rule import Fix, Found, Rule
from shapecalc.linting.subject import PASSING
from shapecalc.linting.words import number, percent
from shapecalc.shape import Shape

if TYPE_CHECKING:
    from shapecalc.linting.subject import Subject
    from shapecalc.network.graph import Node

CENTRING = frozenset({"batchnorm", "instancenorm"})
"""Norms that take a mean of each channel off by itself."""


def drops_bias(norm: Node, x: Shape | None) -> bool:
    """Whether a norm takes off whatever constant is added to a channel."""
    return norm.kind in CENTRING or (norm.kind == "groupnorm" and x is not None and groups(norm) == x.channels)


def groups(node: Node) -> int:
    """The groups of a node's channels; 1 where it has no such option."""
    given = getattr(node.layer, "groups", 1)
    return given if isinstance(given, int) else 1


class Weights(Rule):
    """A rule about parameters."""

    family: ClassVar = "weights"


class BiasBeforeNorm(Weights):
    """A bias right before a norm that subtracts it again.

    ## Why it matters
    Batch norm and instance norm take the mean of every channel off, and with it any constant that was added; their own
    shift then does what the bias was for. The bias is trained, stored and added for nothing.

    ## What to do
    Write `bias: no` at the layer, or in the defaults of its kind. `--fix` does the first.
    """

    code: ClassVar = "SC301"
    name: ClassVar = "bias-before-norm"
    fixable: ClassVar = True
    bad: ClassVar = "- {conv: 8, kernel: 3, norm: batch}"
    good: ClassVar = "- {conv: 8, kernel: 3, norm: batch, bias: no}"

    def check(self, net: Subject) -> Iterator[Found]:
        for node, _ in net.known():
            bias = node.weights.get("bias")
            readers = net.readers[node.name]
            if bias is None or not readers or node.name in net.outputs or node.output is None:
                continue
            if tuple(bias) != (node.output.channels,) or not getattr(node.layer, "bias", False):
                continue
            if not all(drops_bias(reader, node.output) for reader in readers):
                continue
            count = 0 if node.shared_with else int(elements(bias))
            item, head = net.item(node), net.head(node)
            fix = Fix(lambda editor, i=item, h=head: editor.option(i, h, "bias", "no"), count)  # type: ignore[misc]
            yield self.at(
                net,
                node,
                "bias",
                f"the bias of `{net.called(node)}` is subtracted again by `{net.called(readers[0])}`: "
                f"{number(count, 'parameter')} for nothing",
                f"{readers[0].kind} takes the mean of each channel off",
                "`bias: no`",
                fix=fix if net.written(node) else None,
                params=count,
            )


class DenseHoldsMost(Weights):
    """Dense layers behind a flattened map hold most of the parameters.

    ## Why it matters
    A dense layer has a weight for every cell of the map: in AlexNet and VGG over four fifths of all parameters stand
    there, where they overfit first, and they fix the size of the image.

    ## What to do
    Average each channel over the map (`global_avgpool`) and classify the averages, as in Network in Network and all
    that came after it.
    """

    code: ClassVar = "SC302"
    name: ClassVar = "dense-holds-most"
    bad: ClassVar = "- {conv: 16, kernel: 3}\n- flatten\n- dense: 10"
    good: ClassVar = "- {conv: 16, kernel: 3}\n- global_avgpool\n- dense: 10"

    share: ClassVar = Fraction(4, 5)

    def check(self, net: Subject) -> Iterator[Found]:
        total = net.total
        dense = [(count, node) for node in net.graph if node.kind == "dense" and (count := net.params(node))]
        together = sum(count for count, _ in dense)
        if not total or together < self.share * total:
            return
        reading = [(count, node, x) for count, node in dense if (x := self.map_of(net, node)) is not None]
        if not reading:
            return
        count, node, x = max(reading, key=lambda one: one[0])
        kernel = node.weights["kernel"]
        pooled = count - int(elements(kernel)) + int(kernel[0]) * int(x.channels)
        rest = f"; all dense layers together {percent(together, total)}" if together != count else ""
        yield self.at(
            net,
            node,
            "units",
            f"`{net.called(node)}` holds {number(count, 'parameter')}, {percent(count, total)} of all {int(total):,}"
            f"{rest}",
            f"a weight for each of {int(elements(x)):,} cells",
            f"`global_avgpool` in place of `flatten` leaves it {pooled:,}: {count - pooled:,} fewer",
        )

    @staticmethod
    def map_of(net: Subject, node: Node) -> Shape | None:
        """The map that a dense layer reads all cells of, where layers before it made it."""
        name = node.inputs[0]
        if node.output is None or (node.output.rank and not getattr(node.layer, "as_conv", False)):
            return None
        while (here := net.nodes.get(name)) is not None and len(here.inputs) == 1:
            x = here.output
            if x is not None and x.elements > x.channels:
                return x if here.name in net.trained else None
            if here.kind not in PASSING and net.family(here) != "activation":
                return None
            name = here.inputs[0]
        return None


class OneChannelGroups(Weights):
    """Groups that leave one channel in each.

    ## Why it matters
    A convolution with as many groups as channels never mixes them: it is a depthwise one, and unless a layer after it
    mixes, each channel stays alone. A group norm with one channel a group is an instance norm.

    ## What to do
    Fewer groups; or say what is meant: `depthwise` with a 1×1 convolution after it, `instancenorm`.
    """

    code: ClassVar = "SC303"
    name: ClassVar = "one-channel-groups"
    bad: ClassVar = "- {conv: 8, kernel: 3, groups: 8}\n- {depthwise: 3}"
    good: ClassVar = "- {depthwise: 3}\n- {conv: 8, kernel: 1}"

    def check(self, net: Subject) -> Iterator[Found]:
        for node, xs in net.known():
            if node.kind not in {"conv", "groupnorm"} or groups(node) != xs[0].channels or groups(node) < 2:
                continue
            if node.kind == "conv" and self.mixed(net, node):
                continue
            c = int(xs[0].channels)
            said = "an instance norm" if node.kind == "groupnorm" else "no layer right after mixes them"
            meant = "`instancenorm`" if node.kind == "groupnorm" else "`depthwise`, and a 1×1 convolution after it"
            yield self.at(
                net,
                node,
                "groups",
                f"`{net.called(node)}` parts {number(c, 'channel')} into {c:,} groups of one",
                said,
                f"fewer groups, or {meant}",
            )

    @staticmethod
    def mixed(net: Subject, node: Node) -> bool:
        """Whether the next layers with weights, or the joins before them, bring the channels together."""
        waiting, seen = [node], {node.name}
        mixed = False
        while waiting:
            for reader in net.readers[waiting.pop().name]:
                if reader.name in seen:
                    continue
                seen.add(reader.name)
                if reader.mixing == "all" or len(reader.inputs) > 1 or reader.mixing != "each":
                    mixed = True
                elif net.family(reader) == "convolution":
                    return False
                else:
                    waiting.append(reader)
        return mixed


class OverBudgetShare(Weights):
    """One layer takes more than half of the parameters that the budget allows.

    ## Why it matters
    A budget is spent by all layers. Where one of them takes more than half of it, width and depth elsewhere can change
    next to nothing, and it is this layer that decides whether the budget is kept.

    ## What to do
    Make that layer smaller first: a pooling before it, a bottleneck, groups, fewer units.
    """

    code: ClassVar = "SC304"
    name: ClassVar = "over-budget-share"
    bad: ClassVar = """
        input: [3, 32, 32]
        layers:
          - {conv: 16, kernel: 3, repeat: 3}
          - {conv: 64, kernel: 26}
          - flatten
          - dense: 10
        budget: {params: 1M}
        """
    good: ClassVar = """
        input: [3, 32, 32]
        layers:
          - {conv: 16, kernel: 3, repeat: 3}
          - {conv: 64, kernel: 3}
          - global_avgpool
          - dense: 10
        budget: {params: 1M}
        """
    fewest: ClassVar = 4
    """Layers with parameters; of two, one has always half."""

    def check(self, net: Subject) -> Iterator[Found]:
        budget = net.graph.spec.budget.get("params")
        if budget is None or budget.sign in {">", ">="} or not budget.value:
            return
        allowed = int(budget.value)
        holding = [(node, count) for node in net.graph if (count := net.params(node))]
        if len(holding) < self.fewest or not allowed:
            return
        for node, count in holding:
            if 2 * count > allowed:
                even = allowed // len(holding)
                yield self.at(
                    net,
                    node,
                    "",
                    f"`{net.called(node)}` has {number(count, 'parameter')}: {percent(count, allowed)} of the budget's "
                    f"{allowed:,}",
                    f"an even share among {len(holding)} layers is {even:,}",
                    "make this layer smaller first",
                )


RULES: tuple[Rule, ...] = (BiasBeforeNorm(), DenseHoldsMost(), OneChannelGroups(), OverBudgetShare())
