"""All kinds of layer, in the order of the manual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapecalc.layers import activation, conv, dense, merge, norm, pool, reshape

if TYPE_CHECKING:
    from shapecalc.layers.base import Layer

KINDS: dict[str, type[Layer]] = {
    layer.kind: layer
    for layer in (
        conv.Conv,
        conv.ConvTranspose,
        pool.MaxPool,
        pool.AvgPool,
        pool.SumPool,
        pool.GlobalMaxPool,
        pool.GlobalAvgPool,
        dense.Dense,
        norm.BatchNorm,
        activation.Relu,
        activation.Relu6,
        activation.LeakyRelu,
        activation.Elu,
        activation.Selu,
        activation.Gelu,
        activation.Sigmoid,
        activation.HardSigmoid,
        activation.Silu,
        activation.HardSwish,
        activation.Tanh,
        activation.Softplus,
        activation.Softmax,
        merge.Add,
        merge.Multiply,
        merge.Concat,
        reshape.Flatten,
        reshape.Identity,
        reshape.Dropout,
    )
}

ACTIVATIONS = tuple(kind for kind, layer in KINDS.items() if layer.family == "activation")
"""What the option ``activation`` may name."""

NORMS = {"batch": "batchnorm"}
"""What the option ``norm`` may name, and the kind it stands for."""

SYNONYMS = {
    "linear": "dense",
    "fc": "dense",
    "fully_connected": "dense",
    "deconv": "conv_transpose",
    "upconv": "conv_transpose",
    "transposed_conv": "conv_transpose",
    "swish": "silu",
    "bn": "batchnorm",
    "sum": "add",
    "cat": "concat",
    "merge": "concat",
    "gap": "global_avgpool",
}
"""What other tools call a kind, for the help of an error."""
