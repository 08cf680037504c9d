"""The harness that packages prove their layers with."""

from typing import ClassVar

import pytest

import shapecalc as sc
from shapecalc.engine.proof import Mark
from shapecalc.layers.activation import Activation
from shapecalc.testing import prove_layer


class Square(Activation):
    """The square of each element."""

    kind: ClassVar = "square"
    example: ClassVar = "- square"
    each: ClassVar = {"mul": 1}

    def forward(self, *xs, weights):
        return xs[0] * xs[0]


def test_a_layer_that_does_what_it_states_is_proved():
    (flat, image) = prove_layer(Square, [([6], "square"), ([2, 5, 5], [{"conv": 3, "kernel": 3}, {"square": None}])])
    assert flat.count(Mark.PROVED) == 3 + 3
    assert image.nodes[-1].kind == "square"


def test_a_layer_that_states_something_else_fails_with_both_numbers():
    class Twice(Square):
        each: ClassVar = {"mul": 2}

    with pytest.raises(AssertionError) as failed:
        prove_layer(Twice, [([6], "square"), ([7], "square")])
    assert str(failed.value).splitlines() == [
        "square on [6]:",
        "  square1: ops mul: 12 stated, 6 ran: disproved",
        "  total: ops mul: 12 stated, 6 ran: disproved",
    ]


def test_a_layer_that_cannot_be_counted_fails():
    class Sorted(Square):
        def forward(self, *xs, weights):
            xs[0].sort()
            return xs[0]

    with pytest.raises(AssertionError, match=r"not run .*does what is not counted"):
        prove_layer(Sorted, [([6], "square")])


def test_a_kind_that_is_there_is_known_by_its_name():
    assert len(prove_layer("relu", [([6], "relu")])) == 1


def test_a_case_with_a_fault_is_told():
    with pytest.raises(sc.SpecError):
        prove_layer("conv", [([6], {"conv": 3, "kernel": 3})])
