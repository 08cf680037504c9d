"""Norms and trained factors in many settings."""

from tests.kinds.inputs import ELEMENTWISE, FLAT, IMAGE, LINE, SMALL, VOLUME, each

MAPS = ELEMENTWISE[1:]
PLACES = [
    *ELEMENTWISE,
    *((given, {"": {"over": "all"}}) for given in (FLAT, LINE, IMAGE, VOLUME)),
    (IMAGE, {"": {"over": "channels", "epsilon": 0.001}}),
]

SETTINGS = {
    "batchnorm": [
        *ELEMENTWISE,
        (IMAGE, {"": {"affine": False}}),
        (IMAGE, {"": {"epsilon": 0.001}}),
    ],
    "layernorm": [
        *PLACES,
        (IMAGE, {"": {"affine": False}}),
        (IMAGE, {"": {"over": "all", "bias": False}}),
        (LINE, {"": {"over": "all", "affine": False}}),
    ],
    "groupnorm": [
        ((64, 5), {"": None}),
        (FLAT, {"": 4}),
        (LINE, {"": 2}),
        (IMAGE, {"": 4}),
        (IMAGE, {"": {"groups": 1, "affine": False}}),
        (VOLUME, {"": 2, "epsilon": 0.001}),
    ],
    "instancenorm": [*MAPS, (IMAGE, {"": {"affine": True}}), (LINE, {"": {"epsilon": 0.001}})],
    "rmsnorm": [*PLACES, (IMAGE, {"": {"affine": False}}), (LINE, {"": {"over": "all", "affine": False}})],
    "lrn": [
        (IMAGE, {"": 10**17}),  # beyond all channels there is nothing to sum
        *ELEMENTWISE,
        (IMAGE, {"": 3}),
        (IMAGE, {"": 2, "alpha": 0.5}),
        (FLAT, {"": 4, "beta": 0.5, "k": 1}),
        (VOLUME, {"": 9}),
        (IMAGE, {"": 1, "alpha": 0}),
    ],
    "l2norm": PLACES,
    "scale": [*ELEMENTWISE, (IMAGE, {"": 20}), (IMAGE, {"": None, "shift": True}), (FLAT, {"": {"shift": True}})],
    "layer_scale": [*ELEMENTWISE, (IMAGE, {"": 0.1})],
}

OPS = [
    ("batchnorm", SMALL, ["batchnorm"], each(mul=1, add=1)),
    ("batchnorm", SMALL, [{"batchnorm": {"affine": False}}], each(mul=1, add=1)),
    # 16 places of 3 channels: two means of 2 adds and a mul each, 48 subtractions, 48 squares, an epsilon a place;
    # then gamma and beta
    (
        "layernorm",
        SMALL,
        ["layernorm"],
        {"add": 32 + 48 + 32 + 16 + 48, "mul": 16 + 48 + 16 + 48, "div": 48, "sqrt": 16},
    ),
    ("layernorm", SMALL, [{"layernorm": {"bias": False}}], {"add": 128, "mul": 128, "div": 48, "sqrt": 16}),
    ("layernorm", SMALL, [{"layernorm": {"affine": False}}], {"add": 128, "mul": 80, "div": 48, "sqrt": 16}),
    # one set of 48
    (
        "layernorm",
        SMALL,
        [{"layernorm": {"over": "all"}}],
        {"add": 47 + 48 + 47 + 1 + 48, "mul": 1 + 48 + 1 + 48, "div": 48, "sqrt": 1},
    ),
    # three sets of 16
    (
        "groupnorm",
        SMALL,
        [{"groupnorm": 3}],
        {"add": 45 + 48 + 45 + 3 + 48, "mul": 3 + 48 + 3 + 48, "div": 48, "sqrt": 3},
    ),
    (
        "groupnorm",
        SMALL,
        [{"groupnorm": {"groups": 1, "affine": False}}],
        {"add": 143, "mul": 50, "div": 48, "sqrt": 1},
    ),
    ("instancenorm", SMALL, ["instancenorm"], {"add": 45 + 48 + 45 + 3, "mul": 3 + 48 + 3, "div": 48, "sqrt": 3}),
    ("instancenorm", SMALL, [{"instancenorm": {"affine": True}}], {"add": 189, "mul": 102, "div": 48, "sqrt": 3}),
    # no mean is taken off, and nothing is added but the squares and epsilon
    ("rmsnorm", SMALL, ["rmsnorm"], {"add": 32 + 16, "mul": 48 + 16 + 48, "div": 48, "sqrt": 16}),
    (
        "rmsnorm",
        SMALL,
        [{"rmsnorm": {"over": "all", "affine": False}}],
        {"add": 47 + 1, "mul": 48 + 1, "div": 48, "sqrt": 1},
    ),
    # a square, alpha and the exponent; four adds in the window and k
    ("lrn", SMALL, ["lrn"], each(mul=3, add=5, div=1, exp=1, log=1)),
    ("lrn", SMALL, [{"lrn": 1}], each(mul=3, add=1, div=1, exp=1, log=1)),
    ("l2norm", SMALL, ["l2norm"], {"mul": 48, "add": 32, "sqrt": 16, "compare": 16, "div": 48}),
    ("l2norm", SMALL, [{"l2norm": {"over": "all"}}], {"mul": 48, "add": 47, "sqrt": 1, "compare": 1, "div": 48}),
    ("scale", SMALL, ["scale"], each(mul=1)),
    ("scale", SMALL, [{"scale": {"shift": True}}], each(mul=1, add=1)),
    ("layer_scale", SMALL, ["layer_scale"], each(mul=1)),
]

COUNTED = [
    *(
        (what, (4, 3, 5), layer, times)
        for layer, counts in (
            # 15 places of 4 channels
            ({"layernorm": None}, {"add": 45 + 60 + 45 + 15 + 60, "mul": 15 + 60 + 15 + 60, "div": 60, "sqrt": 15}),
            # a set of 60
            ({"layernorm": {"over": "all"}}, {"add": 59 + 60 + 59 + 1 + 60, "mul": 122, "div": 60, "sqrt": 1}),
            # two sets of 30
            ({"groupnorm": 2}, {"add": 58 + 60 + 58 + 2 + 60, "mul": 2 + 60 + 2 + 60, "div": 60, "sqrt": 2}),
            # four sets of 15
            ({"instancenorm": None}, {"add": 56 + 60 + 56 + 4, "mul": 4 + 60 + 4, "div": 60, "sqrt": 4}),
            ({"rmsnorm": None}, {"add": 45 + 15, "mul": 60 + 15 + 60, "div": 60, "sqrt": 15}),
            ({"l2norm": None}, {"add": 45, "mul": 60, "div": 60, "sqrt": 15, "compare": 15}),
            ({"scale": {"shift": True}}, {"add": 60, "mul": 60}),
            ({"layer_scale": None}, {"mul": 60}),
        )
        for what, times in counts.items()
    ),
]

FAULTS = [
    ("groupnorm", IMAGE, [{"groupnorm": 3}], "E301", "layer `groupnorm1` splits 4 channels into 3 groups"),
    (
        "groupnorm",
        FLAT,
        [{"groupnorm": 12}],
        "E330",
        "layer `groupnorm1` normalises 12 by the mean and variance of single numbers",
    ),
    (
        "instancenorm",
        FLAT,
        ["instancenorm"],
        "E304",
        "layer `instancenorm1` normalises the places of a flat input of 12",
    ),
    (
        "instancenorm",
        (4, 1, 1),
        ["instancenorm"],
        "E330",
        "layer `instancenorm1` normalises 4×1×1 by the mean and variance of single numbers",
    ),
]

NO_FAULTS = {"batchnorm", "layernorm", "rmsnorm", "lrn", "l2norm", "scale", "layer_scale"}

GAMMA_BETA = "w['{0}1.gamma'], w['{0}1.beta']"


def given(*layers, shape="[4, 3, 2]"):
    """A spec of a few layers."""
    return f"{{input: {shape}, layers: [{', '.join(layers)}]}}\n"


LAST = "y = F.layer_norm(x.movedim(1, -1), (4,), {}).movedim(-1, 1)"

ORACLES = [
    (
        "batchnorm",
        given("batchnorm"),
        f"y = F.batch_norm(x, w['batchnorm1.mean'], w['batchnorm1.variance'], {GAMMA_BETA.format('batchnorm')})",
    ),
    ("layernorm over channels", given("layernorm"), LAST.format(GAMMA_BETA.format("layernorm"))),
    ("layernorm without bias", given("{layernorm: {bias: no}}"), LAST.format("w['layernorm1.gamma']")),
    (
        "layernorm over channels of a volume, without weights",
        given("{layernorm: {affine: no, epsilon: 0.01}}", shape="[4, 2, 1, 3]"),
        LAST.format("eps=0.01"),
    ),
    (
        "layernorm over all",
        given("{layernorm: {over: all}}"),
        f"y = F.layer_norm(x, x.shape[1:], {GAMMA_BETA.format('layernorm')})",
    ),
    (
        "groupnorm",
        given("{groupnorm: 2}"),
        f"y = F.group_norm(x, 2, {GAMMA_BETA.format('groupnorm')})",
    ),
    (
        "groupnorm on a flat input",
        given("{groupnorm: 3}", shape="[12]"),
        f"y = F.group_norm(x, 3, {GAMMA_BETA.format('groupnorm')})",
    ),
    ("instancenorm", given("instancenorm"), "y = F.instance_norm(x)"),
    (
        "instancenorm with weights on a sequence",
        given("{instancenorm: {affine: yes}}", shape="[3, 7]"),
        "y = F.instance_norm(x, None, None, w['instancenorm1.gamma'], w['instancenorm1.beta'])",
    ),
    (
        "rmsnorm",
        given("rmsnorm"),
        "y = F.rms_norm(x.movedim(1, -1), (4,), w['rmsnorm1.gamma'], 1e-6).movedim(-1, 1)",
    ),
    ("rmsnorm over all", given("{rmsnorm: {over: all}}"), "y = F.rms_norm(x, x.shape[1:], w['rmsnorm1.gamma'], 1e-6)"),
    # torch's alpha is ours times the size
    (
        "lrn of an odd size",
        given("{lrn: 3, alpha: 0.5}", shape="[6, 2, 2]"),
        "y = F.local_response_norm(x, 3, alpha=1.5, beta=0.75, k=2)",
    ),
    (
        "lrn of an even size on a sequence",
        given("{lrn: 4, alpha: 2, beta: 0.5, k: 1}", shape="[7, 3]"),
        "y = F.local_response_norm(x, 4, alpha=8, beta=0.5, k=1)",
    ),
    (
        "lrn wider than the channels",
        given("{lrn: 9, alpha: 1}", shape="[3, 2, 2]"),
        "y = F.local_response_norm(x, 9, alpha=9, beta=0.75, k=2)",
    ),
    ("l2norm", given("l2norm"), "y = F.normalize(x, dim=1)"),
    (
        "l2norm over all, of lengths below epsilon",
        given("{l2norm: {over: all, epsilon: 3}}"),
        "y = F.normalize(x.flatten(1), dim=1, eps=3).reshape(x.shape)",
    ),
    (
        "scale with a shift",
        given("{scale: , shift: yes}"),
        "y = w['scale1.gamma'][:, None, None] * x + w['scale1.beta'][:, None, None]",
    ),
]
