"""Rules about layers that follow each other: what the second undoes, repeats, or is put off by."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import e
from typing import TYPE_CHECKING, ClassVar

from shapecalc.layers import ACTIVATIONS
from shapecalc.linting.rule import Fix, Found, Rule
from shapecalc.linting.words import decimal, number

if TYPE_CHECKING:
    from shapecalc.linting.subject import Subject
    from shapecalc.network.graph import Node

SHARES = frozenset({"softmax", "log_softmax"})
BENDING = frozenset(ACTIVATIONS) - SHARES - {"exp", "softplus", "threshold", "tanhshrink", "glu", "maxout"}
"""Activations of one number at a time that stand alone; others are parts of something else, as softplus of Mish."""
CLIPPING = frozenset({"relu", "relu6", "hard_tanh", "hard_sigmoid"})
"""Those that cut off: none of them leaves a negative logit, or one beyond its bounds."""
IDEMPOTENT = frozenset({"relu", "relu6", "hard_tanh"})


def without(net: Subject, node: Node) -> Fix | None:
    """The fix that takes a layer out of the file, where it is one of several there and says no more than its kind."""
    item = net.item(node)
    entry, siblings = net.data(item), net.data(item[:-1])
    if not net.written(node) or not (isinstance(entry, str) or list(entry) == [node.kind]):
        return None
    if not isinstance(siblings, list) or len(siblings) < 2:
        return None
    return Fix(lambda editor: editor.without(item))


class Order(Rule):
    """A rule about the order of layers."""

    family: ClassVar = "order"


class ActivationTwice(Order):
    """An activation right after an activation, with no weights between.

    ## Why it matters
    The second works on what the first has left: after a ReLU nothing is below 0, so that another one changes nothing,
    a tanh or sigmoid uses half of its range, and a softmax can turn no class down. Mostly an `activation:` that the
    defaults give already.

    ## What to do
    Leave one out; at a last layer write `activation: none`. `--fix` takes out a second one that changes nothing.
    """

    code: ClassVar = "SC401"
    name: ClassVar = "activation-twice"
    fixable: ClassVar = True
    bad: ClassVar = "- {conv: 8, kernel: 3, activation: relu}\n- relu"
    good: ClassVar = "- {conv: 8, kernel: 3, activation: relu}"

    def check(self, net: Subject) -> Iterator[Found]:
        for node, xs in net.known():
            first = net.before(node) if node.kind in BENDING | SHARES else None
            if first is None or not self.clash(first, node):
                continue
            same = first.kind == node.kind and node.kind in IDEMPOTENT
            if node.kind in SHARES:
                label = f"no logit is below {'-1' if first.kind == 'hard_tanh' else '0'}: `{first.kind}` cut it off"
            elif same:
                label = f"changes none of {xs[0].elements:,} numbers"
            else:
                label = f"only what `{first.kind}` leaves of {xs[0].elements:,} numbers comes here"
            yield self.at(
                net,
                node,
                "activation",
                f"`{net.called(node)}` is a {node.kind} of what `{net.called(first)}`, a {first.kind}, gives",
                label,
                "leave one of them out; a default is undone by `activation: none`",
                fix=without(net, node) if same else None,
            )

    @staticmethod
    def clash(first: Node, second: Node) -> bool:
        """Whether the second makes no sense after the first."""
        if second.kind in SHARES:
            return first.kind in CLIPPING
        return first.kind in BENDING and second.kind in BENDING


class SoftmaxTwice(Order):
    """A softmax of a softmax.

    ## Why it matters
    The first makes shares between 0 and 1, and of numbers so near each other the second makes shares that are almost
    equal: of n classes none gets more than e / (e + n − 1). Training is slow and stops early. Often the second one is
    in the loss: PyTorch's `CrossEntropyLoss` has it inside.

    ## What to do
    Leave one out.
    """

    code: ClassVar = "SC402"
    name: ClassVar = "softmax-twice"
    bad: ClassVar = "- flatten\n- {dense: 10, activation: softmax}\n- softmax"
    good: ClassVar = "- flatten\n- {dense: 10, activation: softmax}"

    def check(self, net: Subject) -> Iterator[Found]:
        for node, xs in net.known():
            first = net.before(node) if node.kind in SHARES else None
            if first is None or first.kind not in SHARES or xs[0].channels < 2:
                continue
            n = int(xs[0].channels)
            if first.kind == "log_softmax":
                label = "of logarithms of shares it gives the shares" if node.kind == "softmax" else "changes nothing"
            else:
                label = f"none of {n:,} classes can get more than {100 * e / (e + n - 1):.1f} %"
            yield self.at(
                net,
                node,
                "activation",
                f"`{net.called(node)}` is a {node.kind} of a {first.kind}, that of `{net.called(first)}`",
                label,
                "leave one of them out",
            )


class SoftmaxOfOne(Order):
    """A softmax over a single channel, which is always 1.

    ## Why it matters
    Shares of one number add up to 1, so that it is 1, whatever comes in; no gradient flows.

    ## What to do
    For yes or no take `sigmoid`, or two units.
    """

    code: ClassVar = "SC405"
    name: ClassVar = "softmax-of-one"
    bad: ClassVar = "- flatten\n- {dense: 1, activation: softmax}"
    good: ClassVar = "- flatten\n- {dense: 1, activation: sigmoid}"

    def check(self, net: Subject) -> Iterator[Found]:
        for node, xs in net.known():
            if node.kind in SHARES and xs[0].channels == 1:
                value = "1" if node.kind == "softmax" else "0"
                places = f"at each of {number(xs[0].elements, 'place')}" if xs[0].rank else "whatever comes in"
                yield self.at(
                    net,
                    node,
                    "activation",
                    f"`{net.called(node)}` shares among 1 channel: it gives {value} {places}",
                    f"always {value}",
                    "`sigmoid` for yes or no, or two units",
                )


class DropoutLast(Order):
    """A dropout after the last layer with weights.

    ## Why it matters
    It throws away parts of the answer itself: in training a class that is dropped counts as 0, whatever the network
    thinks of it. Dropout is to keep layers from leaning on single inputs, and no layer comes after.

    ## What to do
    Put it before the last layer. `--fix` takes it out.
    """

    code: ClassVar = "SC403"
    name: ClassVar = "dropout-last"
    fixable: ClassVar = True
    bad: ClassVar = "- flatten\n- {dense: 10}\n- dropout"
    good: ClassVar = "- flatten\n- dropout\n- {dense: 10}"

    def check(self, net: Subject) -> Iterator[Found]:
        for node, xs in net.known():
            if node.kind != "dropout" or not self.rate(node) or node.name not in net.last:
                continue
            if node.name not in net.trained:
                continue
            yield self.at(
                net,
                node,
                "rate",
                f"`{net.called(node)}` drops {decimal(self.rate(node) * 100)} % of an answer of "
                f"{number(xs[0].elements, 'number')}",
                "no layer with weights comes after",
                "put it before the last layer",
                fix=without(net, node),
            )

    @staticmethod
    def rate(node: Node) -> Fraction:
        """The share that a dropout drops."""
        return Fraction(str(getattr(node.layer, "rate", 0)))


class DropoutBeforeNorm(Order):
    """A dropout right before a batch norm.

    ## Why it matters
    In training, dropout of rate p makes the variance of what has mean 0 larger by 1/(1 − p); at inference it does not.
    Batch norm learns the one and is used with the other (Li, Chen, Hu & Yang 2019, Understanding the Disharmony between
    Dropout and Batch Normalization by Variance Shift).

    ## What to do
    Put the dropout after the last batch norm.
    """

    code: ClassVar = "SC404"
    name: ClassVar = "dropout-before-norm"
    bad: ClassVar = "- {conv: 8, kernel: 3, bias: no}\n- dropout\n- batchnorm\n- {conv: 8, kernel: 1}"
    good: ClassVar = "- {conv: 8, kernel: 3, bias: no}\n- batchnorm\n- dropout\n- {conv: 8, kernel: 1}"

    def check(self, net: Subject) -> Iterator[Found]:
        for node, _ in net.known():
            rate = DropoutLast.rate(node) if node.kind == "dropout" else Fraction(0)
            after = net.after(node) if 0 < rate < 1 else iter(())
            norm = next((reader for reader in after if reader.kind == "batchnorm"), None)
            if norm is None:
                continue
            yield self.at(
                net,
                node,
                "rate",
                f"`{net.called(node)}` stands before the batch norm `{net.called(norm)}`, which in training learns a "
                f"variance {decimal(1 / (1 - rate))} times that at inference",
                f"rate {decimal(rate)}: 1 / (1 − {decimal(rate)}), for numbers of mean 0",
                "put it after the last batch norm",
            )


RULES: tuple[Rule, ...] = (
    ActivationTwice(),
    SoftmaxTwice(),
    DropoutLast(),
    DropoutBeforeNorm(),
    SoftmaxOfOne(),
)
