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
        "conv_transpose": "conv.ConvTranspose",
        "maxpool": "pool.MaxPool",
        "avgpool": "pool.AvgPool",
        "sumpool": "pool.SumPool",
        "global_maxpool": "pool.GlobalMaxPool",
        "global_avgpool": "pool.GlobalAvgPool",
        "dense": "dense.Dense",
        "batchnorm": "norm.BatchNorm",
        "relu": "activation.Relu",
        "relu6": "activation.Relu6",
        "leaky_relu": "activation.LeakyRelu",
        "elu": "activation.Elu",
        "selu": "activation.Selu",
        "gelu": "activation.Gelu",
        "sigmoid": "activation.Sigmoid",
        "hard_sigmoid": "activation.HardSigmoid",
        "silu": "activation.Silu",
        "hard_swish": "activation.HardSwish",
        "tanh": "activation.Tanh",
        "softplus": "activation.Softplus",
        "softmax": "activation.Softmax",
        "add": "merge.Add",
        "multiply": "merge.Multiply",
        "concat": "merge.Concat",
        "flatten": "reshape.Flatten",
        "identity": "reshape.Identity",
        "dropout": "reshape.Dropout",
    }
)
"""The module and the class of every kind."""

ACTIVATIONS = (
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "sigmoid",
    "hard_sigmoid",
    "silu",
    "hard_swish",
    "tanh",
    "softplus",
    "softmax",
)
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
