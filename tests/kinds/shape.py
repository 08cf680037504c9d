"""Layers that rearrange or pass on, in many settings."""

from tests.kinds.inputs import ELEMENTWISE, IMAGE, SMALL

SETTINGS = {
    "flatten": ELEMENTWISE,
    "identity": ELEMENTWISE,
    "dropout": [*ELEMENTWISE, (IMAGE, {"": 0.2}), (IMAGE, {"": 0})],
}

OPS = [
    ("flatten", SMALL, ["flatten"], {}),
    ("identity", SMALL, ["identity"], {}),
    ("dropout", SMALL, ["dropout"], {}),
]

COUNTED = []

FAULTS = []

NO_FAULTS = {"flatten", "identity", "dropout"}

ORACLES = []
