"""torchinfo, which multiplies a module's parameters by places of its output."""

from __future__ import annotations

from shapecalc.analysis.cost.convention import CONVOLUTIONS, MODULES, RECURRENT, ZERO, Convention, Rule

INFO = "torchinfo/layer_info.py: calculate_macs"
TORCHINFO = Convention(
    name="torchinfo",
    unit="MACs",
    source=f"torchinfo 1.8.0, summary(): {INFO}",
    says="total mult-adds: the parameters of convolutions at every place of the output, those of every other module"
    " once a sample, also where a linear layer serves many places; attention counts 0",
    rules=(
        Rule(CONVOLUTIONS, {"macs": 1, "bias": 1}, f"{INFO}, 'Conv' in its name"),
        Rule(
            ("conv_transpose",),
            {"stretched_macs": 1, "bias": 1},
            f"{INFO}, 'Conv' in its name",
            "at each place of the output",
        ),
        Rule(("dense as conv",), {"macs": 1, "bias": 1}, f"{INFO}, 'Conv' in its name"),
        Rule(("dense each place",), {"trained": 1}, INFO, "once a sample, not at each place"),
        Rule(("dense",), {"macs": 1, "bias": 1}, INFO),
        Rule(
            ("batchnorm", "layernorm", "groupnorm", "instancenorm", "rmsnorm", "prelu"),
            {"trained": 1},
            INFO,
            "its trained numbers, once",
        ),
        Rule(("embedding",), {"trained": 1}, INFO, "the whole table, once"),
        Rule(RECURRENT, {"macs": 1, "two_biases": 1}, f"{INFO}, inner weights at each step"),
        Rule(("attention linears",), {"trained": 1}, INFO, "its linear layers once a sample, its products not"),
        Rule(("attention",), ZERO, INFO, "no leaf: not counted"),
        Rule(("matmul",), ZERO, INFO, "a function"),
        Rule(
            ("conv tiled", "local", "conv_map", "filter", "rbf", "netvlad", "gem", "scale"),
            None,
            why="no module of PyTorch: the names of its parameters decide",
        ),
    ),
    assumes=MODULES,
)
