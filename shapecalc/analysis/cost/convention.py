"""A convention: for each kind of layer, what of it is counted, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from shapecalc.analysis.cost.amounts import AMOUNTS, Read
from shapecalc.analysis.cost.apart import ours
from shapecalc.analysis.cost.forms import forms
from shapecalc.formulas.counting import batched

if TYPE_CHECKING:
    from shapecalc.network.graph import Node
    from shapecalc.shape import Shape


@dataclass(frozen=True, eq=False)
class Rule:
    """What is counted of some kinds of layer."""

    of: tuple[str, ...]
    """The kinds, or their forms."""
    counts: Mapping[str, int] | None
    """How often each amount counts; None where nobody can know."""
    where: str = ""
    """Where the tool has the rule."""
    why: str = ""
    """In a few words, where it differs from the MACs, or is not known."""


@dataclass(frozen=True, eq=False)
class Convention:
    """A way to count, with a name and a source."""

    name: str
    unit: Literal["MACs", "FLOPs"]
    source: str
    says: str
    """What is counted, in a sentence."""
    rules: tuple[Rule, ...]
    otherwise: Rule = Rule((), {})
    """For every kind that no rule names."""
    assumes: str = ""
    """In which form layers are taken to be written, and what follows where they are written otherwise."""

    @property
    def mac(self) -> int:
        """What a MAC counts."""
        return 2 if self.unit == "FLOPs" else 1

    @cached_property
    def by_form(self) -> Mapping[str, Rule]:
        """The rules by the forms they name."""
        return {form: rule for rule in self.rules for form in rule.of}

    def rule(self, read: Read) -> Rule:
        """The rule for a layer: of its most exact form that has one."""
        if not ours(read.node) and self.rules:
            return Rule((), None, why="a kind of a package")
        return next((self.by_form[form] for form in forms(read) if form in self.by_form), self.otherwise)

    def count(self, node: Node, xs: tuple[Shape, ...] | None, batch: int = 1) -> int | None:
        """What a node counts, for a batch; None where that is not known."""
        if xs is None or node.ops is None:
            return None
        read = Read(node, xs)
        counts = self.rule(read).counts
        if counts is None:
            return None
        return sum(weighed(read, name, weight, batch) for name, weight in counts.items())


def weighed(read: Read, name: str, weight: int, batch: int) -> int:
    """One amount of a layer, as often as it counts, for a batch."""
    amount = AMOUNTS[name]
    count = weight * int(amount.of(read))
    return count if amount.once or batch == 1 else int(batched(count, batch))


ZERO: Mapping[str, int] = {}
MACS: Mapping[str, int] = {"macs": 1}
TWICE: Mapping[str, int] = {"macs": 2}
CONVOLUTIONS = ("conv", "depthwise", "separable_conv", "spatially_separable_conv")
"""Those that are torch.nn.Conv1d to Conv3d, one or more of them."""
RECURRENT = ("rnn", "gru", "lstm")
MODULES = (
    "Each layer is taken to be the torch.nn module of its kind, a global average an nn.AdaptiveAvgPool, attention an"
    " nn.MultiheadAttention with need_weights=False (with relative positions as torchvision's Swin writes it, with"
    " grouped heads four nn.Linear and the fused product), sums and products of layers written with + and *."
)
NOT_IN_TORCH = ("conv tiled", "local", "conv_map", "filter", "rbf", "netvlad")
"""Kinds that PyTorch has no module for: how they are written decides what is counted."""
POOLINGS = ("spp", "gem", "sumpool")
"""The same, of those that are made of poolings."""
UNWRITTEN = "no module of PyTorch: how it is written decides"
