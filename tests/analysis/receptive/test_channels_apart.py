"""What is told of a place is seen by all of its channels together: what takes them apart is told of honestly."""

import numpy as np
import pytest

import shapecalc as sc
from shapecalc.analysis import Field
from shapecalc.analysis.receptive import BEHIND, TORN
from shapecalc.formulas.reach import Unknown
from tests.by_hand import answer, network, walk

POINT = {"conv": 4, "kernel": 1}


def last(*layers, given=(4, 9, 11)):
    return list(list(answer(*layers, given=given))[-1].field.values())


@pytest.mark.parametrize(
    "layers",
    [
        [{"permute": ["H", "C", "W"]}, "relu", {"permute": ["H", "C", "W"]}],
        [{"permute": ["H", "W", "C"]}, {"permute": ["W", "C", "H"]}],
        ["flatten", {"reshape": [4, 9, 11]}],
        ["flatten", {"reshape": [4, 99]}],
        [{"permute": ["H", "C", "W"]}, {"slice": {"start": 2, "stop": 5}}],
        [{"reshape": [36, 11]}, {"split": 2, "part": 1}],
    ],
    ids=str,
)
def test_channels_that_were_places_are_not_told_of_once_they_are_taken_apart(layers):
    assert TORN in {field.why for field in last(*layers) if isinstance(field, Unknown)}


def test_a_part_of_what_was_flat_does_not_see_the_whole():
    field = last("flatten", {"split": 2, "part": 1}, {"dense": 2}, given=(1, 8, 8))[0]
    assert isinstance(field, Unknown)
    graph = network("flatten", {"split": 2, "part": 1}, {"dense": 2}, given=(1, 8, 8))
    x = np.ones((1, 1, 8, 8))
    x[..., 4:, :] = np.nan
    assert np.isfinite(walk(graph, x)["dense1"]).all()


@pytest.mark.parametrize("mixed", [POINT, {"dense": 4, "over": "channels"}, "layernorm", "softmax"], ids=str)
def test_what_sees_all_channels_makes_them_alike_again(mixed):
    paths = {"near": [POINT], "far": [{"conv": 4, "kernel": 3, "padding": "half"}]}
    layers = [{"parallel": paths, "join": "concat"}, mixed, {"split": 2, "part": 2}]
    assert [field.size for field in last(*layers)] == [3, 3]
    assert TORN in {field.why for field in last(layers[0], layers[2])}


def test_grouped_convolutions_keep_channels_apart_and_shuffled_ones_are_together():
    paths = {"near": [POINT], "far": [{"conv": 4, "kernel": 3, "padding": "half"}]}
    joined, half = {"parallel": paths, "join": "concat"}, {"split": 2, "part": 1}
    assert last(joined, {"conv": 8, "kernel": 1, "groups": 2}, half)[0].why == TORN
    assert last(joined, {"depthwise": 3, "padding": 1}, half)[0].why == TORN
    assert last(joined, {"channel_shuffle": 2}, half)[0].size == 3
    assert last(joined, {"conv": 8, "kernel": 1, "groups": 2})[0].size == 3


def test_channels_of_one_convolution_may_be_parted():
    """As in a network that leaves half of its channels alone."""
    assert [field.size for field in last({"conv": 8, "kernel": 3}, {"split": 2, "part": 1})] == [3, 3]
    assert [field.size for field in last({"conv": 8, "kernel": 3}, {"slice": {"stop": 3}})] == [3, 3]


def test_turned_places_are_all_seen_by_what_sees_every_place():
    layers = [{"permute": ["H", "C", "W"]}, "relu", {"permute": ["H", "C", "W"]}]
    assert [field.whole for field in last(*layers, "global_avgpool")] == [True, True]


def test_the_shipped_networks_that_part_channels_are_still_told_of():
    whole = sc.analyze(sc.load("specs/shufflenet_v2.yaml"))
    for layer in whole:
        assert all(isinstance(field, Field) for field in layer.field.values()), layer.name


def test_queries_of_a_memory_see_their_own_place_and_all_of_the_memory():
    inputs = {"x": [8, 10], "y": [6, 7]}
    for more in ({}, {"causal": True}):
        layers = [{"attention": 4, "memory": "y", "from": "x", **more}]
        given = {"x": [8, 7], "y": [6, 7]} if more else inputs
        seen = sc.analyze(sc.load({"inputs": given, "layers": layers}))["attention1"].field
        assert seen["x", 0] == Field(0, first=0, last=0, jump=1)
        assert seen["y", 0].at(3) == ((0, 3) if more else (0, 6))


def test_a_branch_that_sees_the_whole_hides_no_other_behind_it():
    layers = [{"name": "g", "attention": 2}, {"concat": ["input", "g"], "axis": "L"}, {"conv": 4, "kernel": 3}]
    joined, after = list(answer(*layers, given=(4, 9)))[1:]
    assert [layer.field["input", 0].why for layer in (joined, after)] == [BEHIND, BEHIND]
    assert answer(*layers, "global_avgpool", given=(4, 9))["global_avgpool1"].field["input", 0].whole
    twice = [{"name": "g", "attention": 2}, {"name": "h", "attention": 2, "from": "input"}]
    assert answer(*twice, {"concat": ["g", "h"], "axis": "L"}, given=(4, 9))["concat1"].field["input", 0].whole


def test_a_place_before_the_first_cell_sees_nothing():
    for layers in (["class_token", {"take": 0}], [{"pad": [[3, 0]]}, {"take": 0}]):
        (field,) = last(*layers, given=(4, 8))
        assert field.why == "it sees no cell of the input"


def test_cells_that_no_tap_reaches_are_no_part_of_the_whole():
    gaps = {"conv": 4, "kernel": [3, 2], "stride": [2, 1], "dilation": 2, "padding": [1, [0, 2]]}
    rows, _ = last(gaps, "flatten", given=(2, 4, 5))
    assert (rows.whole, rows.first, rows.last) == (False, 1, 3)
    (line,) = last({"conv": 2, "kernel": 1, "stride": 2, "padding": [[1, 0]]}, "instancenorm", given=(2, 3))
    assert (line.first, line.last) == (1, 1)
