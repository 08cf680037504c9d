"""fvcore, which counts the operators of a traced graph."""

from __future__ import annotations

from shapecalc.analysis.cost.convention import (
    CONVOLUTIONS,
    MACS,
    MODULES,
    NOT_IN_TORCH,
    RECURRENT,
    UNWRITTEN,
    ZERO,
    Convention,
    Rule,
)

JIT = "fvcore/nn/jit_handles.py"
COUNT = "fvcore/nn/flop_count.py"
FVCORE = Convention(
    name="fvcore",
    unit="MACs",
    source=f"fvcore 0.1.5, FlopCountAnalysis(): {COUNT}, _DEFAULT_SUPPORTED_OPS",
    says="a MAC is one flop; batch norm 2 an element (1 without gamma), other norms 5 (4); average pooling of images to"
    " a size 1 an element, resizing; no bias, no activation, no other pooling; fused attention products count 0",
    rules=(
        Rule((*CONVOLUTIONS, "conv_transpose"), MACS, f"{JIT}: conv_flop_jit"),
        Rule(("dense",), MACS, f"{JIT}: linear_flop_jit"),
        Rule(("batchnorm",), {"input": 1, "gamma": 1}, f"{JIT}: batchnorm_flop_jit, in evaluation"),
        Rule(("layernorm", "groupnorm", "instancenorm"), {"input": 4, "gamma": 1}, f"{JIT}: norm_flop_counter"),
        Rule(("global_avgpool 2-D", "adaptive_avgpool 2-D"), {"input": 1}, f"{COUNT}: aten::adaptive_avg_pool2d"),
        Rule(("upsample nearest 2-D",), {"output": 1}, f"{COUNT}: aten::upsample_nearest2d"),
        Rule(("upsample linear 2-D",), {"output": 4}, f"{COUNT}: aten::upsample_bilinear2d"),
        Rule(
            ("attention",),
            {"projection_macs": 1},
            f"{JIT}: linear_flop_jit",
            "its two products are fused: not counted",
        ),
        Rule(("attention written", "matmul"), MACS, f"{JIT}: linear_flop_jit, matmul_flop_jit"),
        Rule(RECURRENT, ZERO, f"{COUNT}: no rule for aten::lstm, gru, rnn_tanh", "not supported"),
        Rule((*NOT_IN_TORCH, "spp", "gem"), None, why=UNWRITTEN),
    ),
    assumes=f"{MODULES} x.mean counts 0, as in torchvision's MNASNet and ShuffleNet v2; so does a convolution with"
    " padding='same' or 'valid' in words.",
)
