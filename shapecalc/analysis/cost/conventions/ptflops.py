"""ptflops with its two backends: hooks on modules and functions, or what PyTorch dispatches."""

from __future__ import annotations

from shapecalc.analysis.cost.convention import (
    CONVOLUTIONS,
    MODULES,
    NOT_IN_TORCH,
    POOLINGS,
    UNWRITTEN,
    ZERO,
    Convention,
    Rule,
)

OPS = "ptflops/pytorch_ops.py"
ATEN = "ptflops/aten_ops.py"
TWICE_HOOKED = "the module's hook, and again that of the function it calls"

PTFLOPS = Convention(
    name="ptflops",
    unit="MACs",
    source=f"ptflops 0.7.5, get_model_complexity_info(backend='pytorch'): {OPS}, MODULES_MAPPING, FUNCTIONAL_MAPPING",
    says="MACs, biases, batch norm 2 an element, layer norm 1; pooling, ReLU, ELU and GELU twice an element, once for"
    " the module and once for the function it calls; SiLU, ReLU6 and softmax once",
    rules=(
        Rule((*CONVOLUTIONS, "conv_transpose"), {"macs": 1, "bias": 1}, f"{OPS}: conv_flops_counter_hook"),
        Rule(("dense",), {"macs": 1, "bias": 1}, f"{OPS}: linear_flops_counter_hook"),
        Rule(
            ("batchnorm", "groupnorm", "instancenorm"),
            {"input": 1, "gamma": 1},
            f"{OPS}: bn_flops_counter_hook, twice where `affine`",
        ),
        Rule(("layernorm",), {"input": 1}, f"{OPS}: bn_flops_counter_hook; nn.LayerNorm has no `affine`"),
        Rule(("relu", "prelu", "elu", "gelu"), {"input": 2}, f"{OPS}: {TWICE_HOOKED}"),
        Rule(("relu6", "leaky_relu"), {"input": 1}, f"{OPS}: the module's hook"),
        Rule(("silu", "softmax"), {"input": 1}, f"{OPS}: FUNCTIONAL_MAPPING"),
        Rule(
            (
                *("maxpool", "avgpool", "global_maxpool", "global_avgpool"),
                *("adaptive_maxpool", "adaptive_avgpool"),
            ),
            {"input": 2},
            f"{OPS}: {TWICE_HOOKED}",
        ),
        Rule(("lppool",), {"input": 1, "output": 2}, f"{OPS}: F.lp_pool calls avg_pool, relu and mul"),
        Rule(("lrn",), {"input": 3, "padded": 1}, f"{OPS}: F.local_response_norm calls mul, avg_pool, mul and add"),
        Rule(("upsample",), {"output": 2}, f"{OPS}: {TWICE_HOOKED}"),
        Rule(("rnn",), {"gate_macs": 1, "units": 1, "two_biases": 1}, f"{OPS}: rnn_flops"),
        Rule(("gru",), {"gate_macs": 1, "units": 7, "two_biases": 1}, f"{OPS}: rnn_flops"),
        Rule(
            ("lstm",),
            {"gate_macs": 1, "units": 10, "two_biases": 1},
            f"{OPS}: rnn_flops",
            "the projection is not counted",
        ),
        Rule(
            ("attention module",),
            {"macs": 1, "queries": 1, "scores": 1, "qkv_bias": 1, "output": 1},
            f"{OPS}: multihead_attention_counter_hook, the last bias always",
        ),
        Rule(
            ("attention written",),
            {"product_macs": 1, "scores": 1},
            f"{OPS}: Tensor.matmul and F.softmax; F.linear is not patched",
            "its projections are F.linear: not counted",
        ),
        Rule(
            ("attention linears",),
            {"projection_macs": 1, "bias": 1},
            f"{OPS}: linear_flops_counter_hook",
            "its two products are fused: not counted",
        ),
        Rule(("matmul",), {"macs": 1}, f"{OPS}: torch.matmul"),
        Rule((*NOT_IN_TORCH, *POOLINGS, "squared_relu"), None, why=UNWRITTEN),
    ),
    assumes=f"{MODULES} Functions alone count once (F.relu, F.adaptive_avg_pool2d, F.interpolate) or not at all"
    " (x.mean; subclasses, as LayerNorm2d of torchvision's ConvNeXt and the convolutions of its r3d_18)."
    " Given a batch, it averages what modules count and not what functions do: give it one example.",
)
PTFLOPS_ATEN = Convention(
    name="ptflops-aten",
    unit="MACs",
    source=f"ptflops 0.7.5, get_model_complexity_info(backend='aten'): {ATEN}, ATEN_OPS_MAPPING",
    says="MACs of convolutions and matrix products, with their biases; the fused products of attention and PyTorch's"
    " one-kernel LSTM count 0",
    rules=(
        Rule((*CONVOLUTIONS, "conv_transpose"), {"macs": 1, "bias": 1}, f"{ATEN}: conv_flop"),
        Rule(("dense", "matmul"), {"macs": 1, "bias": 1}, f"{ATEN}: addmm_flop, matmul_flop, bmm_flop"),
        Rule(
            ("attention",),
            {"projection_macs": 1, "bias": 1},
            f"{ATEN}: addmm_flop",
            "its two products are fused: not counted",
        ),
        Rule(("attention written",), {"macs": 1, "bias": 1}, f"{ATEN}: addmm_flop, bmm_flop"),
        Rule(("rnn", "gru", "lstm projected"), {"macs": 1, "two_biases": 1}, f"{ATEN}: addmm_flop, step by step"),
        Rule(("lstm",), ZERO, f"{ATEN}: no rule for oneDNN's or cuDNN's kernel", "one kernel that is not counted"),
        Rule(NOT_IN_TORCH, None, why=UNWRITTEN),
    ),
    assumes=f"{MODULES} A linear layer on a transposed tensor is no addmm, and its bias not counted (as where Mixer"
    " mixes tokens). On a GPU cuDNN's kernel takes rnn and gru too, and counts 0.",
)
