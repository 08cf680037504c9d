"""Conventions of this program and of papers."""

from __future__ import annotations

from shapecalc.analysis.cost.convention import MACS, ZERO, Convention, Rule

OURS = Convention(
    name="macs",
    unit="MACs",
    source="shapecalc conventions",
    says="multiply-accumulates of convolutions, dense layers, matrix products, attention and recurrent gates; taps in"
    " padding counted, no bias, norm, activation or pooling",
    rules=(),
    otherwise=Rule((), MACS),
)
FLOPS = Convention(
    name="flops",
    unit="FLOPs",
    source="shapecalc conventions",
    says="two for a MAC and one for every other operation: bias, norm, activation, pooling, softmax",
    rules=(),
    otherwise=Rule((), {"macs": 2, "others": 1}),
)
PAPER = Convention(
    name="paper",
    unit="MACs",
    source="He et al. 2015, Deep Residual Learning, section 3.3: FLOPs (multiply-adds)",
    says="what papers call FLOPs: multiply-adds of trained layers (convolutions, dense layers, recurrent gates) and of"
    " attention with its two products; filters that are given, and other matrix products, are not among them",
    rules=(
        Rule(("filter",), ZERO, why="given, not trained"),
        Rule(("matmul",), ZERO, why="no layer of its own"),
    ),
    otherwise=Rule((), MACS),
)
