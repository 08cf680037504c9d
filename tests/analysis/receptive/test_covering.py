"""At which layer the field first covers the input."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.analysis.receptive.covering import Covered
from tests.analysis.receptive.test_fields import CELLWISE, cells_seen, windows
from tests.analysis.receptive.test_phases import resizings
from tests.by_hand import answer, network

L = ("input", 0)


def conv(k, **options):
    return {"conv": 1, "kernel": k, **options}


CASES = [
    pytest.param([conv(3), conv(3)], 5, Covered("conv2", sure=True), id="two windows of three, on five cells"),
    pytest.param([conv(3), conv(3)], 6, Covered(None, sure=True), id="on six"),
    pytest.param([conv(3), conv(3), "global_avgpool"], 6, Covered("global_avgpool1", sure=True), id="then a pooling"),
    # the field has seven cells, and none of them lies over all six: it begins at cell -3, 1 or 5
    pytest.param([conv(7, stride=4, padding=3)], 6, Covered(None, sure=True), id="wide enough, and nowhere over all"),
    pytest.param([{"lstm": 1}], 9, Covered("lstm1", sure=True), id="the last step of a recurrence"),
    pytest.param([{"crop": [[1, 0]]}, "global_avgpool"], 9, Covered(None, sure=True), id="a cell that is cut off"),
    pytest.param([{"maxpool": 9}, {"upsample": 2}], 9, Covered("maxpool1", sure=True), id="one window"),
]


@pytest.mark.parametrize(("layers", "n", "found"), CASES)
def test_the_first_layer_that_covers_the_input_is_told(layers, n, found):
    assert answer(*layers, given=(1, n)).covered_at == {L: found}


def test_after_what_is_not_known_it_may_have_been_earlier():
    paths = {"a": [conv(2, stride=2)], "b": [conv(17)]}
    whole = answer({"parallel": paths, "join": "concat"}, "global_avgpool")
    assert whole.covered_at == {L: Covered("global_avgpool1", sure=False)}
    never = answer({"parallel": paths, "join": "concat"})
    assert never.covered_at == {L: Covered(None, sure=False)}


def test_each_axis_of_each_input_for_itself():
    spec = {"inputs": {"a": [1, 3, 9], "b": [2]}, "layers": [{"name": "c", "from": "a", "conv": 1, "kernel": 3}]}
    whole = sc.analyze(sc.load(spec))
    assert whole.covered_at == {("a", 0): Covered("c", sure=True), ("a", 1): Covered(None, sure=True)}
    assert whole.to_dict()["covered_at"] == {
        "a": [{"layer": "c", "sure": True}, {"layer": None, "sure": True}],
        "b": [],
    }


def test_resnet50_covers_its_input_in_the_twelfth_bottleneck():
    """The jump of the third stage is 16: 91 cells before it, 107 and 32 more each: 235 after the fifth of it."""
    whole = sc.analyze(sc.load("specs/resnet50.yaml"))
    sizes = [int(whole[f"Bottleneck{i}"].field["input", 0].size) for i in (7, 8, 9, 10, 11, 12)]
    assert sizes == [91, 107, 139, 171, 203, 235]
    assert {found.node for found in whole.covered_at.values()} == {"Bottleneck12.conv2.conv"}


ALL = st.lists(st.one_of(windows(), resizings(), CELLWISE, st.just({"rnn": 1})), min_size=1, max_size=4)


@settings(deadline=None, max_examples=60)
@given(ALL, st.integers(6, 14))
def test_planted_nan_comes_out_where_the_input_is_covered(layers, n):
    try:
        graph = network(*layers, given=(1, n))
    except sc.SpecError:
        assume(False)  # noqa: FBT003
    found = sc.analyze(graph).covered_at[L]
    assume(found.sure)
    seeing = []
    for stop in range(1, len(graph) + 1):
        ends = cells_seen(network(*layers[:stop], given=(1, n)))[[0, -1]]
        seeing.append(bool(np.logical_and(*ends).any()))
    assert found.node == (graph.nodes[seeing.index(True)].name if any(seeing) else None)
