"""Resizing and shuffling in many settings."""

from tests.kinds.inputs import FLAT, IMAGE, LINE, SMALL, VOLUME

BLOCKS = (12, 4, 6)

SETTINGS = {
    "upsample": [
        (IMAGE, {"": 2}),
        (IMAGE, {"": [1, 3]}),
        (IMAGE, {"": {"size": [10, 4]}}),
        (IMAGE, {"": {"size": [7, 3]}}),
        (IMAGE, {"": 2, "mode": "linear"}),
        (IMAGE, {"": {"size": 5}, "mode": "bilinear"}),
        (IMAGE, {"": {"size": [7, 20]}, "mode": "linear", "align_corners": True}),
        (IMAGE, {"": {"size": [1, 9]}, "mode": "linear", "align_corners": True}),
        (IMAGE, {"": 3, "mode": "bicubic"}),
        (IMAGE, {"": {"size": [3, 13]}, "mode": "cubic", "align_corners": True}),
        (IMAGE, {"": 1, "mode": "linear"}),
        ((4, 1, 1), {"": {"size": [5, 6]}, "mode": "linear"}),
        (IMAGE, [{"maxpool": 2}, {"upsample": None, "like": "input"}]),
        (IMAGE, [{"name": "a", "maxpool": 2}, {"upsample": None, "from": "input", "like": "a", "mode": "linear"}]),
        (LINE, {"": 3}),
        (LINE, {"": 2, "mode": "cubic"}),
        (LINE, {"": {"size": 40}, "mode": "linear"}),
        (VOLUME, {"": [2, 1, 2], "mode": "trilinear"}),
        (VOLUME, {"": {"size": [3, 6, 9]}}),
    ],
    "pixel_shuffle": [
        (BLOCKS, {"": 2}),
        (BLOCKS, {"": [2, 3], "order": "tensorflow"}),
        (LINE, {"": 4}),
        ((16, 1, 2, 3), {"": 2, "order": "pytorch"}),
    ],
    "pixel_unshuffle": [
        (BLOCKS, {"": 2}),
        (BLOCKS, {"": [4, 3], "order": "tensorflow"}),
        (LINE, {"": 11}),
        ((2, 4, 6, 2), {"": [2, 3, 1], "order": "pytorch"}),
    ],
    "depth_to_space": [(BLOCKS, {"": [2, 3]}), (LINE, {"": 4}), ((16, 1, 2, 3), {"": 2, "order": "pytorch"})],
    "space_to_depth": [(BLOCKS, {"": [4, 3]}), (LINE, {"": 11}), ((2, 4, 6, 2), {"": [2, 3, 1], "order": "pytorch"})],
    "channel_shuffle": [(given, {"": groups}) for given in (FLAT, LINE, IMAGE, VOLUME) for groups in (1, 2)],
}

# SMALL made twice as large has 192 elements
OPS = [
    ("upsample", SMALL, [{"upsample": 2}], {}),
    ("upsample", SMALL, [{"upsample": 2, "mode": "linear"}], {"mul": 192 * 4, "add": 192 * 3}),
    ("upsample", SMALL, [{"upsample": [2, 1], "mode": "linear"}], {"mul": 96 * 2, "add": 96}),
    ("upsample", SMALL, [{"upsample": 2, "mode": "cubic"}], {"mul": 192 * 16, "add": 192 * 15}),
    ("upsample", (3, 4), [{"upsample": 5, "mode": "cubic"}], {"mul": 60 * 4, "add": 60 * 3}),
    ("upsample", SMALL, [{"upsample": 1, "mode": "cubic"}], {}),
    ("pixel_shuffle", (12, 4, 4), [{"pixel_shuffle": 2}], {}),
    ("depth_to_space", (12, 4, 4), [{"depth_to_space": 2}], {}),
    ("space_to_depth", SMALL, [{"space_to_depth": 2}], {}),
    ("pixel_unshuffle", SMALL, [{"pixel_unshuffle": 2}], {}),
    ("channel_shuffle", SMALL, [{"channel_shuffle": 3}], {}),
]

COUNTED = [
    ("mul", (3, 4, 4), {"upsample": 2, "mode": "linear"}, 192 * 4),
    ("add", (3, 4, 4), {"upsample": {"size": [7, 9]}, "mode": "linear"}, 189 * 3),
    ("mul", (3, 4, 4), {"upsample": {"size": [4, 9]}, "mode": "cubic"}, 108 * 4),
    ("add", (2, 4, 4), {"upsample": 2, "mode": "cubic"}, 128 * 15),
    ("mul", (1, 2, 2, 3), {"upsample": 2, "mode": "linear"}, 96 * 8),
]

FAULTS = [
    ("upsample", FLAT, [{"upsample": 2}], "E304", "layer `upsample1` resizes a flat input of 12"),
    ("upsample", IMAGE, ["upsample"], "E349", "layer `upsample1` does not say what it is resized to"),
    ("upsample", IMAGE, [{"upsample": 2, "size": 8}], "E349", "layer `upsample1` is resized by `factor` and by `size`"),
    (
        "upsample",
        IMAGE,
        [{"upsample": 2, "like": "input"}],
        "E349",
        "layer `upsample1` is resized by `factor` and by `like`",
    ),
    (
        "upsample",
        IMAGE,
        [{"name": "a", "reshape": [9, 28]}, {"upsample": None, "from": "input", "like": "a"}],
        "E349",
        "layer `upsample1` resizes 4×7×9 to the size of 9×28",
    ),
    (
        "upsample",
        VOLUME,
        [{"upsample": 2, "mode": "bilinear"}],
        "E349",
        "layer `upsample1` resizes 3 axes in mode `bilinear`",
    ),
    (
        "upsample",
        VOLUME,
        [{"upsample": 2, "mode": "cubic"}],
        "E349",
        "layer `upsample1` resizes 3 axes in mode `cubic`",
    ),
    (
        "upsample",
        IMAGE,
        [{"upsample": 2, "align_corners": True}],
        "E349",
        "layer `upsample1` aligns corners in mode `nearest`",
    ),
    ("upsample", IMAGE, [{"upsample": [2, 2, 2]}], "E308", "layer `upsample1` gives `factor` for 3 axes of 2"),
    (
        "pixel_shuffle",
        IMAGE,
        [{"pixel_shuffle": 3}],
        "E301",
        "layer `pixel_shuffle1` lays 4 channels out as blocks of 3×3",
    ),
    ("pixel_shuffle", FLAT, [{"pixel_shuffle": 2}], "E304", "layer `pixel_shuffle1` lays out a flat input of 12"),
    ("depth_to_space", FLAT, [{"depth_to_space": 2}], "E304", "layer `depth_to_space1` lays out a flat input of 12"),
    ("space_to_depth", FLAT, [{"space_to_depth": 2}], "E304", "layer `space_to_depth1` gathers a flat input of 12"),
    (
        "pixel_unshuffle",
        IMAGE,
        [{"pixel_unshuffle": [7, 2]}],
        "E301",
        "layer `pixel_unshuffle1` gathers blocks of 2 along W, an axis of 9",
    ),
    (
        "channel_shuffle",
        IMAGE,
        [{"channel_shuffle": 3}],
        "E301",
        "layer `channel_shuffle1` splits 4 channels into 3 groups",
    ),
]

NO_FAULTS = set()


def one(layer, given):
    return {"input": list(given), "layers": [layer]}


DEPTH_TO_SPACE = """
b, c, h, w = x.shape
y = x.reshape(b, 2, 3, c // 6, h, w).permute(0, 3, 4, 1, 5, 2).reshape(b, c // 6, 2 * h, 3 * w)
"""
"""As the operator DepthToSpace of ONNX says it, in its mode DCR, which is TensorFlow's."""

ORACLES = [
    ("nearest", one({"upsample": 2}, (2, 2, 3)), "y = F.interpolate(x, scale_factor=2)"),
    ("nearest, any size", one({"upsample": {"size": [5, 4]}}, (1, 3, 7)), "y = F.interpolate(x, size=(5, 4))"),
    ("nearest 3-D", one({"upsample": [2, 1, 3]}, (1, 2, 3, 2)), "y = F.interpolate(x, scale_factor=(2, 1, 3))"),
    (
        "linear 1-D",
        one({"upsample": 3, "mode": "linear"}, (2, 4)),
        "y = F.interpolate(x, scale_factor=3, mode='linear')",
    ),
    (
        "bilinear",
        one({"upsample": 2, "mode": "bilinear"}, (1, 3, 4)),
        "y = F.interpolate(x, scale_factor=2, mode='bilinear')",
    ),
    (
        "bilinear, smaller",
        one({"upsample": {"size": [3, 2]}, "mode": "linear"}, (2, 7, 5)),
        "y = F.interpolate(x, size=(3, 2), mode='bilinear')",
    ),
    (
        "bilinear, corners",
        one({"upsample": {"size": [5, 7]}, "mode": "linear", "align_corners": True}, (1, 3, 4)),
        "y = F.interpolate(x, size=(5, 7), mode='bilinear', align_corners=True)",
    ),
    (
        "trilinear",
        one({"upsample": {"size": [3, 2, 4]}, "mode": "trilinear"}, (1, 2, 3, 3)),
        "y = F.interpolate(x, size=(3, 2, 4), mode='trilinear')",
    ),
    (
        "bicubic",
        one({"upsample": 2, "mode": "bicubic"}, (1, 4, 5)),
        "y = F.interpolate(x, scale_factor=2, mode='bicubic')",
    ),
    (
        "bicubic, corners",
        one({"upsample": {"size": [7, 3]}, "mode": "cubic", "align_corners": True}, (1, 5, 6)),
        "y = F.interpolate(x, size=(7, 3), mode='bicubic', align_corners=True)",
    ),
    (
        "cubic 1-D",
        one({"upsample": {"size": 9}, "mode": "cubic"}, (2, 5)),
        "y = F.interpolate(x[:, :, None], size=(1, 9), mode='bicubic')[:, :, 0]",
    ),
    ("pixel_shuffle", one({"pixel_shuffle": 2}, (8, 2, 3)), "y = F.pixel_shuffle(x, 2)"),
    ("depth_to_space", one({"depth_to_space": [2, 3]}, (12, 2, 2)), DEPTH_TO_SPACE),
    (
        "space_to_depth",
        one({"space_to_depth": 2}, (3, 4, 6)),
        "y = x.reshape(2, 3, 2, 2, 3, 2).permute(0, 3, 5, 1, 2, 4).reshape(2, 12, 2, 3)",
    ),
    ("pixel_unshuffle", one({"pixel_unshuffle": 2}, (2, 4, 6)), "y = F.pixel_unshuffle(x, 2)"),
    ("channel_shuffle", one({"channel_shuffle": 3}, (6, 2, 2)), "y = F.channel_shuffle(x, 3)"),
]
