"""All kinds of layer, in the order of the manual; a class is imported when a network first names its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shapecalc.layers.base import Layer


class Kinds(Mapping[str, "type[Layer]"]):
    """Kinds by the key that names them in a file; what a package adds is found by its entry point.

    A kind that no network names costs nothing.
    """

    def __init__(self, known: Mapping[str, str | type[Layer]]) -> None:
        self._known = dict(known)

    def __getitem__(self, kind: str) -> type[Layer]:
        layer = self._known[kind]
        if isinstance(layer, str):
            module, name = layer.split(".")
            layer = self._known[kind] = getattr(import_module(f"{__name__}.{module}"), name)
        return layer

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, kind: object) -> bool:
        return kind in self._known

    def __or__(self, more: Mapping[str, type[Layer]]) -> Kinds:
        return Kinds({**self._known, **more})

    def found(self, kind: str) -> bool:
        """Whether there is such a kind, here or in an installed package: then it is one of these from now on."""
        if kind in self._known:
            return True
        from shapecalc.layers.plugins import installed  # noqa: PLC0415  only a word that is no kind asks for it

        layer = installed(kind)
        if layer is not None:
            self._known[kind] = layer
        return layer is not None


KINDS = Kinds(
    {
        "conv": "conv.Conv",
        "conv_transpose": "conv_transpose.ConvTranspose",
        "depthwise": "separable.Depthwise",
        "separable_conv": "separable.SeparableConv",
        "spatially_separable_conv": "separable.SpatiallySeparableConv",
        "local": "local.Local",
        "conv_map": "local.ConvMap",
        "filter": "filtering.Filter",
        "maxpool": "pool.MaxPool",
        "avgpool": "pool.AvgPool",
        "sumpool": "pool.SumPool",
        "lppool": "power.LpPool",
        "global_maxpool": "pool.GlobalMaxPool",
        "global_avgpool": "pool.GlobalAvgPool",
        "gem": "power.Gem",
        "adaptive_maxpool": "adaptive.AdaptiveMaxPool",
        "adaptive_avgpool": "adaptive.AdaptiveAvgPool",
        "spp": "pyramid.Spp",
        "netvlad": "vlad.NetVlad",
        "dense": "dense.Dense",
        "rbf": "prototypes.Rbf",
        "batchnorm": "norm.BatchNorm",
        "layernorm": "norm.LayerNorm",
        "groupnorm": "norm.GroupNorm",
        "instancenorm": "norm.InstanceNorm",
        "rmsnorm": "norm.RmsNorm",
        "lrn": "strength.LocalResponse",
        "l2norm": "strength.L2Norm",
        "scale": "scale.Scale",
        "layer_scale": "scale.LayerScale",
        "embedding": "embedding.Embedding",
        "rnn": "recurrent.Rnn",
        "gru": "recurrent.Gru",
        "lstm": "recurrent.Lstm",
        "attention": "attention.Attention",
        "relu": "rectifier.Relu",
        "relu6": "rectifier.Relu6",
        "leaky_relu": "rectifier.LeakyRelu",
        "prelu": "rectifier.PRelu",
        "threshold": "rectifier.Threshold",
        "squared_relu": "rectifier.SquaredRelu",
        "elu": "rectifier.Elu",
        "celu": "rectifier.Celu",
        "selu": "rectifier.Selu",
        "gelu": "rectifier.Gelu",
        "quick_gelu": "rectifier.QuickGelu",
        "silu": "rectifier.Silu",
        "hard_swish": "rectifier.HardSwish",
        "mish": "rectifier.Mish",
        "softplus": "rectifier.Softplus",
        "sigmoid": "activation.Sigmoid",
        "hard_sigmoid": "activation.HardSigmoid",
        "log_sigmoid": "activation.LogSigmoid",
        "tanh": "activation.Tanh",
        "hard_tanh": "activation.HardTanh",
        "tanhshrink": "activation.TanhShrink",
        "softsign": "activation.Softsign",
        "exp": "activation.Exp",
        "softmax": "softmax.Softmax",
        "log_softmax": "softmax.LogSoftmax",
        "glu": "gated.Glu",
        "maxout": "gated.Maxout",
        "add": "arithmetic.Add",
        "subtract": "arithmetic.Subtract",
        "multiply": "arithmetic.Multiply",
        "divide": "arithmetic.Divide",
        "maximum": "arithmetic.Maximum",
        "minimum": "arithmetic.Minimum",
        "mean": "arithmetic.Mean",
        "concat": "merge.Concat",
        "matmul": "matmul.Matmul",
        "pad": "cutting.Pad",
        "crop": "cutting.Crop",
        "slice": "cutting.Slice",
        "split": "cutting.Split",
        "upsample": "resize.Upsample",
        "pixel_shuffle": "shuffle.PixelShuffle",
        "pixel_unshuffle": "shuffle.PixelUnshuffle",
        "depth_to_space": "shuffle.DepthToSpace",
        "space_to_depth": "shuffle.SpaceToDepth",
        "channel_shuffle": "shuffle.ChannelShuffle",
        "to_tokens": "tokens.ToTokens",
        "to_map": "tokens.ToMap",
        "class_token": "tokens.ClassToken",
        "take": "tokens.Take",
        "position_embedding": "tokens.PositionEmbedding",
        "window_partition": "windows.WindowPartition",
        "window_merge": "windows.WindowMerge",
        "flatten": "reshape.Flatten",
        "reshape": "reshape.Reshape",
        "permute": "reshape.Permute",
        "squeeze": "reshape.Squeeze",
        "unsqueeze": "reshape.Unsqueeze",
        "identity": "reshape.Identity",
        "dropout": "reshape.Dropout",
    }
)
"""The module and the class of every kind."""

ACTIVATIONS = (
    "relu",
    "relu6",
    "leaky_relu",
    "prelu",
    "threshold",
    "squared_relu",
    "elu",
    "celu",
    "selu",
    "gelu",
    "quick_gelu",
    "silu",
    "hard_swish",
    "mish",
    "softplus",
    "sigmoid",
    "hard_sigmoid",
    "log_sigmoid",
    "tanh",
    "hard_tanh",
    "tanhshrink",
    "softsign",
    "exp",
    "softmax",
    "log_softmax",
    "glu",
    "maxout",
)
"""What the option ``activation`` may name."""

NORMS = {
    "batch": "batchnorm",
    "layer": "layernorm",
    "group": "groupnorm",
    "instance": "instancenorm",
    "rms": "rmsnorm",
    "lrn": "lrn",
}
"""What the option ``norm`` may name, and the kind it stands for."""

SYNONYMS = {
    "linear": "dense",
    "fc": "dense",
    "fully_connected": "dense",
    "deconv": "conv_transpose",
    "upconv": "conv_transpose",
    "transposed_conv": "conv_transpose",
    "depthwise_conv": "depthwise",
    "dwconv": "depthwise",
    "separable": "separable_conv",
    "locally_connected": "local",
    "swish": "silu",
    "bn": "batchnorm",
    "ln": "layernorm",
    "gn": "groupnorm",
    "local_response_norm": "lrn",
    "normalize": "l2norm",
    "relu2": "squared_relu",
    "sum": "add",
    "sub": "subtract",
    "mul": "multiply",
    "div": "divide",
    "average": "mean",
    "bmm": "matmul",
    "dot": "matmul",
    "cat": "concat",
    "merge": "concat",
    "zero_pad": "pad",
    "zeropad": "pad",
    "padding": "pad",
    "center_crop": "crop",
    "cropping": "crop",
    "narrow": "slice",
    "chunk": "split",
    "resize": "upsample",
    "interpolate": "upsample",
    "upsampling": "upsample",
    "bilinear": "upsample",
    "bicubic": "upsample",
    "nearest": "upsample",
    "subpixel": "pixel_shuffle",
    "tokens": "to_tokens",
    "cls_token": "class_token",
    "pos_embed": "position_embedding",
    "positional_encoding": "position_embedding",
    "view": "reshape",
    "transpose": "permute",
    "expand_dims": "unsqueeze",
    "gap": "global_avgpool",
    "spatial_pyramid_pooling": "spp",
    "vlad": "netvlad",
    "simple_rnn": "rnn",
    "blstm": "lstm",
    "bilstm": "lstm",
    "mha": "attention",
    "multihead_attention": "attention",
    "self_attention": "attention",
    "cross_attention": "attention",
}
"""What other tools call a kind, for the help of an error."""
