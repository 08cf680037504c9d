"""Rules about windows: their numbers, each against cells that are counted one by one."""

from collections import Counter
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shapecalc.formulas.windows import Transposed, Window
from shapecalc.linting.maps import KernelLargerThanMap, PyramidBins, live
from shapecalc.linting.windows import Checkerboard, FloorLeavesCells, read_of, skips
from tests.linting.looking import found, labels, messages

WINDOWS = st.builds(
    Window,
    st.integers(1, 5),
    st.integers(1, 5),
    st.integers(1, 3),
    st.one_of(st.sampled_from(["valid", "same", "full"]), st.tuples(st.integers(0, 3), st.integers(0, 3))),
)


def cells(window, n):
    """For every place the cells that its taps read, padding left out, by tap."""
    before = window.pads(n)[0]
    for place in range(window.length(n)):
        yield {
            tap: cell
            for tap in range(window.size)
            if 0 <= (cell := place * window.stride - before + tap * window.dilation) < n
        }


@given(WINDOWS, st.integers(1, 40))
def test_what_is_skipped_or_left_over_is_what_nobody_reads(window, n):
    assume(window.length(n) >= 1)
    read = {cell for taps in cells(window, n) for cell in taps.values()}
    inside = [cell for cell in range(n) if cell not in read]
    left = FloorLeavesCells.unread(window, n)
    assert set(range(n - left, n)) <= set(inside)
    if read_of(window) == window.stride and window.dilation == 1:
        assert len(inside) == left
    if skips(window, n) and window.dilation == 1 and sum(window.pads(n)) == 0:
        assert inside


@given(WINDOWS)
def test_of_a_long_axis_as_many_of_a_stride_are_read_as_is_said(window):
    n = 40 * window.stride + window.reach
    read = {cell for taps in cells(window, n) for cell in taps.values()}
    start = 20 * window.stride
    assert sum(cell in read for cell in range(start, start + window.stride)) == read_of(window)


@given(WINDOWS, st.integers(1, 20))
def test_taps_that_live_are_those_that_meet_a_cell(window, n):
    assume(window.length(n) >= 1)
    assert live(window, n) == len({tap for taps in cells(window, n) for tap in taps})


@given(st.integers(1, 9), st.integers(1, 5), st.integers(1, 3))
def test_stamps_on_each_other_are_counted_as_they_fall(k, s, d):
    n = 4 * k * d + 8
    fallen = Counter(cell * s + tap * d for cell, tap in product(range(n), range(k)))
    middle = n * s // 2
    counts = [fallen[cell] for cell in range(middle, middle + s)]
    assert Checkerboard.stamps(Transposed(k, s, d)) == (min(counts), max(counts))


@given(st.integers(1, 60), st.integers(1, 12))
def test_bins_of_a_pyramid_are_the_places_of_its_window(n, k):
    assume(k <= n)
    window, stride = -(-n // k), n // k
    assert PyramidBins.bins(n, k) == len(range(0, n - window + 1, stride))


# He, Zhang, Ren & Sun 2014, section 2.3: of 13 cells 3, 2 and 1 bins come out; the first case of more is 7 and 4
def test_seven_cells_make_six_bins_of_four():
    assert (PyramidBins.bins(13, 3), PyramidBins.bins(13, 2), PyramidBins.bins(13, 1)) == (3, 2, 1)
    assert PyramidBins.bins(7, 4) == 6


def test_a_stride_of_three_over_a_window_of_two_reads_four_of_nine():
    (message,) = messages("SC101", {"conv": 8, "kernel": 2, "stride": 3})
    assert message == "`conv1` steps 3 cells along H and W with a window of 2 and reads 4 of every 9 cells"
    assert labels("SC101", {"conv": 8, "kernel": 2, "stride": 3}) == ["55.6 % of the map feeds nothing"]


def test_even_dilation_under_an_even_stride_falls_on_the_same_cells():
    (message,) = messages("SC101", {"conv": 8, "kernel": 3, "stride": 2, "dilation": 2, "padding": 2})
    assert message.endswith("with a window of 3, dilated by 2, and reads 1 of every 4 cells")


def test_one_axis_has_no_letter():
    (message,) = messages("SC101", {"conv": 8, "kernel": 2, "stride": 3}, given=(8, 32))
    assert message == "`conv1` steps 3 cells with a window of 2 and reads 2 of every 3 cells"


STRIDED = {"conv": 16, "kernel": 1, "stride": 2}


@pytest.mark.parametrize(
    "layers",
    [
        [{"residual": [{"conv": 16, "kernel": 3, "stride": 2, "padding": 1}]}],
        [{"residual": [{"conv": 16, "kernel": 3, "stride": 2, "padding": 1}], "shortcut": [STRIDED]}],
        [
            {"name": "a", "conv": 16, "kernel": 3, "stride": 2, "padding": 1},
            {"name": "b", **STRIDED, "norm": "batch", "from": "input"},
            {"add": ["a", "b"]},
        ],
    ],
    ids=["auto", "written out", "added by hand"],
)
@pytest.mark.parametrize("code", ["SC101", "SC102", "SC106"])
def test_a_projection_is_exempt_from_the_rules_of_strides(code, layers):
    assert messages(code, *layers) == []


def test_a_strided_pointwise_in_the_path_itself_is_told():
    block = {"residual": [STRIDED, {"conv": 16, "kernel": 3, "padding": 1}]}
    assert messages("SC106", block) == ["`conv1` is 1×1 and strides: it reads 1 of every 4 cells"]


# as P6 of a feature pyramid is made of P5 (torchvision.ops.feature_pyramid_network, LastLevelMaxPool)
def test_a_pooling_of_one_cell_leaves_cells_out_on_purpose():
    assert messages("SC101", {"maxpool": 1, "stride": 2}) == []
    assert messages("SC106", {"maxpool": 1, "stride": 2}) == []
    assert len(messages("SC101", {"maxpool": [2, 1], "stride": [3, 1]})) == 1


# AlexNet's 55 rows: 2 by 2 leaves one over, 3 by 2 none (Krizhevsky et al. 2012, section 3.4)
def test_floor_counts_the_cells_that_feed_nothing():
    assert messages("SC102", {"maxpool": 2}, given=(96, 55, 55)) == [
        "`maxpool1` leaves 1 of 55 cells unread along H and W"
    ]
    assert labels("SC102", {"maxpool": 2}, given=(96, 55, 55)) == ["109 of 3,025 cells (3.6 %) feed nothing"]
    assert messages("SC102", {"maxpool": 3, "stride": 2}, given=(96, 55, 55)) == []
    assert messages("SC102", {"maxpool": 2, "ceil": True}, given=(96, 55, 55)) == []


def test_padding_that_is_left_over_is_no_loss():
    assert messages("SC102", {"conv": 64, "kernel": 7, "stride": 2, "padding": 3}, given=(3, 224, 224)) == []


# as Keras' ResNet pads, by a layer of its own: of 230 cells the last one is padding, and the stride leaves it over
def test_padding_by_a_layer_of_its_own_is_no_loss_either():
    conv = {"conv": 64, "kernel": 7, "stride": 2}
    assert messages("SC102", {"pad": 3}, conv, given=(3, 224, 224)) == []
    assert len(messages("SC102", conv, given=(3, 230, 230))) == 1
    assert messages("SC102", {"pad": [[5, 1], [5, 1]]}, {"maxpool": 4}, given=(3, 12, 14)) == [
        "`maxpool1` leaves 1 of 18 cells unread along H"
    ]


# ResNet-18 on 32×32: its last stage is one cell large, so that a 3×3 is a 1×1
def test_a_window_on_one_cell_has_one_tap_that_lives():
    layer = {"conv": 8, "kernel": 3, "padding": 1}
    assert messages("SC103", layer, given=(8, 1, 1)) == ["`conv1` slides 3×3 taps over a map of 1×1"]
    assert labels("SC103", layer, given=(8, 1, 1)) == ["1 of its 9 taps ever meet a cell"]
    assert labels("SC103", layer, given=(8, 2, 2)) == ["at no place do all taps meet cells"]
    assert messages("SC103", layer, given=(8, 3, 3)) == []


def test_dilated_taps_that_all_meet_cells_are_left_alone():
    assert not KernelLargerThanMap.hangs(Window(3, 1, 36, "half"), 65)
    assert KernelLargerThanMap.hangs(Window(3, 1, 36, "half"), 33)


@pytest.mark.parametrize(
    ("layer", "moved"),
    [
        ({"conv": 8, "kernel": 2, "padding": "same"}, True),
        ({"conv": 8, "kernel": 10, "padding": "same"}, True),
        ({"avgpool": 2, "stride": 1, "padding": "same"}, True),
        ({"conv": 8, "kernel": 2, "dilation": 2, "padding": "same"}, False),  # reaches over 3 cells
        ({"conv": 8, "kernel": 4, "stride": 2, "padding": "same"}, False),  # one cell a side
        ({"maxpool": 2, "padding": "same"}, False),
        ({"conv": 8, "kernel": 4, "padding": [[1, 2], [1, 2]]}, False),  # as written
    ],
)
def test_an_even_window_under_same_moves_the_map(layer, moved):
    assert bool(found("SC104", layer)) is moved


# Odena, Dumoulin & Olah 2016: 3 by 2 overlaps unevenly, in two dimensions by the product: 1, 2 and 4; 4 by 2 evenly
def test_the_checkerboard_says_how_uneven_it_is():
    layer = {"conv_transpose": 8, "kernel": 3, "stride": 2}
    assert messages("SC105", layer) == [
        "`conv_transpose1` stamps 3 cells every 2 along H and W: from 1 to 2 lie on each other"
    ]
    assert labels("SC105", layer) == ["an output cell is the sum of 1 to 4 stamps"]
    assert messages("SC105", {**layer, "kernel": 4}) == []
    assert "0 to 1" in labels("SC105", {**layer, "kernel": 1})[0]
    assert messages("SC105", layer, given=(8, 1, 1)) == []  # one stamp alone


def test_pooling_one_cell_is_told_of_every_sort_of_pooling():
    for kind in ("global_avgpool", "global_maxpool", {"adaptive_avgpool": 1}, {"maxpool": 1}):
        assert len(messages("SC107", kind, given=(8, 1, 1))) == 1
    assert messages("SC107", "global_avgpool", given=(8, 2, 1)) == []


def test_padding_over_data_is_not_told_beside_a_window_that_is_too_large():
    layer = {"conv": 8, "kernel": 3, "padding": 1}
    assert found("SC103", layer, given=(8, 1, 1))
    assert not found("SC109", layer, given=(8, 1, 1))
    wide = {"conv": 8, "kernel": 3, "dilation": 36, "padding": "half"}
    assert messages("SC109", wide, given=(8, 65, 65)) == ["`conv1` pads 65 cells by 72 along H and W"]


def test_of_several_windows_made_at_one_place_the_worst_is_told():
    loop = {"for": {"s": [1, 2, 2]}, "do": [{"conv": 8, "kernel": 3, "padding": 1, "stride": "s"}]}
    (finding,) = found("SC103", loop, {"conv": 8, "kernel": 1}, given=(8, 2, 2))
    assert finding.diagnostic.label == "1 of its 9 taps ever meet a cell"
    assert finding.layers == ("conv1", "conv2", "conv3")
    assert finding.diagnostic.related[0].message == "and so in 2 more that are made here: `conv1`, `conv2`"
