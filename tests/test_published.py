"""Figures that others print for the networks in ``specs``, each row with its source as the test id."""

from functools import cache
from pathlib import Path

import pytest

import shapecalc as sc

SPECS = Path(__file__).parent.parent / "specs"
FILES = sorted(path.relative_to(SPECS).with_suffix("").as_posix() for path in SPECS.rglob("*.yaml"))
FIGURES = ("params", "buffers", "macs", "flops")

# AlexNet as the paper and Caffe's bvlc_alexnet have it; local response normalisation trains nothing and is left out
ALEXNET_2012 = """
input: [3, 227, 227]
defaults:
  conv: {kernel: 3, padding: half, activation: relu}
  maxpool: {stride: 2}
layers:
  - {conv: 96, kernel: 11, stride: 4, padding: valid}
  - maxpool: 3
  - {conv: 256, kernel: 5, groups: 2}
  - maxpool: 3
  - conv: 384
  - {conv: 384, groups: 2}
  - {conv: 256, groups: 2}
  - maxpool: 3
  - {name: fc6, conv: 4096, kernel: 6, padding: valid}
  - {name: fc7, conv: 4096, kernel: 1}
  - {name: fc8, conv: 1000, kernel: 1, activation: none}
"""


@cache
def answer(name, **settings):
    """The figures of a network: of a file by its name, or of a text."""
    return sc.analyze(sc.load(name if "\n" in name else SPECS / f"{name}.yaml", settings))


def seen(layer):
    """Size, jump and padding of a layer's field; they are the same along every axis of these networks."""
    (field,) = {(f.size, f.jump, f.padding) for f in layer.field.values()}
    return field


def rows(table):
    """The rows under each source and network, one by one; the source and the layer are the test id."""
    return [
        pytest.param(name, *row, id=f"{source}: {row[0]}")
        for (source, name), printed in table.items()
        for row in printed
    ]


ENTRIES = [
    pytest.param(name, entry, id=f"{name}: {entry['source']}")
    for name in FILES
    for entry in sc.load(SPECS / f"{name}.yaml").spec.published
]


@pytest.mark.parametrize(("name", "entry"), ENTRIES)
def test_every_published_figure_holds(name, entry):
    told = {key: (entry[key].text, int(getattr(answer(name), key))) for key in FIGURES if key in entry}
    assert told
    assert not {key: pair for key, pair in told.items() if not entry[key].admits(pair[1])}


@pytest.mark.parametrize("name", FILES)
def test_every_file_says_what_it_is_and_whence(name):
    spec = sc.load(SPECS / f"{name}.yaml").spec
    assert spec.name
    assert spec.description
    assert spec.source
    assert any("params" in entry for entry in spec.published)


# file, settings, parameters, buffers, MACs; None: not given by the source
TOTALS = [
    pytest.param("lenet5", {}, 61_706, 0, 416_520, id="lenet5: torch"),
    pytest.param("alexnet", {}, 61_100_840, 0, 714_188_480, id="alexnet: torchvision"),
    pytest.param(ALEXNET_2012, {}, 60_965_224, 0, 724_406_816, id="alexnet of 2012: Caffe, bvlc_alexnet"),
    pytest.param("vgg16", {}, 138_357_544, 0, 15_470_264_320, id="vgg16: torchvision"),
    pytest.param("vgg19", {}, 143_667_240, 0, 19_632_062_464, id="vgg19: torchvision, Keras Applications"),
    pytest.param("nin", {}, 966_986, 0, None, id="nin: pytorchcv, nin_cifar10"),
    pytest.param("nin", {"classes": 100}, 984_356, 0, None, id="nin: pytorchcv, nin_cifar100"),
    pytest.param("googlenet", {}, 6_624_904, 14_560, 1_498_376_192, id="googlenet: torchvision"),
    pytest.param(
        "googlenet", {"wide": 5, "last": 3}, None, None, 1_582_671_872, id="googlenet: Szegedy et al. 2014, Table 1"
    ),
    pytest.param("resnet18", {}, 11_689_512, 9_600, 1_814_073_344, id="resnet18: torchvision"),
    pytest.param("resnet50", {}, 25_557_032, 53_120, 4_089_184_256, id="resnet50: torchvision"),
    pytest.param("unet", {}, 31_030_658, 0, 150_428_424_448, id="unet: torch"),
    pytest.param("dcgan_generator", {}, 3_576_704, 1_920, 104_628_224, id="dcgan: pytorch/examples"),
    pytest.param("c3d", {}, 79_991_015, 0, 38_548_959_232, id="c3d: torch, Sports-1M"),
    pytest.param("c3d", {"classes": 101}, 78_409_573, 0, None, id="c3d: torch, UCF-101"),
    pytest.param("m5", {}, 26_915, 384, 1_880_256, id="m5: torch"),
    pytest.param("lessons/inception-naive", {}, 8_960, 0, None, id="naive: (1 + 9 + 25)·C1²"),
    pytest.param("lessons/inception-bottleneck", {}, 5_248, 0, None, id="bottleneck: (3·C1 + C2 + 34·C2)·C1"),
    pytest.param("lessons/inception-googlenet", {}, 5_120, 0, None, id="as GoogLeNet: (2·C1 + 36·C2)·C1"),
    pytest.param("lessons/conv-direct", {}, 819_200, 0, 8_192_000_000, id="direct: 5·5·128·256"),
    pytest.param("lessons/conv-bottleneck", {}, 417_792, 0, 4_177_920_000, id="narrowed: 128·64 + 5·5·64·256"),
]


@pytest.mark.parametrize(("name", "settings", "params", "buffers", "macs"), TOTALS)
def test_totals_are_the_printed_ones(name, settings, params, buffers, macs):
    whole = answer(name, **settings)
    assert params in (whole.params, None)
    assert buffers in (whole.buffers, None)
    assert macs in (whole.macs, None)


# C1, C2 -> naive, with the textbook's bottlenecks, as in GoogLeNet
MODULES = [
    (16, 8, 8_960, 5_248, 5_120),
    (64, 16, 143_360, 48_128, 45_056),  # 35·64², (3·64 + 35·16)·64, (2·64 + 36·16)·64
    (192, 192, 1_290_240, 1_400_832, 1_400_832),  # with C2 = C1 nothing is saved: 38·C1²
]


@pytest.mark.parametrize(("c1", "c2", "naive", "bottleneck", "googlenet"), MODULES)
def test_lessons_follow_their_formula(c1, c2, naive, bottleneck, googlenet):
    assert answer("lessons/inception-naive", C1=c1).params == naive
    assert answer("lessons/inception-bottleneck", C1=c1, C2=c2).params == bottleneck
    assert answer("lessons/inception-googlenet", C1=c1, C2=c2).params == googlenet


# layer, parameters
PARAMETERS = {
    ("LeCun et al. 1998, section II.B", "lenet5"): [("C1", 156), ("C5", 48_120), ("F6", 10_164)],
    ("torch, full connection", "lenet5"): [("C3", 2_416), ("output", 850)],
    ("Caffe, bvlc_alexnet", ALEXNET_2012): [
        ("conv1", 34_944),  # also in the notes of CS231n
        ("conv2", 307_456),
        ("conv3", 885_120),
        ("conv4", 663_936),
        ("conv5", 442_624),
        ("fc6", 37_752_832),
        ("fc7", 16_781_312),
        ("fc8", 4_097_000),
    ],
}


@pytest.mark.parametrize(("name", "layer", "params"), rows(PARAMETERS))
def test_a_layer_has_the_printed_parameters(name, layer, params):
    assert answer(name)[layer].params == params


# CS231n, VGGNet in detail: layer, output, weights without bias
CS231N = [
    ("conv1", (64, 224, 224), 1_728),
    ("conv2", (64, 224, 224), 36_864),
    ("maxpool1", (64, 112, 112), 0),
    ("conv3", (128, 112, 112), 73_728),
    ("conv4", (128, 112, 112), 147_456),
    ("maxpool2", (128, 56, 56), 0),
    ("conv5", (256, 56, 56), 294_912),
    ("conv6", (256, 56, 56), 589_824),
    ("conv7", (256, 56, 56), 589_824),
    ("maxpool3", (256, 28, 28), 0),
    ("conv8", (512, 28, 28), 1_179_648),
    ("conv9", (512, 28, 28), 2_359_296),
    ("conv10", (512, 28, 28), 2_359_296),
    ("maxpool4", (512, 14, 14), 0),
    ("conv11", (512, 14, 14), 2_359_296),
    ("conv12", (512, 14, 14), 2_359_296),
    ("conv13", (512, 14, 14), 2_359_296),
    ("maxpool5", (512, 7, 7), 0),
    ("dense1", (4096,), 102_760_448),
    ("dense2", (4096,), 16_777_216),
    ("dense3", (1000,), 4_096_000),
]


@pytest.mark.parametrize(("layer", "output", "weights"), CS231N)
def test_vgg16_agrees_with_cs231n(layer, output, weights):
    row = answer("vgg16")[layer]
    assert row.output == output
    assert kernels("vgg16", row) == weights


def kernels(name, row, **settings):
    """The weights of a row without biases and batch norm."""
    nodes = answer(name, **settings).graph.nodes[row.start : row.stop]
    return sum(node.weights["kernel"].elements for node in nodes if "kernel" in node.weights)


# Szegedy et al. 2014, Table 1: layer, output, weights, MACs; the exact figures of the filters that it lists. What it
# prints for conv1, 5a and the parameters of 4c does not follow from them.
TABLE1 = [
    ("conv1", (64, 112, 112), 9_408, 118_013_952),
    ("3a", (256, 28, 28), 163_328, 128_049_152),
    ("3b", (480, 28, 28), 388_096, 304_267_264),
    ("4a", (512, 14, 14), 375_552, 73_608_192),
    ("4b", (512, 14, 14), 448_512, 87_908_352),
    ("4c", (512, 14, 14), 509_440, 99_850_240),
    ("4d", (528, 14, 14), 604_672, 118_515_712),
    ("4e", (832, 14, 14), 867_328, 169_996_288),
    ("5a", (832, 7, 7), 1_042_432, 51_079_168),
    ("5b", (1024, 7, 7), 1_442_816, 70_697_984),
    ("dense1", (1000,), 1_024_000, 1_024_000),
]


@pytest.mark.parametrize(("layer", "output", "weights", "macs"), TABLE1)
def test_googlenet_with_the_papers_windows_agrees_with_its_table(layer, output, weights, macs):
    settings = {"wide": 5, "last": 3}
    row = answer("googlenet", **settings)[layer]
    assert row.output == output
    assert kernels("googlenet", row, **settings) == weights
    assert row.macs == macs


# layer, output
SHAPES = {
    ("CS231n, AlexNet", ALEXNET_2012): [
        ("conv1", (96, 55, 55)),
        ("maxpool1", (96, 27, 27)),
        ("conv2", (256, 27, 27)),
        ("maxpool2", (256, 13, 13)),
        ("conv3", (384, 13, 13)),
        ("conv4", (384, 13, 13)),
        ("conv5", (256, 13, 13)),
        ("maxpool3", (256, 6, 6)),
    ],
    ("Ronneberger et al. 2015, figure 1", "unet"): [
        ("enc0", (64, 568, 568)),
        ("enc1", (128, 280, 280)),
        ("enc2", (256, 136, 136)),
        ("enc3", (512, 64, 64)),
        ("bottleneck", (1024, 28, 28)),
        ("concat1", (1024, 56, 56)),
        ("dec3", (512, 52, 52)),
        ("dec2", (256, 100, 100)),
        ("dec1", (128, 196, 196)),
        ("dec0", (64, 388, 388)),
        ("conv1", (2, 388, 388)),
    ],
    ("pytorch/examples, dcgan", "dcgan_generator"): [
        ("conv_transpose1", (512, 4, 4)),
        ("conv_transpose2", (256, 8, 8)),
        ("conv_transpose3", (128, 16, 16)),
        ("conv_transpose4", (64, 32, 32)),
        ("conv_transpose5", (3, 64, 64)),
    ],
    ("torch, C3D", "c3d"): [
        ("maxpool1", (64, 16, 56, 56)),
        ("maxpool2", (128, 8, 28, 28)),
        ("maxpool3", (256, 4, 14, 14)),
        ("maxpool4", (512, 2, 7, 7)),
        ("maxpool5", (512, 1, 4, 4)),
        ("flatten1", (8192,)),
    ],
    ("He et al. 2015, Table 1", "resnet18"): [
        ("conv1", (64, 112, 112)),
        ("Basic2", (64, 56, 56)),
        ("Basic4", (128, 28, 28)),
        ("Basic6", (256, 14, 14)),
        ("Basic8", (512, 7, 7)),
    ],
}


@pytest.mark.parametrize(("name", "layer", "output"), rows(SHAPES))
def test_a_layer_gives_the_printed_shape(name, layer, output):
    assert answer(name)[layer].output == output


# layer, size, jump, padding
FIELDS = {
    ("Araujo et al. 2019 and google-research/receptive_field, vgg_16", "vgg16"): [
        ("conv1", 3, 1, 1),
        ("maxpool1", 6, 2, 2),
        ("conv3", 10, 2, 4),
        ("maxpool2", 16, 4, 6),
        ("conv5", 24, 4, 10),
        ("conv6", 32, 4, 14),
        ("maxpool3", 44, 8, 18),
        ("conv8", 60, 8, 26),
        ("conv9", 76, 8, 34),
        ("maxpool4", 100, 16, 42),
        ("conv11", 132, 16, 58),
        ("conv12", 164, 16, 74),
        ("maxpool5", 212, 32, 90),
    ],
    ("Araujo et al. 2019 and google-research/receptive_field, alexnet_v2", ALEXNET_2012): [
        ("conv1", 11, 4, 0),
        ("maxpool1", 19, 8, 0),
        ("conv2", 51, 8, 16),
        ("conv3", 99, 16, 32),
        ("conv4", 131, 16, 48),
        ("conv5", 163, 16, 64),
        ("maxpool3", 195, 32, 64),
    ],
    ("torch autograd, resnet18", "resnet18"): [("Basic8", 435, 32, 217)],
    ("torch autograd, resnet50", "resnet50"): [("Bottleneck16", 427, 32, 213)],
    ("torch autograd, googlenet", "googlenet"): [("5b", 379, 32, 167)],
}


@pytest.mark.parametrize(("name", "layer", "size", "jump", "padding"), rows(FIELDS))
def test_a_layer_has_the_printed_receptive_field(name, layer, size, jump, padding):
    assert seen(answer(name)[layer]) == (size, jump, padding)


def test_the_papers_googlenet_sees_715_cells():
    assert seen(answer("googlenet", wide=5, last=3)["5b"]) == (715, 32, 327)


# Dang Ha The Hien 2017, A guide to receptive field arithmetic, imsize 227: layer, cells, jump, size, start.
# The guide centres the first cell at 0.5, shapecalc at 0.
DANG_HA = [
    ("conv1", 55, 4, 11, 5.5),
    ("maxpool1", 27, 8, 19, 9.5),
    ("conv2", 27, 8, 51, 9.5),
    ("maxpool2", 13, 16, 67, 17.5),
    ("conv3", 13, 16, 99, 17.5),
    ("conv4", 13, 16, 131, 17.5),
    ("conv5", 13, 16, 163, 17.5),
    ("maxpool3", 6, 32, 195, 33.5),
    ("fc6", 1, 32, 355, 113.5),
    ("fc7", 1, 32, 355, 113.5),
]


@pytest.mark.parametrize(("layer", "cells", "jump", "size", "start"), DANG_HA)
def test_alexnet_agrees_with_dang_ha(layer, cells, jump, size, start):
    row = answer(ALEXNET_2012)[layer]
    assert row.output.spatial == (cells, cells)
    assert [(f.jump, f.size, f.start + 0.5) for f in row.field.values()] == [(jump, size, start)] * 2
