"""Pooling in many settings."""

from tests.kinds.inputs import FLAT, IMAGE, LINE, SMALL, VOLUME

POOL = [
    (IMAGE, {"": 2}),
    (IMAGE, {"": 3, "stride": 2}),
    (IMAGE, {"": 3, "stride": 2, "padding": 1}),
    (IMAGE, {"": [2, 3], "stride": [3, 1]}),
    (IMAGE, {"": 2, "ceil": True}),
    (IMAGE, {"": 3, "stride": 2, "padding": 1, "ceil": True}),
    (IMAGE, {"": 2, "stride": 3, "padding": 1, "ceil": True}),
    (IMAGE, {"": 3, "stride": 1, "padding": "same"}),
    (IMAGE, {"": 2, "stride": 2, "padding": "same", "ceil": True}),
    (IMAGE, {"": 4, "stride": 3, "padding": "same_lower"}),
    (IMAGE, {"": 3, "padding": "half", "stride": 1}),
    (IMAGE, {"": 3, "padding": "full"}),
    (IMAGE, {"": 3, "padding": [[2, 0], [0, 1]], "stride": 2}),
    (IMAGE, {"": [7, 9]}),
    (LINE, {"": 4}),
    (LINE, {"": 4, "padding": "causal", "stride": 1}),
    (LINE, {"": 4, "stride": 3, "padding": [[3, 1]], "ceil": True}),
    (VOLUME, {"": 2}),
    (VOLUME, {"": [1, 2, 3], "stride": [1, 1, 2], "padding": [0, 1, "same"]}),
]

GLOBAL = [
    (given, {"": None, **keep}) for given in (LINE, IMAGE, VOLUME) for keep in ({}, {"keep": True}, {"keep": False})
]

SETTINGS = {
    "maxpool": [
        *POOL,
        (IMAGE, {"": 2, "dilation": 3, "stride": 1}),
        (IMAGE, {"": 3, "dilation": [2, 1], "padding": "same", "stride": 2}),
        (LINE, {"": 3, "dilation": 3, "padding": 4, "stride": 2, "ceil": True}),
    ],
    "avgpool": [*POOL, (IMAGE, {"": 3, "stride": 2, "padding": 1, "ceil": True, "count_include_pad": True})],
    "sumpool": POOL,
    "lppool": [
        *POOL,
        (IMAGE, {"": 3, "stride": 2, "p": 1}),
        (IMAGE, {"": 2, "p": 3, "padding": 1, "ceil": True}),
        (LINE, {"": 3, "p": 5}),
    ],
    "global_maxpool": GLOBAL,
    "global_avgpool": GLOBAL,
}

OPS = [
    ("maxpool", SMALL, [{"maxpool": 2}], {"compare": 12 * 3}),
    ("maxpool", SMALL, [{"maxpool": 3, "stride": 1, "padding": "same"}], {"compare": 48 * 8}),
    ("avgpool", SMALL, [{"avgpool": 2}], {"add": 12 * 3, "mul": 12}),
    ("sumpool", SMALL, [{"sumpool": [1, 4]}], {"add": 12 * 3}),
    # overlapping windows of 4, 9 of a channel; p − 1 multiplications for each of 48 cells, not of each window
    ("lppool", SMALL, [{"lppool": 2, "stride": 1, "p": 1}], {"add": 27 * 3}),
    ("lppool", SMALL, [{"lppool": 2, "stride": 1}], {"add": 27 * 3, "mul": 48, "sqrt": 27}),
    (
        "lppool",
        SMALL,
        [{"lppool": 2, "stride": 1, "p": 4}],
        {"add": 27 * 3, "mul": 48 * 3, "log": 27, "div": 27, "exp": 27},
    ),
    ("global_maxpool", SMALL, ["global_maxpool"], {"compare": 3 * 15}),
    ("global_avgpool", SMALL, ["global_avgpool"], {"add": 3 * 15, "mul": 3}),
    ("global_avgpool", SMALL, [{"global_avgpool": None, "keep": True}], {"add": 3 * 15, "mul": 3}),
]

COUNTED = [
    ("compare", (3, 6, 6), {"maxpool": 3}, 12 * 8),
    ("compare", (3, 6, 6), {"maxpool": 2, "dilation": 3, "stride": 1}, 27 * 3),
    ("add", (3, 6, 6), {"avgpool": [2, 3]}, 18 * 5),
    ("add", (3, 6, 6), {"sumpool": 3, "stride": 1}, 48 * 8),
    *((kind, (3, 6, 6), {"lppool": 2, "p": 3}, 27) for kind in ("log", "div", "exp")),
    *(("add", (3, 6, 6), {"lppool": 2, "p": 3}, 27 * 3), ("mul", (3, 6, 6), {"lppool": 2, "p": 3}, 108 * 2)),
    *(("sqrt", (3, 6, 6), {"lppool": 3}, 12), ("mul", (3, 6, 6), {"lppool": 3}, 108)),
    ("compare", (3, 6, 6), {"global_maxpool": None}, 3 * 35),
    ("add", (3, 6, 6), {"global_avgpool": None}, 3 * 35),
]

FAULTS = [
    ("maxpool", (3, 4, 4), [{"maxpool": 5}], "E302", "layer `maxpool1` slides a window of 5 cells along an axis of 4"),
    ("avgpool", FLAT, [{"avgpool": 2}], "E304", "layer `avgpool1` pools a flat input of 12"),
    ("sumpool", IMAGE, [{"sumpool": 2, "padding": 2}], "E307", "layer `sumpool1` pads 2 cells for a window of 2"),
    ("lppool", FLAT, [{"lppool": 2}], "E304", "layer `lppool1` pools a flat input of 12"),
    ("lppool", (3, 4, 4), [{"lppool": 5}], "E302", "layer `lppool1` slides a window of 5 cells along an axis of 4"),
    ("global_maxpool", FLAT, ["global_maxpool"], "E304", "layer `global_maxpool1` pools a flat input of 12"),
    ("global_avgpool", FLAT, ["global_avgpool"], "E304", "layer `global_avgpool1` pools a flat input of 12"),
]

NO_FAULTS = set()

ORACLES = [
    (
        f"lppool of power {p}",
        {"input": [2, 5, 7], "layers": ["relu", {"lppool": [2, 3], "stride": [1, 2], "p": p}]},
        f"y = F.lp_pool2d(x.relu(), {p}, (2, 3), (1, 2))",
    )
    for p in (1, 2, 3)
] + [
    (
        "lppool of signed numbers",
        {"input": [2, 9], "layers": [{"lppool": 3, "p": 4}]},
        "y = F.lp_pool1d(x, 4, 3)",
    )
]
