"""Full connections in many settings."""

from tests.kinds.inputs import FLAT, IMAGE, LINE, VOLUME

SETTINGS = {
    "dense": [
        (FLAT, {"": 5}),
        (FLAT, {"": 5, "bias": False}),
        (FLAT, {"": 5, "over": "channels"}),
        *((given, {"": 5, "over": "channels"}) for given in (LINE, IMAGE, VOLUME)),
        (IMAGE, {"": 5, "over": "channels", "bias": False}),
        *((given, {"": 5, "as_conv": True}) for given in (LINE, IMAGE, VOLUME)),
        (IMAGE, {"": 5, "as_conv": True, "bias": False}),
    ],
}

OPS = [
    ("dense", (20,), [{"dense": 10}], {"mac": 200, "add": 10}),
    ("dense", (20,), [{"dense": 10, "bias": False}], {"mac": 200}),
    ("dense", (4, 3, 3), [{"dense": 5, "over": "channels"}], {"mac": 9 * 4 * 5, "add": 45}),
    # as flattened: 36 inputs, 5 units
    ("dense", (4, 3, 3), [{"dense": 5, "as_conv": True}], {"mac": 36 * 5, "add": 5}),
]

COUNTED = [
    ("mul", (20,), {"dense": 10}, 200),
    ("mul", (4, 3, 3), {"dense": 5, "over": "channels"}, 180),
    ("mul", (4, 3, 3), {"dense": 5, "as_conv": True}, 180),
]

FAULTS = [
    ("dense", IMAGE, [{"dense": 5}], "E304", "layer `dense1` needs a flat input and gets 4×7×9"),
    ("dense", FLAT, [{"dense": 5, "as_conv": True}], "E304", "layer `dense1` takes as a map a flat input of 12"),
    (
        "dense",
        IMAGE,
        [{"dense": 5, "as_conv": True, "over": "channels"}],
        "E318",
        "layer `dense1` reads the whole map and each place by itself",
    ),
]

NO_FAULTS = set()

ORACLES = [
    (
        "as a convolution of the size of the map",
        "{input: [3, 4, 2], layers: [{name: a, dense: 5, as_conv: yes}]}\n",
        "y = F.conv2d(x, w['a.kernel'], w['a.bias'])",
    ),
    (
        "as a convolution, which is the map in one row",
        "{input: [3, 4, 2], layers: [{name: a, dense: 5, as_conv: yes}, flatten]}\n",
        "y = F.linear(x.flatten(1), w['a.kernel'].flatten(1), w['a.bias'])",
    ),
]
