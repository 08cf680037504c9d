"""XLA's cost analysis, of layers as Flax writes them."""

from __future__ import annotations

from shapecalc.analysis.cost.convention import ZERO, Convention, Rule

HLO = "xla/service/hlo_cost_analysis.cc"
LINEN = "flax/linen"
SKIPPED = "taps in padding are skipped"
XLA = Convention(
    name="xla",
    unit="FLOPs",
    source=f"OpenXLA, {HLO}, as jaxlib 0.10.2 has it: jax.jit(f).lower(x).cost_analysis()['flops'], before XLA"
    " optimises",
    says="two for a MAC whose tap meets a cell: taps in padding are skipped; one for each element of every elementwise"
    " operation and step of a reduction; exponentials, logarithms, roots and tanh are not flops but transcendentals",
    rules=(
        Rule(
            ("conv", "depthwise", "separable_conv", "spatially_separable_conv", "conv_transpose"),
            {"met_macs": 2, "bias": 1},
            f"{HLO}: GetConvolutionFlops",
            SKIPPED,
        ),
        Rule(("dense", "matmul"), {"macs": 2, "bias": 1}, f"{HLO}: GetDotFlops"),
        Rule(
            ("batchnorm",),
            {"input": 2, "beta": 1, "channels": 1, "scaled_channels": 1},
            f"{LINEN}/normalization.py: _normalize",
        ),
        Rule(
            ("layernorm",),
            {"input": 5, "gamma": 1, "beta": 1, "sets": 4},
            f"{LINEN}/normalization.py: LayerNorm, use_fast_variance",
        ),
        Rule(("rmsnorm",), {"input": 3, "gamma": 1, "sets": 1}, f"{LINEN}/normalization.py: RMSNorm"),
        Rule(("relu",), {"input": 1}, f"{HLO}: HandleElementwiseOp"),
        Rule(("relu6",), {"input": 2}, f"{HLO}: HandleElementwiseOp"),
        Rule(("sigmoid",), {"input": 3}, f"{HLO}: HandleElementwiseOp; the logistic function is written out"),
        Rule(("silu", "hard_sigmoid"), {"input": 4}, f"{HLO}: HandleElementwiseOp"),
        Rule(("hard_swish",), {"input": 5}, f"{HLO}: HandleElementwiseOp"),
        Rule(("leaky_relu", "softsign"), {"input": 3}, f"{HLO}: HandleElementwiseOp"),
        Rule(("elu", "celu"), {"input": 4}, f"{HLO}: HandleElementwiseOp"),
        Rule(("selu",), {"input": 6}, f"{HLO}: HandleElementwiseOp"),
        Rule(("glu",), {"output": 4}, f"{HLO}: HandleElementwiseOp"),
        Rule(("tanh", "exp"), ZERO, f"{HLO}: HandleElementwiseOp"),
        Rule(("softmax", "log_softmax"), {"input": 3, "sums": 1}, "jax/nn: softmax"),
        Rule(("maxpool",), {"taps": 1}, f"{HLO}: HandleReduceWindow"),
        Rule(("avgpool",), {"taps": 1, "output": 1}, f"{HLO}: HandleReduceWindow; {LINEN}/pooling.py"),
        Rule(
            ("avgpool uneven",),
            {"taps": 1, "output": 1, "place_taps": 1},
            f"{LINEN}/pooling.py: avg_pool(count_include_pad=False)",
        ),
        Rule(("global_avgpool",), {"input": 1}, f"{HLO}: HandleReduce"),
        Rule(("global_maxpool",), {"reads": 1}, f"{HLO}: HandleReduce"),
        Rule(
            ("add", "subtract", "multiply", "divide", "maximum", "minimum"),
            {"merges": 1},
            f"{HLO}: HandleElementwiseOp",
        ),
        Rule(("layer_scale",), {"input": 1}, f"{HLO}: HandleElementwiseOp"),
        Rule(("position_embedding",), {"output": 1}, f"{HLO}: HandleElementwiseOp"),
        Rule(
            ("attention module",),
            {"macs": 2, "bias": 1, "queries": 1, "scores": 3, "score_sums": 1},
            f"{LINEN}/attention.py: MultiHeadDotProductAttention",
        ),
        Rule(("attention module causal",), None, why="its mask is written in several ways"),
        Rule(
            (
                *("concat", "crop", "slice", "split", "flatten", "reshape", "permute", "squeeze", "unsqueeze"),
                *("identity", "dropout", "to_tokens", "to_map", "class_token", "take", "window_partition"),
                *("window_merge", "pixel_shuffle", "pixel_unshuffle", "depth_to_space", "space_to_depth"),
                "channel_shuffle",
            ),
            ZERO,
            f"{HLO}: HandleReshape, HandleTranspose, HandleSlice, HandleConcatenate",
        ),
    ),
    otherwise=Rule((), None, why="Flax has none, or there are several ways to write it"),
    assumes="Each layer is taken to be Flax's (linen 0.12.8, at inference), and the network one of images or sequences"
    " in float32. XLA adds in float32 too, and rounds totals above 2^24; JAX drops what no output reads; what"
    " `compile()` gives is less, as XLA folds and fuses first.",
)
