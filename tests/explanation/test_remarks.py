"""What a teacher adds: each remark said where the numbers call for it, with them, and not elsewhere."""

import pytest

from shapecalc.explanation import OF_LAYER, explained
from shapecalc.explanation.remarks import REMARKS
from tests.by_hand import answer

CONV = {"name": "a", "conv": 8, "kernel": 3}
SAID = [
    pytest.param(
        [{**CONV, "stride": 2}],
        [1, 8, 8],
        "output",
        "along H and W the floor leaves the last 1 cell unread",
        id="floor",
    ),
    pytest.param(
        [{**CONV, "stride": 2, "padding": 1}],
        [1, 8, 8],
        "output",
        "along H and W the floor leaves 1 cell of the padding unread, and none of the input",
        id="floor in the padding",
    ),
    pytest.param(
        [{**CONV, "stride": 2, "padding": "same"}],
        [1, 8, 8],
        "output",
        "along H and W SAME adds 1: 0 before and 1 after, the odd cell after",
        id="SAME",
    ),
    pytest.param(
        [{**CONV, "kernel": 4, "padding": "same_lower"}],
        [1, 8],
        "output",
        "along L `same_lower` adds 3: 2 before and 1 after, the odd cell before",
        id="same_lower",
    ),
    pytest.param(
        [{**CONV, "padding": "half"}],
        [1, 8, 9],
        "output",
        "along W 2 cells of padding make up for a window of 3: the length stays 9",
        id="the length stays",
    ),
    pytest.param(
        [CONV],
        [1, 8],
        "output",
        "along L without padding the length shrinks by 2, one less than the window's reach",
        id="shrinks",
    ),
    pytest.param(
        [{**CONV, "kernel": 1, "stride": 4}],
        [1, 8, 8],
        "field",
        "along H and W the stride of 4 steps over 3 cells between two windows",
        id="stride over cells",
    ),
    pytest.param(
        [{"name": "a", "maxpool": 2}], [1, 8, 8], "output", "the stride of 2×2 leaves 16 places of 64", id="a quarter"
    ),
    pytest.param(
        [{"name": "a", "maxpool": 3, "stride": 2, "ceil": True}],
        [1, 8],
        "output",
        "along L `ceil` lets the last window hang over the end by 1 cell",
        id="ceil",
    ),
    pytest.param(
        [{**CONV, "dilation": 2}],
        [1, 9],
        "field",
        "along L dilation 2 lets 3 taps reach over 5 cells at no more cost",
        id="dilation",
    ),
    pytest.param(
        [{"name": "a", "conv_transpose": 4, "kernel": 3, "stride": 2}],
        [1, 8],
        "output",
        "along L 3 taps are no multiple of the stride 2: an output cell gets 1 or 2 of them, by its position",
        id="checkerboard",
    ),
    pytest.param(
        [{"name": "a", "conv_transpose": 4, "kernel": 2, "stride": 2}],
        [1, 8],
        "macs",
        "the 8 places of the input are counted, for each is spread over the taps",
        id="transposed counts its input",
    ),
    pytest.param(
        [{"name": "a", "global_avgpool": None}],
        [3, 7, 7],
        "output",
        "each channel's 49 cells become one number, whatever the size of the input",
        id="global pooling",
    ),
    pytest.param(
        [{**CONV, "kernel": 1}],
        [3, 5],
        "params",
        "one tap sees no neighbours: at each place 3 channels are mixed into 8, as a dense layer would",
        id="1×1",
    ),
    pytest.param(
        [{**CONV, "kernel": 5}],
        [2, 5, 5],
        "params",
        "the kernel covers the whole map: this is a dense layer of 50 inputs",
        id="as large as the map",
    ),
    pytest.param(
        [{**CONV, "groups": 2}],
        [4, 8],
        "params",
        "2 groups: a filter sees 2 of 4 channels, for 1/2 of the kernel and MACs",
        id="groups",
    ),
    pytest.param(
        [{**CONV, "groups": 4}],
        [4, 8],
        "macs",
        "as many groups as channels: each filter sees one of 4, for 1/4 of the kernel and MACs",
        id="depthwise",
    ),
    pytest.param([CONV], [3, 9, 9], "params", "the bias adds 8 parameters to the kernel's 216", id="bias"),
    pytest.param(
        [CONV], [3, 9, 9], "flops", "the bias is 392 more adds, one an output; it is no MAC", id="bias, as adds"
    ),
    pytest.param(
        [{**CONV, "norm": "batch"}],
        [3, 9, 9],
        "params",
        "the batch norm after it takes the mean off, and with it the bias: 8 parameters for nothing",
        id="bias before a norm",
    ),
    pytest.param(
        [{**CONV, "bias": False, "norm": "batch"}],
        [3, 9, 9],
        "params",
        "no bias: the 8 shifts of the norm after it do its work",
        id="no bias",
    ),
    pytest.param(
        [{**CONV, "norm": "batch"}],
        [3, 9, 9],
        "params",
        "mean and variance are 16 numbers that are kept and not trained: buffers, told apart",
        id="buffers",
    ),
    pytest.param(
        [{"name": "b", "conv": 3, "kernel": 3, "padding": 1}, {"name": "a", "conv": 3, "kernel": 3, "share": "b"}],
        [3, 9, 9],
        "params",
        "its 84 weights are those of b: parameters count once, operations each time",
        id="shared",
    ),
    pytest.param(
        [{"name": "a", "conv": 3, "kernel": 3}, {"name": "b", "conv": 3, "kernel": 3, "share": "a"}],
        [3, 9, 9],
        "params",
        "b uses the same weights, which are counted here alone",
        id="shared by others",
    ),
    pytest.param(
        [CONV],
        [3, 9, 9],
        "macs",
        "one kernel serves all 49 places: a larger map has more MACs and no more parameters",
        id="places share",
    ),
    pytest.param(
        [{"conv": 2, "kernel": 3}, "flatten", {"name": "a", "dense": 10}],
        [1, 9, 9],
        "params",
        "this one layer holds 98 % of the network's 1,010 parameters",
        id="most parameters",
    ),
    pytest.param(
        [{"conv": 2, "kernel": 3}, "flatten", {"name": "a", "dense": 10}],
        [1, 9, 9],
        "params",
        "each unit reads all 2×7×7 numbers; after a global pooling it would read 2, for 960 parameters less",
        id="after a flatten",
    ),
    pytest.param(
        [{"name": "a", "flatten": None}],
        [2, 3, 3],
        "output",
        "the same 18 numbers in one row: nothing is computed",
        id="flatten",
    ),
    pytest.param(
        [{"name": "b", "conv": 4, "kernel": 1}, {"name": "a", "concat": ["b", "input"]}],
        [2, 3],
        "output",
        "the channels stand behind each other: 4 + 2 = 6",
        id="concat",
    ),
    pytest.param(
        [{"name": "b", "conv": 2, "kernel": 3, "padding": 1}, {"name": "a", "add": ["b", "input"]}],
        [2, 9],
        "field",
        "where branches meet the field is the union of theirs: 3, 1",
        id="union",
    ),
    pytest.param(
        [{**CONV, "kernel": 3, "padding": 2, "dilation": 2}],
        [1, 3],
        "field",
        "along L the field of 5 is larger than the input of 3: every output reaches past the border",
        id="larger than the input",
    ),
    pytest.param(
        [CONV], [1, 9], "field", "along L an output of the network sees 3 of the 9 cells of the input", id="sees little"
    ),
    pytest.param(
        [{"name": "a", "conv_transpose": 4, "kernel": 3, "stride": 2}],
        [1, 8],
        "field",
        "along L 2 output cells on, the field is the same again, 1 input cell on",
        id="by position",
    ),
    pytest.param(
        [{"name": "a", "dropout": 0.5}],
        [4],
        "flops",
        "it drops numbers while training; in the forward pass counted here it does nothing",
        id="dropout",
    ),
    pytest.param(
        [{"conv": 2, "kernel": 1}, {"name": "a", "conv": 8, "kernel": 3, "padding": 1}, "relu"],
        [1, 9, 9],
        "macs",
        "this one layer does 99 % of the network's MACs",
        id="most of the work",
    ),
]


def said(layers, given, figure, batch=1):
    return explained(answer(*layers, input=given, batch=batch), "a", figure).answers[0].remarks


@pytest.mark.parametrize(("layers", "given", "figure", "sentence"), SAID)
def test_a_remark_is_made_with_its_numbers(layers, given, figure, sentence):
    assert sentence in said(layers, given, figure)


def test_a_batch_is_remarked_on():
    sentence = "for a batch of 8: operations and activations are multiplied, parameters are not"
    assert sentence in said([CONV], [1, 9], "macs", batch=8)
    assert sentence not in said([CONV], [1, 9], "params", batch=8)


@pytest.mark.parametrize("figure", OF_LAYER)
def test_a_plain_layer_needs_no_remark_on_windows(figure):
    sentences = said([{"conv": 4, "kernel": 3}, {"name": "a", "relu": None}], [1, 9], figure)
    assert [one for one in sentences if "floor" in one or "SAME" in one or "bias" in one] == []


def test_a_stride_that_comes_out_even_leaves_nothing_unread():
    assert not any("unread" in one for one in said([{**CONV, "kernel": 2, "stride": 2}], [1, 8, 8], "output"))


def test_a_channel_by_channel_bias_is_not_called_wasted_before_another_norm():
    assert not any("for nothing" in one for one in said([{**CONV, "norm": "layer"}], [1, 8, 8], "params"))


def test_a_window_of_padding_alone_is_no_dense_layer():
    assert not any("dense" in one for one in said([{**CONV, "kernel": 3, "padding": 1}], [1, 2, 2], "params"))


def test_there_are_as_many_remarks_as_a_teacher_needs():
    assert len(REMARKS) > 30
    assert len({remark.say for remark in REMARKS}) == len(REMARKS)
    assert {figure for remark in REMARKS for figure in remark.figures} <= set(OF_LAYER)
