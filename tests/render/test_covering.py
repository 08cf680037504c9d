"""The receptive field of a whole network in one line."""

import pytest

import shapecalc as sc
from shapecalc.render.covering import line
from tests.by_hand import answer

CONV = {"conv": 1, "kernel": 3}
LSTM = {"lstm": 1}
UP = {"conv_transpose": 1, "kernel": 3, "stride": 2}
MOVING = "past: every cell up to one that moves on with the output"
LINES = [
    pytest.param([CONV], (1, 3, 3), "3×3 of 3×3; the input is first covered at conv1", id="covered"),
    pytest.param([CONV], (1, 9, 9), "3×3 of 9×9; no output sees the input from end to end", id="not covered"),
    pytest.param(
        [CONV],
        (1, 3, 9),
        "3×3 of 3×9; along H the input is first covered at conv1; along W no output sees the input from end to end",
        id="by axis",
    ),
    pytest.param([UP], (1, 9), "1–2 of 9; no output sees the input from end to end", id="phases"),  # noqa: RUF001
    pytest.param(
        [CONV, "flatten"],
        (1, 9),
        "whole; 3 of 9 at conv1; the input is first covered at flatten1",
        id="whole at the end",
    ),
    pytest.param([LSTM], (1, 9), f"{MOVING}; the input is first covered at lstm1", id="past"),
    pytest.param(
        [{"attention": 1, "causal": True}],
        (1, 4, 9),
        f"1×past of 4×9; {MOVING}; along H no output sees the input from end to end"
        "; along W the input is first covered at attention1",
        id="past along one axis",
    ),
    pytest.param(["to_tokens"], (1, 4, 4), "not known of 4×4", id="not known"),
    pytest.param(
        ["to_tokens", "flatten"],
        (1, 4, 4),
        "whole; the input is first covered at flatten1, or earlier",
        id="or earlier",
    ),
    pytest.param([{"dense": 2}], (4,), "", id="an input without axes"),
    pytest.param([], (1, 9), "", id="no layers"),
    pytest.param(
        [{"name": "stem", **CONV, "norm": "batch"}],
        (1, 3),
        "3 of 3; the input is first covered at stem",
        id="a layer by the name it was given",
    ),
]


@pytest.mark.parametrize(("layers", "given", "text"), LINES)
def test_one_line_says_what_the_end_sees_and_where_the_input_is_covered(layers, given, text):
    assert line(answer(*layers, given=given)) == text


def test_each_input_is_named_where_there_are_several():
    layers = [{"name": "c", "from": "a", **CONV}, {"flatten": None, "from": "b"}]
    spec = {"inputs": {"a": [1, 9], "b": [1, 5], "flat": [3]}, "layers": layers, "outputs": ["c", "flatten1"]}
    assert line(sc.analyze(sc.load(spec))) == (
        "a: 3 of 9; no output sees the input from end to end · b: whole; the input is first covered at flatten1"
    )
