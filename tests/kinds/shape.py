"""Layers that rearrange or pass on, in many settings."""

from tests.kinds.inputs import ELEMENTWISE, FLAT, IMAGE, LINE, SMALL, VOLUME

ONES = [(4, 1, 9), (4, 1), (2, 1, 6, 1), (4, 1, 1)]

SETTINGS = {
    "flatten": ELEMENTWISE,
    "reshape": [
        (FLAT, {"": [3, 2, 2]}),
        (FLAT, {"": 12}),
        (LINE, {"": [2, "rest"]}),
        (IMAGE, {"": [9, 7, 4]}),
        (IMAGE, {"": [4, -1]}),
        (IMAGE, {"": [-1, 9]}),
        (VOLUME, {"": [2, 5, 42]}),
        (VOLUME, {"": ["rest", 2, 5, 7]}),
    ],
    "permute": [
        (FLAT, {"": ["C"]}),
        (LINE, {"": ["L", "C"]}),
        (IMAGE, {"": ["H", "C", "W"]}),
        (IMAGE, {"": [0, 2, 1]}),
        (VOLUME, {"": ["W", "D", "C", "H"]}),
        (VOLUME, {"": [0, 2, "W", 1]}),
    ],
    "squeeze": [
        *((given, {"": None}) for given in (*ONES, FLAT, LINE, IMAGE, VOLUME)),
        ((4, 1, 9), {"": "H"}),
        ((2, 1, 6, 1), {"": 3}),
    ],
    "unsqueeze": [
        (FLAT, {"": "L"}),
        (FLAT, {"": "C"}),
        (LINE, {"": "H"}),
        (LINE, {"": "W"}),
        (IMAGE, {"": 0}),
        (IMAGE, {"": 2}),
        (IMAGE, {"": "W"}),
    ],
    "identity": ELEMENTWISE,
    "dropout": [*ELEMENTWISE, (IMAGE, {"": 0.2}), (IMAGE, {"": 0})],
}

RANKS = {"unsqueeze": {0, 1, 2}}

OPS = [
    ("flatten", SMALL, ["flatten"], {}),
    ("reshape", SMALL, [{"reshape": [4, 12]}], {}),
    ("permute", SMALL, [{"permute": ["H", "W", "C"]}], {}),
    ("squeeze", (3, 1), ["squeeze"], {}),
    ("unsqueeze", (3, 4), [{"unsqueeze": "H"}], {}),
    ("identity", SMALL, ["identity"], {}),
    ("dropout", SMALL, ["dropout"], {}),
]

COUNTED = []

FAULTS = [
    ("reshape", IMAGE, [{"reshape": [5, 50]}], "E341", "layer `reshape1` makes 5×50 of 4×7×9"),
    ("reshape", IMAGE, [{"reshape": [5, "rest"]}], "E341", "layer `reshape1` makes 5×rest of 4×7×9"),
    ("reshape", IMAGE, [{"reshape": [5, 0]}], "E115", "a length of a shape is 0"),
    ("reshape", IMAGE, [{"reshape": ["rest", -1]}], "E114", "two lengths of a shape are left open"),
    ("reshape", IMAGE, [{"reshape": [1, 1, 1, 4, 63]}], "E114", "a shape has 1 to 4 lengths, this has 5"),
    ("permute", IMAGE, [{"permute": ["H", "X", "W"]}], "E116", "`X` is not an axis"),
    ("permute", IMAGE, [{"permute": "HWC"}], "E114", "a list of axes is needed, and this is `HWC`"),
    ("permute", IMAGE, [{"permute": ["W", "H"]}], "E342", "layer `permute1` puts 3 axes in an order of 2"),
    ("permute", IMAGE, [{"permute": ["W", "H", 2]}], "E342", "layer `permute1` names an axis twice in its order"),
    ("permute", IMAGE, [{"permute": ["C", "H", "D"]}], "E340", "layer `permute1` names an axis `D` of 4×7×9"),
    ("permute", IMAGE, [{"permute": [0, 1, 3]}], "E340", "layer `permute1` names an axis `3` of 4×7×9"),
    ("squeeze", IMAGE, [{"squeeze": "H"}], "E343", "layer `squeeze1` drops H, an axis of 7"),
    ("squeeze", (1, 5), [{"squeeze": "C"}], "E343", "layer `squeeze1` drops the channels"),
    ("squeeze", FLAT, [{"squeeze": "L"}], "E340", "layer `squeeze1` names an axis `L` of 12"),
    ("unsqueeze", VOLUME, [{"unsqueeze": "W"}], "E344", "layer `unsqueeze1` makes 4 spatial axes of 2×5×6×7"),
    (
        "unsqueeze",
        LINE,
        [{"unsqueeze": "L"}],
        "E340",
        "layer `unsqueeze1` names an axis `L` of an output of 2 spatial axes",
    ),
]

NO_FAULTS = {"flatten", "identity", "dropout"}


def one(layer, given):
    return {"input": list(given), "layers": [layer]}


ORACLES = [
    ("flatten", one("flatten", (2, 3, 4)), "y = x.flatten(1)"),
    ("reshape", one({"reshape": [3, -1, 4]}, (2, 3, 4)), "y = x.reshape(2, 3, -1, 4)"),
    ("permute", one({"permute": ["W", "C", "H"]}, (2, 3, 4)), "y = x.permute(0, 3, 1, 2)"),
    ("permute 3-D", one({"permute": [1, 3, 0, 2]}, (2, 3, 4, 2)), "y = x.permute(0, 2, 4, 1, 3)"),
    ("squeeze", one({"squeeze": "H"}, (2, 1, 4)), "y = x.squeeze(2)"),
    ("unsqueeze", one({"unsqueeze": "H"}, (2, 4)), "y = x.unsqueeze(2)"),
]
