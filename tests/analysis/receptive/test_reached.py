"""Which input cells really reach a tensor, where what is nominally seen does not tell it: held against planted NaN."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.analysis.receptive.onesided import OneSided
from shapecalc.analysis.receptive.reached import Walks
from shapecalc.analysis.receptive.seeing import COPIES, GAPS, NONE, Field, Unclear
from shapecalc.analysis.receptive.way import way_of
from shapecalc.fields import field as fields_of
from tests.analysis.receptive.test_fields import CELLWISE, branches, cells_seen, windows
from tests.analysis.receptive.test_phases import resizings
from tests.by_hand import network

L = ("input", 0)
POOLED = {"global_avgpool": {"keep": True}}
ADDED = {"conv_transpose": 1, "kernel": 2, "dilation": 2, "padding": 1, "output_padding": 1}


def conv(k, **options):
    return {"conv": 1, "kernel": k, **options}


def every(step, start=0):
    return {"slice": {"axis": "L", "start": start, "step": step}}


def seen(layers, n):
    return list(sc.analyze(network(*layers, given=(1, n))))[-1].field[L]


PADDED = [
    # place 1 of the first is read by place 0 of the second: its other tap lies in padding, which would see cell 0
    pytest.param([conv(2), conv(2, dilation=2, padding=[[1, 0]]), every(2)], 12, (1, 10), id="a tap in padding"),
    # places 0 and 5 of a padded map: one is padding, the other sees cells 1 to 5
    pytest.param([conv(5, padding=2), {"pad": [[2, 2]]}, every(5)], 12, (1, 10), id="a place of padding alone"),
    pytest.param([conv(2, stride=3, dilation=2, padding=[[3, 1]]), conv(3, stride=3, dilation=3)], 30, (6, 26), id="2"),
    pytest.param([{"upsample": 2}, {"crop": 3}, conv(3, padding=1), every(4)], 9, (1, 6), id="a tap that is cut off"),
    pytest.param([ADDED], 1, (0, 0), id="an output cell that is added"),
]


@pytest.mark.parametrize(("layers", "n", "ends"), PADDED)
def test_what_padding_would_see_does_not_reach(layers, n, ends):
    graph = network(*layers, "global_avgpool", given=(1, n))
    cells = np.flatnonzero(cells_seen(graph))
    assert (cells.min(), cells.max()) == ends
    whole = sc.analyze(graph)["global_avgpool1"].field[L]
    assert (whole.first, whole.last, whole.whole) == (*ends, ends == (0, n - 1))
    assert sc.verify(graph).holds


LAYERS = st.one_of(
    windows(),
    windows(),
    resizings(),
    branches(),
    CELLWISE,
    st.builds(every, st.integers(1, 4), st.integers(0, 2)),
    st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda ends: {"pad": [list(ends)]}),
    st.tuples(st.integers(0, 2), st.integers(0, 2)).map(lambda ends: {"crop": [list(ends)]}),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(LAYERS, min_size=2, max_size=5), st.integers(6, 30))
def test_a_global_pooling_sees_just_what_reaches_the_map_before_it(layers, n):
    try:
        graph = network(*layers, "global_avgpool", given=(1, n))
    except sc.SpecError:
        assume(False)  # noqa: FBT003
    told = sc.analyze(graph)["global_avgpool1"].field[L]
    assume(not isinstance(told, Unclear) or told.why == NONE)
    cells = np.flatnonzero(cells_seen(graph))
    if isinstance(told, Unclear):
        assert cells.size == 0
    else:
        assert (told.first, told.last, told.whole) == (cells.min(), cells.max(), np.ptp(cells) == n - 1)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.one_of(LAYERS, st.just({"rnn": 1})), min_size=1, max_size=4), st.integers(4, 20))
def test_a_walk_back_from_any_place_ends_where_nan_comes_from(layers, n):
    try:
        graph = network(*layers, given=(1, n))
    except sc.SpecError:
        assume(False)  # noqa: FBT003
    name = graph.nodes[-1].name
    way = way_of(graph, L, {node.name: node.field for node in sc.analyze(graph)})
    for place, column in enumerate(cells_seen(graph).T):
        cells = np.flatnonzero(column)
        ends = (cells[0], cells[-1]) if cells.size else (0, -1)
        assert Walks().reached(way, name, place) == ends


def test_more_steps_than_are_taken_are_not_known():
    graph = network(*[conv(3, padding=1)] * 10, given=(1, 9))
    way = way_of(graph, L, {node.name: node.field for node in sc.analyze(graph)})
    walks = Walks()
    walks.left = 15
    assert walks.reached(way, "conv10") == (0, 8)
    assert walks.reached(way, "conv10") is None


# what all cells see alike, and cells that see nothing


def test_where_stamps_leave_gaps_not_all_cells_see_the_same():
    """One cell becomes two that see it, and of the three that these become the middle one is never stamped."""
    layers = [{"upsample": 2}, {"conv_transpose": 1, "kernel": 1, "stride": 2}]
    assert cells_seen(network(*layers, given=(1, 1))).tolist() == [[True, False, True]]
    assert seen(layers, 1).why == GAPS
    assert seen([POOLED, {"upsample": 4}, layers[1]], 9).why == GAPS
    assert seen([*layers, "global_avgpool"], 1) == Field(None, 0, 0, 0, whole=True)
    # one stamp alone leaves no gap, and a window as long as its stride none either
    assert seen([POOLED, layers[1]], 9).whole
    assert seen([POOLED, {"conv_transpose": 1, "kernel": 2, "stride": 2}], 9).whole


def test_a_gap_along_one_axis_is_a_gap_of_what_is_seen_along_both():
    layers = [POOLED, {"upsample": 2}, {"conv_transpose": 1, "kernel": [1, 2], "stride": 2}]
    told = sc.analyze(network(*layers, given=(1, 5, 5)))["conv_transpose1"].field
    assert {(field.why, field.axes) for field in told.values()} == {(GAPS, (0,))}


def test_cells_that_are_all_between_stamps_see_nothing():
    layers = [{"conv_transpose": 1, "kernel": 1, "stride": 2}, every(2, 1)]
    assert not cells_seen(network(*layers, given=(1, 6))).any()
    assert seen(layers, 6).why == NONE
    joined = [*layers, {"upsample": 2}, {"concat": ["prev", "input"], "fit": "crop"}]
    assert seen(joined, 6) == Field(0, 0, 0, 1)
    assert sc.verify(network(*joined, given=(1, 6))).holds


def test_the_box_of_a_cell_that_sees_padding_alone_is_empty_behind_what_sees_all():
    place = fields_of(network(POOLED, {"name": "p", "pad": [[1, 1]]}, given=(1, 7)))["p"]
    assert [[side.reached for side in place.box(i)] for i in range(3)] == [[0], [7], [0]]


def test_a_field_alike_for_all_cells_does_not_hide_one_that_moves():
    """The pooled cell sees cells 0 to 2 and padding; the second cell that it is added to sees cells 2 and 3."""
    pooled = [{"name": "a", "avgpool": 3, "stride": 2, "ceil": True}, {"avgpool": 2, "stride": 3, "padding": 1}]
    graph = network(*pooled, {"upsample": 2}, {"add": ["prev", "a"]}, given=(1, 4))
    assert np.flatnonzero(cells_seen(graph)[:, 1]).tolist() == [0, 1, 2, 3]
    assert isinstance(sc.analyze(graph)["add1"].field[L], Unclear)


def test_a_recurrence_covers_what_reaches_it_whatever_padding_stands_before():
    graph = network(conv(3, stride=2, padding=[[1, 3]]), conv(2, padding=2), {"name": "r", "rnn": 1}, given=(1, 8))
    assert sc.analyze(graph).covered_at[L] == ("r", True)


def test_axes_that_differ_in_one_layer_are_covered_each_for_itself():
    layers = [conv(5), conv([5, 3], name="c"), conv([1, 3])]
    found = sc.analyze(network(*layers, given=(1, 9, 9))).covered_at
    assert found == {L: ("c", True), ("input", 1): ("conv2", True)}


# padding that holds copies


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_copies_are_no_padding_to_what_looks_to_one_side(mode):
    layers = [{"pad": [[2, 2]], "mode": mode}, {"rnn": 1}]
    assert seen(layers, 9).why == COPIES
    assert seen(layers[::-1], 9).why == COPIES
    assert isinstance(seen([{"pad": [[2, 2]]}, {"rnn": 1}], 9), OneSided)


@pytest.mark.parametrize(("mode", "cell"), [("reflect", 2), ("replicate", 0), ("circular", 7)])
def test_the_box_of_a_copy_is_where_the_copied_cell_lies(mode, cell):
    graph = network({"name": "p", "pad": [[2, 2]], "mode": mode}, given=(1, 9))
    (side,) = fields_of(graph)["p"].box(0)
    assert (side.unclipped, side.clipped) == ((-2, -2), (cell, cell))


def test_a_place_that_falls_on_a_cell_reads_that_cell_alone():
    """49 steps over 45: the last of 46 places lies on cell 49, however 49 / 45 is rounded."""
    graph = network({"upsample": {"size": 46, "mode": "linear", "align_corners": True}}, given=(1, 50))
    assert np.flatnonzero(cells_seen(graph)[:, 45]).tolist() == [49]
    assert sc.verify(graph).holds
