"""Activations in many settings."""

from tests.kinds.inputs import ELEMENTWISE, FLAT, IMAGE, LINE, SMALL, VOLUME, each

EVEN = [(given, {"": None}) for given in (FLAT, LINE, IMAGE, VOLUME)]

SETTINGS = {
    "relu": ELEMENTWISE,
    "relu6": ELEMENTWISE,
    "leaky_relu": [*ELEMENTWISE, (IMAGE, {"": 0.2})],
    "prelu": [*ELEMENTWISE, (IMAGE, {"": 0.1}), (IMAGE, {"": {"shared": True}}), (LINE, {"": 0, "shared": True})],
    "threshold": [*ELEMENTWISE, (IMAGE, {"": 1.1}), (IMAGE, {"": {"theta": 0.9, "value": -1}})],
    "squared_relu": ELEMENTWISE,
    "elu": [*ELEMENTWISE, (IMAGE, {"": 2})],
    "celu": [*ELEMENTWISE, (IMAGE, {"": 2})],
    "selu": ELEMENTWISE,
    "gelu": [*ELEMENTWISE, (IMAGE, {"": {"approximate": True}})],
    "quick_gelu": ELEMENTWISE,
    "silu": ELEMENTWISE,
    "hard_swish": ELEMENTWISE,
    "mish": ELEMENTWISE,
    "softplus": ELEMENTWISE,
    "sigmoid": ELEMENTWISE,
    "hard_sigmoid": ELEMENTWISE,
    "log_sigmoid": ELEMENTWISE,
    "tanh": ELEMENTWISE,
    "hard_tanh": ELEMENTWISE,
    "tanhshrink": ELEMENTWISE,
    "softsign": ELEMENTWISE,
    "exp": ELEMENTWISE,
    "softmax": ELEMENTWISE,
    "log_softmax": ELEMENTWISE,
    "glu": [*EVEN, *((IMAGE, {"": gate}) for gate in ("sigmoid", "silu", "gelu", "relu"))],
    "maxout": [*EVEN, (FLAT, {"": 3}), (IMAGE, {"": 4}), (LINE, {"": 1})],
}

OPS = [
    ("relu", SMALL, ["relu"], each(compare=1)),
    ("relu6", SMALL, ["relu6"], each(compare=2)),
    ("leaky_relu", SMALL, ["leaky_relu"], each(compare=1, mul=1)),
    ("prelu", SMALL, ["prelu"], each(compare=1, mul=1)),
    ("prelu", SMALL, [{"prelu": {"shared": True}}], each(compare=1, mul=1)),
    ("threshold", SMALL, ["threshold"], each(compare=1)),
    ("squared_relu", SMALL, ["squared_relu"], each(compare=1, mul=1)),
    ("elu", SMALL, ["elu"], each(compare=1, exp=1, add=1, mul=1)),
    # one by 1/α, one by α
    ("celu", SMALL, ["celu"], each(compare=1, exp=1, add=1, mul=2)),
    ("selu", SMALL, ["selu"], each(compare=1, exp=1, add=1, mul=2)),
    ("gelu", SMALL, ["gelu"], each(mul=3, erf=1, add=1)),
    # x³ is two products, three factors before it and after it, the half of x one more
    ("gelu", SMALL, [{"gelu": {"approximate": True}}], each(mul=6, tanh=1, add=2)),
    ("quick_gelu", SMALL, ["quick_gelu"], each(mul=2, exp=1, add=1, div=1)),
    ("silu", SMALL, ["silu"], each(exp=1, add=1, div=1, mul=1)),
    ("hard_swish", SMALL, ["hard_swish"], each(add=1, compare=2, mul=2)),
    ("mish", SMALL, ["mish"], each(exp=1, add=1, log=1, tanh=1, mul=1)),
    ("softplus", SMALL, ["softplus"], each(exp=1, add=1, log=1)),
    ("sigmoid", SMALL, ["sigmoid"], each(exp=1, add=1, div=1)),
    ("hard_sigmoid", SMALL, ["hard_sigmoid"], each(add=1, compare=2, mul=1)),
    ("log_sigmoid", SMALL, ["log_sigmoid"], each(exp=1, add=1, log=1)),
    ("tanh", SMALL, ["tanh"], each(tanh=1)),
    ("hard_tanh", SMALL, ["hard_tanh"], each(compare=2)),
    ("tanhshrink", SMALL, ["tanhshrink"], each(tanh=1, add=1)),
    ("softsign", SMALL, ["softsign"], each(add=1, div=1)),
    ("exp", SMALL, ["exp"], each(exp=1)),
    # n - 1 compares for the largest, n subtractions, n exponentials, n - 1 adds, n divisions
    ("softmax", (10,), ["softmax"], {"compare": 9, "add": 10 + 9, "exp": 10, "div": 10}),
    ("softmax", SMALL, ["softmax"], {"compare": 2 * 16, "add": 48 + 2 * 16, "exp": 48, "div": 48}),
    # a logarithm for each place, subtracted from n numbers, in place of n divisions
    ("log_softmax", (10,), ["log_softmax"], {"compare": 9, "add": 10 + 9 + 10, "exp": 10, "log": 1}),
    ("log_softmax", SMALL, ["log_softmax"], {"compare": 32, "add": 48 + 32 + 48, "exp": 48, "log": 16}),
    # 32 outputs, each an element of one half times the gate of one of the other
    ("glu", (4, 16), ["glu"], {"exp": 32, "add": 32, "div": 32, "mul": 32}),
    ("glu", (4, 16), [{"glu": "silu"}], {"exp": 32, "add": 32, "div": 32, "mul": 64}),
    ("glu", (4, 16), [{"glu": "gelu"}], {"erf": 32, "add": 32, "mul": 4 * 32}),
    ("glu", (4, 16), [{"glu": "relu"}], {"compare": 32, "mul": 32}),
    ("maxout", SMALL, [{"maxout": 3}], {"compare": 16 * 2}),
    ("maxout", (4, 16), ["maxout"], {"compare": 32}),
]

COUNTED = [
    # 4 places of 6 channels
    *(
        (what, (6, 2, 2), {kind: None}, times)
        for kind, counts in (
            ("softmax", {"compare": 20, "add": 24 + 20, "exp": 24, "div": 24}),
            ("log_softmax", {"compare": 20, "add": 24 + 20 + 24, "exp": 24, "log": 4}),
        )
        for what, times in counts.items()
    ),
    ("compare", (6, 2, 2), {"maxout": 3}, 8 * 2),
    ("mul", (6, 2, 2), {"glu": "relu"}, 12),
    ("compare", (6, 2, 2), {"glu": "relu"}, 12),
]

FAULTS = [
    ("glu", (5, 4), ["glu"], "E331", "layer `glu1` makes one channel of every 2 of 5"),
    ("maxout", IMAGE, [{"maxout": 3}], "E331", "layer `maxout1` makes one channel of every 3 of 4"),
]

NO_FAULTS = SETTINGS.keys() - {"glu", "maxout"}


def wide(layer):
    """A spec whose layer is given numbers between −4 and 4: eight times the input."""
    return f"{{input: [5, 3, 4], layers: [{{add: [{', '.join(['input'] * 8)}]}}, {layer}]}}\n"


ORACLES = [
    ("softmax over the channels", "{input: [5, 3, 4], layers: [softmax]}\n", "y = F.softmax(x, 1)"),
    ("log_softmax over the channels", wide("log_softmax"), "y = F.log_softmax(8 * x, 1)"),
    ("prelu", wide("prelu"), "y = F.prelu(8 * x, w['prelu1.slope'])"),
    ("prelu, shared", wide("{prelu: {shared: yes}}"), "y = F.prelu(8 * x, w['prelu1.slope'])"),
    ("threshold", wide("{threshold: 0.5, value: -2}"), "y = F.threshold(8 * x, 0.5, -2)"),
    ("squared_relu", wide("squared_relu"), "y = F.relu(8 * x) ** 2"),
    ("celu", wide("{celu: 0.5}"), "y = F.celu(8 * x, 0.5)"),
    ("quick_gelu", wide("quick_gelu"), "y = 8 * x * torch.sigmoid(1.702 * 8 * x)"),
    ("mish", wide("mish"), "y = F.mish(8 * x)"),
    ("log_sigmoid", wide("log_sigmoid"), "y = F.logsigmoid(8 * x)"),
    ("hard_tanh", wide("hard_tanh"), "y = F.hardtanh(8 * x)"),
    ("tanhshrink", wide("tanhshrink"), "y = F.tanhshrink(8 * x)"),
    ("softsign", wide("softsign"), "y = F.softsign(8 * x)"),
    ("exp", wide("exp"), "y = torch.exp(8 * x)"),
    ("glu", "{input: [6, 3, 2], layers: [glu]}\n", "y = F.glu(x, 1)"),
    ("swiglu", "{input: [6, 5], layers: [{glu: silu}]}\n", "y = x[:, :3] * F.silu(x[:, 3:])"),
    ("geglu", "{input: [6], layers: [{glu: gelu}]}\n", "y = x[:, :3] * F.gelu(x[:, 3:])"),
    ("maxout", "{input: [6, 3, 2], layers: [{maxout: 3}]}\n", "y = x.reshape(-1, 2, 3, 3, 2).amax(2)"),
]
