"""A network's cost in a convention: of each node, in total, and what makes the difference to our MACs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from shapecalc.analysis import AtLeast, Total
from shapecalc.analysis.cost.amounts import AMOUNTS, Read
from shapecalc.analysis.cost.apart import read_by
from shapecalc.analysis.cost.convention import weighed
from shapecalc.analysis.cost.conventions import CONVENTIONS
from shapecalc.formulas.counting import batched

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis
    from shapecalc.analysis.cost.convention import Convention, Rule
    from shapecalc.network.graph import Graph

BIASES = {"bias", "two_biases", "qkv_bias", "shrunk_bias"}


@dataclass(frozen=True, slots=True)
class Part:
    """Something by which a convention differs from our MACs, each of which counts as one of its unit."""

    of: tuple[str, ...]
    """The kinds of layer; none where it is the biases of all."""
    count: int
    """How much more, or less."""
    why: str


@dataclass(frozen=True)
class Cost:
    """What a network counts in a convention, for a batch."""

    convention: Convention
    graph: Graph
    batch: int
    layers: tuple[int | None, ...]
    """One for every node, in order; None where it is not known."""
    macs: Total
    """Our MACs."""

    @cached_property
    def total(self) -> Total:
        """All nodes together; at least that much, where one is not known."""
        return self.of(0, len(self.layers), complete=self.graph.complete)

    def of(self, start: int, stop: int, *, complete: bool = True) -> Total:
        """Some nodes together."""
        members = self.layers[start:stop]
        known = sum(count for count in members if count is not None)
        return known if complete and None not in members else AtLeast(known)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """What makes the difference, the most first: all of it, if every node is known."""
        products: dict[Rule, _Sum] = {}
        amounts: dict[Rule, dict[str, _Sum]] = {}
        biases = _Sum()
        for kind, rule, name, count in self._differences():
            if name == "macs":
                products.setdefault(rule, _Sum()).take(kind, count)
            elif name in BIASES:
                biases.take(kind, count)
            else:
                amounts.setdefault(rule, {}).setdefault(name, _Sum()).take(kind, count)
        parts = [Part((), biases.count, "bias")]
        parts += [Part(tuple(found.kinds), found.count, rule.why or "not counted") for rule, found in products.items()]
        for rule, found in amounts.items():
            kinds = {kind: None for each in found.values() for kind in each.kinds}
            parts.append(Part(tuple(kinds), sum(each.count for each in found.values()), _each(rule, found)))
        return tuple(sorted((part for part in parts if part.count), key=lambda part: -abs(part.count)))

    @cached_property
    def unknown(self) -> dict[str, str]:
        """The kinds of which it is not known what they count, and why."""
        found: dict[str, str] = {}
        for (node, xs), count in zip(read_by(self.graph), self.layers, strict=True):
            if count is None:
                known = xs is not None and node.ops is not None
                why = self.convention.rule(Read(node, xs)).why if known and xs is not None else ""
                found.setdefault(node.kind, why or ("its operations are not known" if xs else "its shape is not known"))
        return found

    def _differences(self) -> Iterator[tuple[str, Rule, str, int]]:
        """Of each node its kind and rule, what is counted otherwise (``macs``: its products), and by how much."""
        for (node, xs), count in zip(read_by(self.graph), self.layers, strict=True):
            if count is None or xs is None:
                continue
            read = Read(node, xs)
            rule = self.convention.rule(read)
            products = -self.convention.mac * int(batched(read.macs, self.batch))
            for name, weight in (rule.counts or {}).items():
                counted = weighed(read, name, weight, self.batch)
                if AMOUNTS[name].of_macs:
                    products += counted
                elif counted:
                    yield node.kind, rule, name, counted
            if products:
                yield node.kind, rule, "macs", products


class _Sum:
    """Counts of several nodes, and the kinds they are of."""

    def __init__(self) -> None:
        self.kinds: dict[str, None] = {}
        self.count = 0

    def take(self, kind: str, count: int) -> None:
        self.kinds[kind] = None
        self.count += count


def _each(rule: Rule, found: Mapping[str, _Sum]) -> str:
    """How often each amount counts; those of which there are as many are told as one."""
    weights: dict[Fraction, tuple[int, str]] = {}
    for name, each in found.items():
        weight = (rule.counts or {})[name]
        many = Fraction(each.count, weight)
        so_far, words = weights.get(many, (0, AMOUNTS[name].each))
        weights[many] = (so_far + weight, words)
    return ", ".join(f"{weight} {words}" for weight, words in weights.values())


def cost(analysis: Analysis, name: str) -> Cost:
    """What a network counts in a convention.

    Args:
        analysis: the network's figures.
        name: one of ``CONVENTIONS``.

    Raises:
        KeyError: there is no such convention.
    """
    if name not in CONVENTIONS:
        raise KeyError(f"no convention `{name}`; there are {', '.join(CONVENTIONS)}")
    convention = CONVENTIONS[name]
    layers = tuple(convention.count(node, xs, analysis.batch) for node, xs in read_by(analysis.graph))
    return Cost(convention, analysis.graph, analysis.batch, layers, analysis.macs)
