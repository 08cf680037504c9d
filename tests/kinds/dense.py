"""Full connections in many settings."""

from tests.kinds.inputs import FLAT, IMAGE, LINE, VOLUME

SETTINGS = {
    "dense": [
        (FLAT, {"": 5}),
        (FLAT, {"": 5, "bias": False}),
        (FLAT, {"": 5, "over": "channels"}),
        *((given, {"": 5, "over": "channels"}) for given in (LINE, IMAGE, VOLUME)),
        (IMAGE, {"": 5, "over": "channels", "bias": False}),
    ],
}

OPS = [
    ("dense", (20,), [{"dense": 10}], {"mac": 200, "add": 10}),
    ("dense", (20,), [{"dense": 10, "bias": False}], {"mac": 200}),
    ("dense", (4, 3, 3), [{"dense": 5, "over": "channels"}], {"mac": 9 * 4 * 5, "add": 45}),
]

COUNTED = [
    ("mul", (20,), {"dense": 10}, 200),
    ("mul", (4, 3, 3), {"dense": 5, "over": "channels"}, 180),
]

FAULTS = [("dense", IMAGE, [{"dense": 5}], "E304", "layer `dense1` needs a flat input and gets 4×7×9")]

NO_FAULTS = set()

ORACLES = []
