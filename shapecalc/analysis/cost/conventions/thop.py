"""thop, whose hooks count leaf modules by their type."""

from __future__ import annotations

from shapecalc.analysis.cost.convention import (
    CONVOLUTIONS,
    MACS,
    MODULES,
    NOT_IN_TORCH,
    POOLINGS,
    UNWRITTEN,
    ZERO,
    Convention,
    Rule,
)

HOOKS = "thop/vision/basic_hooks.py"
RNN = "thop/rnn_hooks.py"
THOP = Convention(
    name="thop",
    unit="MACs",
    source="thop 0.1.1, profile(): thop/profile.py, register_hooks",
    says="MACs of conv and linear modules; batch, layer and instance norm 4 an element (2 without gamma); average"
    " pooling, upsampling, softmax; no bias, no max pooling, no ReLU; attention and whatever is a function count 0",
    rules=(
        Rule((*CONVOLUTIONS, "dense"), MACS, f"{HOOKS}: count_convNd, count_linear"),
        Rule(
            ("conv_transpose",),
            {"stretched_macs": 1},
            "thop/vision/calc_func.py: calculate_conv2d_flops",
            "at each place of the output, as if it were a convolution",
        ),
        Rule(("batchnorm", "layernorm", "instancenorm"), {"input": 2, "gamma": 2}, f"{HOOKS}: count_normalization"),
        Rule(("prelu",), {"input": 1}, f"{HOOKS}: count_prelu"),
        Rule(("softmax",), {"input": 2, "sums": 1}, f"{HOOKS}: count_softmax"),
        Rule(("avgpool",), {"output": 1}, f"{HOOKS}: count_avgpool"),
        Rule(
            ("global_avgpool", "adaptive_avgpool"),
            {"input": 1, "output": 1},
            f"{HOOKS}: count_adap_avgpool, in floats that may lose 1",
        ),
        Rule(("upsample nearest",), {"output": 1}, f"{HOOKS}: count_upsample"),
        Rule(("upsample linear 1-D",), {"output": 5}, f"{HOOKS}: count_upsample"),
        Rule(("upsample linear 2-D",), {"output": 11}, f"{HOOKS}: count_upsample"),
        Rule(("upsample cubic 2-D",), {"output": 259}, f"{HOOKS}: count_upsample"),
        Rule(("rnn",), {"unprojected_macs": 1, "units": 1, "two_biases": 1}, f"{RNN}: count_rnn"),
        Rule(("gru",), {"unprojected_macs": 1, "units": 7, "two_biases": 1}, f"{RNN}: count_gru"),
        Rule(
            ("lstm",),
            {"unprojected_macs": 1, "units": 8, "two_biases": 1},
            f"{RNN}: count_lstm",
            "gates as if nothing were projected",
        ),
        Rule(
            ("attention linears",),
            {"projection_macs": 1},
            f"{HOOKS}: count_linear",
            "its two products are fused: not counted",
        ),
        Rule(("attention",), ZERO, "no hook for its type", "has no hook: not counted"),
        Rule(("matmul",), ZERO, "no hook for functions", "a function"),
        Rule((*NOT_IN_TORCH, *POOLINGS), None, why=UNWRITTEN),
    ),
    assumes=f"{MODULES} Functions count 0: x.mean, F.interpolate, F.relu; so do subclasses, as LayerNorm2d of"
    " torchvision's ConvNeXt and the convolutions of its r3d_18.",
)
