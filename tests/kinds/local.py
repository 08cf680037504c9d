"""Convolutions whose filters are not shared by all places, or do not read all channels, in many settings."""

from tests.kinds.inputs import FLAT, IMAGE, LINE, VOLUME

SETTINGS = {
    "local": [
        (IMAGE, {"": 6, "kernel": 3}),
        (IMAGE, {"": 3, "kernel": [2, 4], "stride": [3, 2], "padding": "same", "bias": False}),
        (IMAGE, {"": 2, "kernel": 3, "dilation": [1, 2], "padding": [[0, 3], "half"]}),
        (LINE, {"": 3, "kernel": 5, "padding": "causal", "stride": 2}),
        (VOLUME, {"": 2, "kernel": [1, 2, 3], "stride": 2}),
    ],
    "conv_map": [
        (IMAGE, {"": [[0, 1, 2], [3], [0, 3]], "kernel": 3}),
        (IMAGE, {"": [[3, 1], [2, 0, 1]], "kernel": [2, 4], "stride": [1, 2], "padding": "same", "bias": False}),
        (IMAGE, {"": [[1], [1]], "kernel": 3, "dilation": 2, "padding": [[0, 3], "half"]}),
        (LINE, {"connections": [[0, 1], [2, 3]], "conv_map": None, "kernel": 3, "padding": "causal"}),
        (VOLUME, {"": [[0, 1], [1]], "kernel": [1, 2, 3], "stride": 2}),
    ],
}

OPS = [
    # as many as a `conv`: 9 places, 9 taps, 4 channels, 6 filters
    ("local", (4, 5, 5), [{"local": 6, "kernel": 3}], {"mac": 9 * 9 * 4 * 6, "add": 54}),
    ("local", (2, 9), [{"local": 3, "kernel": 3, "stride": 3, "bias": False}], {"mac": 3 * 3 * 2 * 3}),
    # 9 places, 9 taps, 6 connections of 3 filters
    ("conv_map", (4, 5, 5), [{"conv_map": [[0, 1, 2], [3], [0, 3]], "kernel": 3}], {"mac": 9 * 9 * 6, "add": 27}),
    ("conv_map", (2, 9), [{"conv_map": [[1]], "kernel": 2, "bias": False}], {"mac": 8 * 2}),
]

COUNTED = [
    ("mul", (4, 5, 5), {"local": 6, "kernel": 3}, 9 * 9 * 4 * 6),
    ("mul", (2, 9), {"local": 3, "kernel": 3, "dilation": 2, "padding": "causal"}, 9 * 3 * 2 * 3),
    ("mul", (4, 5, 5), {"conv_map": [[0, 1, 2], [3], [0, 3]], "kernel": 3}, 9 * 9 * 6),
]

FAULTS = [
    ("local", FLAT, [{"local": 3, "kernel": 3}], "E304", "layer `local1` convolves a flat input of 12"),
    (
        "local",
        IMAGE,
        [{"local": 3, "kernel": 9}],
        "E302",
        "layer `local1` slides a window of 9 cells along an axis of 7",
    ),
    (
        "conv_map",
        IMAGE,
        [{"conv_map": [[0, 1], [2, 4]], "kernel": 3}],
        "E313",
        "layer `conv_map1` connects filter 1 to channel 4",
    ),
    (
        "conv_map",
        IMAGE,
        [{"conv_map": [[0, 1, 0]], "kernel": 3}],
        "E314",
        "layer `conv_map1` connects filter 0 to channel 0 twice",
    ),
    (
        "conv_map",
        IMAGE,
        [{"conv_map": [[0], []], "kernel": 3}],
        "E314",
        "layer `conv_map1` connects filter 1 to no channel",
    ),
    ("conv_map", IMAGE, [{"conv_map": [], "kernel": 3}], "E314", "layer `conv_map1` connects no filter at all"),
]

NO_FAULTS = set()

ORACLES = [
    (
        "local filters over unfolded windows",
        "{input: [3, 4, 5], layers: [{name: a, local: 2, kernel: [2, 3], stride: [1, 2], padding: [1, 0]}]}\n",
        (
            "u = F.unfold(x, (2, 3), stride=(1, 2), padding=(1, 0)).reshape(2, 18, 5, 2)\n"
            "y = torch.einsum('bkhw,hwfk->bfhw', u, w['a.kernel'].reshape(5, 2, 2, 18)) + w['a.bias']"
        ),
    ),
    (
        "a table of connections is a kernel with holes",
        "{input: [4, 4, 5], layers: [{name: a, conv_map: [[2, 0], [1, 2, 3], [3]], kernel: 2, padding: 1}]}\n",
        (
            "k = torch.zeros(3, 4, 2, 2)\n"
            "for i, (f, c) in enumerate([(0, 2), (0, 0), (1, 1), (1, 2), (1, 3), (2, 3)]):\n"
            "    k[f, c] = w['a.kernel'][i]\n"
            "y = F.conv2d(x, k, w['a.bias'], padding=1)"
        ),
    ),
]
