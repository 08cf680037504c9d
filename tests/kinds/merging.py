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
GATE = {"name": "gate", "global_avgpool": None}
KEPT = {**GATE, "keep": True}
MASK = {"name": "mask", "conv": 1, "kernel": 1, "bias": False, "from": "input"}
COLUMN = {"name": "column", "maxpool": [7, 1], "from": "input"}
SHORT = {"name": "short", "conv": 4, "kernel": 4, "from": "input"}


def spread(kind):
    """What is short is spread: a flat input, an axis of length 1, channels."""
    return [
        *((given, [GATE, {kind: ["input", "gate"]}]) for given in (LINE, IMAGE, VOLUME)),
        (IMAGE, [GATE, {kind: ["gate", "input", "gate"]}]),
        (IMAGE, [KEPT, {kind: ["input", "gate"]}]),
        (IMAGE, [MASK, {kind: ["mask", "input"]}]),
        (IMAGE, [COLUMN, MASK, {kind: ["column", "mask"]}]),
        (IMAGE, [GATE, MASK, {kind: ["gate", "mask"]}]),
        (IMAGE, [GATE, KEPT | {"name": "kept", "from": "input"}, {kind: ["gate", "kept"]}]),
        (FLAT, [{"name": "one", "dense": 1}, {kind: ["input", "one"]}]),
        (IMAGE, [GATE, SHORT, {kind: ["input", "short", "gate"], "fit": "crop"}]),
        (IMAGE, [COLUMN, SHORT, {kind: ["input", "short", "column"], "fit": "crop"}]),
    ]


ARITHMETIC = ("add", "subtract", "multiply", "divide", "maximum", "minimum", "mean")

SETTINGS = {
    **{kind: [*JOINED, *spread(kind)] for kind in ARITHMETIC},
    "concat": [
        *JOINED,
        (IMAGE, {"": ["input", "narrow"]}),
        (LINE, [SHORT, {"concat": ["input", "short", "input"], "axis": "L"}]),
        (IMAGE, {"": ["input", "tall"], "axis": "W"}),
        (IMAGE, {"": ["input", "wide"], "axis": "H"}),
        (IMAGE, {"": ["wide", "tall"], "axis": "W", "fit": "crop"}),
        (IMAGE, {"": ["wide", "tall", "input"], "axis": "H", "fit": "crop"}),
        (VOLUME, {"": ["input", "input"], "axis": "D"}),
        (VOLUME, {"": ["input", "input"], "axis": "C"}),
    ],
    "matmul": [
        (LINE, {"": ["input", "input"], "transpose": "left"}),
        (LINE, {"": ["input", "narrow"], "transpose": "right"}),
        ((5, 5), {"": ["input", "input"]}),
        ((5, 5), {"": ["input", "input"], "transpose": "both"}),
        (
            (4, 11),
            [
                {"name": "keys", "conv": 3, "kernel": 1, "from": "input"},
                {"name": "scores", "matmul": ["keys", "keys"], "transpose": "left"},
                {"matmul": ["input", "scores"]},
            ],
        ),
    ],
}

RANKS = {"matmul": {1}}

OPS = [
    ("add", SMALL, [{"add": ["input", "input"]}], {"add": 48}),
    ("add", SMALL, [{"add": ["input", "input", "input"]}], {"add": 96}),
    ("subtract", SMALL, [{"subtract": ["input", "input", "input"]}], {"add": 96}),
    ("multiply", SMALL, [{"multiply": ["input", "input", "input"]}], {"mul": 96}),
    ("multiply", SMALL, [GATE, {"multiply": ["gate", "input"]}], {"mul": 48}),
    ("multiply", SMALL, [GATE, MASK, {"multiply": ["gate", "mask"]}], {"mul": 48}),
    ("divide", SMALL, [{"divide": ["input", "input"]}], {"div": 48}),
    ("maximum", SMALL, [{"maximum": ["input", "input", "input"]}], {"compare": 96}),
    ("minimum", SMALL, [{"minimum": ["input", "input"]}], {"compare": 48}),
    ("mean", SMALL, [{"mean": ["input", "input", "input"]}], {"add": 96, "mul": 48}),
    ("concat", SMALL, [{"concat": ["input", "input"]}], {}),
    ("concat", SMALL, [{"concat": ["input", "input"], "axis": "H"}], {}),
    # 3×5 by 5×3, and 5×3 by 3×5
    ("matmul", (3, 5), [{"matmul": ["input", "input"], "transpose": "right"}], {"mac": 3 * 5 * 3}),
    ("matmul", (3, 5), [{"matmul": ["input", "input"], "transpose": "left"}], {"mac": 5 * 3 * 5}),
]

COUNTED = [
    ("add", (3, 6, 6), {"add": ["input", "input", "input"]}, 216),
    ("add", (3, 6, 6), {"subtract": ["input", "input"]}, 108),
    ("mul", (3, 6, 6), {"multiply": ["input", "input"]}, 108),
    ("div", (3, 6, 6), {"divide": ["input", "input", "input"]}, 216),
    ("compare", (3, 6, 6), {"maximum": ["input", "input", "input"]}, 216),
    ("compare", (3, 6, 6), {"minimum": ["input", "input"]}, 108),
    ("add", (3, 6, 6), {"mean": ["input", "input", "input"]}, 216),
    ("mul", (3, 6, 6), {"mean": ["input", "input", "input"]}, 108),
    ("mul", (3, 5), {"matmul": ["input", "input"], "transpose": "left"}, 5 * 3 * 5),
    ("mul", (3, 5), {"matmul": ["input", "input"], "transpose": "right"}, 3 * 5 * 3),
]

FAULTS = [
    *(
        (
            kind,
            IMAGE,
            [{"name": "a", "conv": 3, "kernel": 1}, {kind: ["a", "input"]}],
            "E305",
            f"layer `{kind}1` takes 3×7×9 and 4×7×9",
        )
        for kind in ARITHMETIC
    ),
    (
        "add",
        IMAGE,
        [{"name": "a", "maxpool": [1, 2]}, {"add": ["a", "input"]}],
        "E305",
        "layer `add1` takes 4×7×4 and 4×7×9",
    ),
    # the first is spread, the others are not alike
    (
        "add",
        IMAGE,
        [KEPT, {"name": "a", "maxpool": [1, 2], "from": "input"}, {"add": ["gate", "a", "input"]}],
        "E305",
        "layer `add1` takes 4×7×4 and 4×7×9",
    ),
    (
        "multiply",
        IMAGE,
        [GATE, {"name": "gates", "dense": 5}, {"multiply": ["input", "gates"]}],
        "E305",
        "layer `multiply1` takes 4×7×9 and 5",
    ),
    (
        "concat",
        IMAGE,
        [{"name": "a", "conv": 4, "kernel": 3}, {"concat": ["a", "input"]}],
        "E306",
        "layer `concat1` takes 4×5×7 and 4×7×9",
    ),
    (
        "concat",
        IMAGE,
        [{"name": "a", "conv": 3, "kernel": 1}, {"concat": ["a", "input"], "axis": "H"}],
        "E306",
        "layer `concat1` takes 3×7×9 and 4×7×9",
    ),
    (
        "concat",
        IMAGE,
        [{"name": "a", "maxpool": [1, 2]}, {"concat": ["a", "input"], "axis": "H"}],
        "E306",
        "layer `concat1` takes 4×7×4 and 4×7×9",
    ),
    (
        "concat",
        LINE,
        [{"concat": ["input", "input"], "axis": "H"}],
        "E332",
        "layer `concat1` joins along H, and 4×11 has no such axis",
    ),
    ("matmul", IMAGE, [{"matmul": ["input", "input"]}], "E333", "layer `matmul1` takes 4×7×9 as a matrix"),
    ("matmul", FLAT, [{"matmul": ["input", "input"]}], "E333", "layer `matmul1` takes 12 as a matrix"),
    ("matmul", (5, 5), [{"matmul": ["input", "input", "input"]}], "E333", "layer `matmul1` multiplies 3 matrices"),
    ("matmul", LINE, [{"matmul": ["input", "input"]}], "E334", "layer `matmul1` multiplies 4×11 and 4×11"),
    (
        "matmul",
        LINE,
        [{"matmul": ["input", "input"], "transpose": "both"}],
        "E334",
        "layer `matmul1` multiplies 11×4 and 11×4 (transpose: both)",
    ),
]

NO_FAULTS = set()


def two(layer, a="[3, 4, 2]", b="[3, 4, 2]"):
    """A spec of a layer of two inputs, a and b."""
    return f"{{inputs: {{a: {a}, b: {b}}}, layers: [{layer}]}}\n"


A_B = "a, b = xs['a'], xs['b']\n"

ORACLES = [
    ("subtract", two("{subtract: [b, a, b]}"), A_B + "y = b - a - b"),
    ("divide", two("{exp: , from: b}, {divide: [a, exp1]}"), A_B + "y = a / b.exp()"),
    ("maximum", two("{maximum: [a, b]}"), A_B + "y = torch.maximum(a, b)"),
    ("minimum", two("{minimum: [a, b]}"), A_B + "y = torch.minimum(a, b)"),
    ("mean", two("{mean: [a, b, a]}"), A_B + "y = (a + b + a) / 3"),
    ("a gate of one number a channel", two("{multiply: [a, b]}", b="[3]"), A_B + "y = a * b[:, :, None, None]"),
    ("an axis of length 1", two("{add: [b, a]}", b="[3, 1, 2]"), A_B + "y = a + b"),
    ("one channel for all", two("{subtract: [a, b]}", a="[1, 4, 2]"), A_B + "y = a - b"),
    ("both are spread", two("{multiply: [a, b]}", a="[1, 4, 1]", b="[3, 1, 2]"), A_B + "y = a * b"),
    (
        "crop beside a gate",
        two("{name: g, global_maxpool: , from: b}, {add: [a, b, g], fit: crop}", a="[3, 4, 5]"),
        A_B + "y = a[:, :, :, 1:3] + b + b.amax((2, 3), keepdim=True)",
    ),
    ("concat along H", two("{concat: [a, b], axis: H}", b="[3, 1, 2]"), A_B + "y = torch.cat([a, b], 2)"),
    (
        "concat along W, cropped",
        two("{concat: [a, b], axis: W, fit: crop}", b="[3, 7, 3]"),
        A_B + "y = torch.cat([a, b[:, :, 1:5]], 3)",
    ),
    ("matmul", two("{matmul: [a, b]}", "[3, 4]", "[4, 5]"), A_B + "y = a @ b"),
    ("matmul, left", two("{matmul: [a, b], transpose: left}", "[4, 3]", "[4, 5]"), A_B + "y = a.mT @ b"),
    ("matmul, right", two("{matmul: [a, b], transpose: right}", "[3, 4]", "[5, 4]"), A_B + "y = a @ b.mT"),
    ("matmul, both", two("{matmul: [a, b], transpose: both}", "[4, 3]", "[5, 4]"), A_B + "y = a.mT @ b.mT"),
]
