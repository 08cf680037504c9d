"""Layers of several inputs in many settings."""

from tests.kinds.inputs import FLAT, IMAGE, LINE, SMALL, VOLUME

THREE = ["wide", "tall", "small"]
JOINED = [
    (IMAGE, {"": ["input", "input"]}),
    (FLAT, {"": ["input", "input", "input"]}),
    (LINE, {"": ["input", "short"], "fit": "crop"}),
    (IMAGE, {"": THREE, "fit": "crop"}),
    (VOLUME, {"": ["input", "input"], "fit": "none"}),
]


SETTINGS = {
    "add": JOINED,
    "multiply": JOINED,
    "concat": [*JOINED, (IMAGE, {"": ["input", "narrow"]})],
}

OPS = [
    ("add", SMALL, [{"add": ["input", "input"]}], {"add": 48}),
    ("add", SMALL, [{"add": ["input", "input", "input"]}], {"add": 96}),
    ("multiply", SMALL, [{"multiply": ["input", "input", "input"]}], {"mul": 96}),
    ("concat", SMALL, [{"concat": ["input", "input"]}], {}),
]

COUNTED = [
    ("add", (3, 6, 6), {"add": ["input", "input", "input"]}, 216),
    ("mul", (3, 6, 6), {"multiply": ["input", "input"]}, 108),
]

FAULTS = [
    (
        "add",
        IMAGE,
        [{"name": "a", "conv": 3, "kernel": 1}, {"add": ["a", "input"]}],
        "E305",
        "layer `add1` takes 3×7×9 and 4×7×9",
    ),
    (
        "multiply",
        IMAGE,
        [{"name": "a", "conv": 3, "kernel": 1}, {"multiply": ["a", "input"]}],
        "E305",
        "layer `multiply1` takes 3×7×9 and 4×7×9",
    ),
    (
        "concat",
        IMAGE,
        [{"name": "a", "conv": 4, "kernel": 3}, {"concat": ["a", "input"]}],
        "E306",
        "layer `concat1` takes 4×5×7 and 4×7×9",
    ),
]

NO_FAULTS = set()

ORACLES = []
