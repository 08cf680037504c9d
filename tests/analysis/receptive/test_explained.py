"""The figures of a field say what they were made of, back to the input."""

import pytest

import shapecalc as sc
from shapecalc.figure import Figure, origins
from tests.by_hand import answer

ALEXNET = sc.analyze(sc.load("specs/alexnet.yaml"))


def conv(k, **options):
    return {"conv": 1, "kernel": k, **options}


def field(*layers, given=(1, 32)):
    return next(iter(list(answer(*layers, given=given))[-1].field.values()))


@pytest.mark.parametrize("name", ["size", "jump", "first", "last", "centre", "padding"])
def test_every_figure_of_a_chain_explains_itself(name):
    figure = getattr(ALEXNET["conv3"].field["input", 0], name)
    assert isinstance(figure, Figure)
    steps = list(origins(figure))
    assert len(steps) > 2
    assert {argument for step in steps for argument in step.given if not isinstance(argument, Figure)} <= {
        *range(-1, 12),  # nothing but the windows of the layers, and the first cell
    }


def test_the_size_is_written_out():
    text = sc.explain(ALEXNET["conv3"].field["input", 0].size)
    assert "widened = r + (k − 1)·j" in text
    assert "67 + (3 − 1)·16" in text  # conv3, after the second pooling
    assert "1 + (11 − 1)·1" in text  # conv1, of the input itself
    assert "4·2" in text  # the jump behind the first pooling


def test_crops_and_joins_explain_themselves():
    cut = field(conv(3, stride=2), {"crop": 2})
    assert (int(cut.first), cut.first.in_numbers.op, cut.first.arguments["p"]) == (4, "-", -2)
    assert (int(cut.size), cut.size.formula.name) == (3, "widened")
    union = field({"parallel": {"a": [conv(5, padding=2)], "b": [conv(3, padding=1)]}, "join": "add"})
    assert (int(union.first), int(union.last), union.first.formula.name) == (-2, 2, "leftmost")
    assert [step.formula.name for step in origins(union.last)][:2] == ["rightmost", "last"]
    assert (int(union.size), union.size.formula.name) == (5, "widened")  # that of the wider branch
    apart = field({"parallel": {"a": [conv(3, padding=[[2, 0]])], "b": [conv(3, padding=[[0, 2]])]}, "join": "add"})
    assert (int(apart.size), apart.size.formula.name) == (5, "extent")
    same = field({"parallel": {"a": [conv(3, padding=1)], "b": [conv(3, padding=1)]}, "join": "add"})
    assert same.first.formula.name == "first"  # nothing was to be chosen


def test_a_start_is_half_of_its_centre():
    told = field(conv(4, padding=[[1, 2]]))
    assert (int(told.centre), told.start) == (1, 0.5)
