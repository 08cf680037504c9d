from itertools import accumulate
from math import prod
from operator import mul
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapecalc.formulas.receptive import (
    centre,
    extent,
    first,
    jump,
    last,
    leftmost,
    overhang,
    rightmost,
    widened,
)


class Step(NamedTuple):
    """A layer along one axis, in the letters of Araujo, Norris & Sim 2019."""

    k: int
    s: int = 1
    p: int = 0


class Seen(NamedTuple):
    """What the first output cell of a chain sees, and the jump to its neighbour's."""

    first: int = 0
    last: int = 0
    jump: int = 1

    def through(self, step):
        return Seen(
            first(self.first, self.jump, step.p), last(self.last, self.jump, step.p, step.k), jump(self.jump, step.s)
        )

    @property
    def size(self):
        return extent(self.first, self.last)


def chain(steps):
    seen = Seen()
    for step in steps:
        seen = seen.through(step)
    return seen


# chain, size, jump, padding
CHAINS = [
    pytest.param([Step(3, 3, 1), Step(2)], 6, 3, 1, id="Araujo et al. 2019: the region of a two-layer network"),
    pytest.param([Step(1, 4)], 1, 4, 0, id="Araujo et al. 2019: aligned paths, the left one"),
    pytest.param([Step(3, 2, 1), Step(1, 2)], 3, 4, 1, id="Araujo et al. 2019: aligned paths, the right one"),
    pytest.param([Step(5, 2, 2)], 5, 2, 2, id="Araujo et al. 2019: misaligned paths, the left one"),
    pytest.param([Step(3), Step(3)], 5, 1, 0, id="Araujo et al. 2019: misaligned paths, the right one"),
    pytest.param([Step(3, 2, 1), Step(3, 2, 1)], 7, 4, 3, id="Dang Ha 2017: figure 3"),
    pytest.param([Step(3)], 3, 1, 0, id="CS231n: one 3x3 layer"),
    pytest.param([Step(3)] * 2, 5, 1, 0, id="CS231n: two 3x3 layers"),
    pytest.param([Step(3)] * 3, 7, 1, 0, id="CS231n: three 3x3 layers"),
    pytest.param([Step(k) for k in (9, 3, 3, 3, 9, 3, 3, 7, 3)], 35, 1, 0, id="Receptive-Field-in-Pytorch: notebook"),
]


@pytest.mark.parametrize(("steps", "size", "jumped", "padding"), CHAINS)
def test_a_chain_sees_what_is_published(steps, size, jumped, padding):
    seen = chain(steps)
    assert (seen.size, seen.jump, overhang(seen.first)) == (size, jumped, padding)


def test_the_region_of_the_two_layer_network_is_the_printed_one():
    seen = chain([Step(3, 3, 1), Step(2)])
    assert (seen.first, seen.last) == (-1, 4)  # u0 and v0 of output 0


# Dang Ha 2017, AlexNet: layer, k, s, p -> jump, size, start; he counts a cell's centre from its corner, at 0.5
ALEXNET = [
    ("conv1", Step(11, 4), 4, 11, 5.5),
    ("pool1", Step(3, 2), 8, 19, 9.5),
    ("conv2", Step(5, 1, 2), 8, 51, 9.5),
    ("pool2", Step(3, 2), 16, 67, 17.5),
    ("conv3", Step(3, 1, 1), 16, 99, 17.5),
    ("conv4", Step(3, 1, 1), 16, 131, 17.5),
    ("conv5", Step(3, 1, 1), 16, 163, 17.5),
    ("pool5", Step(3, 2), 32, 195, 33.5),
    ("fc6", Step(6), 32, 355, 113.5),
    ("fc7", Step(1), 32, 355, 113.5),
]


@pytest.mark.parametrize("upto", range(1, 11), ids=[row[0] for row in ALEXNET])
def test_alexnet_agrees_with_dang_ha(upto):
    seen = chain(row[1] for row in ALEXNET[:upto])
    _, _, jumped, size, start = ALEXNET[upto - 1]
    assert (seen.jump, seen.size, (seen.first + seen.last + 1) / 2) == (jumped, size, start)


# laws

STEPS = st.lists(st.builds(Step, st.integers(1, 9), st.integers(1, 4), st.integers(0, 9)), max_size=8)


@given(STEPS)
def test_a_chain_agrees_with_the_closed_forms(steps):
    """Araujo, Norris & Sim 2019: r0 = 1 + sum (k - 1)·∏s and u0 = -sum p·∏s, the strides of the layers before."""
    before = [1, *accumulate((step.s for step in steps), mul)]
    seen = chain(steps)
    assert seen.size == 1 + sum((step.k - 1) * j for step, j in zip(steps, before, strict=False))
    assert overhang(seen.first) == sum(step.p * j for step, j in zip(steps, before, strict=False))
    assert seen.jump == prod(step.s for step in steps)


@given(STEPS, st.integers(0, 8))
def test_the_field_of_a_chain_is_its_second_half_seen_through_its_first(steps, cut):
    front, back = chain(steps[:cut]), chain(steps[cut:])
    assert chain(steps) == (
        front.first + front.jump * back.first,
        front.last + front.jump * back.last,
        front.jump * back.jump,
    )


@given(STEPS, STEPS)
def test_a_chain_sees_no_less_than_its_beginning(front, back):
    assert chain(front + back).size >= chain(front).size


@given(STEPS)
def test_padding_moves_a_field_and_does_not_change_its_size(steps):
    plain = chain(step._replace(p=0) for step in steps)
    padded = chain(steps)
    assert padded.size == plain.size
    assert padded.jump == plain.jump
    assert plain.first == 0


@given(st.lists(st.builds(Step, st.integers(1, 9), st.just(1), st.integers(0, 9)), max_size=8), st.randoms())
def test_the_order_of_layers_does_not_matter_at_stride_one(steps, random):
    shuffled = random.sample(steps, len(steps))
    assert chain(shuffled) == chain(steps)


@pytest.mark.parametrize("upto", range(1, 11), ids=[row[0] for row in ALEXNET])
def test_the_size_of_alexnet_by_the_recurrence_of_dang_ha(upto):
    """r_out = r_in + (k − 1)·j_in."""
    size, before = 1, [1, *(row[2] for row in ALEXNET)]
    for j, (_, step, *_) in zip(before, ALEXNET[:upto], strict=False):
        size = widened(size, j, step.k)
    assert size == ALEXNET[upto - 1][3]


@given(STEPS, st.builds(Step, st.integers(1, 9), st.integers(1, 4), st.integers(0, 9)))
def test_a_window_widens_a_field_by_what_its_ends_move(steps, step):
    before = chain(steps)
    assert before.through(step).size == widened(before.size, before.jump, step.k)


def test_a_union_reaches_from_the_leftmost_to_the_rightmost():
    """Araujo, Norris & Sim 2019: the aligned paths see cell 0, and cells −1 to 1."""
    assert (leftmost(0, -1), rightmost(0, 1)) == (-1, 1)


@given(STEPS)
def test_a_centre_is_half_the_size_beyond_the_padding(steps):
    """Araujo, Norris & Sim 2019: c0 = −P0 + (r0 − 1)/2, here in half cells."""
    seen = chain(steps)
    assert centre(seen.first, seen.last) == seen.size - 1 - 2 * overhang(seen.first)
