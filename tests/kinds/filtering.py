"""Filters that are given, in many settings."""

from tests.kinds.inputs import FLAT, IMAGE, LINE, VOLUME

WORDS = ("identity", "edge", "edge4", "sharpen", "box_blur", "gaussian_blur", "sobel_x", "sobel_y", "laplacian")

SETTINGS = {
    "filter": [
        *((IMAGE, {"": word}) for word in WORDS),
        (IMAGE, {"matrix": "box_blur", "filter": None, "padding": "same", "stride": 2}),
        (IMAGE, {"": [[1, 2], ["1/2", -0.5], [0, 3]], "padding": [[0, 3], "full"], "stride": [3, 1]}),
        (LINE, {"": [1, -2, 1], "padding": "causal"}),
        (LINE, {"": [0.5], "stride": 4}),
    ],
}

RANKS = {"filter": {1, 2}}

OPS = [
    # 9 places of 2 channels, 9 numbers each, though three of them are 0
    ("filter", (2, 5, 5), [{"filter": "sobel_x"}], {"mac": 9 * 2 * 9}),
    ("filter", (3, 9), [{"filter": [1, 2], "stride": 3}], {"mac": 3 * 3 * 2}),
]

COUNTED = [
    ("mul", (2, 5, 5), {"filter": "sobel_x"}, 9 * 2 * 9),
    ("mul", (3, 9), {"filter": [1, 2, 3], "stride": 2}, 4 * 3 * 3),
]

FAULTS = [
    ("filter", FLAT, [{"filter": "edge"}], "E304", "layer `filter1` filters a flat input of 12"),
    ("filter", LINE, [{"filter": "edge"}], "E317", "layer `filter1` lays a matrix on an input of 1 spatial axis"),
    (
        "filter",
        VOLUME,
        [{"filter": [1, 2]}],
        "E317",
        "layer `filter1` lays a list of numbers on an input of 3 spatial axes",
    ),
    (
        "filter",
        (1, 2, 9),
        [{"filter": "edge"}],
        "E302",
        "layer `filter1` slides a window of 3 cells along an axis of 2",
    ),
    ("filter", IMAGE, [{"filter": "blur"}], "E116", "`matrix` of `filter` cannot be `blur`"),
    ("filter", IMAGE, [{"filter": [[1, 2], [3]]}], "E114", "the rows of a matrix are of different lengths"),
    ("filter", IMAGE, [{"filter": []}], "E114", "a matrix with nothing in it"),
]

NO_FAULTS = set()

ORACLES = [
    (
        "sobel_x",
        "{input: [2, 5, 6], layers: [{filter: sobel_x, padding: same}]}\n",
        (
            "k = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]).expand(2, 1, 3, 3)\n"
            "y = F.conv2d(x, k, padding=1, groups=2)"
        ),
    ),
    (
        "box_blur",
        "{input: [2, 5, 6], layers: [{filter: box_blur, stride: 2}]}\n",
        "y = F.avg_pool2d(x, 3, stride=2)",
    ),
    (
        "a matrix of one's own, and of a sequence",
        "{input: [2, 9], layers: [{filter: [1, 2, 4], stride: 2, padding: 2}]}\n",
        "y = F.conv1d(x, torch.tensor([1.0, 2, 4]).expand(2, 1, 3), stride=2, padding=2, groups=2)",
    ),
]
