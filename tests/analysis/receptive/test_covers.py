"""What really reaches a cell: holes, paths and their spread; held against published figures and the engine."""

from fractions import Fraction
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.analysis import Field, Phased
from shapecalc.analysis.receptive.covers import Covers, covers_of
from shapecalc.analysis.receptive.paths import masked, narrowest, paths_to, variance
from shapecalc.formulas.reach import Unknown
from tests.analysis.receptive.test_fields import cells_seen
from tests.by_hand import network, walk

SPECS = Path(__file__).parents[3] / "specs"
UP = {"conv_transpose": 1, "kernel": 2, "stride": 2, "bias": False}


def conv(k, **options):
    return {"conv": 1, "kernel": k, "bias": False, **options}


def dilated(*rates, k=3):
    return [conv(k, dilation=rate, padding="half") for rate in rates]


def way_through(graph):
    return sc.field(graph).ways["input", 0]


def last(*layers, n=64):
    """What reaches the last of some layers."""
    graph = network(*layers, given=(1, n))
    return covers_of(way_through(graph))[graph.nodes[-1].name]


def drawn(cover):
    return "".join("█" if cover.mask >> i & 1 else "·" for i in range(cover.size))


# holes

STACKS = [
    pytest.param([1, 2, 4], 15, 15, id="Yu & Koltun 2016, figure 1: F3 of 15×15 has no hole"),
    pytest.param([2, 2, 2], 7, 13, id="Wang et al. 2018, figure 2a: gridding, every other row"),
    pytest.param([1, 2, 3], 13, 13, id="Wang et al. 2018, figure 2b: no hole"),
    pytest.param([1, 2, 5], 17, 17, id="by hand: −3 … 3, and the same 5 before and after"),
    pytest.param([1, 2, 9], 21, 25, id="by hand: −3 … 3, and the same 9 before and after: 2 cells in between, twice"),
    pytest.param([4], 3, 9, id="by hand: one window of three taps"),
]


@pytest.mark.parametrize(("rates", "reached", "size"), STACKS)
def test_a_stack_of_dilated_windows_has_the_holes_it_is_known_for(rates, reached, size):
    (cover,) = last(*dilated(*rates)).phases
    assert (cover.reached, cover.size) == (reached, size)


def test_the_holes_are_where_they_are():
    assert drawn(last(*dilated(2, 2, 2)).phases[0]) == "█·█·█·█·█·█·█"
    assert drawn(last(*dilated(1, 2, 9)).phases[0]) == "███████··███████··███████"


def test_a_stride_beyond_the_window_leaves_holes():
    (cover,) = last(conv(1, stride=3), conv(3)).phases
    assert (drawn(cover), cover.first) == ("█··█··█", 0)


def test_a_branch_fills_the_holes_of_another():
    assert drawn(last({"residual": dilated(2)}).phases[0]) == "█·█·█"
    assert drawn(last({"parallel": {"a": dilated(2), "b": dilated(1)}, "join": "add"}).phases[0]) == "█████"


def test_holes_differ_by_phase():
    covers = last(UP, conv(3, dilation=3))
    # of the doubled cells o, o + 3 and o + 6
    assert [drawn(cover) for cover in covers.phases] == ["██·█", "█·██"]
    assert covers.advance == 1


def test_a_phase_that_sees_nothing_reaches_nothing():
    covers = last({**UP, "stride": 3})
    assert sorted(cover.reached for cover in covers.phases) == [0, 1, 1]


# paths


@pytest.mark.parametrize("k", [2, 3, 5, 7])
@pytest.mark.parametrize("n", [1, 2, 6, 20])
def test_the_spread_of_a_chain_is_the_one_of_luo_et_al(n, k):
    """Luo et al. 2016, section 2: n layers of k equal taps spread by a variance of n·(k² − 1) / 12."""
    (cover,) = last(*[conv(k)] * n, n=200).phases
    assert cover.variance == Fraction(n * (k * k - 1), 12)
    assert cover.paths == k**n
    assert cover.mean == Fraction(n * (k - 1), 2)


def test_a_dilation_spreads_by_its_square_and_a_stride_by_the_jump():
    """Variances of what is convolved are added: 2/3 for three taps, times the square of their distance."""
    assert last(*dilated(1, 2, 4)).phases[0].variance == Fraction(2, 3) * (1 + 4 + 16)
    assert last(conv(3, stride=2), conv(3, stride=2), conv(3)).phases[0].variance == Fraction(2, 3) * (1 + 4 + 16)


def counts(*layers, cell=20, n=64):
    graph = network(*layers, given=(1, n))
    return list(paths_to(way_through(graph), graph.nodes[-1].name, cell, borders=False).values())


def test_the_paths_of_a_chain_are_the_rows_of_pascals_triangle():
    assert counts(*[conv(2)] * 6) == [comb(6, i) for i in range(7)]
    assert counts(conv(3), conv(3)) == [1, 2, 3, 2, 1]


def test_an_identity_is_one_path_and_branches_are_added():
    assert counts({"residual": [conv(3, padding=1)]}) == [1, 2, 1]
    joined = {"parallel": {"a": [conv(3, padding=1)], "b": [conv(5, padding=2)]}, "join": "concat"}
    assert counts(joined) == [1, 2, 2, 2, 1]


def test_the_border_takes_paths_away():
    graph = network(conv(3, padding=1), conv(3, padding=1), given=(1, 9))
    way = way_through(graph)
    assert paths_to(way, "conv2", 0, borders=True) == {0: 2, 1: 2, 2: 1}
    assert paths_to(way, "conv2", 0, borders=False) == {-2: 1, -1: 2, 0: 3, 1: 2, 2: 1}


def test_the_fewest_cells_that_hold_so_many_paths():
    paths = dict(enumerate([comb(6, i) for i in range(7)]))  # of 64
    assert narrowest(paths, 20) == (3, 3)
    assert narrowest(paths, 50) in {(2, 3), (3, 4)}
    assert narrowest(paths, 78) == (2, 4)
    assert narrowest(paths, 95) == (1, 5)
    assert narrowest(paths, 97) in {(0, 5), (1, 6)}
    assert narrowest(paths, 100) == (0, 6)
    assert narrowest({}) is None


# where every cell sees all, within the borders


def test_a_global_pooling_counts_the_windows_that_read_each_cell():
    covers = last(conv(3), "global_avgpool", n=6)
    assert (covers.bordered, covers.cell, covers.phases[0].paths) == (True, None, 12)
    # read 1, 2, 3, 3, 2, 1 times
    assert covers.phases[0].variance == Fraction(25 + 2 * 9 + 3, 12 * 2)


ALIKE = [
    pytest.param([{"sumpool": 8}, {"upsample": 4}, conv(3)], 3, id="spread out again, then a window of three taps"),
    pytest.param([{"sumpool": 8}, {"upsample": 4}, conv(3, padding=1)], 2, id="one of the taps in padding"),
    pytest.param([{"sumpool": 8}, {"upsample": 4}, {**UP, "kernel": 1}], 1, id="between cells that give nothing"),
    pytest.param(["flatten", {"dense": 4, "bias": False}, {"reshape": [1, 4]}, conv(2)], 2, id="made a map again"),
]


@pytest.mark.parametrize(("layers", "each"), ALIKE)
def test_a_window_over_cells_that_see_the_same_takes_as_many_paths(layers, each):
    graph = network(*layers, given=(1, 8))
    name = graph.nodes[-1].name
    assert paths_to(way_through(graph), name, 0, borders=True) == dict.fromkeys(range(8), each)
    given = walk(graph, np.eye(8)[:, None, :], make=np.ones)[name]
    assert given[:, 0, 0].tolist() == [each] * 8


def test_a_whole_field_may_have_holes():
    (cover,) = last(conv(1, stride=2), "global_avgpool", n=9).phases
    assert (cover.reached, cover.size) == (5, 9)


def test_what_looks_back_is_told_of_the_middle_cell():
    covers = last({"lstm": 4}, n=9)
    assert (covers.bordered, covers.cell) == (True, 4)
    assert (covers.phases[0].reached, covers.phases[0].first) == (5, 0)


def test_what_is_not_known_is_unknown_with_the_reason():
    rows = last("to_tokens", n=9)
    assert isinstance(rows, Covers)
    graph = sc.load({"input": [3, 8, 8], "layers": [{"conv": 2, "kernel": 1}, "to_tokens"]})
    found = sc.field(graph).covers("to_tokens1")
    assert {cover.why for cover in found.values()} == {"the axes H and W lie in one row of tokens"}


def test_more_than_is_looked_at_is_unknown_and_soon_said():
    assert last(conv(10**6), n=10**7).why == "it takes more steps to find than are taken"
    assert isinstance(last({"lstm": 2}, n=10**9), Unknown)


def test_the_unet_is_reached_all_over_in_every_phase():
    graph = sc.load(SPECS / "unet.yaml")
    for covers in sc.field(graph).covers(graph.nodes[-1].name).values():
        assert [cover.size for cover in covers.phases].count(188) == 4
        assert not any(cover.holes for cover in covers.phases)


def test_axes_that_are_alike_are_told_alike_and_others_are_not():
    spec = {"input": [1, 32, 32], "layers": [{"conv": 1, "kernel": [3, 5], "padding": "half"}]}
    rows, columns = sc.field(sc.load(spec)).covers("conv1").values()
    assert (rows.phases[0].size, columns.phases[0].size) == (3, 5)


# random networks against the engine


@st.composite
def steps(draw, *, padded=True, linear=False):
    """A layer along one axis, of positive weights; a linear one gives sums of what it reads, each once a tap."""
    kinds = ["conv", "conv", "conv", "sumpool", "conv_transpose", "upsample", "crop"]
    kinds += ["pad"] if padded else []
    kinds += [] if linear else ["maxpool", "linear", "lstm"]
    kind = draw(st.sampled_from(kinds))
    k, d, s = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    match kind:
        case "conv" | "sumpool" | "maxpool":
            words = ["valid", *(["same", "same_lower", "full"] if padded else [])]
            options = {"stride": s, "padding": draw(st.sampled_from(words))}
            if kind == "conv":  # a pool's window all in padding gives no number
                options["dilation"] = d
            return conv(k, **options) if kind == "conv" else {kind: k, **options}
        case "conv_transpose":
            return {"conv_transpose": 1, "kernel": k, "stride": s, "dilation": d, "bias": False}
        case "upsample":
            return {"upsample": s, "mode": "nearest"}
        case "linear":
            return {"upsample": s, "mode": draw(st.sampled_from(["linear", "linear", "linear"]))}
        case "crop":
            return {"crop": [[draw(st.integers(0, 2)), draw(st.integers(0, 2))]]}
        case "pad":
            mode = draw(st.sampled_from(["zero", "reflect", "replicate", "circular"]))
            return {"pad": [[draw(st.integers(0, 2)), draw(st.integers(0, 2))]], "mode": mode}
    return {"lstm": 1, "from": "prev"}


@st.composite
def networks(draw, **asked):
    """A few layers, perhaps with two branches that meet, cut to the same length."""
    layer = steps(**asked)
    before, after = draw(st.lists(layer, max_size=2)), draw(st.lists(layer, max_size=2))
    if draw(st.booleans()):
        paths = {name: draw(st.lists(layer, min_size=1, max_size=2)) for name in ("a", "b")}
        join = draw(st.sampled_from(["concat", "add"]))
        fork = (
            [{"parallel": paths, "join": join, "fit": "crop"}]
            if join == "concat"
            else [{"residual": [conv(3, padding=1)]}]
        )
        before = [*before, *fork]
    return [*before, *after, draw(layer)]


def built(layers, n):
    """The network, or None where its layers do not fit."""
    try:
        graph = network(*layers, given=(1, n))
    except sc.SpecError:
        return None
    return None if graph.wrong or graph.diagnostics else graph


@settings(deadline=None, max_examples=80)
@given(networks(), st.integers(6, 24))
def test_the_cells_that_reach_are_those_from_which_nan_comes_out(layers, n):
    graph = built(layers, n)
    if graph is None:
        return
    way, name = way_through(graph), graph.nodes[-1].name
    for cell, seen in enumerate(cells_seen(graph).T):
        assert sorted(paths_to(way, name, cell, borders=True)) == np.flatnonzero(seen).tolist()


@settings(deadline=None, max_examples=80)
@given(networks(linear=True), st.integers(6, 24))
def test_the_paths_are_what_a_network_of_ones_gives_for_a_one(layers, n):
    graph = built(layers, n)
    if graph is None:
        return
    way, name = way_through(graph), graph.nodes[-1].name
    ones = np.eye(n)[:, None, :]  # an example for each cell of the input: a one there
    given = walk(graph, ones, make=np.ones)[name].sum(axis=1)
    for cell in range(given.shape[1]):
        paths = paths_to(way, name, cell, borders=True)
        assert [paths.get(i, 0) for i in range(n)] == given[:, cell].tolist()


@settings(deadline=None, max_examples=80)
@given(networks(padded=False), st.integers(6, 24))
def test_a_cover_without_borders_is_what_is_walked_back_to(layers, n):
    graph = built(layers, n)
    if graph is None:
        return
    fields = sc.field(graph)
    way, layer = way_through(graph), fields[graph.nodes[-1].name]
    covers = fields.covers(layer.name)["input", 0]
    if covers.bordered:
        cells = [(covers.cell, covers.phases[0])] if covers.cell is not None else [(0, covers.phases[0])]
    else:
        cells = [(cell, covers.at(cell)) for cell in range(2 * len(covers.phases))]
    for cell, cover in cells:
        paths = paths_to(way, layer.name, cell, borders=covers.bordered)
        if cover.mask:
            assert (cover.first, cover.mask) == masked(paths)
        assert cover.paths == sum(paths.values())
        assert cover.variance == variance(paths)


@settings(deadline=None, max_examples=80)
@given(networks(), st.integers(6, 24))
def test_a_cover_begins_and_ends_where_the_field_does(layers, n):
    graph = built(layers, n)
    if graph is None:
        return
    fields = sc.field(graph)
    for node in graph:
        covers, seen = fields.covers(node.name)["input", 0], fields.analysis[node.name].field["input", 0]
        if isinstance(seen, Field | Phased) and seen.axis is not None and not covers.bordered:
            spans = [None if not c.mask else (c.first, c.first + c.size - 1) for c in map(covers.at, range(12))]
            assert spans == [seen.at(i) for i in range(12)]
