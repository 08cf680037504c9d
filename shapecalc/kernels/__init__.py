"""Layer arithmetic in plain NumPy. It imports nothing of shapecalc, so a proof shares no line with a formula."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shapecalc.kernels import activation, conv, dense, merge, norm, pool

__all__ = ["activation", "conv", "dense", "merge", "norm", "pool"]


def __getattr__(name: str) -> ModuleType:
    """Load a family of kernels when it is first used, so that NumPy costs nothing until then."""
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(name)
