"""PyTorch's own counter."""

from __future__ import annotations

from shapecalc.analysis.cost.convention import (
    CONVOLUTIONS,
    MODULES,
    NOT_IN_TORCH,
    TWICE,
    UNWRITTEN,
    ZERO,
    Convention,
    Rule,
)

COUNTER = "torch/utils/flop_counter.py"
TORCH = Convention(
    name="torch",
    unit="FLOPs",
    source=f"PyTorch 2.13, torch.utils.flop_counter.FlopCounterMode: {COUNTER}, flop_registry",
    says="two for a MAC of convolutions, matrix products and attention, and nothing else; torchvision's weights print"
    " half of it as `_ops`",
    rules=(
        Rule((*CONVOLUTIONS, "conv_transpose"), TWICE, f"{COUNTER}: conv_flop"),
        Rule(("dense", "matmul"), TWICE, f"{COUNTER}: addmm_flop, mm_flop, bmm_flop"),
        Rule(("attention",), TWICE, f"{COUNTER}: addmm_flop, sdpa_flop"),
        Rule(("rnn", "gru", "lstm projected"), TWICE, f"{COUNTER}: addmm_flop, step by step"),
        Rule(("lstm",), ZERO, f"{COUNTER}: no rule for oneDNN's or cuDNN's kernel", "one kernel that is not counted"),
        Rule(NOT_IN_TORCH, None, why=UNWRITTEN),
    ),
    assumes=f"{MODULES} On a CPU the fused products of attention are missed unless sdpa_kernel(SDPBackend.MATH) is"
    " set, and under no_grad all of an nn.MultiheadAttention with biases; on a GPU cuDNN's kernel takes rnn and gru"
    " too, and counts 0.",
)
