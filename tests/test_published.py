"""Figures that others print for the networks in ``specs``, each row with its source as the test id."""

import re
import shlex
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

import shapecalc as sc
from shapecalc.cli import shapecalc

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

# ResNet v1 as TF-Slim has it: the stride at the last bottleneck of a block, where torchvision has it at the first of
# the next. Its shortcut of stride 2 is a pooling without weights, here a projection: the field is the same.
RESNET_V1 = """
input: [3, 224, 224]
vars: {second: 4, third: 6}
defaults:
  conv: {padding: half, bias: no, norm: batch, activation: relu}
blocks:
  Bottleneck:
    params: {c: required, stride: 1}
    layers:
      - residual:
          - {conv: c, kernel: 1}
          - {conv: c, kernel: 3, stride: stride}
          - {conv: 4*c, kernel: 1, activation: none}
        activation: relu
layers:
  - {conv: 64, kernel: 7, stride: 2}
  - {maxpool: 3, stride: 2, padding: same}
  - for: {i: [1, 2, 3, 4], c: [64, 128, 256, 512], n: [3, second, third, 3], s: [2, 2, 2, 1]}
    do:
      - {Bottleneck: c, repeat: n - 1}
      - {Bottleneck: {c: c, stride: s}, name: block$i}
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
    pytest.param("resnet34", {}, 21_797_672, 17_024, 3_663_761_408, id="resnet34: torchvision"),
    pytest.param("resnet101", {}, 44_549_160, 105_344, 7_801_405_440, id="resnet101: torchvision"),
    pytest.param("resnet152", {}, 60_192_808, 151_424, 11_513_626_624, id="resnet152: torch; MACs: torchvision"),
    pytest.param("resnext50", {}, 25_028_904, 68_224, 4_230_479_872, id="resnext50: torchvision"),
    pytest.param("wide_resnet50", {}, 68_883_240, 68_224, 11_398_021_120, id="wide_resnet50: torchvision"),
    pytest.param("densenet121", {}, 7_978_856, 83_648, 2_834_161_664, id="densenet121: torchvision"),
    pytest.param("squeezenet1_0", {}, 1_248_424, 0, 818_924_576, id="squeezenet1_0: torchvision"),
    pytest.param("squeezenet1_1", {}, 1_235_496, 0, 349_151_936, id="squeezenet1_1: torch"),
    pytest.param("inception_v3", {}, 23_834_568, 34_432, 5_713_216_096, id="inception_v3: timm; MACs: torchvision"),
    pytest.param("mobilenet_v1", {}, 4_231_976, 21_888, 568_740_352, id="mobilenet_v1: Keras, timm"),
    pytest.param("mobilenet_v2", {}, 3_504_872, 34_112, 300_774_272, id="mobilenet_v2: torchvision, Keras"),
    pytest.param("mnasnet1_0", {}, 4_383_312, 37_920, 314_415_872, id="mnasnet1_0: torchvision"),
    pytest.param("xception", {}, 22_855_952, 54_528, 8_357_403_496, id="xception: Keras, timm legacy_xception"),
    pytest.param("zfnet", {}, 62_357_608, 0, 1_168_032_896, id="zfnet: torch; parameters: pytorchcv"),
    pytest.param("unet", {}, 31_030_658, 0, 150_428_424_448, id="unet: torch"),
    pytest.param("dcgan_generator", {}, 3_576_704, 1_920, 104_628_224, id="dcgan: pytorch/examples"),
    pytest.param("dcgan_discriminator", {}, 2_765_568, 1_792, 103_817_216, id="dcgan discriminator: torch"),
    pytest.param("c3d", {}, 79_991_015, 0, 38_548_959_232, id="c3d: torch, Sports-1M"),
    pytest.param("c3d", {"classes": 101}, 78_409_573, 0, None, id="c3d: torch, UCF-101"),
    pytest.param("r2plus1d_18", {}, 31_505_325, 25_350, 40_519_080_960, id="r2plus1d_18: torch"),
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


# torchvision 0.28.0, weights IMAGENET1K_V1: file, num_params, _ops in GMACs
TORCHVISION = [
    ("resnet34", 21_797_672, "3.664"),
    ("resnet101", 44_549_160, "7.801"),
    ("resnext50", 25_028_904, "4.230"),
    ("wide_resnet50", 68_883_240, "11.398"),
    ("densenet121", 7_978_856, "2.834"),
    ("squeezenet1_0", 1_248_424, "0.819"),
    ("mobilenet_v2", 3_504_872, "0.301"),
    ("mnasnet1_0", 4_383_312, "0.314"),
    ("inception_v3", 27_161_264 - 3_326_696, "5.713"),  # its auxiliary head has parameters and is not run
]


@pytest.mark.parametrize(("name", "params", "giga"), TORCHVISION)
def test_totals_are_those_of_torchvisions_weights(name, params, giga):
    assert answer(name).params == params
    assert f"{answer(name).macs / 1e9:.3f}" == giga


# torchvision 0.28.0, num_params of the first weights and the MACs of FlopCounterMode / 2 in torch 2.13.0: what a file
# becomes with other variables; builder, file, settings, input, parameters, MACs
VARIANTS = [
    ("convnext_small", "convnext_tiny", {"depths": [3, 3, 27, 3]}, None, 50_223_688, 8_683_712_256),
    ("deeplabv3_resnet101", "deeplab_v3", {"depths": [3, 4, 23, 3]}, None, 60_996_202, 258_743_039_488),
    ("densenet169", "densenet121", {"depths": [6, 12, 32, 32]}, None, 14_149_480, 3_359_843_328),
    ("densenet201", "densenet121", {"depths": [6, 12, 48, 32]}, None, 20_013_928, 4_291_365_888),
    ("efficientnet_b1", "efficientnet_b0", {"depth": 1.1}, [3, 240, 240], 7_794_184, 686_802_832),
    ("efficientnet_b3", "efficientnet_b0", {"width": 1.2, "depth": 1.4}, [3, 300, 300], 12_233_232, 1_827_141_392),
    ("efficientnet_b7", "efficientnet_b0", {"width": 2, "depth": 3.1}, [3, 600, 600], 66_347_960, 37_745_884_192),
    ("mnasnet0_5", "mnasnet1_0", {"width": 0.5}, None, 2_218_512, 104_455_968),
    ("mnasnet0_75", "mnasnet1_0", {"width": 0.75}, None, 3_170_208, 215_493_104),
    (
        "regnet_x_400mf",
        "regnet_y_400mf",
        {"depths": [1, 2, 7, 12], "widths": [32, 64, 160, 400], "group": 16, "se": False},
        None,
        5_495_976,
        413_812_608,
    ),
    (
        "resnext101_64x4d",
        "resnet50",
        {"depths": [3, 4, 23, 3], "groups": 64, "width": 4},
        None,
        83_455_272,
        15_460_270_080,
    ),
    ("shufflenet_v2_x2_0", "shufflenet_v2", {"widths": [244, 488, 976], "last": 2048}, None, 7_393_996, 583_253_464),
    ("swin_s", "swin_t", {"depths": [1, 1, 9, 1]}, None, 49_606_258, 8_740_875_264),
    (
        "swin_b",
        "swin_t",
        {"depths": [1, 1, 9, 1], "dim": 128, "heads": [4, 8, 16, 32]},
        None,
        87_768_224,
        15_430_946_816,
    ),
    ("vit_b_32", "vit_b_16", {"patch": 32}, None, 88_224_232, 4_409_186_304),
    ("vit_l_16", "vit_b_16", {"dim": 1024, "depth": 24, "heads": 16}, None, 304_326_632, 61_554_712_576),
    ("wide_resnet101_2", "resnet50", {"depths": [3, 4, 23, 3], "width": 2}, None, 126_886_696, 22_753_050_624),
]


@pytest.mark.parametrize(
    ("name", "settings", "given", "params", "macs"), [pytest.param(*row[1:], id=row[0]) for row in VARIANTS]
)
def test_a_file_with_other_variables_is_the_variant_of_torchvision(name, settings, given, params, macs):
    whole = sc.analyze(sc.load(SPECS / f"{name}.yaml", settings, given and {"": given}))
    assert (whole.params, whole.macs) == (params, macs)


# Howard et al. 2017, Table 6: width multiplier, millions of multiply-adds, of parameters
TABLE6 = [("1", 569, 4.2), ("0.75", 325, 2.6), ("0.5", 149, 1.3), ("0.25", 41, 0.5)]


@pytest.mark.parametrize(("alpha", "macs", "params"), TABLE6)
def test_narrow_mobilenets_agree_with_the_papers_table(alpha, macs, params):
    whole = answer("mobilenet_v1", alpha=alpha)
    assert (round(whole.macs / 1e6), round(whole.params / 1e6, 1)) == (macs, params)


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


QUOTED = [
    pytest.param(name, shlex.split(said), id=f"{name} {said}")
    for name in FILES
    for said in re.findall(r"`(--[^`]*)`", " ".join(sc.load(SPECS / f"{name}.yaml").spec.description.split()))
    if ".npy" not in said  # for `run`, with files that are not there
]


@pytest.mark.parametrize(("name", "options"), QUOTED)
def test_what_a_description_tells_to_try_works_and_changes_something(name, options):
    path = str(SPECS / f"{name}.yaml")
    plain, tried = (CliRunner().invoke(shapecalc, ["analyze", path, *more]) for more in ([], options))
    assert tried.exit_code == 0, tried.stderr
    assert tried.stdout != plain.stdout


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
    ("Howard et al. 2017, Table 1", "mobilenet_v1"): [
        ("conv1", (32, 112, 112)),
        ("Separable1", (64, 112, 112)),
        ("Separable3", (128, 56, 56)),
        ("Separable5", (256, 28, 28)),
        ("Separable11", (512, 14, 14)),
        ("Separable13", (1024, 7, 7)),
    ],
    ("Sandler et al. 2018, Table 2", "mobilenet_v2"): [
        ("conv1", (32, 112, 112)),
        ("Inverted1", (16, 112, 112)),
        ("Inverted3", (24, 56, 56)),
        ("Inverted6", (32, 28, 28)),
        ("Inverted10", (64, 14, 14)),
        ("Inverted13", (96, 14, 14)),
        ("Inverted16", (160, 7, 7)),
        ("Inverted17", (320, 7, 7)),
        ("conv2", (1280, 7, 7)),
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
    ("Araujo et al. 2019 and google-research/receptive_field, mobilenet_v1", "mobilenet_v1"): [
        ("conv1", 3, 2, 0),
        ("Separable1", 7, 2, 2),
        ("Separable2", 11, 4, 2),
        ("Separable3", 19, 4, 6),
        ("Separable4", 27, 8, 6),
        ("Separable5", 43, 8, 14),
        ("Separable6", 59, 16, 14),
        ("Separable7", 91, 16, 30),
        ("Separable8", 123, 16, 46),
        ("Separable9", 155, 16, 62),
        ("Separable10", 187, 16, 78),
        ("Separable11", 219, 16, 94),
        ("Separable12", 251, 32, 94),
        ("Separable13", 315, 32, 126),
    ],
    ("Araujo et al. 2019, inception_v3", "inception_v3"): [("C2", 1311, 32, 618)],
    ("torch autograd, resnet18", "resnet18"): [("Basic8", 435, 32, 217)],
    ("torch autograd, resnet50", "resnet50"): [("Bottleneck16", 427, 32, 213)],
    ("torch autograd, googlenet", "googlenet"): [("5b", 379, 32, 167)],
}


@pytest.mark.parametrize(("name", "layer", "size", "jump", "padding"), rows(FIELDS))
def test_a_layer_has_the_printed_receptive_field(name, layer, size, jump, padding):
    assert seen(answer(name)[layer]) == (size, jump, padding)


# google-research/receptive_field: bottlenecks of the second and third block; size, jump and padding of block1 to block4
SLIM = [
    pytest.param(4, 6, [(35, 8, 15), (99, 16, 47), (291, 32, 143), (483, 32, 239)], id="resnet_v1_50"),
    pytest.param(8, 36, [(35, 8, 15), (163, 16, 79), (1315, 32, 655), (1507, 32, 751)], id="resnet_v1_152"),
    pytest.param(24, 36, [(35, 8, 15), (419, 16, 207), (1571, 32, 783), (1763, 32, 879)], id="resnet_v1_200"),
]


@pytest.mark.parametrize(("second", "third", "fields"), SLIM)
def test_resnets_of_tf_slim_have_the_printed_receptive_fields(second, third, fields):
    whole = answer(RESNET_V1, second=second, third=third)
    assert [seen(whole[f"block{i}"]) for i in (1, 2, 3, 4)] == fields


def test_the_stride_at_the_first_bottleneck_makes_the_field_smaller():
    assert seen(answer("resnet152")["Bottleneck50"]) == (1451, 32, 725)  # 1507 in TF-Slim


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
