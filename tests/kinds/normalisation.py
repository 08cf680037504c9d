"""Norms in many settings."""

from tests.kinds.inputs import ELEMENTWISE, IMAGE, SMALL, each

SETTINGS = {
    "batchnorm": [
        *ELEMENTWISE,
        (IMAGE, {"": {"affine": False}}),
        (IMAGE, {"": {"epsilon": 0.001}}),
    ],
}

OPS = [
    ("batchnorm", SMALL, ["batchnorm"], each(mul=1, add=1)),
    ("batchnorm", SMALL, [{"batchnorm": {"affine": False}}], each(mul=1, add=1)),
]

COUNTED = []

FAULTS = []

NO_FAULTS = {"batchnorm"}

ORACLES = []
