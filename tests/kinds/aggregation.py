"""Adaptive pooling and aggregation in many settings."""

from tests.kinds.inputs import FLAT, IMAGE, LINE, SMALL, VOLUME

ADAPTIVE = [
    (IMAGE, {"": 1}),
    (IMAGE, {"": 3}),
    (IMAGE, {"": [7, 3]}),
    (IMAGE, {"": "7x9"}),
    (IMAGE, {"": [10, 2]}),
    (IMAGE, {"": [1, 18]}),
    (LINE, {"": 4}),
    (LINE, {"": 30}),
    ((3, 1), {"": 2}),
    (VOLUME, {"": 2}),
    (VOLUME, {"": [1, 6, 3]}),
]

SETTINGS = {
    "adaptive_maxpool": ADAPTIVE,
    "adaptive_avgpool": ADAPTIVE,
    "gem": [
        (given, {"": options})
        for given in (LINE, IMAGE, VOLUME)
        for options in (
            {},
            {"per_channel": True},
            {"keep": True, "epsilon": 0.001},
            {"keep": True, "per_channel": True},
        )
    ],
    "spp": [
        (IMAGE, {"": None}),
        (IMAGE, {"": [3, 1], "reduce": "avg"}),
        (IMAGE, {"": 12}),
        (IMAGE, {"": [1, 3], "rule": "sppnet"}),
        ((2, 11, 8), {"": [3, 2], "rule": "sppnet", "reduce": "avg"}),
        (LINE, {"": [4, 2, 2]}),
        (VOLUME, {"": [2, 1]}),
        (VOLUME, {"": [2, 1], "rule": "sppnet", "reduce": "max"}),
    ],
    "netvlad": [
        (given, {"": clusters, **options})
        for given in (LINE, IMAGE, VOLUME)
        for clusters, options in ((5, {}), (1, {"assignment": "soft"}), (3, {"assignment": "hard"}))
    ],
    "rbf": [(FLAT, {"": 7}), (FLAT, {"": {"units": 1}})],
}

RANKS = {"rbf": {0}}

OPS = [
    # an axis of 4 in 3 bins reads 2 + 2 + 2 cells: 0 1, 1 2, 2 3
    ("adaptive_maxpool", SMALL, [{"adaptive_maxpool": 3}], {"compare": 3 * (36 - 9)}),
    ("adaptive_maxpool", SMALL, [{"adaptive_maxpool": 1}], {"compare": 3 * 15}),
    # an axis of 4 in 5 bins reads 1 + 2 + 2 + 2 + 1 cells: 0, 0 1, 1 2, 2 3, 3
    ("adaptive_avgpool", SMALL, [{"adaptive_avgpool": [5, 2]}], {"add": 3 * (8 * 4 - 10), "mul": 3 * 10}),
    ("adaptive_avgpool", SMALL, [{"adaptive_avgpool": 4}], {"add": 0, "mul": 48}),
    # of each of 48 elements and of each of 3 channels
    ("gem", SMALL, ["gem"], {"add": 3 * 15, "mul": 51, "div": 3, "compare": 48, "exp": 51, "log": 51}),
    (
        "gem",
        SMALL,
        [{"gem": {"per_channel": True, "keep": True}}],
        {"add": 45, "mul": 51, "div": 3, "compare": 48, "exp": 51, "log": 51},
    ),
    # 15 for the whole, 3 for each of four quarters, nothing for single cells; 1 + 4 + 16 bins
    ("spp", SMALL, [{"spp": [1, 2, 4]}], {"compare": 3 * (15 + 4 * 3)}),
    ("spp", SMALL, [{"spp": [1, 2, 4], "reduce": "avg"}], {"add": 3 * (15 + 4 * 3), "mul": 3 * 21}),
    # windows of 3 cells every 2 in an axis of 5, against bins of 3 that meet in its middle: the same
    ("spp", (1, 5), [{"spp": 2, "rule": "sppnet"}], {"compare": 2 * 2}),
    ("spp", (1, 5), [{"spp": 2, "rule": "adaptive"}], {"compare": 2 * 2}),
    # 16 places of 3 channels, 2 centres. The assignment: 96 MACs; 32 biases, 32 largest taken off, 16 sums of two.
    # 96 differences, 96 products, 15 additions into each of 6 sums. Two centres of 3 squares, then 6 squares.
    (
        "netvlad",
        SMALL,
        [{"netvlad": 2}],
        {
            "mac": 96,
            "add": 32 + 32 + 16 + 96 + 15 * 6 + 2 * 2 + 5,
            "mul": 96 + 6 + 6,
            "compare": 16 + 2 + 1,
            "exp": 32,
            "div": 32 + 6 + 6,
            "sqrt": 3,
        },
    ),
    # 96 differences and squares, 2 additions in each of 32 distances, 3 for each place into its centre's sums
    (
        "netvlad",
        SMALL,
        [{"netvlad": 2, "assignment": "hard"}],
        {
            "add": 96 + 32 * 2 + 16 * 3 + 2 * 2 + 5,
            "mul": 96 + 6 + 6,
            "compare": 16 + 2 + 1,
            "div": 6 + 6,
            "sqrt": 3,
        },
    ),
    ("rbf", (84,), [{"rbf": 10}], {"add": 840 + 10 * 83, "mul": 840}),
]

COUNTED = [
    ("compare", (2, 5, 6), {"adaptive_maxpool": [3, 4]}, 2 * (7 * 8 - 12)),
    ("add", (2, 5, 6), {"adaptive_avgpool": [7, 4]}, 2 * (11 * 8 - 28)),
    ("mul", (2, 5, 6), {"adaptive_avgpool": [7, 4]}, 2 * 28),
    *(("add", (2, 7), {"gem": None}, 2 * 6), ("mul", (2, 7), {"gem": None}, 14 + 2)),
    *(("compare", (2, 7), {"gem": None}, 14), ("div", (2, 7), {"gem": None}, 2)),
    *(("exp", (2, 7), {"gem": None}, 14 + 2), ("log", (2, 7), {"gem": None}, 14 + 2)),
    ("compare", (2, 5, 7), {"spp": [1, 3]}, 2 * (34 + 7 * 9 - 9)),
    ("compare", (2, 5, 8), {"spp": [1, 2], "rule": "sppnet"}, 2 * (39 + 4 * 11)),
    ("compare", (3, 5), {"netvlad": 4}, 5 * 3 + 4 + 1),
    ("exp", (3, 5), {"netvlad": 4}, 5 * 4),
    ("div", (3, 5), {"netvlad": 4}, 5 * 4 + 12 + 12),
    ("sqrt", (3, 5), {"netvlad": 4}, 4 + 1),
    # of more centres than one some would hold the plain zeros they began with
    ("mul", (3, 5), {"netvlad": 1, "assignment": "hard"}, 15 + 3 + 3),
    ("add", (3, 5), {"netvlad": 1, "assignment": "hard"}, 15 + 5 * 2 + 15 + 2 + 2),
    ("compare", (3, 5), {"netvlad": 1, "assignment": "hard"}, 1 + 1),
    ("add", (6,), {"rbf": 4}, 24 + 4 * 5),
    ("mul", (6,), {"rbf": 4}, 24),
]

FAULTS = [
    ("lppool", IMAGE, [{"lppool": 2, "p": 10**17}], "E115", "`p` of `lppool` is 100000000000000000"),
    ("adaptive_maxpool", FLAT, [{"adaptive_maxpool": 2}], "E304", "layer `adaptive_maxpool1` pools a flat input of 12"),
    (
        "adaptive_avgpool",
        IMAGE,
        [{"adaptive_avgpool": [2]}],
        "E308",
        "layer `adaptive_avgpool1` gives `size` for 1 axis of 2",
    ),
    ("gem", FLAT, ["gem"], "E304", "layer `gem1` pools a flat input of 12"),
    ("spp", FLAT, ["spp"], "E304", "layer `spp1` pools a flat input of 12"),
    (
        "spp",
        (4, 12, 3),
        [{"spp": [3, 4], "rule": "sppnet"}],
        "E320",
        "layer `spp1` parts an axis of 3 cells into 4 bins",
    ),
    (
        "spp",
        (4, 12, 7),
        [{"spp": [1, 4], "rule": "sppnet"}],
        "E321",
        "layer `spp1` parts an axis of 7 cells into 6 bins, not 4",
    ),
    ("netvlad", FLAT, [{"netvlad": 4}], "E304", "layer `netvlad1` aggregates a flat input of 12"),
    ("rbf", IMAGE, [{"rbf": 4}], "E304", "layer `rbf1` needs a flat input and gets 4×7×9"),
]

NO_FAULTS = set()


def spec(given, layer):
    return {"input": list(given), "layers": [layer]}


NETVLAD = """
shares = torch.softmax(torch.einsum("kd,bdn->bkn", w["netvlad1.assignment"], x) + w["netvlad1.bias"][:, None], 1)
residuals = x[:, None] - w["netvlad1.centres"][:, :, None]
y = F.normalize(F.normalize(torch.einsum("bkn,bkdn->bkd", shares, residuals), dim=2).flatten(1), dim=1)
"""
VLAD = """
centres = w["netvlad1.centres"]
nearest = torch.cdist(x.transpose(1, 2), centres).argmin(2)
mine = F.one_hot(nearest, len(centres)).double().transpose(1, 2)
y = mine @ x.transpose(1, 2) - mine.sum(2)[:, :, None] * centres
y = F.normalize(F.normalize(y, dim=2).flatten(1), dim=1)
"""
ASPP = """
point, *rates, pooled, last = w.values()
views = [F.conv2d(x, point)] + [F.conv2d(x, k, padding=r, dilation=r) for k, r in zip(rates, (2, 4, 6))]
image = F.conv2d(x.mean((2, 3), keepdim=True), pooled).tanh()
views = [view.tanh() for view in views] + [F.interpolate(image, x.shape[2:], mode="bilinear")]
y = F.conv2d(torch.cat(views, 1), last).tanh()
"""
PSP = """
bins = [F.conv2d(F.adaptive_avg_pool2d(x, o), k).tanh() for o, k in zip((1, 2, 3, 6), w.values())]
y = torch.cat([x, *(F.interpolate(b, x.shape[2:], mode="bilinear", align_corners=True) for b in bins)], 1)
"""
GEM = "y = F.avg_pool2d(x.clamp(min={0}).pow(w['gem1.p'].view(-1, 1, 1)), (4, 5)).pow(1 / w['gem1.p'].view(-1, 1, 1))"

ORACLES = [
    *(
        (
            f"adaptive {pool} of {size}",
            spec((2, 5, 7), {f"adaptive_{pool}pool": size}),
            f"y = F.adaptive_{pool}_pool2d(x, {size})",
        )
        for pool in ("avg", "max")
        for size in ([3, 4], [5, 1], [6, 2])
    ),
    (
        "adaptive avg of a volume",
        spec((1, 3, 4, 5), {"adaptive_avgpool": [2, 3, 4]}),
        "y = F.adaptive_avg_pool3d(x, [2, 3, 4])",
    ),
    (
        "spp",
        spec((2, 5, 7), {"spp": [1, 2, 3]}),
        "y = torch.cat([F.adaptive_max_pool2d(x, k).flatten(1) for k in (1, 2, 3)], 1)",
    ),
    (
        "spp of means by sppnet",
        spec((2, 9, 10), {"spp": [3, 1], "reduce": "avg", "rule": "sppnet"}),
        "y = torch.cat([F.avg_pool2d(x, (3, 4), (3, 3)).flatten(1), F.avg_pool2d(x, (9, 10)).flatten(1)], 1)",
    ),
    ("gem", spec((3, 4, 5), "gem"), GEM.format(1e-6) + ".flatten(1)"),
    (
        "gem with a power a channel",
        spec((3, 4, 5), {"gem": {"per_channel": "yes", "keep": "yes", "epsilon": 0.01}}),
        GEM.format(0.01),
    ),
    ("netvlad", spec((3, 7), {"netvlad": 4}), NETVLAD),
    ("vlad", spec((3, 7), {"netvlad": 4, "assignment": "hard"}), VLAD),
    (
        "the block Aspp",
        spec((3, 6, 7), {"Aspp": {"c": 2, "rate": 2, "norm": "none", "activation": "tanh"}}),
        ASPP,
    ),
    ("the block PyramidPool", spec((4, 6, 7), {"PyramidPool": {"norm": "none", "activation": "tanh"}}), PSP),
    ("rbf", spec((12,), {"rbf": 5}), "y = ((x[:, None] - w['rbf1.prototypes']) ** 2).sum(2)"),
]
