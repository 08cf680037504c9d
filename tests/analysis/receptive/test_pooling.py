"""What adaptive pooling and aggregation see."""

import numpy as np
import pytest

import shapecalc as sc
from shapecalc.analysis.receptive import Field
from shapecalc.formulas.reach import Unknown
from tests.analysis.receptive.test_fields import cells_seen, ends_seen, field
from tests.by_hand import answer, network


def read(layer, n=12):
    """Whether each cell of the input is seen by anything that the layer gives."""
    return cells_seen(network(layer, given=(1, n))).reshape(n, -1).any(axis=1)


def last(*layers, given=(1, 12)):
    return field(list(answer(*layers, given=given))[-1])


@pytest.mark.parametrize("kind", ["adaptive_avgpool", "adaptive_maxpool"])
@pytest.mark.parametrize(("n", "o"), [(12, 4), (12, 12), (10, 5)])
def test_bins_of_one_size_are_windows(kind, n, o):
    graph = network({kind: o}, given=(1, n))
    seen = field(sc.analyze(graph)[f"{kind}1"])
    assert seen == Field(0, first=0, last=n // o - 1, jump=n // o)
    first, end = ends_seen(cells_seen(graph))
    assert first.tolist() == [i * n // o for i in range(o)]
    assert end.tolist() == [(i + 1) * n // o - 1 for i in range(o)]


@pytest.mark.parametrize("kind", ["adaptive_avgpool", "adaptive_maxpool"])
def test_bins_of_different_sizes_have_a_field_each_and_see_all_together(kind):
    bins = last({kind: 5})  # of 12 cells, from ⌊12·i / 5⌋ on, before ⌈12·(i + 1) / 5⌉
    assert bins.spans == ((0, 2), (2, 4), (4, 7), (7, 9), (9, 11))
    assert (bins.period, bins.advance, bins.sizes) == (5, 12, (3, 3, 4, 3, 3))
    assert read({kind: 5}).all()
    assert last({kind: 5}, "global_avgpool").whole


ALL = [
    pytest.param({"adaptive_avgpool": 1}, id="one bin, averaged"),
    pytest.param({"adaptive_maxpool": 1}, id="one bin"),
    pytest.param("gem", id="gem"),
    pytest.param({"gem": {"keep": True, "per_channel": True}}, id="gem, kept axes"),
    pytest.param({"spp": [2, 5]}, id="spp"),
    pytest.param({"spp": [3, 4], "reduce": "avg", "rule": "sppnet"}, id="spp by sliding windows"),
    pytest.param({"netvlad": 3}, id="netvlad"),
    pytest.param({"netvlad": 3, "assignment": "hard"}, id="vlad"),
]


@pytest.mark.parametrize("layer", ALL)
def test_the_whole_axis_is_seen(layer):
    seen = last(layer)
    assert (seen.whole, seen.first, seen.last) == (True, 0, 11)
    assert read(layer).all()


def test_a_cell_that_no_window_of_a_pyramid_reaches_is_no_part_of_a_whole():
    """Of 11 cells three windows of 4, every 3, end at the tenth."""
    layer = {"spp": 3, "rule": "sppnet"}
    assert np.flatnonzero(~read(layer, 11)).tolist() == [10]
    seen = last(layer, given=(1, 11))
    assert isinstance(seen, Unknown)
    assert seen.why == "of an axis of 11 cells the windows of no level reach the last"
    assert last({"spp": [3, 1], "rule": "sppnet"}, given=(1, 11)).whole


def test_bins_of_a_single_cell_see_it_and_what_it_sees():
    seen = last({"maxpool": 12}, {"adaptive_avgpool": 3})
    assert (seen.axis, seen.first, seen.last, seen.jump) == (None, 0, 11, 0)
