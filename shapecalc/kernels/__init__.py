"""Layer arithmetic in plain NumPy. It imports nothing of shapecalc, so a proof shares no line with a formula."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shapecalc.kernels import (
        activation,
        adaptive,
        attention,
        conv,
        cutting,
        dense,
        embedding,
        filtering,
        local,
        merge,
        norm,
        pool,
        power,
        prototypes,
        pyramid,
        recurrent,
        resize,
        separable,
        shuffle,
        tokens,
        vlad,
    )

__all__ = [
    "activation",
    "adaptive",
    "attention",
    "conv",
    "cutting",
    "dense",
    "embedding",
    "filtering",
    "local",
    "merge",
    "norm",
    "pool",
    "power",
    "prototypes",
    "pyramid",
    "recurrent",
    "resize",
    "separable",
    "shuffle",
    "tokens",
    "vlad",
]


def __getattr__(name: str) -> ModuleType:
    """Load a family of kernels when it is first used, so that NumPy costs nothing until then."""
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(name)
