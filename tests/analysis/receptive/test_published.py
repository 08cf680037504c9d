"""The tables that others print, by end point: Araujo, Norris & Sim, google-research; the data name their sources."""

import json
from pathlib import Path

import pytest

import shapecalc as sc
from tests.by_hand import answer

ROOT = Path(__file__).parents[3]
DATA = json.loads((ROOT / "tests" / "data" / "rf.json").read_text(encoding="utf-8"))
TABLE = DATA["google"]["networks"]
SAME = {"conv": {"padding": "same"}, "avgpool": {"padding": "same"}, "depthwise": {"padding": "same"}}


def conv(k, s=1, **options):
    return {"conv": 4, "kernel": k, "stride": s, **options}


def vgg(*depths):
    return [
        layer
        for i, depth in enumerate(depths, 1)
        for layer in (
            *(conv(3, name=f"conv{i}_{j}") for j in range(1, depth + 1)),
            {"maxpool": 2, "name": f"pool{i}"},
        )
    ]


ALEXNET = [
    conv(11, 4, name="conv1", padding="valid"),
    {"maxpool": 3, "stride": 2, "name": "pool1"},
    conv(5, name="conv2"),
    {"maxpool": 3, "stride": 2, "name": "pool2"},
    *(conv(3, name=f"conv{i}") for i in (3, 4, 5)),
    {"maxpool": 3, "stride": 2, "name": "pool5"},
]
MOBILENET = [
    conv(3, 2, name="Conv2d_0"),
    *(
        layer
        for i, s in enumerate([1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1], 1)
        for layer in ({"depthwise": 3, "stride": s}, conv(1, name=f"Conv2d_{i}_pointwise"))
    ),
]


def paths(name, *branches, join="concat"):
    return {"parallel": {f"path{i}": list(branch) for i, branch in enumerate(branches)}, "join": join, "name": name}


def module(name, wide=3):
    pool = [{"avgpool": 3, "stride": 1}, conv(1)]
    return paths(name, [conv(1)], [conv(1), conv(wide)], [conv(1), conv(3), conv(3)], pool)


def smaller(name, *branches, padding="same"):
    """Windows of stride 2 beside each other."""
    end = {"stride": 2, "padding": padding}
    ended = [[*branch, {"conv": 4, "kernel": 3, **end}] for branch in branches]
    return paths(name, *ended, [{"maxpool": 3, **end}])


INCEPTION_V2 = [
    conv(7, 2, name="Conv2d_1a_7x7"),
    {"maxpool": 3, "stride": 2, "padding": "same", "name": "MaxPool_2a_3x3"},
    conv(1, name="Conv2d_2b_1x1"),
    conv(3, name="Conv2d_2c_3x3"),
    {"maxpool": 3, "stride": 2, "padding": "same", "name": "MaxPool_3a_3x3"},
    *(module(f"Mixed_{name}") for name in ("3b", "3c")),
    smaller("Mixed_4a", [conv(1)], [conv(1), conv(3)]),
    *(module(f"Mixed_{name}") for name in ("4b", "4c", "4d", "4e")),
    smaller("Mixed_5a", [conv(1)], [conv(1), conv(3)]),
    *(module(f"Mixed_{name}") for name in ("5b", "5c")),
]


def residual(name, *branches):
    """A block of Inception-ResNet: its paths, brought to the channels of its input by a 1×1, and added to it."""
    return {"residual": [paths(f"{name}paths", *branches), {"conv": 16, "kernel": 1}], "name": name}


def inception_resnet_v2(padding):
    return [
        conv(3, 2, name="Conv2d_1a_3x3", padding=padding),
        conv(3, name="Conv2d_2a_3x3", padding=padding),
        conv(3, name="Conv2d_2b_3x3"),
        {"maxpool": 3, "stride": 2, "padding": padding, "name": "MaxPool_3a_3x3"},
        conv(1, name="Conv2d_3b_1x1", padding=padding),
        conv(3, name="Conv2d_4a_3x3", padding=padding),
        {"maxpool": 3, "stride": 2, "padding": padding, "name": "MaxPool_5a_3x3"},
        module("Mixed_5b", wide=5),
        *(residual(f"a{i}", [conv(1)], [conv(1), conv(3)], [conv(1), conv(3), conv(3)]) for i in range(10)),
        smaller("Mixed_6a", [], [conv(1), conv(3)], padding=padding),
        conv(1, name="narrow6", conv=16),
        *(residual(f"b{i}", [conv(1)], [conv(1), conv([1, 7]), conv([7, 1])]) for i in range(20)),
        {"identity": None, "name": "PreAuxLogits"},
        smaller("Mixed_7a", [conv(1)], [conv(1)], [conv(1), conv(3)], padding=padding),
        *(residual(f"c{i}", [conv(1)], [conv(1), conv([1, 3]), conv([3, 1])]) for i in range(10)),
        conv(1, name="Conv2d_7b_1x1"),
    ]


def resnet(*depths):
    """The stride at the last bottleneck of a block."""
    layers = [
        conv(7, 2, padding="half"),
        {"maxpool": 3, "stride": 2, "padding": "same"},
        conv(1),
    ]
    for i, (depth, last) in enumerate(zip(depths, (2, 2, 2, 1), strict=True), 1):
        strides = [1] * (depth - 1) + [last]
        for j, s in enumerate(strides, 1):
            name = f"block{i}" if j == depth else f"unit{i}_{j}"
            path = [conv(1), conv(3, s, padding="half"), conv(1)]
            layers.append({"residual": path, "shortcut": [{"maxpool": 1, "stride": s}], "name": name})
    return layers


NETWORKS = {
    "alexnet_v2": ALEXNET,
    "vgg_a": vgg(1, 1, 2, 2, 2),
    "vgg_16": vgg(2, 2, 3, 3, 3),
    "mobilenet_v1": MOBILENET,
    "mobilenet_v1_075": MOBILENET,
    "inception_v2-no-separable-conv": INCEPTION_V2,
    "inception_resnet_v2": inception_resnet_v2("valid"),
    "inception_resnet_v2-same": inception_resnet_v2("same"),
    "resnet_v1_50": resnet(3, 4, 6, 3),
    "resnet_v1_152": resnet(3, 8, 36, 3),
    "resnet_v1_200": resnet(3, 24, 36, 3),
    "resnet_v2_101": resnet(3, 4, 23, 3),
}


def seen(layer):
    """Size, jump and padding, the same along both axes."""
    (field,) = {(int(f.size), int(f.jump), int(f.padding)) for f in layer.field.values()}
    return field


def network(name, cells):
    layers = json.loads(json.dumps(NETWORKS[name]))
    return answer(*layers, given=(3, cells, cells), defaults=SAME)


@pytest.mark.parametrize(
    ("name", "cells"), [(name, cells) for name, columns in TABLE.items() for cells in columns], ids=lambda part: part
)
def test_every_end_point_of_googles_table_agrees(name, cells):
    """Where no resolution is printed, sizes and jumps are of any, and a padding is where it depends on none."""
    told = network(name, 224 if cells == "any" else int(cells))
    for end_point, size, jump, padding in TABLE[name][cells]:
        found = seen(told[end_point])
        assert found[:2] == (size, jump), end_point
        assert padding in {found[2], None}, end_point


@pytest.mark.parametrize("row", DATA["distill"]["rows"], ids=lambda row: row[0])
def test_every_network_of_araujo_norris_and_sim_agrees(row):
    name, *figures = row
    last = max((layer for layer in network(name, 224) if layer.output.rank == 2), key=lambda layer: layer.start)
    assert seen(last) == tuple(figures)


def test_tf_slims_resnet_is_a_file_of_the_collection():
    whole = sc.analyze(sc.load(ROOT / "specs" / "resnet_v1_50.yaml"))
    assert [seen(whole[f"block{i}"])[0] for i in (1, 2, 3, 4)] == [35, 99, 291, 483]
    assert seen(sc.analyze(sc.load(ROOT / "specs" / "resnet50.yaml"))["Bottleneck16"]) == (427, 32, 213)


def test_factored_and_dilated_windows_see_what_every_course_says():
    wide = answer({"conv": 1, "kernel": [1, 7]}, {"conv": 1, "kernel": [7, 1]}, given=(1, 16, 16))
    assert [f.size for f in list(wide)[-1].field.values()] == [7, 7]
    dilated = answer(*({"conv": 1, "kernel": 3, "dilation": d} for d in (1, 2, 4)), given=(1, 16, 16))
    assert [f.size for f in list(dilated)[-1].field.values()] == [15, 15]


@pytest.mark.parametrize("row", DATA["dang_ha"]["alexnet_227"], ids=lambda row: row[0])
def test_every_layer_of_dang_has_alexnet_agrees(row):
    layers = [*ALEXNET, conv(6, name="fc6-conv", padding="valid"), conv(1, name="fc7-conv")]
    name, cells, jump, size, start = row
    layer = answer(*json.loads(json.dumps(layers)), given=(3, 227, 227), defaults=SAME)[name]
    assert layer.output.spatial == (cells, cells)
    assert {(f.jump, f.size, f.start + 0.5) for f in layer.field.values()} == {(jump, size, start)}


@pytest.mark.parametrize("row", DATA["dilated_1d"], ids=lambda row: row["source"][:40])
def test_every_one_dimensional_stack_agrees(row):
    if "layers_k_s" in row:
        layers = [conv(k, s) for k, s in row["layers_k_s"]]
    else:
        rates = [d for _ in range(row["stacks"]) for d in row["dilations"] for _ in range(row["convs_per_block"])]
        layers = [conv(row["k"], dilation=d, padding="causal") for d in rates]
    ((field,),) = [list(layer.field.values()) for layer in list(answer(*layers, given=(1, 64)))[-1:]]
    assert field.size == row["rf"]
