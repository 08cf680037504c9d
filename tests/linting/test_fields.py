"""Rules about receptive fields: holes counted by hand, and branches that lie beside each other."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapecalc.linting.fields import Gridding
from shapecalc.linting.subject import Subject
from tests.linting.looking import found, graph, labels, messages


def dilated(*rates, kernel=3):
    return [{"conv": 8, "kernel": kernel, "dilation": rate, "padding": "same"} for rate in rates]


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 4)), min_size=1, max_size=4))
def test_the_cells_that_are_read_are_the_sums_of_all_taps(windows):
    layers = [{"conv": 1, "kernel": k, "stride": s, "dilation": d} for k, s, d in windows]
    net = graph(*layers, given=(1, 2000))
    jump, taps = 1, []
    for k, s, d in windows:
        taps.append([tap * d * jump for tap in range(k)])
        jump *= s
    cells = {sum(way) for way in product(*taps)}
    read = Gridding.reads(Subject(net), "input", 0)[f"conv{len(windows)}"]
    assert {read.first + i for i in range(read.size) if read.mask >> i & 1} == cells


# Wang et al. 2018, section 3.2 and figure 2: rates of 2, 2, 2 leave a grid, 1, 2, 3 leave nothing out
@pytest.mark.parametrize(
    ("rates", "size", "read"),
    [((2, 2, 2), 13, 7), ((2, 2), 9, 5), ((4, 4), 17, 5), ((1, 2, 3), 0, 0), ((1, 2, 4), 0, 0), ((1, 2, 5), 0, 0)],
)
def test_rates_with_a_common_divisor_leave_holes(rates, size, read):
    told = messages("SC201", *dilated(*rates), given=(8, 40, 40))
    last = f"conv{len(rates)}"
    expected = [f"`{last}` has a field of {size} cells along H and W and reads {read} of them"] if size else []
    assert told == expected


def test_a_plain_window_before_or_after_fills_the_holes():
    plain = {"conv": 8, "kernel": 3, "padding": "same"}
    assert messages("SC201", plain, *dilated(2, 2), given=(8, 40, 40)) == []
    assert messages("SC201", *dilated(2, 2), plain, given=(8, 40, 40)) == []


def test_one_dilated_window_is_no_stack():
    assert messages("SC201", *dilated(2), given=(8, 40, 40)) == []


def test_a_grid_before_a_global_pooling_is_told_at_its_last_window():
    (finding,) = found("SC201", *dilated(2, 2), "global_avgpool", given=(8, 40, 40))
    assert finding.diagnostic.route == ("layers", 1, "dilation")


def residual(padding, n=16):
    return [{"residual": [{"conv": 8, "kernel": 3, "stride": 2, "padding": padding}]}], (8, n, n)


# of an even map TensorFlow's SAME pads a 3 by 2 after alone, of an odd one on both sides
def test_same_padding_moves_a_strided_window_of_an_even_map():
    layers, given = residual("same")
    assert labels("SC204", *layers, given=given) == ["1 cell of `input` apart, where a step is 2"]
    layers, given = residual("same", n=17)
    assert messages("SC204", *layers, given=given) == []
    layers, given = residual("half")
    assert messages("SC204", *layers, given=given) == []


def test_branches_that_move_by_other_strides_drift_apart():
    layers = [
        {"name": "a", "maxpool": 2},
        {"name": "b", "crop": [[0, 8], [0, 8]], "from": "input"},
        {"add": ["a", "b"]},
    ]
    assert labels("SC204", *layers) == ["they move by 2 and 1 cells of `input` a step: they drift apart"]


def test_causal_branches_are_aligned_at_their_ends():
    causal = {"conv": 8, "kernel": 3, "dilation": 4, "padding": "causal"}
    assert messages("SC204", {"residual": [causal]}, given=(8, 64)) == []


def test_a_resized_branch_is_left_alone():
    layers = [
        {"name": "low", "maxpool": 2},
        {"upsample": None, "like": "input", "mode": "linear", "align_corners": True},
        {"concat": ["input", "prev"]},
    ]
    assert messages("SC204", *layers) == []


# Lin et al. 2017, Feature Pyramid Networks: 3×3 by 2 and nearest neighbours lie half a cell of the finer map apart
@pytest.mark.parametrize("padding", ["half", "same"])
@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_a_pyramid_that_lies_within_half_of_its_coarsest_cell_is_left_alone(padding, mode):
    down = {"conv": 8, "kernel": 3, "stride": 2, "padding": padding}
    layers = [{"name": "a", **down}, {"name": "b", **down}, {"name": "c", **down}]
    up = {"upsample": 2, "mode": mode}
    layers += [up, {"name": "p", "add": ["b", "prev"]}, up, {"add": ["a", "prev"]}]
    assert messages("SC204", *layers, given=(8, 64, 64)) == []


def test_a_resized_branch_that_lies_further_off_is_told():
    low = [{"name": "low", "maxpool": 2}, {"pad": [[2, 0], [2, 0]]}, {"upsample": 2}]
    layers = [*low, {"name": "up", "crop": [[0, 4], [0, 4]]}, {"name": "sum", "add": ["input", "up"]}]
    assert messages("SC204", *layers) == ["`input` and `up` do not lie on each other where they meet in `sum`"]
    assert labels("SC204", *layers) == ["4 cells of `input` apart, where a step is 2"]


def test_a_field_is_held_against_the_input():
    layer = {"conv": 8, "kernel": 3, "padding": "half", "repeat": 4}
    assert messages("SC202", layer, given=(8, 8, 8)) == ["the field of `conv4` is 9 cells along H, on an input of 8"]
    assert messages("SC203", layer, given=(8, 19, 19)) == ["an output of `conv4` sees 9 cells of an input of 19"]
    assert messages("SC203", layer, given=(8, 18, 18)) == []
    assert messages("SC203", layer, "global_avgpool", given=(8, 19, 19)) == []
