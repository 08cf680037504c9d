"""Where a field depends on the position of the output cell it is exact for each phase."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.analysis import Field, Phased
from shapecalc.analysis.receptive import receptive_fields
from tests.analysis.receptive.test_fields import CELLWISE, cells_seen, ends_seen, windows
from tests.by_hand import answer, network

SPECS = Path(__file__).parents[3] / "specs"
UP = {"conv_transpose": 1, "kernel": 2, "stride": 2}


def conv(k, **options):
    return {"conv": 1, "kernel": k, **options}


def last(*layers, given=(1, 32)):
    (field,) = list(answer(*layers, given=given))[-1].field.values()
    return field


# by hand


def test_the_four_levels_of_the_unet_see_188_cells_in_four_phases_of_sixteen_and_204_in_twelve():
    for field in list(sc.analyze(sc.load(SPECS / "unet.yaml")))[-1].field.values():
        assert (field.period, field.advance, field.jump) == (16, 16, 1)
        assert Counter(field.sizes) == {188: 4, 204: 12}
        assert field.size == 204


CHAINS = [
    pytest.param([{"maxpool": 2}, conv(3), UP, conv(3)], {8}, id="pool 2, conv 3, transposed 2 stride 2, conv 3"),
    pytest.param([conv(3), {"upsample": 2}, conv(3)], {4}, id="conv 3, nearest ×2, conv 3"),
    # two neighbouring halves: of one cell, or of two
    pytest.param([{"upsample": 2}, conv(2)], {1, 2}, id="nearest ×2, conv 2"),
    pytest.param([{"upsample": 2}, {"maxpool": 2}], {1}, id="nearest ×2, pool 2"),
    # each output lies between two centres
    pytest.param([{"upsample": 2, "mode": "linear"}], {2}, id="linear ×2"),
    # of three outputs one lies on a centre, and sees that cell alone
    pytest.param([{"upsample": 3, "mode": "linear"}], {1, 2}, id="linear ×3"),
    pytest.param([{"upsample": 2, "mode": "cubic"}], {4}, id="cubic ×2"),
    # a stamp of two cells every three: one output in three sees nothing
    pytest.param([{"conv_transpose": 1, "kernel": 2, "stride": 3}], {0, 1}, id="transposed 2 stride 3"),
    # stamps of three cells every two meet in one of them
    pytest.param([{"conv_transpose": 1, "kernel": 3, "stride": 2}], {1, 2}, id="transposed 3 stride 2"),
]


@pytest.mark.parametrize(("layers", "sizes"), CHAINS)
def test_a_chain_sees_what_is_worked_out_by_hand(layers, sizes):
    field = last(*layers)
    assert {field.size} == sizes if isinstance(field, Field) else set(field.sizes) == sizes


def test_a_phase_that_is_no_more_is_no_phase():
    assert last({"upsample": 2}, {"maxpool": 2}) == Field(0, first=0, last=0, jump=1)
    assert last(UP, conv(1, stride=2), conv(3)) == Field(0, first=0, last=2, jump=1)


def test_the_first_field_and_the_jump_are_told():
    field = last(conv(3, stride=2, padding=1), UP, conv(3))
    # cells of pairs: −1 … 1 and 1 … 3, each seen by two outputs; three outputs meet two pairs
    assert field.spans == ((-1, 3), (-1, 3))
    assert (field.advance, field.jump, field.start, field.padding) == (2, 1, 1.0, 1)


def test_branches_that_move_alike_join_phase_by_phase():
    paths = {"fine": ["relu"], "coarse": [{"maxpool": 2}, {"upsample": 2}]}
    field = last({"parallel": paths, "join": "concat"})
    assert field.spans == ((0, 1), (0, 1))
    assert field.advance == 2


def test_branches_that_move_otherwise_have_no_one_field():
    paths = {"fine": [UP, conv(1)], "twice": [UP, UP, conv(1)]}
    assert last({"parallel": paths, "join": "concat", "fit": "crop"}).why.startswith(
        "branches meet whose fields move by 1/2 and 1/4 cells"
    )


def test_an_axis_that_is_not_stretched_keeps_its_plain_field():
    rows, columns = answer({"conv_transpose": 1, "kernel": [2, 3], "stride": [2, 1]}, given=(1, 8, 8))[
        "conv_transpose1"
    ].field.values()
    assert isinstance(rows, Phased)
    assert columns == Field(1, first=-2, last=0, jump=1)


def test_more_phases_than_are_counted_are_unknown_with_the_reason():
    field = last(*[UP] * 13, given=(1, 2))
    assert field.why == "the field depends on the position of the output cell in more ways than are counted"
    assert last(*[UP] * 13, "global_avgpool", given=(1, 2)).whole


def deep_unet(levels, convs):
    """A U-Net with so many convolutions on each level, on either side."""
    each = [conv(3, padding=1)] * convs
    down = [
        layer for level in range(levels) for layer in (*each[1:], {**each[0], "name": f"down{level}"}, {"maxpool": 2})
    ]
    up = [
        layer
        for level in reversed(range(levels))
        for layer in ({**UP, "name": f"up{level}"}, {"concat": [f"down{level}", f"up{level}"]}, *each)
    ]
    return [*down, *each, *up]


BACK = {
    "conv": lambda first, last: (first - 1, last + 1),
    "maxpool": lambda first, last: (2 * first, 2 * last + 1),
    "conv_transpose": lambda first, last: (first // 2, last // 2),
    "concat": lambda first, last: (first, last),
}
"""What a layer of a deep U-Net reads for its cells from the first to the last."""


def read_back(graph, cell):
    """What a cell of the end sees, by following back what each node reads for it: not from the input on."""
    wanted = {graph.nodes[-1].name: (cell, cell)}
    for node in reversed(graph.nodes):
        if node.name in wanted:
            first, last = BACK[node.kind](*wanted[node.name])
            for source in node.inputs:
                before = wanted.get(source, (first, last))
                wanted[source] = min(before[0], first), max(before[1], last)
    return wanted["input"]


@pytest.mark.parametrize(("levels", "convs"), [(2, 3), (8, 58)], ids=["2 levels", "8 levels, 1,010 layers"])
def test_a_deep_unet_is_exact_in_every_phase(levels, convs):
    graph = network(*deep_unet(levels, convs), given=(1, 2**10))
    field = receptive_fields(graph)[graph.nodes[-1].name]["input", 0]
    assert field.period == field.advance == 2**levels
    cells = range(2**levels) if levels < 8 else (0, 1, 127, 128, 254, 255, 300)
    assert [field.at(i) for i in cells] == [read_back(graph, i) for i in cells]


# told


def test_json_has_every_phase():
    (field,) = answer({"conv_transpose": 1, "kernel": 3, "stride": 2}).to_dict()["layers"][0]["receptive_field"]
    assert field == {
        "size": 2,
        "jump": 0.5,
        "start": -0.5,
        "padding": 1,
        "whole": False,
        "to_edge": None,
        "period": 2,
        "advance": 1,
        "phases": [
            {"size": 2, "start": -0.5, "padding": 1, "first": -1, "last": 0},
            {"size": 1, "start": 0.0, "padding": 0, "first": 0, "last": 0},
        ],
    }


def test_a_phase_that_sees_nothing_begins_nowhere():
    (field,) = answer({"conv_transpose": 1, "kernel": 1, "stride": 2}).to_dict()["layers"][0]["receptive_field"]
    assert field["phases"] == [
        {"size": 1, "start": 0.0, "padding": 0, "first": 0, "last": 0},
        {"size": 0, "start": None, "padding": None, "first": None, "last": None},
    ]


# the NaN probe


@st.composite
def resizings(draw):
    match draw(st.sampled_from(["transposed", "nearest", "linear", "bins", "crop"])):
        case "transposed":
            k, s, d = draw(st.integers(1, 4)), draw(st.integers(2, 3)), draw(st.integers(1, 2))
            side = st.integers(0, d * (k - 1))
            cut = [draw(side), draw(side)]
            return {"conv_transpose": 1, "kernel": k, "stride": s, "dilation": d, "padding": [cut]}
        case "nearest":
            return {"upsample": draw(st.integers(2, 3))}
        case "linear":
            return {"upsample": draw(st.integers(2, 3)), "mode": "linear"}
        case "bins":
            return {"adaptive_avgpool": draw(st.integers(90, 170))}
        case _:
            return {"crop": [[draw(st.integers(0, 2)), draw(st.integers(0, 2))]]}


@st.composite
def skips(draw):
    """Down, and up again beside what was there, as a U-Net does."""
    down = [
        {"maxpool": 2},
        draw(st.sampled_from(["relu", conv(3, padding=1)])),
        draw(st.sampled_from([UP, {"upsample": 2}])),
    ]
    beside = [draw(st.sampled_from(["relu", conv(3, padding=1)]))]
    return {"parallel": {"down": down, "beside": beside}, "join": "concat", "fit": "crop"}


LAYERS = st.lists(st.one_of(windows(), resizings(), resizings(), skips(), CELLWISE), min_size=1, max_size=4)


@settings(deadline=None, max_examples=120)
@given(LAYERS)
def test_an_inner_cell_sees_what_its_phase_says(layers):
    n = 160
    try:
        graph = network(*layers, given=(1, n))
    except sc.SpecError:
        assume(False)  # noqa: FBT003
    field = list(sc.analyze(graph))[-1].field["input", 0]
    assume(isinstance(field, Field | Phased))
    assume(graph.nodes[-1].output.spatial[0] < 3_000)
    seen = cells_seen(graph)
    first, end = ends_seen(seen)
    margin = field.size + 24
    checked = 0
    for i in range(seen.shape[1]):
        span = field.at(i)
        if span is None:
            assert not seen[:, i].any()
        elif span[0] >= margin and span[1] < n - margin:
            assert (first[i], end[i]) == span
            checked += 1
    assume(checked)


@settings(deadline=None, max_examples=60)
@given(LAYERS, st.integers(14, 40))
def test_no_cell_sees_anything_outside_its_phase(layers, n):
    try:
        graph = network(*layers, given=(1, n))
    except sc.SpecError:
        assume(False)  # noqa: FBT003
    field = list(sc.analyze(graph))[-1].field["input", 0]
    assume(isinstance(field, Field | Phased))
    for i, column in enumerate(cells_seen(graph).T):
        seen, span = np.flatnonzero(column), field.at(i)
        assert span is not None or not len(seen)
        if span is not None:
            assert span[0] <= min(seen, default=n)
            assert span[1] >= max(seen, default=-n)


@settings(deadline=None, max_examples=60)
@given(LAYERS, st.integers(14, 40))
def test_what_all_cells_see_is_no_more_than_the_probe_finds(layers, n):
    try:
        graph = network(*layers, {"global_avgpool": None, "keep": True}, given=(1, n))
    except sc.SpecError:
        assume(False)  # noqa: FBT003
    field = list(sc.analyze(graph))[-1].field["input", 0]
    assume(isinstance(field, Field))
    seen = np.flatnonzero(cells_seen(graph)[:, 0])
    reached = field.real  # what is told of one place alone may hang over the border
    assert (max(field.first, reached.low), min(field.last, reached.high)) == (min(seen), max(seen))
