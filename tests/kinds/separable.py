"""Convolutions taken apart, in many settings."""

from tests.kinds.inputs import FLAT, IMAGE, LINE, VOLUME

SETTINGS = {
    "depthwise": [
        (IMAGE, {"": 3}),
        (IMAGE, {"": "3x2", "multiplier": 2, "stride": [1, 3], "padding": "same"}),
        (IMAGE, {"kernel": 3, "depthwise": None, "dilation": [1, 3], "padding": "half", "bias": False}),
        (IMAGE, {"": 4, "multiplier": 3, "padding": [[0, 3], "same_lower"], "stride": 2}),
        (LINE, {"": 5, "padding": "causal", "dilation": 2}),
        (VOLUME, {"": [1, 2, 3], "multiplier": 2}),
    ],
    "separable_conv": [
        (IMAGE, {"": 6, "kernel": 3}),
        (IMAGE, {"": 6, "kernel": 3, "multiplier": 3, "stride": 2, "padding": "same", "bias": False}),
        (IMAGE, {"": 6, "kernel": [2, 3], "dilation": [2, 1], "padding": [[1, 0], 2], "stride": [1, 3]}),
        (IMAGE, {"": 5, "kernel": 3, "order": "pointwise_first"}),
        (IMAGE, {"": 2, "kernel": 4, "order": "pointwise_first", "stride": 3, "padding": "same", "bias": False}),
        (LINE, {"": 3, "kernel": 2, "padding": "causal", "multiplier": 2}),
        (LINE, {"": 3, "kernel": 5, "padding": "full", "order": "pointwise_first"}),
        (VOLUME, {"": 3, "kernel": [1, 2, 3], "stride": 2}),
    ],
    "spatially_separable_conv": [
        (IMAGE, {"": 6, "kernel": 3}),
        (IMAGE, {"": 6, "kernel": 7, "padding": "half", "between": 2}),
        (IMAGE, {"": 3, "kernel": [2, 5], "stride": [3, 2], "padding": ["same", [1, 0]], "bias": False}),
        (IMAGE, {"": 3, "kernel": 3, "dilation": [1, 2], "padding": "same", "between": 7}),
        (LINE, {"": 3, "kernel": 5, "stride": 2, "padding": "causal"}),
        (VOLUME, {"": 4, "kernel": 3, "between": 3, "padding": "half", "stride": [1, 2, 3]}),
    ],
}

OPS = [
    # 4 channels, 9 places, 9 taps, 3 filters each
    ("depthwise", (4, 5, 5), [{"depthwise": 3, "multiplier": 3}], {"mac": 4 * 9 * 9 * 3, "add": 108}),
    ("depthwise", (4, 5, 5), [{"depthwise": 3, "bias": False}], {"mac": 4 * 9 * 9}),
    # 9 places: 9 taps for each of 8 maps, then 8 channels for each of 6 filters
    (
        "separable_conv",
        (4, 5, 5),
        [{"separable_conv": 6, "kernel": 3, "multiplier": 2}],
        {"mac": 9 * 9 * 8 + 9 * 8 * 6, "add": 54},
    ),
    # 25 places of 4 channels for each of 6 filters, then 9 places of 9 taps for each
    (
        "separable_conv",
        (4, 5, 5),
        [{"separable_conv": 6, "kernel": 3, "order": "pointwise_first", "bias": False}],
        {"mac": 25 * 4 * 6 + 9 * 9 * 6},
    ),
    # 3×1 at 3×5 places from 4 to 2 channels, then 1×3 at 3×3 places from 2 to 6
    (
        "spatially_separable_conv",
        (4, 5, 5),
        [{"spatially_separable_conv": 6, "kernel": 3, "between": 2}],
        {"mac": 15 * 3 * 4 * 2 + 9 * 3 * 2 * 6, "add": 54},
    ),
    # the stride of an axis is taken when its turn comes: 3×5, then 3×3
    (
        "spatially_separable_conv",
        (1, 5, 5),
        [{"spatially_separable_conv": 2, "kernel": [1, 3], "stride": [2, 1], "bias": False}],
        {"mac": 15 * 1 * 1 * 2 + 9 * 3 * 2 * 2},
    ),
    (
        "spatially_separable_conv",
        (2, 9),
        [{"spatially_separable_conv": 3, "kernel": 2}],
        {"mac": 8 * 2 * 2 * 3, "add": 24},
    ),
]

COUNTED = [
    ("mul", (4, 5, 7), {"depthwise": 3, "multiplier": 2, "stride": 2}, 2 * 3 * 9 * 8),
    ("mul", (4, 5, 5), {"separable_conv": 6, "kernel": 3, "multiplier": 2}, 9 * 9 * 8 + 9 * 8 * 6),
    ("mul", (4, 5, 5), {"separable_conv": 6, "kernel": 3, "order": "pointwise_first"}, 25 * 4 * 6 + 9 * 9 * 6),
    ("mul", (4, 5, 5), {"spatially_separable_conv": 6, "kernel": 3, "between": 2}, 15 * 3 * 4 * 2 + 9 * 3 * 2 * 6),
]

FAULTS = [
    ("depthwise", FLAT, [{"depthwise": 3}], "E304", "layer `depthwise1` convolves a flat input of 12"),
    (
        "depthwise",
        IMAGE,
        [{"depthwise": 8}],
        "E302",
        "layer `depthwise1` slides a window of 8 cells along an axis of 7",
    ),
    (
        "separable_conv",
        IMAGE,
        [{"separable_conv": 6, "kernel": 3, "order": "pointwise_first", "multiplier": 2}],
        "E316",
        "layer `separable_conv1` multiplies its 6 filters by 2 in the last step",
    ),
    (
        "spatially_separable_conv",
        IMAGE,
        [{"spatially_separable_conv": 6, "kernel": [3, 12]}],
        "E302",
        "layer `spatially_separable_conv1` slides a window of 12 cells along an axis of 9",
    ),
]

NO_FAULTS = set()

ORACLES = [
    (
        "depthwise with two filters a channel",
        "{input: [3, 5, 6], layers: [{name: a, depthwise: 3, multiplier: 2, stride: 2, padding: half}]}\n",
        "y = F.conv2d(x, w['a.kernel'], w['a.bias'], stride=2, padding=1, groups=3)",
    ),
    (
        "separable, depthwise first",
        "{input: [3, 5, 6], layers: [{name: a, separable_conv: 4, kernel: [3, 2], multiplier: 2, padding: [1, 0]}]}\n",
        "y = F.conv2d(F.conv2d(x, w['a.depthwise'], padding=(1, 0), groups=3), w['a.pointwise'], w['a.bias'])",
    ),
    (
        "separable, pointwise first",
        "{input: [3, 5, 6], layers: [{name: a, separable_conv: 4, kernel: 3, order: pointwise_first, padding: 1}]}\n",
        "y = F.conv2d(F.conv2d(x, w['a.pointwise']), w['a.depthwise'], w['a.bias'], padding=1, groups=4)",
    ),
    (
        "along one axis after another",
        "{input: [2, 3, 5, 4], layers: [{name: a, spatially_separable_conv: 3, kernel: 3, between: 2, padding: 1}]}\n",
        (
            "y = F.conv3d(x, w['a.kernel_d'], padding=(1, 0, 0))\n"
            "y = F.conv3d(y, w['a.kernel_h'], padding=(0, 1, 0))\n"
            "y = F.conv3d(y, w['a.kernel_w'], w['a.bias'], padding=(0, 0, 1))"
        ),
    ),
]
