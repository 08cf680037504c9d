"""Convolutions in many settings."""

from tests.kinds.inputs import FLAT, IMAGE, LINE, VOLUME

CONV = [
    (IMAGE, {"conv": 6, "kernel": 3}),
    (IMAGE, {"conv": 6, "kernel": 1}),
    (IMAGE, {"conv": 6, "kernel": [7, 9]}),
    (IMAGE, {"conv": 6, "kernel": "3x5", "bias": False}),
    (IMAGE, {"conv": 6, "kernel": 3, "stride": 2}),
    (IMAGE, {"conv": 6, "kernel": 2, "stride": 3}),
    (IMAGE, {"conv": 6, "kernel": 3, "stride": [1, 3], "padding": "same"}),
    (IMAGE, {"conv": 6, "kernel": [2, 4], "stride": 2, "padding": "same"}),
    (IMAGE, {"conv": 6, "kernel": 4, "stride": 3, "padding": "same_lower"}),
    (IMAGE, {"conv": 6, "kernel": 3, "dilation": 2, "padding": "half"}),
    (IMAGE, {"conv": 6, "kernel": 3, "dilation": [1, 3], "padding": "same"}),
    (IMAGE, {"conv": 6, "kernel": 2, "dilation": 2, "padding": "full", "stride": 2}),
    (IMAGE, {"conv": 6, "kernel": 3, "padding": 4}),
    (IMAGE, {"conv": 6, "kernel": 3, "padding": [1, 2], "stride": 2}),
    (IMAGE, {"conv": 6, "kernel": 3, "padding": [[0, 3], "same"]}),
    (IMAGE, {"conv": 6, "kernel": 3, "padding": ["valid", [2, 0]], "stride": 2}),
    (IMAGE, {"conv": 6, "kernel": 3, "groups": 2}),
    (IMAGE, {"conv": 4, "kernel": 3, "groups": 4, "padding": "half"}),
    (IMAGE, {"conv": 8, "kernel": 3, "groups": 4, "bias": False, "stride": 2, "padding": 1}),
    (LINE, {"conv": 6, "kernel": 5}),
    (LINE, {"conv": 6, "kernel": 3, "stride": 4, "padding": "same"}),
    (LINE, {"conv": 6, "kernel": 3, "dilation": 4, "padding": "causal", "groups": 2}),
    (LINE, {"conv": 6, "kernel": 2, "padding": "causal", "stride": 3}),
    (VOLUME, {"conv": 3, "kernel": [1, 2, 3]}),
    (VOLUME, {"conv": 2, "kernel": 3, "padding": "same", "stride": [1, 2, 3], "groups": 2}),
    (VOLUME, {"conv": 3, "kernel": 3, "padding": [[1, 0], "half", 2], "bias": False}),
    (IMAGE, {"conv": 6, "kernel": [2, 3], "flip": True}),
    (IMAGE, {"conv": 6, "kernel": 3, "tiled": 3, "groups": 2, "padding": "same", "flip": True}),
    (IMAGE, {"conv": 4, "kernel": 2, "tiled": [1, 4], "stride": [3, 2], "bias": False}),
    (LINE, {"conv": 3, "kernel": 3, "tiled": 2, "padding": "causal"}),
    (VOLUME, {"conv": 2, "kernel": 2, "tiled": [2, 1, 3]}),
]

CONV_TRANSPOSE = [
    (IMAGE, {"conv_transpose": 6, "kernel": 3}),
    (IMAGE, {"conv_transpose": 6, "kernel": 2, "stride": 2}),
    (IMAGE, {"conv_transpose": 6, "kernel": 4, "stride": 2, "padding": 1}),
    (IMAGE, {"conv_transpose": 6, "kernel": 3, "stride": 2, "padding": "half", "output_padding": 1}),
    (IMAGE, {"conv_transpose": 6, "kernel": [2, 3], "stride": [3, 1], "output_padding": [2, 0]}),
    (IMAGE, {"conv_transpose": 6, "kernel": 3, "dilation": 2, "padding": [[0, 3], 1]}),
    (IMAGE, {"conv_transpose": 6, "kernel": 2, "dilation": 3, "output_padding": 2}),
    (IMAGE, {"conv_transpose": 6, "kernel": 1, "stride": 3, "bias": False}),
    (IMAGE, {"conv_transpose": 6, "kernel": 3, "groups": 2, "stride": 2}),
    (LINE, {"conv_transpose": 3, "kernel": 5, "stride": 3, "padding": 2}),
    (LINE, {"conv_transpose": 4, "kernel": 3, "groups": 4}),
    (IMAGE, {"conv_transpose": 3, "kernel": [4, 3], "stride": 2, "padding": "same"}),
    (IMAGE, {"conv_transpose": 3, "kernel": 2, "stride": [3, 5], "padding": "same", "bias": False}),
    (IMAGE, {"conv_transpose": 3, "kernel": 2, "stride": 3, "padding": ["keras_valid", "same_lower"]}),
    (LINE, {"conv_transpose": 3, "kernel": 5, "stride": 2, "padding": "same_lower", "dilation": 2}),
    (VOLUME, {"conv_transpose": 3, "kernel": 2, "stride": 2}),
    (VOLUME, {"conv_transpose": 3, "kernel": [1, 3, 2], "stride": [1, 2, 3], "padding": [0, 1, [1, 0]]}),
]


SETTINGS = {
    "conv": CONV,
    "conv_transpose": CONV_TRANSPOSE,
}

OPS = [
    ("conv", (4, 5, 5), [{"conv": 6, "kernel": 3}], {"mac": 9 * 9 * 4 * 6, "add": 54}),
    ("conv", (4, 5, 5), [{"conv": 6, "kernel": 3, "bias": False}], {"mac": 1_944}),
    ("conv", (4, 5, 5), [{"conv": 6, "kernel": 3, "groups": 2}], {"mac": 972, "add": 54}),
    ("conv", (4, 5, 5), [{"conv": 4, "kernel": 3, "groups": 4, "padding": 1}], {"mac": 25 * 9 * 4, "add": 100}),
    ("conv", (2, 9), [{"conv": 3, "kernel": 2, "stride": 2, "dilation": 3}], {"mac": 3 * 2 * 2 * 3, "add": 9}),
    ("conv", (1, 4, 4, 4), [{"conv": 2, "kernel": [1, 2, 3]}], {"mac": 4 * 3 * 2 * 6 * 2, "add": 48}),
    # banks by turns: no more than with one
    ("conv", (4, 5, 5), [{"conv": 6, "kernel": 3, "tiled": 2, "flip": True}], {"mac": 9 * 9 * 4 * 6, "add": 54}),
    # each of the 9 input places, not of the 36 output places
    ("conv_transpose", (4, 3, 3), [{"conv_transpose": 2, "kernel": 2, "stride": 2}], {"mac": 9 * 4 * 4 * 2, "add": 72}),
    ("conv_transpose", (4, 3, 3), [{"conv_transpose": 2, "kernel": 2, "groups": 2}], {"mac": 9 * 4 * 4, "add": 32}),
    ("conv_transpose", (1, 5), [{"conv_transpose": 1, "kernel": 3, "padding": 2, "bias": False}], {"mac": 15}),
    # 5 cells by 2 taps; of 15 outputs 5 hold the bias alone
    (
        "conv_transpose",
        (1, 5),
        [{"conv_transpose": 1, "kernel": 2, "stride": 3, "padding": "same"}],
        {"mac": 10, "add": 15},
    ),
]

COUNTED = [
    ("mul", (4, 7, 5), {"conv": 6, "kernel": 3, "stride": [2, 1], "groups": 2}, 3 * 3 * 6 * 2 * 9),
    ("mul", (2, 9), {"conv": 3, "kernel": 3, "dilation": 2, "padding": "causal"}, 9 * 3 * 2 * 3),
    ("mul", (1, 4, 4, 4), {"conv": 2, "kernel": [1, 2, 3]}, 4 * 3 * 2 * 6 * 2),
    ("mul", (4, 7, 5), {"conv": 6, "kernel": 3, "tiled": [5, 2], "groups": 2}, 5 * 3 * 6 * 2 * 9),
    ("mul", (4, 7, 5), {"conv_transpose": 6, "kernel": 3, "stride": [3, 2], "groups": 2}, 7 * 5 * 4 * 3 * 9),
    ("mul", (1, 5), {"conv_transpose": 1, "kernel": 3, "padding": 2}, 15),
]

FAULTS = [
    (
        "conv",
        (4, 9, 9),
        [{"conv": 6, "kernel": 3, "groups": 3}],
        "E301",
        "layer `conv1` splits 4 channels into 3 groups",
    ),
    (
        "conv",
        (4, 9, 5),
        [{"conv": 6, "kernel": 3, "tiled": 4}],
        "E312",
        "layer `conv1` tiles 4 banks of filters along an axis of 3 places",
    ),
    (
        "conv_transpose",
        (4, 9, 9),
        [{"conv_transpose": 6, "kernel": 3, "stride": 2, "padding": "same", "output_padding": 1}],
        "E315",
        "layer `conv_transpose1` adds 1 cell of output padding under `same`",
    ),
    (
        "conv_transpose",
        (4, 9),
        [{"conv_transpose": 6, "kernel": 3, "padding": "causal"}],
        "E116",
        "`causal` is not a padding here",
    ),
    (
        "conv_transpose",
        FLAT,
        [{"conv_transpose": 6, "kernel": 3}],
        "E304",
        "layer `conv_transpose1` convolves a flat input of 12",
    ),
]

NO_FAULTS = set()

ORACLES = [
    (
        "flipped: a convolution by the shifts of its products",
        "{input: [2, 5, 6], layers: [{name: a, conv: 3, kernel: [2, 3], flip: yes}]}\n",
        "y = F.conv2d(x, torch.rot90(w['a.kernel'], 2, (2, 3)), w['a.bias'])",
    ),
    (
        "tiled by two and three",
        "{input: [4, 5, 6], layers: [{name: a, conv: 2, kernel: 2, tiled: [2, 3], groups: 2}]}\n",
        (
            "y = torch.zeros(2, 2, 4, 5)\n"
            "for i in range(4):\n"
            "    for j in range(5):\n"
            "        k, b = w['a.kernel'][i % 2, j % 3], w['a.bias'][i % 2, j % 3]\n"
            "        y[:, :, i, j] = F.conv2d(x, k, b, groups=2)[:, :, i, j]"
        ),
    ),
    (
        "transposed under same: the gradient of a convolution under same",
        "{input: [2, 4, 3], layers: [{name: a, conv_transpose: 3, kernel: [4, 3], stride: [1, 2], padding: same}]}\n",
        (
            "z = torch.zeros(2, 3, 4, 6, requires_grad=True)\n"
            "with torch.enable_grad():\n"
            "    down = F.conv2d(F.pad(z, (0, 1, 1, 2)), w['a.kernel'], stride=(1, 2))\n"
            "y = torch.autograd.grad(down, z, x)[0] + w['a.bias'].reshape(3, 1, 1)"
        ),
    ),
    (
        "transposed under same, the kernel shorter than the stride",
        "{input: [2, 4, 3], layers: [{name: a, conv_transpose: 3, kernel: 2, stride: 3, padding: same}]}\n",
        "y = F.conv_transpose2d(x, w['a.kernel'], w['a.bias'], stride=3, output_padding=1)",
    ),
    (
        "transposed under valid of Keras",
        "{input: [2, 4, 3], layers: [{name: a, conv_transpose: 3, kernel: [3, 2], stride: 3, padding: keras_valid}]}\n",
        "y = F.conv_transpose2d(x, w['a.kernel'], w['a.bias'], stride=3, output_padding=(0, 1))",
    ),
]
