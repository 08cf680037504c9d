from hypothesis import given
from hypothesis import strategies as st

from shapecalc.formulas.meeting import met_macs, padded_macs, pairs_within

SMALL = st.integers(1, 12)


@given(SMALL, SMALL, SMALL, SMALL, st.integers(-20, 150), st.integers(0, 150))
def test_pairs_of_a_place_and_a_tap_are_as_many_as_are_found_one_by_one(o, k, s, d, first, more):
    every = [i * s + j * d for i in range(o) for j in range(k)]
    assert pairs_within(o, k, s, d, first, first + more) == sum(first <= cell < first + more for cell in every)


def test_the_border_of_a_padded_map_loses_one_row_of_taps_a_side():
    """3 taps over n cells with one of padding a side: the first place and the last have 2 each."""
    assert pairs_within(224, 3, 1, 1, 1, 225) == 3 * 224 - 2


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(1, 10**6), st.integers(1, 10**6))
def test_every_pair_lies_somewhere(o, k, s, d):
    assert pairs_within(o, k, s, d, 0, (o - 1) * s + (k - 1) * d + 1) == o * k


def test_of_all_macs_those_that_meet_no_cell_are_left_over():
    """A 3×3 window over 4×4 cells, padded by one: 10 of 12 pairs along each axis meet a cell."""
    assert padded_macs(144, (10, 10), (12, 12)) == 44
    assert met_macs(144, 44) == 100
