"""Padding and cutting in many settings."""

from tests.kinds.inputs import FLAT, IMAGE, LINE, SMALL, VOLUME

SETTINGS = {
    "pad": [
        (IMAGE, {"": 1}),
        (IMAGE, {"": 0}),
        (IMAGE, {"": [2, [0, 3]], "value": -1.5}),
        (IMAGE, {"": [[6, 0], [0, 8]], "mode": "reflect"}),
        (IMAGE, {"": [[9, 1], 0], "mode": "replicate"}),
        (IMAGE, {"": [[7, 0], [1, 9]], "mode": "circular"}),
        (LINE, {"": [[0, 2]], "mode": "zero"}),
        (LINE, {"": [[3, 0]], "mode": "reflect"}),
        (VOLUME, {"": [1, 0, [0, 2]]}),
        (VOLUME, {"": 1, "mode": "circular"}),
    ],
    "crop": [
        (IMAGE, {"": 1}),
        (IMAGE, {"": [[3, 3], [0, 1]]}),
        (IMAGE, {"": {"size": 4}}),
        (IMAGE, {"": {"size": [7, 2]}}),
        (LINE, {"": [[0, 2]]}),
        (LINE, {"": {"size": 10}}),
        (VOLUME, {"": [1, [0, 1], 0]}),
        (VOLUME, {"": {"size": [3, 3, 4]}}),
    ],
    "slice": [
        (IMAGE, {"": {"start": 1, "stop": 3}}),
        (IMAGE, {"": {"start": -1, "axis": 0}}),
        (IMAGE, {"": {"axis": "W", "start": 1, "step": 3}}),
        (IMAGE, {"": {"axis": "H", "stop": -2, "step": 2}}),
        (FLAT, {"": {"start": 3, "stop": -3, "step": 4}}),
        (LINE, {"": {"axis": "L", "stop": 1}}),
        (VOLUME, {"": {"axis": 2, "start": -5, "stop": 6}}),
    ],
    "split": [
        (IMAGE, {"": 2, "part": 1}),
        (IMAGE, {"": 4, "part": 4}),
        (IMAGE, {"": {"sizes": [1, 3], "part": 2}}),
        (FLAT, {"": 3, "part": 2}),
        (LINE, {"": {"sizes": [2, 1, 1], "part": 3}}),
        (VOLUME, {"": 1, "part": 1}),
    ],
}

OPS = [
    ("pad", SMALL, [{"pad": 1, "mode": "reflect"}], {}),
    ("crop", SMALL, [{"crop": 1}], {}),
    ("slice", SMALL, [{"slice": {"start": 1}}], {}),
    ("split", SMALL, [{"split": 3, "part": 1}], {}),
]

COUNTED = []

FAULTS = [
    ("pad", FLAT, [{"pad": 1}], "E304", "layer `pad1` pads a flat input of 12"),
    ("pad", IMAGE, [{"pad": [1, 1, 1]}], "E308", "layer `pad1` gives `amount` for 3 axes of 2"),
    ("pad", IMAGE, [{"pad": [[1, 2, 3], 1]}], "E114", "an axis takes one number or [before, after]"),
    ("pad", IMAGE, [{"pad": [1, -1]}], "E115", "`amount` of `pad` is -1"),
    (
        "pad",
        IMAGE,
        [{"pad": [[0, 7], 0], "mode": "reflect"}],
        "E345",
        "layer `pad1` pads 7 cells in mode `reflect` along an axis of 7",
    ),
    (
        "pad",
        LINE,
        [{"pad": 12, "mode": "circular"}],
        "E345",
        "layer `pad1` pads 12 cells in mode `circular` along an axis of 11",
    ),
    (
        "pad",
        LINE,
        [{"pad": 1, "mode": "replicate", "value": 2}],
        "E345",
        "layer `pad1` pads with 2 in mode `replicate`",
    ),
    ("crop", FLAT, [{"crop": 1}], "E304", "layer `crop1` crops a flat input of 12"),
    ("crop", IMAGE, [{"crop": [[3, 4], 0]}], "E346", "layer `crop1` crops 7 cells of an axis of 7"),
    ("crop", IMAGE, [{"crop": {"size": [7, 10]}}], "E346", "layer `crop1` crops an axis of 9 cells to 10"),
    ("crop", IMAGE, ["crop"], "E346", "layer `crop1` does not say what it crops"),
    ("crop", IMAGE, [{"crop": 1, "size": 5}], "E346", "layer `crop1` crops by an amount and to a size"),
    ("slice", IMAGE, [{"slice": {"start": 5}}], "E347", "layer `slice1` cuts C at 5, which has 4 cells"),
    (
        "slice",
        IMAGE,
        [{"slice": {"axis": "W", "stop": -10}}],
        "E347",
        "layer `slice1` cuts W at -10, which has 9 cells",
    ),
    (
        "slice",
        IMAGE,
        [{"slice": {"axis": "H", "start": 4, "stop": -3}}],
        "E347",
        "layer `slice1` keeps nothing of H",
    ),
    ("slice", LINE, [{"slice": {"axis": "W"}}], "E340", "layer `slice1` names an axis `W` of 4×11"),
    ("split", IMAGE, [{"split": 3, "part": 1}], "E301", "layer `split1` splits 4 channels into 3 parts"),
    ("split", IMAGE, [{"split": 2, "part": 3}], "E348", "layer `split1` keeps part 3 of 2"),
    (
        "split",
        IMAGE,
        [{"split": {"sizes": [1, 2], "part": 1}}],
        "E348",
        "layer `split1` splits 4 channels into parts of 1 + 2",
    ),
    ("split", IMAGE, [{"split": {"part": 1}}], "E348", "layer `split1` does not say how it splits"),
    (
        "split",
        IMAGE,
        [{"split": 2, "sizes": [2, 2], "part": 1}],
        "E348",
        "layer `split1` splits into equal parts and into sizes",
    ),
]

NO_FAULTS = set()


def one(layer, given):
    return {"input": list(given), "layers": [layer]}


ORACLES = [
    ("pad zero", one({"pad": [1, [0, 2]]}, (1, 2, 3)), "y = F.pad(x, (0, 2, 1, 1))"),
    ("pad value", one({"pad": [[2, 1]], "value": 0.5}, (2, 4)), "y = F.pad(x, (2, 1), value=0.5)"),
    (
        "pad reflect",
        one({"pad": [[2, 1], [0, 3]], "mode": "reflect"}, (1, 3, 4)),
        "y = F.pad(x, (0, 3, 2, 1), mode='reflect')",
    ),
    (
        "pad replicate",
        one({"pad": [[4, 0], 1], "mode": "replicate"}, (1, 3, 2)),
        "y = F.pad(x, (1, 1, 4, 0), mode='replicate')",
    ),
    (
        "pad circular",
        one({"pad": [1, [2, 0], [0, 3]], "mode": "circular"}, (1, 2, 2, 3)),
        "y = F.pad(x, (0, 3, 2, 0, 1, 1), mode='circular')",
    ),
    ("crop", one({"crop": [[1, 0], [2, 1]]}, (2, 3, 5)), "y = F.pad(x, (-2, -1, -1, 0))"),
    ("slice", one({"slice": {"axis": "W", "start": 1, "stop": -1, "step": 2}}, (2, 3, 7)), "y = x[:, :, :, 1:-1:2]"),
    ("slice channels", one({"slice": {"start": -3, "stop": -1}}, (5, 4)), "y = x[:, -3:-1]"),
    ("split", one({"split": 3, "part": 2}, (6, 4)), "y = torch.chunk(x, 3, 1)[1]"),
    ("split sizes", one({"split": {"sizes": [1, 2, 3], "part": 3}}, (6, 4)), "y = torch.split(x, [1, 2, 3], 1)[2]"),
]
