"""The largest network within limits."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shapecalc.analysis import AtLeast
from shapecalc.solving import Axis, Misasked, Point, Unsolvable, _Search, solve
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


GROUPS = {m: f"{{conv: {m}, kernel: 1, groups: {m}, bias: no}}" for m in (4, 7, 100)}


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([4, 7, 100]), st.integers(1, 3_000))
def test_of_values_far_apart_none_is_missed(groups, most):
    """The first layer has 7·n parameters, the second n, and n is a multiple of the groups."""
    text = f"input: [6, 8, 8]\nvars: {{n: 1}}\nlayers: [{{conv: n, kernel: 1}}, {GROUPS[groups]}]\n"
    (values,), found = best(Document.from_text(text, "net"), {"params": 8 * groups * most}, Axis("n"))
    assert values["n"] == groups * most
    assert found.next.values["n"] == groups * (most + 1)


@settings(max_examples=20, deadline=None)
@given(st.integers(40, 5_000))
def test_values_at_odd_distances_are_not_missed(most):
    """Whole are n/4 and n/6 of one layer or the other: 4, 6, 8, 12, 16, 18, 20, 24 …"""
    text = "input: [6, 8, 8]\nvars: {n: 4}\nlayers: [{dense: 'n if n % 4 == 0 or n % 6 == 0 else 0', over: channels}]\n"
    (values,), _ = best(Document.from_text(text, "net"), {"params": 7 * most}, Axis("n"))
    assert values["n"] == max(n for n in range(most + 1) if n % 4 == 0 or n % 6 == 0)


def test_where_shapes_end_it_is_told_why():
    text = "input: [3, 8, 8]\nvars: {n: 1}\nlayers: [{conv: 4, kernel: 3, repeat: n}]\n"
    (values,), found = best(Document.from_text(text, "net"), {"params": 10**9}, Axis("n"))
    assert (values["n"], found.next) == (3, None)  # 6, 4, 2 cells
    assert found.fault == "layer `conv4` slides a window of 3 cells along an axis of 2"


def test_more_layers_than_anyone_waits_for_are_an_end(monkeypatch):
    monkeypatch.setattr("shapecalc.solving.MOST_LAYERS", 50)
    text = "input: [3, 8, 8]\nvars: {n: 1}\nlayers: [{relu: , repeat: n}, {conv: 4, kernel: 3}]\n"
    (values,), found = best(Document.from_text(text, "net"), {"params": 10**9}, Axis("n"))
    assert values["n"] == 49
    assert found.fault == "more than 50 layers, and that is not tried"


def test_a_range_is_an_end():
    (values,), found = best(DENSE, {"params": 10**9}, Axis("n", high=Fraction(50)))
    assert values["n"] == 50
    assert found.next is None


def test_steps_may_be_parts_of_one():
    document = Document.open(SPECS / "mobilenet_v1.yaml")
    axis = Axis("alpha", Fraction(1, 4), Fraction(2), Fraction(1, 4))
    (values,), _ = best(document, {"params": 3_000_000}, axis)
    assert values["alpha"] == Fraction(3, 4)  # Howard et al. 2017, Table 6: 2.6 M, and 4.2 M at 1


class TestFiguresThatFall:
    """The parameters of the grouped layer are 108·12/g + 12."""

    def test_of_few_values_every_one_is_tried(self):
        (values,), found = best(GROUPED, {"params": 500}, Axis("g", high=Fraction(11)))
        assert values["g"] == 6
        assert found.every

    def test_values_above_one_that_keeps_no_limit_are_found(self):
        (values,), found = best(GROUPED, {"params": 500}, Axis("g"))
        assert values["g"] == 12
        assert (found.falling, found.monotone) == (("params",), False)

    def test_a_range_that_is_not_too_long_is_tried_whole(self):
        text = "input: [3]\nvars: {n: 1}\nlayers: [{dense: 'abs(n - 300) + 1', bias: no}]\n"
        document = Document.from_text(text, "net")
        (values,), found = best(document, {"params": 30}, Axis("n", high=Fraction(900)))
        assert values["n"] == 309  # |n − 300| is 9 at most
        assert (found.every, found.next.over) == (True, ("params",))


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

    def test_a_file_that_fits_with_no_value_says_why(self):
        document = Document.from_text("input: [3]\nvars: {n: 1}\nlayers: [{dense: n}, {conv: 1, kernel: 1}]\n", "net")
        with pytest.raises(Unsolvable, match=r"none of the 256 values tried of `n` do the shapes .* with n=1: layer"):
            best(document, {"params": 100}, Axis("n"))

    def test_a_figure_that_is_not_known_keeps_no_limit(self):
        document = Document.from_text("input: [3]\nvars: {n: 1}\nlayers: [{dense: n}]\n", "net")
        search = _Search(document, (Axis("n"),), {"macs": Fraction(10)}, {}, {}, lambda: None)
        assert not search.keeps(AtLeast(1), "macs")
        assert search.why(Point({}, {"macs": AtLeast(1)}, ("macs",))) == "macs is not known, of 10"

    def test_a_variable_that_the_file_does_not_have(self):
        with pytest.raises(Misasked, match="`m` is not a variable of this file"):
            best(DENSE, {"params": 100}, Axis("m"))

    def test_several_variables_without_a_range(self):
        with pytest.raises(Misasked, match="a range each"):
            best(DENSE, {"params": 100}, Axis("n"), Axis("n"))

    def test_a_grid_beyond_all_patience(self):
        with pytest.raises(Misasked, match="10,000 at most"):
            best(DENSE, {"params": 10**6}, Axis("n", high=Fraction(200)), Axis("n", high=Fraction(200)))
