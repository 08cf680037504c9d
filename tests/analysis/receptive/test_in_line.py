"""What cells see where inputs stand one behind the other along an axis."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.analysis import Field, Phased
from shapecalc.analysis.receptive import receptive_fields
from shapecalc.engine.claims import Claim
from shapecalc.formulas.reach import Unknown
from tests.analysis.receptive.test_fields import CELLWISE, cells_seen, windows
from tests.analysis.receptive.test_phases import resizings
from tests.by_hand import network


def last(graph):
    return receptive_fields(graph)[graph.nodes[-1].name]["input", 0]


def parts(stem, cuts, padding, after, n):
    """A stem, pieces of it with padding in between, put in line again, and layers after."""
    (length,) = network(*stem, {"name": "end", "identity": None}, given=(1, n)).nodes[-1].output.spatial
    pieces = [
        {"name": f"piece{i}", "from": "end", "crop": [[first, int(length) - stop]]}
        for i, (first, stop) in enumerate(cuts)
    ]
    padded = [
        {"name": f"padded{i}", "from": f"piece{i}", "pad": [list(sides)]} if any(sides) else None
        for i, sides in enumerate(padding)
    ]
    names = [f"padded{i}" if sides else f"piece{i}" for i, sides in enumerate(padded)]
    every = [layer for pair in zip(pieces, padded, strict=True) for layer in pair if layer]
    return [*stem, {"name": "end", "identity": None}, *every, {"concat": names, "axis": "L"}, *after]


STEM = st.lists(st.one_of(windows(), resizings(), CELLWISE), max_size=2)


@settings(deadline=None, max_examples=100)
@given(STEM, st.lists(st.one_of(windows(), CELLWISE), max_size=1), st.data())
def test_every_cell_sees_what_is_told_and_nothing_else(stem, after, data):
    n = data.draw(st.integers(12, 40))
    try:
        (length,) = network(*stem, {"name": "end", "identity": None}, given=(1, n)).nodes[-1].output.spatial
        assume(6 <= length < 400)
        middle = data.draw(st.integers(2, int(length) - 2))
        follows = data.draw(st.sampled_from([0, 0, 0, 1, -1]))
        cuts = [(0, middle), (middle + follows, int(length))]
        padding = data.draw(st.sampled_from([[(0, 0), (0, 0)], [(2, 0), (0, 1)], [(0, 1), (0, 0)]]))
        graph = network(*parts(stem, cuts, padding, after, n), given=(1, n))
    except sc.SpecError:
        assume(False)  # noqa: FBT003
    field = last(graph)
    if isinstance(field, Unknown):
        return
    seen = cells_seen(graph)
    claim = Claim(field, seen.shape[1], n)
    for i, column in enumerate(seen.T):
        cells, told = np.flatnonzero(column), claim.clipped(i)
        if told is None:
            assert not len(cells)
        elif all(claim.clean(place) for place in (i - claim.period, i, i + claim.period)):
            assert (min(cells), max(cells)) == told
        elif len(cells):
            assert told[0] <= min(cells)
            assert max(cells) <= told[1]


CONV = {"conv": 1, "kernel": 3, "padding": 1}
UP = {"conv_transpose": 1, "kernel": 2, "stride": 2}
TOLD = [
    pytest.param([], [(0, 4), (4, 12)], [(0, 0), (0, 0)], Field(0, 0, 0, 1), id="two pieces that follow each other"),
    pytest.param([CONV], [(0, 4), (4, 12)], [(0, 0), (0, 0)], Field(0, -1, 1, 1), id="behind a window"),
    pytest.param([UP], [(0, 6), (6, 24)], [(0, 0), (0, 0)], Phased(0, ((0, 0), (0, 0)), 1), id="behind a stretching"),
    pytest.param([], [(0, 4), (4, 12)], [(2, 0), (0, 1)], Field(0, -2, -2, 1), id="padding at the ends"),
    pytest.param([], [(0, 4), (5, 12)], [(0, 0), (0, 0)], None, id="a cell is missing"),
    pytest.param([], [(0, 4), (3, 12)], [(0, 0), (0, 0)], None, id="a cell is there twice"),
    pytest.param([], [(0, 4), (5, 12)], [(0, 1), (0, 0)], None, id="a cell is padding"),
]


@pytest.mark.parametrize(("stem", "cuts", "padding", "told"), TOLD)
def test_pieces_in_line_are_one_field_where_they_follow_each_other(stem, cuts, padding, told):
    found = last(network(*parts(stem, cuts, padding, [], 12), given=(1, 12)))
    assert isinstance(found, Unknown) if told is None else found == told
