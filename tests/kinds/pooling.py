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
    "global_maxpool": GLOBAL,
    "global_avgpool": GLOBAL,
}

OPS = [
    ("maxpool", SMALL, [{"maxpool": 2}], {"compare": 12 * 3}),
    ("maxpool", SMALL, [{"maxpool": 3, "stride": 1, "padding": "same"}], {"compare": 48 * 8}),
    ("avgpool", SMALL, [{"avgpool": 2}], {"add": 12 * 3, "mul": 12}),
    ("sumpool", SMALL, [{"sumpool": [1, 4]}], {"add": 12 * 3}),
    ("global_maxpool", SMALL, ["global_maxpool"], {"compare": 3 * 15}),
    ("global_avgpool", SMALL, ["global_avgpool"], {"add": 3 * 15, "mul": 3}),
    ("global_avgpool", SMALL, [{"global_avgpool": None, "keep": True}], {"add": 3 * 15, "mul": 3}),
]

COUNTED = [
    ("compare", (3, 6, 6), {"maxpool": 3}, 12 * 8),
    ("compare", (3, 6, 6), {"maxpool": 2, "dilation": 3, "stride": 1}, 27 * 3),
    ("add", (3, 6, 6), {"avgpool": [2, 3]}, 18 * 5),
    ("add", (3, 6, 6), {"sumpool": 3, "stride": 1}, 48 * 8),
    ("compare", (3, 6, 6), {"global_maxpool": None}, 3 * 35),
    ("add", (3, 6, 6), {"global_avgpool": None}, 3 * 35),
]

FAULTS = [
    ("maxpool", (3, 4, 4), [{"maxpool": 5}], "E302", "layer `maxpool1` slides a window of 5 cells along an axis of 4"),
    ("avgpool", FLAT, [{"avgpool": 2}], "E304", "layer `avgpool1` pools a flat input of 12"),
    ("sumpool", IMAGE, [{"sumpool": 2, "padding": 2}], "E307", "layer `sumpool1` pads 2 cells for a window of 2"),
    ("global_maxpool", FLAT, ["global_maxpool"], "E304", "layer `global_maxpool1` pools a flat input of 12"),
    ("global_avgpool", FLAT, ["global_avgpool"], "E304", "layer `global_avgpool1` pools a flat input of 12"),
]

NO_FAULTS = set()

ORACLES = []
