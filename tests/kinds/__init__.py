"""Every kind in many settings, family by family: what it is run on, what it costs by hand, what other engines gave.

Of each module:
    SETTINGS: inputs and layers by kind; an empty key stands for the kind, a name in BEFORE for a layer before it. A
        list is several layers, of which the last is meant.
    RANKS: for a kind that does not take inputs of one, two and three axes, those that it takes.
    OPS: kind, input, layers, and the operations of the last of them, worked out by hand from the conventions.
    COUNTED: kinds whose kernels do just what the conventions count: what of it, input, layer, and how often.
    FAULTS: kind, input, layers, code and message of what the kind refuses.
    NO_FAULTS: kinds that take whatever they are given.
    ORACLES: name, a spec, and the same in torch; what torch gave is in tests/data/oracles (see tests/oracles.py).
"""

from importlib import import_module

FAMILIES = (
    "convolution",
    "pooling",
    "dense",
    "normalisation",
    "activation",
    "merging",
    "shape",
    "separable",
    "local",
    "filtering",
    "aggregation",
    "cutting",
    "resampling",
    "tokens",
    "recurrent",
    "attention",
)
MODULES = {family: import_module(f"tests.kinds.{family}") for family in FAMILIES}

SETTINGS = {kind: rows for module in MODULES.values() for kind, rows in module.SETTINGS.items()}
RANKS = {kind: ranks for module in MODULES.values() for kind, ranks in getattr(module, "RANKS", {}).items()}
OPS = [row for module in MODULES.values() for row in module.OPS]
COUNTED = [row for module in MODULES.values() for row in module.COUNTED]
FAULTS = [row for module in MODULES.values() for row in module.FAULTS]
NO_FAULTS = {kind for module in MODULES.values() for kind in module.NO_FAULTS}

BEFORE = {
    "short": {"conv": 4, "kernel": 4},
    "wide": {"conv": 4, "kernel": [3, 1]},
    "tall": {"conv": 4, "kernel": [1, 4]},
    "small": {"maxpool": 2, "stride": 1},
    "narrow": {"conv": 2, "kernel": 1},
}
"""What stands before a layer that names it."""


def layers_of(kind, layer):
    """The layer, its kind put in, and what it needs before it."""
    if isinstance(layer, list):
        return layer
    whole = {key or kind: value for key, value in layer.items()}
    named = [name for value in whole.values() for name in (value if isinstance(value, list) else [value])]
    before = [name for name in BEFORE if name in named]
    return [{"name": name, "from": "input", **BEFORE[name]} for name in before] + [whole]
