"""The windows that make one length of another: every one of them, and only those."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapecalc.formulas.inverse import TooMany, transposed, windows
from shapecalc.formulas.windows import Transposed, Window


def settings_of(found):
    """Kernel, stride, dilation and a number of padding, one by one."""
    return {
        (one.kernel, one.stride, one.dilation, side, one.extra)
        for one in found
        for side in (range(one.sides[0], one.sides[1] + 1) if one.sides else ())
    }


@given(st.integers(1, 14), st.integers(1, 14))
def test_every_window_is_found_and_no_other(n, o):
    tried = product(range(1, 6), range(1, 16), range(1, 3), range(9))
    by_trying = {
        (k, s, d, p, 0)
        for k, s, d, p in tried
        if p < d * (k - 1) + 1
        and (k > 1 or d == 1)
        and n + 2 * p >= d * (k - 1) + 1
        and len(range(0, n + 2 * p - d * (k - 1), s)) == o  # the places, counted
    }
    if o == 1:  # of the strides that leave a single place, the least
        by_trying = {one for one in by_trying if (one[0], one[1] - 1, *one[2:]) not in by_trying}
    found = {one for one in settings_of(windows(n, o, range(1, 6), range(1, 3))) if one[1] < 16}
    assert found == by_trying


@given(st.integers(1, 10), st.integers(1, 30))
def test_every_transposed_window_is_found_and_no_other(n, o):
    by_trying = set()
    for k, s, d, p in product(range(1, 5), range(1, 50), range(1, 3), range(7)):
        reach = d * (k - 1) + 1
        plain = (n - 1) * s + reach - 2 * p
        if p < reach and (k > 1 or d == 1) and plain >= 1 and 0 <= o - plain < max(s, d):
            by_trying.add((k, s, d, p, o - plain))
    if n == 1:  # a single cell, which no stride moves: the least
        by_trying = {one for one in by_trying if (one[0], one[1] - 1, *one[2:]) not in by_trying}
    assert settings_of(transposed(n, o, range(1, 5), range(1, 3))) == by_trying


@given(st.integers(1, 10), st.integers(1, 30), st.integers(0, 12))
def test_a_cut_is_held_to(n, o, cut):
    by_trying = {
        (k, s, cut, o - plain)
        for k, s in product(range(1, 5), range(1, 60))
        if (plain := (n - 1) * s + k - 2 * cut) >= 1 and 0 <= o - plain < s
    }
    found = transposed(n, o, range(1, 5), padding=(cut, cut))
    assert all(one.sides == (cut, cut) for one in found)
    if n > 1:
        assert {(one.kernel, one.stride, cut, one.extra) for one in found} == by_trying


@pytest.mark.parametrize(("find", "n", "o"), [(windows, 10**6, 2), (transposed, 2, 10**6)])
def test_what_nobody_waits_for_is_refused(find, n, o):
    with pytest.raises(TooMany):
        find(n, o, range(1, 12), range(1, 5))


def test_a_single_cell_is_spread_at_once():
    assert {one.stride for one in transposed(1, 10**6, range(1, 4))} == {10**6 - 2, 10**6 - 1, 10**6}


@given(st.integers(1, 200), st.integers(1, 200))
def test_every_word_does_what_it_says(n, o):
    for one in windows(n, o, range(1, 8), range(1, 3)):
        for word in one.words:
            assert Window(one.kernel, one.stride, one.dilation, word).length(n) == o
        if one.same is not None:
            assert Window(one.kernel, one.stride, one.dilation, one.same).length(n) == o


@given(st.integers(1, 60), st.integers(1, 200))
def test_every_word_of_a_transposed_window_does_what_it_says(n, o):
    for one in transposed(n, o, range(1, 6)):
        for word in one.words:
            extra = 0 if word == "same" else one.extra
            assert Transposed(one.kernel, one.stride, one.dilation, word, extra).length(n) == o


# from, to, kernel, stride, padding
PRINTED = [
    pytest.param(224, 112, 7, 2, 3, id="ResNet's first layer, He et al. 2015, Table 1"),
    pytest.param(227, 55, 11, 4, 0, id="AlexNet's first layer, CS231n"),
    pytest.param(224, 55, 11, 4, 2, id="AlexNet's first layer in torchvision: padding 2"),
    pytest.param(32, 28, 5, 1, 0, id="LeNet-5's first layer, LeCun et al. 1998"),
]


@pytest.mark.parametrize(("n", "o", "kernel", "stride", "padding"), PRINTED)
def test_layers_of_the_literature_are_found(n, o, kernel, stride, padding):
    (one,) = windows(n, o, range(kernel, kernel + 1), stride=stride)
    assert one.sides[0] <= padding <= one.sides[1]


def test_the_plainest_comes_first():
    first, *_ = windows(224, 112, range(1, 12), range(1, 5))
    assert (first.kernel, first.stride, first.dilation) == (2, 2, 1)
    first, *_ = transposed(28, 56, range(1, 12))
    assert (first.kernel, first.stride, first.words[0]) == (2, 2, "valid")


def test_a_padding_is_held_to():
    assert all(one.words == ("half",) for one in windows(56, 28, range(1, 8), padding="half"))


def test_nothing_makes_more_of_less_without_padding():
    assert windows(10, 20, range(1, 8), padding="valid") == []
