"""The largest network within limits."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shapecalc.solving import Axis, Unsolvable, solve
from shapecalc.source.document import Document

SPECS = Path(__file__).parent.parent / "specs"
DENSE = Document.from_text(
    "input: [100]\nvars: {n: 8}\nlayers: [{dense: n}, {dense: 10}]\n", "net"
)  # 101·n + 10·n + 10
GROUPED = Document.from_text("input: [12, 8, 8]\nvars: {g: 1}\nlayers: [{conv: 12, kernel: 3, groups: g}]\n", "net")
EVEN = Document.from_text(
    "input: [6, 8, 8]\nvars: {n: 6}\nlayers: [{conv: n, kernel: 1}, {conv: 6, kernel: 1, groups: 6}]\n", "net"
)  # only multiples of 6 fit


def best(document, limits, *axes, **more):
    found = solve(document, axes, {name: Fraction(limit) for name, limit in limits.items()}, **more)
    return [dict(point.values) for point in found.best], found


@settings(max_examples=30, deadline=None)
@given(st.integers(121, 10**6))
def test_the_largest_is_found(limit):
    (values,), found = best(DENSE, {"params": limit}, Axis("n"))
    assert values["n"] == (limit - 10) // 111
    assert found.best[0].fits
    assert found.next.over == ("params",)
    assert found.monotone


def test_of_several_limits_the_tightest_binds():
    (values,), found = best(DENSE, {"params": 10**6, "macs": 1_000}, Axis("n"))
    assert values["n"] == 9  # 110·n multiply-accumulates
    assert found.next.over == ("macs",)


def test_values_whose_shapes_do_not_fit_are_passed_over():
    (values,), found = best(EVEN, {"params": 400}, Axis("n"))
    assert values["n"] == 48  # 7·n + (n/6)·6 + 6 parameters: 54 makes 438
    assert found.unfit > 0


def test_a_range_is_an_end():
    (values,), found = best(DENSE, {"params": 10**9}, Axis("n", high=Fraction(50)))
    assert values["n"] == 50
    assert found.next is None


def test_steps_may_be_parts_of_one():
    document = Document.open(SPECS / "mobilenet_v1.yaml")
    axis = Axis("alpha", Fraction(1, 4), Fraction(2), Fraction(1, 4))
    (values,), _ = best(document, {"params": 3_000_000}, axis)
    assert values["alpha"] == Fraction(3, 4)  # Howard et al. 2017, Table 6: 2.6 M, and 4.2 M at 1


def test_a_figure_that_falls_is_told():
    (values,), found = best(GROUPED, {"params": 2000}, Axis("g", high=Fraction(12)))
    assert values["g"] == 12  # 108·12/g + 12
    assert not found.monotone


def test_several_variables_give_what_no_other_passes():
    text = "input: [10]\nvars: {a: 1, b: 1}\nlayers: [{dense: a, bias: no}, {dense: b, bias: no}]\n"
    document = Document.from_text(text, "net")  # 10·a + a·b
    axes = (Axis("a", high=Fraction(4)), Axis("b", high=Fraction(4)))
    points, found = best(document, {"params": 39}, *axes)
    assert points == [{"a": 2, "b": 4}, {"a": 3, "b": 3}]
    assert found.tried == 16


class TestNoAnswer:
    def test_limits_that_nothing_keeps(self):
        with pytest.raises(Unsolvable, match=r"no value of `n` keeps the limits: with 1, params is 121 of 100"):
            best(DENSE, {"params": 100}, Axis("n"))

    def test_a_variable_that_the_file_does_not_have(self):
        with pytest.raises(Unsolvable, match="`m` is not a variable of this file"):
            best(DENSE, {"params": 100}, Axis("m"))

    def test_several_variables_without_a_range(self):
        with pytest.raises(Unsolvable, match="a range each"):
            best(DENSE, {"params": 100}, Axis("n"), Axis("n"))

    def test_a_grid_beyond_all_patience(self):
        with pytest.raises(Unsolvable, match="10,000 at most"):
            best(DENSE, {"params": 10**6}, Axis("n", high=Fraction(200)), Axis("n", high=Fraction(200)))
