"""What optimizers keep of every parameter from one step to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Optimizer(NamedTuple):
    """The numbers kept of each parameter, and where that stands."""

    slots: tuple[str, ...]
    source: str


OPTIMIZERS: Mapping[str, Optimizer] = {
    "sgd": Optimizer((), "Robbins & Monro 1951; torch.optim.SGD"),
    "momentum": Optimizer(("velocity",), "Polyak 1964; torch.optim.SGD with a momentum"),
    "adagrad": Optimizer(("sum of squares",), "Duchi, Hazan & Singer 2011; torch.optim.Adagrad"),
    "rmsprop": Optimizer(("mean square",), "Tieleman & Hinton 2012; torch.optim.RMSprop without momentum"),
    "adam": Optimizer(("m", "v"), "Kingma & Ba 2015, algorithm 1; torch.optim.Adam"),
    "adamw": Optimizer(("m", "v"), "Loshchilov & Hutter 2019, algorithm 2; torch.optim.AdamW"),
    "lion": Optimizer(("m",), "Chen et al. 2023, Symbolic Discovery of Optimization Algorithms, program 1"),
}
"""Optimizers by name. A count of steps is not among the numbers."""
