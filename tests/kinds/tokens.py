"""Sequences of tokens in many settings."""

from tests.kinds.inputs import FLAT, IMAGE, LINE, SMALL, VOLUME

SQUARE = (3, 36)
MAPS = [(2, 12), (2, 6, 8), (2, 4, 6, 8)]

SETTINGS = {
    "to_tokens": [(given, {"": None}) for given in (LINE, IMAGE, VOLUME, (4, 1, 9))],
    "to_map": [
        (SQUARE, {"": None}),
        (SQUARE, {"": 6}),
        (SQUARE, {"": [4, 9]}),
        (SQUARE, {"": [36]}),
        (SQUARE, {"": [2, 3, 6]}),
        (SQUARE, {"": "36x1"}),
    ],
    "class_token": [(LINE, {"": None}), (LINE, {"": "last"}), ((5, 1), {"": "first"})],
    "take": [(LINE, {"": 0}), (LINE, {"": 10}), (LINE, {"": -11})],
    "position_embedding": [
        *((given, {"": None}) for given in (LINE, IMAGE, VOLUME)),
        (LINE, {"": "sinusoidal"}),
        ((5, 7), {"": "sinusoidal"}),
    ],
    "window_partition": [
        (MAPS[0], {"": 4}),
        (MAPS[1], {"": 2}),
        (MAPS[1], {"": [3, 4], "shift": 2}),
        (MAPS[2], {"": [2, 3, 4], "shift": 1}),
    ],
    "window_merge": [
        ((2, 9, 16), {"": None}),
        ((2, 9, 16), {"": 4, "map": 12, "shift": 2}),
        ((2, 6, 8), {"": [4, 2], "map": [12, 4], "shift": 1}),
        ((2, 6, 9), {"": None, "map": [6, 9]}),
        ((2, 8, 8), {"": [2, 2, 2]}),
        ((2, 3, 4), {"": [4], "shift": 3}),
    ],
}

RANKS = {"to_map": {1}, "class_token": {1}, "take": {1}, "window_merge": {2}}

OPS = [
    ("to_tokens", SMALL, ["to_tokens"], {}),
    ("to_map", SQUARE, ["to_map"], {}),
    ("class_token", SQUARE, ["class_token"], {}),
    ("take", SQUARE, [{"take": 0}], {}),
    ("position_embedding", SMALL, ["position_embedding"], {"add": 48}),
    ("position_embedding", SQUARE, [{"position_embedding": "sinusoidal"}], {"add": 108}),
    ("window_partition", SMALL, [{"window_partition": 2, "shift": 1}], {}),
    ("window_merge", (3, 4, 4), ["window_merge"], {}),
]

COUNTED = [
    ("add", (3, 6, 6), {"position_embedding": None}, 108),
    ("add", (3, 6), {"position_embedding": "sinusoidal"}, 18),
]

FAULTS = [
    ("to_tokens", FLAT, ["to_tokens"], "E304", "layer `to_tokens1` makes tokens of a flat input of 12"),
    ("to_map", LINE, ["to_map"], "E341", "layer `to_map1` lays 11 places out as a square"),
    ("to_map", SQUARE, [{"to_map": [5, 7]}], "E341", "layer `to_map1` lays 36 places out as 5×7"),
    ("to_map", SQUARE, [{"to_map": [1, 1, 6, 6]}], "E341", "layer `to_map1` lays 36 places out as 1×1×6×6"),
    ("to_map", IMAGE, ["to_map"], "E304", "layer `to_map1` lays out an input of 4×7×9"),
    ("class_token", IMAGE, ["class_token"], "E304", "layer `class_token1` puts a token before an input of 4×7×9"),
    ("take", LINE, [{"take": 11}], "E347", "layer `take1` takes place 11 of 11"),
    ("take", LINE, [{"take": -12}], "E347", "layer `take1` takes place -12 of 11"),
    ("take", FLAT, [{"take": 0}], "E304", "layer `take1` takes a token of a flat input of 12"),
    (
        "position_embedding",
        IMAGE,
        [{"position_embedding": "sinusoidal"}],
        "E304",
        "layer `position_embedding1` numbers the places of an input of 4×7×9",
    ),
    (
        "window_partition",
        IMAGE,
        [{"window_partition": [7, 2]}],
        "E301",
        "layer `window_partition1` parts W, an axis of 9, into windows of 2",
    ),
    (
        "window_partition",
        (3, 4, 4),
        [{"window_partition": 2, "shift": 2}],
        "E348",
        "layer `window_partition1` shifts windows of 2 by 2",
    ),
    ("window_merge", LINE, ["window_merge"], "E304", "layer `window_merge1` puts together an input of 4×11"),
    (
        "window_merge",
        (3, 6, 4),
        ["window_merge"],
        "E341",
        "layer `window_merge1` lays the map of 24 cells out as 5×5",
    ),
    (
        "window_merge",
        (3, 9, 4),
        [{"window_merge": 3}],
        "E341",
        "layer `window_merge1` lays a window of 4 cells out as 3×3",
    ),
    (
        "window_merge",
        (3, 9, 4),
        [{"window_merge": {"map": [9, 4]}}],
        "E301",
        "layer `window_merge1` parts H, an axis of 9, into windows of 2",
    ),
]

NO_FAULTS = set()


def one(layer, given):
    return {"input": list(given), "layers": [layer]}


SWIN = """
b, c, h, w = x.shape
y = x.permute(0, 2, 3, 1)
y = torch.roll(y, shifts=(-1, -1), dims=(1, 2))
y = y.view(b, h // 2, 2, w // 2, 2, c).permute(0, 1, 3, 2, 4, 5).contiguous().view(b, -1, 4, c)
y = y.permute(0, 3, 1, 2)
"""
"""As window_partition of the Swin Transformer's own code does it after its cyclic shift, channels last."""

SWIN_BACK = """
b, c = x.shape[:2]
y = x.permute(0, 2, 3, 1).reshape(b, 2, 3, 2, 2, c).permute(0, 1, 3, 2, 4, 5).reshape(b, 4, 6, c)
y = torch.roll(y, shifts=(1, 1), dims=(1, 2)).permute(0, 3, 1, 2)
"""

VASWANI = """
p = torch.arange(7.0)[:, None]
i = torch.arange(3.0)[None]
angle = p / 10000 ** (2 * i / 6)
y = x + torch.stack([angle.sin(), angle.cos()], -1).reshape(7, 6).T
"""

ORACLES = [
    ("to_tokens", one("to_tokens", (2, 3, 4)), "y = x.flatten(2)"),
    ("to_map", one({"to_map": [2, 3]}, (2, 6)), "y = x.unflatten(2, (2, 3))"),
    (
        "class_token",
        one("class_token", (3, 4)),
        "y = torch.cat([w['class_token1.token'].expand(2, 1, 3), x.transpose(1, 2)], 1).transpose(1, 2)",
    ),
    ("take", one({"take": -2}, (3, 4)), "y = x[:, :, -2]"),
    ("learned", one("position_embedding", (2, 2, 3)), "y = x + w['position_embedding1.table']"),
    ("sinusoidal", one({"position_embedding": "sinusoidal"}, (6, 7)), VASWANI),
    ("window_partition", one({"window_partition": 2, "shift": 1}, (2, 4, 6)), SWIN),
    ("window_merge", one({"window_merge": 2, "map": [4, 6], "shift": 1}, (2, 6, 4)), SWIN_BACK),
]
