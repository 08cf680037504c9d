"""Activations in many settings."""

from tests.kinds.inputs import ELEMENTWISE, IMAGE, SMALL, each

SETTINGS = {
    "relu": ELEMENTWISE,
    "relu6": ELEMENTWISE,
    "leaky_relu": [*ELEMENTWISE, (IMAGE, {"": 0.2})],
    "elu": [*ELEMENTWISE, (IMAGE, {"": 2})],
    "selu": ELEMENTWISE,
    "gelu": [*ELEMENTWISE, (IMAGE, {"": {"approximate": True}})],
    "sigmoid": ELEMENTWISE,
    "hard_sigmoid": ELEMENTWISE,
    "silu": ELEMENTWISE,
    "hard_swish": ELEMENTWISE,
    "tanh": ELEMENTWISE,
    "softplus": ELEMENTWISE,
    "softmax": ELEMENTWISE,
}

OPS = [
    ("relu", SMALL, ["relu"], each(compare=1)),
    ("relu6", SMALL, ["relu6"], each(compare=2)),
    ("leaky_relu", SMALL, ["leaky_relu"], each(compare=1, mul=1)),
    ("elu", SMALL, ["elu"], each(compare=1, exp=1, add=1, mul=1)),
    ("selu", SMALL, ["selu"], each(compare=1, exp=1, add=1, mul=2)),
    ("gelu", SMALL, ["gelu"], each(mul=3, erf=1, add=1)),
    # x³ is two products, three factors before it and after it, the half of x one more
    ("gelu", SMALL, [{"gelu": {"approximate": True}}], each(mul=6, tanh=1, add=2)),
    ("sigmoid", SMALL, ["sigmoid"], each(exp=1, add=1, div=1)),
    ("hard_sigmoid", SMALL, ["hard_sigmoid"], each(add=1, compare=2, mul=1)),
    ("silu", SMALL, ["silu"], each(exp=1, add=1, div=1, mul=1)),
    ("hard_swish", SMALL, ["hard_swish"], each(add=1, compare=2, mul=2)),
    ("tanh", SMALL, ["tanh"], each(tanh=1)),
    ("softplus", SMALL, ["softplus"], each(exp=1, add=1, log=1)),
    # n - 1 compares for the largest, n subtractions, n exponentials, n - 1 adds, n divisions
    ("softmax", (10,), ["softmax"], {"compare": 9, "add": 10 + 9, "exp": 10, "div": 10}),
    ("softmax", SMALL, ["softmax"], {"compare": 2 * 16, "add": 48 + 2 * 16, "exp": 48, "div": 48}),
]

COUNTED = []

FAULTS = []

NO_FAULTS = set(SETTINGS)

ORACLES = [
    ("softmax over the channels", "{input: [5, 3, 4], layers: [softmax]}\n", "y = F.softmax(x, 1)"),
]
