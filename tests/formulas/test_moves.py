import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapecalc.formulas.moves import enlarged, gathered, piled_up, sliced, spread_out, windows


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 9))
def test_a_slice_keeps_as_many_as_python_does(a, more, s):
    assert sliced(a, a + more, s) == len(range(a, a + more, s))


@pytest.mark.parametrize(("side", "count"), [(56, 64), (28, 16), (14, 4), (7, 1)])
def test_the_stages_of_swin_have_as_many_windows_of_seven(side, count):
    """Liu et al. 2021, figure 3 and section 3.2: stages of H/4, H/8, H/16 and H/32 of 224."""
    assert windows((side, side), (7, 7)) == count


@given(st.integers(1, 50), st.integers(1, 50), st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_cells_that_become_channels_and_cells_again_are_as_many(c, n, r):
    assert spread_out(piled_up(c, r), r) == c
    assert gathered(enlarged(n, r[0]), r[0]) == n
