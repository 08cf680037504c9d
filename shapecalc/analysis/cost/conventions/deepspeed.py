"""DeepSpeed's profiler, and calflops, which is made from it: both patch PyTorch's functions."""

from __future__ import annotations

from shapecalc.analysis.cost.convention import (
    CONVOLUTIONS,
    MODULES,
    NOT_IN_TORCH,
    POOLINGS,
    TWICE,
    UNWRITTEN,
    Convention,
    Rule,
)

PROFILER = "deepspeed/profiling/flops_profiler/profiler.py"
CALFLOPS_OPS = "calflops/pytorch_ops.py"
SAYS = (
    "two for a MAC and one a bias of a convolution, but none of a linear layer; batch norm 2 an element (1 without"
    " gamma), other norms 5 (4); ReLU, ELU, GELU, SiLU, softmax and every pooling 1 an input element; no sigmoid, no"
    " hard activation"
)


def shared(file: str) -> tuple[Rule, ...]:
    """The rules that both have, and the file they are in."""
    return (
        Rule(CONVOLUTIONS, {"macs": 2, "bias": 1}, f"{file}: _conv_flops_compute"),
        Rule(("dense", "matmul"), TWICE, f"{file}: _linear_flops_compute, _matmul_flops_compute"),
        Rule(("dense as conv",), {"macs": 2, "bias": 1}, f"{file}: _conv_flops_compute"),
        Rule(("batchnorm",), {"input": 1, "gamma": 1}, f"{file}: _batch_norm_flops_compute"),
        Rule(
            ("layernorm", "groupnorm", "instancenorm"), {"input": 4, "gamma": 1}, f"{file}: _layer_norm_flops_compute"
        ),
        Rule(("relu", "prelu", "elu", "leaky_relu", "silu", "gelu"), {"input": 1}, f"{file}: _relu_flops_compute"),
        Rule(("softmax",), {"input": 1}, f"{file}: _softmax_flops_compute"),
        Rule(
            (
                *("maxpool", "avgpool", "global_maxpool", "global_avgpool"),
                *("adaptive_maxpool", "adaptive_avgpool"),
            ),
            {"input": 1},
            f"{file}: _pool_flops_compute",
        ),
        Rule(("lppool",), {"input": 1, "output": 2}, f"{file}: F.lp_pool calls avg_pool, relu and mul"),
        Rule(("lrn",), {"input": 3, "padded": 1}, f"{file}: F.local_response_norm calls mul, avg_pool, mul and add"),
        Rule(("rnn",), {"gate_macs": 2, "units": -1, "two_biases": 1}, f"{file}: _rnn_flops"),
        Rule(("gru",), {"gate_macs": 2, "units": 1, "two_biases": 1}, f"{file}: _rnn_flops"),
        Rule(
            ("lstm",),
            {"gate_macs": 2, "units": 2, "two_biases": 1},
            f"{file}: _rnn_flops",
            "the projection is not counted",
        ),
        Rule(("attention written",), {"macs": 2, "scores": 1}, f"{file}: F.linear, matmul, F.softmax"),
        Rule((*NOT_IN_TORCH, *POOLINGS, "squared_relu"), None, why=UNWRITTEN),
    )


ASSUMES = (
    f"{MODULES} x.mean counts 0; of an F.interpolate to a size only the places, not the channels; an even kernel with"
    " padding='same' one place less an axis."
)
DEEPSPEED = Convention(
    name="deepspeed",
    unit="FLOPs",
    source=f"DeepSpeed 0.19.8, get_model_profile(): {PROFILER}",
    says=f"{SAYS}; its MACs are those of `macs`, less recurrent layers",
    rules=(
        *shared(PROFILER),
        Rule(("conv_transpose",), {"macs": 2, "bias": 1}, f"{PROFILER}: _conv_trans_flops_compute"),
        Rule(("upsample",), {"resized": 1}, f"{PROFILER}: _upsample_flops_compute"),
        Rule(("attention",), TWICE, f"{PROFILER}: _linear_flops_compute, _attn_flops_compute"),
    ),
    assumes=ASSUMES,
)
CALFLOPS = Convention(
    name="calflops",
    unit="FLOPs",
    source=f"calflops 0.3.2, calculate_flops(): {CALFLOPS_OPS}",
    says=f"{SAYS}; the fused products of attention count 0",
    rules=(
        *shared(CALFLOPS_OPS),
        Rule(
            ("conv_transpose",),
            {"divided_macs": 2, "shrunk_bias": 1},
            f"{CALFLOPS_OPS}: _conv_trans_flops_compute",
            "its filters are divided by the groups twice",
        ),
        Rule(("upsample",), {"resized_input": 1}, f"{CALFLOPS_OPS}: _upsample_flops_compute"),
        Rule(
            ("attention",),
            {"projection_macs": 2},
            f"{CALFLOPS_OPS}: _linear_flops_compute",
            "its two products are fused: not counted",
        ),
    ),
    assumes=ASSUMES,
)
