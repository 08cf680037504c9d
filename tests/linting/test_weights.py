"""Rules about parameters: figures of published networks and of the textbook's examples."""

from pathlib import Path

import pytest

import shapecalc as sc
from shapecalc.linting import RULES, lint
from tests.linting.looking import found, graph, labels, messages

SPECS = Path(__file__).parent.parent.parent / "specs"
CONV = {"conv": 16, "kernel": 3}


@pytest.mark.parametrize("norm", ["batch", "instance", {"group": 16}])
def test_a_bias_before_a_norm_that_centres_its_channel_is_told(norm):
    assert messages("SC301", {**CONV, "norm": norm}) == [
        "the bias of `conv1` is subtracted again by `conv1.norm`: 16 parameters for nothing"
    ]


@pytest.mark.parametrize(
    "layers",
    [
        [{**CONV, "norm": "layer"}],  # takes off the mean of all channels, not of each
        [{**CONV, "norm": {"group": 4}}],
        [{**CONV, "norm": "rms"}],
        [{**CONV, "norm": "batch", "bias": False}],
        [CONV, "relu", "batchnorm"],
        [{**CONV, "name": "a"}, "batchnorm", {"concat": ["a", "prev"]}],  # somebody else reads it
        [{"local": 16, "kernel": 3, "norm": "batch"}],  # a bias a place is no constant
    ],
    ids=["layer", "group", "rms", "none", "relu between", "read elsewhere", "local"],
)
def test_a_bias_that_may_be_of_use_is_not(layers):
    assert messages("SC301", *layers) == []


# VGG-16 (Simonyan & Zisserman 2014): 7·7·512·4096 + 4096 of 138,357,544; of averages 512·4096 + 4096
def test_the_dense_layers_of_vgg16_hold_nine_tenths():
    text = (SPECS / "vgg16.yaml").read_text(encoding="utf-8")
    (finding,) = lint(sc.load(text.replace("# shapecalc: ignore", "# ")), ["SC302"], rules=RULES)
    assert finding.diagnostic.message == (
        "`dense1` holds 102,764,544 parameters, 74.3 % of all 138,357,544; all dense layers together 89.4 %"
    )
    assert finding.diagnostic.help == ("`global_avgpool` in place of `flatten` leaves it 2,101,248: 100,663,296 fewer")


@pytest.mark.parametrize(
    "layers",
    [
        ["flatten", {"dense": 10}],  # the map is the input's: there is nothing to pool
        [CONV, "global_avgpool", {"dense": 1000}],
        [CONV, {"conv": 256, "kernel": 3}, {"conv": 256, "kernel": 3}, "flatten", {"dense": 10}],  # under four fifths
    ],
    ids=["no map before", "pooled", "less"],
)
def test_dense_layers_that_are_no_head_of_a_map_are_left_alone(layers):
    assert messages("SC302", *layers) == []


def test_groups_of_one_channel_are_told_where_nothing_mixes():
    alone = {"conv": 8, "kernel": 3, "groups": 8}
    assert len(messages("SC303", alone)) == 1
    assert messages("SC303", alone, "relu", {"conv": 8, "kernel": 1}) == []
    assert messages("SC303", alone, "flatten", {"dense": 10}) == []
    assert messages("SC303", {"groupnorm": 8}) == ["`groupnorm1` parts 8 channels into 8 groups of one"]
    assert messages("SC303", {"groupnorm": 4}) == []
    assert messages("SC303", {"depthwise": 3}) == []


def test_a_share_of_the_budget_is_told_beyond_a_half():
    layers = [{"conv": 8, "kernel": 3}] * 3 + [{"conv": 64, "kernel": 5}]
    assert len(found("SC304", *layers, budget={"params": "20k"})) == 1  # 5·5·8·64 + 64 = 12,864
    assert found("SC304", *layers, budget={"params": "30k"}) == ()
    assert found("SC304", *layers[1:], budget={"params": "20k"}) == ()  # three layers


# Simonyan & Zisserman 2014, section 2.3: three 3×3 have 27·C², one 7×7 49·C², "81 % more"
def test_a_stack_is_held_against_a_large_window():
    (message,) = messages("SC311", {"conv": 64, "kernel": 7, "padding": 3, "bias": False}, given=(64, 56, 56))
    assert message == "`conv1` has 200,704 weights; 3 windows of 3×3 see as far with 110,592"
    assert messages("SC311", {"conv": 64, "kernel": 7, "padding": 3}, given=(3, 56, 56)) == []  # the stack has more
    assert messages("SC311", {"conv": 8, "kernel": 5, "padding": 2}, given=(8, 64)) == []  # 6 > 5 along one axis
    assert messages("SC311", {"depthwise": 7, "padding": 3}) == [
        "`depthwise1` has 392 weights; 3 windows of 3×3 see as far with 216"
    ]


# specs/lessons/conv-bottleneck.yaml: 819,200 directly, 417,792 after a 1×1 to 64 channels
def test_the_bottleneck_is_that_of_the_textbook():
    layer = {"conv": 256, "kernel": 5, "padding": "same", "bias": False}
    (finding,) = found("SC312", layer, given=(128, 100, 100))
    assert finding.diagnostic.message == (
        "`conv1` has 819,200 weights; as a separable one it would have 35,968, behind a 1×1 to 64 channels, both "
        "together, 417,792"
    )
    assert finding.diagnostic.label == "22.8 times cheaper, or 2.0 times"


# Howard et al. 2017, Table 3: a 3×3 over 512 channels has 2.36 M, separable 0.27 M
def test_a_separable_convolution_is_that_of_mobilenet():
    (message,) = messages("SC312", {"conv": 512, "kernel": 3, "padding": 1}, given=(512, 14, 14))
    assert "has 2,359,296 weights; as a separable one it would have 266,752" in message


def test_the_stack_and_the_separable_one_have_what_is_promised():
    stack = graph({"conv": 64, "kernel": 3, "padding": 1, "bias": False, "repeat": 3}, given=(64, 56, 56))
    apart = graph({"separable_conv": 512, "kernel": 3, "padding": 1, "bias": False}, given=(512, 14, 14))
    narrow = [{"conv": 64, "kernel": 1, "bias": False}, {"conv": 256, "kernel": 5, "bias": False}]
    assert [sc.analyze(net).params for net in (stack, apart)] == [110_592, 266_752]
    assert sc.analyze(graph(*narrow, given=(128, 100, 100))).params == 417_792


def test_channels_of_the_last_layer_may_be_as_many_as_there_are_classes():
    assert messages("SC313", {"conv": 30, "kernel": 3}, "global_avgpool", {"dense": 10}) == [
        "`conv1` has 30 channels: no multiple of 8"
    ]
    assert labels("SC313", {"conv": 30, "kernel": 3}, {"conv": 8, "kernel": 1}) == ["2 short of 32"]
