"""A cell worked by hand comes to what the engine gave, to the last digits of float64."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shapecalc.engine.inputs import noises, vocabularies
from shapecalc.engine.weights import seeded
from shapecalc.explanation.place import placed
from shapecalc.explanation.working import WORKS, CellFault, cell_of, close, worked
from shapecalc.fields import CellError
from shapecalc.layers import KINDS
from tests.by_hand import answer

IMAGE = [4, 7, 8]
CASES = [
    *([{"conv": 6, "kernel": 3, "stride": s, "padding": p}] for s in (1, 2) for p in ("valid", "same", "half", 2)),
    [{"conv": 6, "kernel": [3, 2], "padding": "same_lower", "dilation": [1, 2]}],
    [{"conv": 6, "kernel": 3, "groups": 2, "bias": False}],
    [{"conv": 6, "kernel": 3, "flip": True}],
    [{"conv": 6, "kernel": 3, "tiled": 2, "padding": 1}],
    [{"depthwise": 3, "multiplier": 2, "padding": 1}],
    [{"conv_transpose": 6, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1}],
    [{"conv_transpose": 6, "kernel": 4, "stride": 2, "padding": "same", "groups": 2}],
    [{"conv_transpose": 6, "kernel": 2, "stride": 3, "padding": "keras_valid"}],
    *(
        [{kind: 3, "stride": 2, "padding": 1, "ceil": ceil}]
        for kind in ("maxpool", "avgpool", "sumpool")
        for ceil in (True, False)
    ),
    [{"avgpool": 3, "stride": 2, "padding": 1, "ceil": True, "count_include_pad": True}],
    [{"maxpool": 2, "dilation": 2}],
    *([{kind: None}] for kind in ("global_maxpool", "global_avgpool")),
    [{"global_avgpool": None, "keep": True}],
    *([{kind: [3, 5]}] for kind in ("adaptive_maxpool", "adaptive_avgpool")),
    ["flatten", {"dense": 5}],
    [{"dense": 5, "over": "channels", "bias": False}],
    [{"dense": 5, "as_conv": True}],
    *([kind] for kind in ("batchnorm", "layernorm", "rmsnorm", "instancenorm", {"groupnorm": 2})),
    *([{kind: None, "over": "all"}] for kind in ("layernorm", "rmsnorm")),
    *([kind] for kind in ("softmax", "log_softmax")),
    *(
        [{"name": "b", "conv": 4, "kernel": 1}, {kind: ["b", "input"]}]
        for kind in ("add", "multiply", "maximum", "minimum", "mean", "subtract")
    ),
    [{"name": "b", "conv": 4, "kernel": 3}, {"add": ["b", "input"], "fit": "crop"}],
    [{"name": "b", "conv": 2, "kernel": 3}, {"concat": ["b", "input"], "fit": "crop"}],
    [{"name": "b", "conv": 4, "kernel": 1}, {"concat": ["b", "input"], "axis": "H"}],
    [{"name": "b", "global_avgpool": None, "keep": True}, {"multiply": ["input", "b"]}],
    [{"conv": 4, "kernel": 3, "norm": "batch", "activation": "relu"}],
    ["identity"],
    [{"dropout": 0.5}],
]
FUNCTIONS = [
    kind
    for kind in KINDS
    if KINDS[kind].family == "activation" and kind not in WORKS and kind not in {"prelu", "glu", "maxout"}
]


def given_numbers(whole, seed=3):
    """Weights that leave nothing at 0 or 1, and noise."""
    weights = {}
    for name, x in seeded(whole.graph, seed, "float64").items():
        drawn = np.random.default_rng(len(name)).uniform(0.3, 1.7, x.shape)
        weights[name] = drawn if x.ndim == 1 else x
    return noises(whole.inputs, 1, seed, "float64", ids=vocabularies(whole.graph)), weights


def cells(shape):
    """Some cells of a shape: both corners and the middle."""
    return {tuple(0 for _ in shape), tuple(int(n) - 1 for n in shape), tuple(int(n) // 2 for n in shape)}


def told(case):
    return str(case[-1])


@pytest.mark.parametrize("layers", CASES, ids=told)
def test_the_numbers_of_a_cell_come_to_what_the_engine_gave(layers):
    whole = answer(*layers, input=IMAGE)
    row = whole[next((g.name for g in reversed(whole.graph.groups) if g.sort == "layer"), whole.layers[-1].name)]
    inputs, weights = given_numbers(whole)
    for cell in cells(row.output):
        made = worked(whole, row, cell, inputs, weights)
        for stage in made.stages:
            assert stage.value is not None
            assert stage.value == pytest.approx(stage.engine, rel=1e-12, abs=1e-12)
        assert made.holds


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_a_function_of_each_element_is_worked_on_its_own_number(kind):
    main = KINDS[kind].model_fields.get(KINDS[kind].main or "")
    layer = {kind: 2} if main is not None and main.is_required() else kind
    whole = answer(layer, input=[3, 4, 5])
    inputs, weights = given_numbers(whole)
    made = worked(whole, whole.layers[0], (1, 2, 3), inputs, weights)
    if made.value is not None:
        assert made.value == pytest.approx(made.engine, rel=1e-12)
    else:
        assert weights, "what has nothing but the number is worked"


CONVS = st.fixed_dictionaries(
    {"conv": st.integers(1, 4), "kernel": st.integers(1, 4)},
    optional={
        "stride": st.integers(1, 3),
        "dilation": st.integers(1, 2),
        "padding": st.sampled_from(["valid", "same", "same_lower", "full", 1, [[0, 2], 1]]),
        "bias": st.booleans(),
        "activation": st.sampled_from(["relu", "tanh", "none"]),
    },
)


@settings(max_examples=40, deadline=None)
@given(CONVS, st.data())
def test_random_convolutions_are_worked_alike(layer, data):
    whole = answer(layer, input=[2, 9, 8])
    row = whole["conv1"]
    cell = tuple(data.draw(st.integers(0, int(n) - 1)) for n in row.output)
    made = worked(whole, row, cell, *given_numbers(whole))
    assert made.value == pytest.approx(made.engine, rel=1e-12, abs=1e-12)


# by hand


def test_a_window_a_kernel_and_their_products_by_hand():
    """1 to 9 in rows under a kernel of 1, 0, −1 in each row: (1 − 3) + (4 − 6) + (7 − 9) = −6, and a bias of 2."""
    whole = answer({"conv": 1, "kernel": 3}, input=[1, 3, 3])
    weights = {"conv1.kernel": np.tile([1.0, 0.0, -1.0], (1, 1, 3, 1)), "conv1.bias": np.array([2.0])}
    made = worked(whole, whole["conv1"], (0, 0, 0), {"input": np.arange(1.0, 10.0).reshape(1, 1, 3, 3)}, weights)
    (stage,) = made.stages
    window, kernel, products = stage.boards[0]
    assert window.rows == ((1, 2, 3), (4, 5, 6), (7, 8, 9))
    assert kernel.rows == ((1, 0, -1),) * 3
    assert products.rows == ((1, 0, -3), (4, 0, -6), (7, 0, -9))
    assert [(one.what, one.value) for one in stage.equations] == [("sum of input", -6), ("and the bias", -4)]
    assert made.value == made.engine == -4


def test_the_cell_that_wins_is_marked():
    whole = answer({"maxpool": 2}, input=[1, 4, 4])
    x = np.array([[0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 5, 6], [0, 0, 9, 8]], float)
    made = worked(whole, whole["maxpool1"], (0, 1, 1), {"input": x.reshape(1, 1, 4, 4)}, {})
    assert made.stages[0].boards[0][0].rows == ((5, 6), (9, 8))
    assert made.stages[0].boards[0][0].marked == (1, 0)
    assert made.stages[0].said[-1] == "the winner, in brackets, is cell (3, 2)"
    assert made.value == 9


def test_padding_is_no_number():
    whole = answer({"conv": 1, "kernel": 3, "padding": 1}, input=[1, 3, 3])
    made = worked(whole, whole["conv1"], (0, 0, 0), *given_numbers(whole))
    assert made.stages[0].boards[0][0].rows[0] == (None, None, None)
    assert made.stages[0].boards[0][2].rows[0] == (None, None, None)


def test_a_kind_that_nobody_works_says_what_the_engine_gave():
    whole = answer({"lstm": 3}, input=[2, 5])
    made = worked(whole, whole["lstm1"], (1, 2), *given_numbers(whole))
    assert made.value is None
    assert made.stages[0].said == ["a cell of `lstm` is more than a board holds: this is what the engine gave"]
    assert made.holds


def test_a_wrong_engine_would_be_seen():
    assert not close(1.0, 1.001, "float32")
    assert not close(1.0, 1.0 + 1e-6, "float64")
    assert close(1.0, 1.0 + 1e-6, "float32")
    assert not close(float("nan"), 1.0, "float64")


def test_a_call_is_worked_in_the_layer_it_ends_in():
    layers = [{"Unit": 4}]
    blocks = {
        "Unit": {
            "params": {"c": "required"},
            "layers": [{"conv": "c", "kernel": 1}, {"conv": "c", "kernel": 3, "activation": "relu"}],
        }
    }
    whole = answer(*layers, blocks=blocks, input=[2, 5, 5])
    made = worked(whole, whole["Unit1"], (1, 2, 2), *given_numbers(whole))
    assert [stage.node.name for stage in made.stages] == ["Unit1.conv2.conv", "Unit1.conv2.act"]
    assert made.holds


def test_float32_holds_to_its_own_rounding():
    whole = answer({"conv": 8, "kernel": 3}, {"conv": 8, "kernel": 3}, input=[3, 16, 16])
    inputs = noises(whole.inputs, 1, 0, "float32")
    made = worked(whole, whole["conv2"], (5, 3, 3), inputs, seeded(whole.graph, 0, "float32"), "float32")
    assert made.holds


@pytest.mark.parametrize(
    ("places", "channel", "said"),
    [
        pytest.param((1,), 0, "the output of conv1, 2×3×3, has 2 spatial axes: a cell is 2 numbers", id="axes"),
        pytest.param((1, 3), 0, "the output of conv1 is 2×3×3: there are cells 0 to 2, and no 3", id="cell"),
        pytest.param((1, 1), 2, "the output of conv1 is 2×3×3: there are channels 0 to 1, and no 2", id="channel"),
    ],
)
def test_a_cell_that_is_not_there_is_refused(places, channel, said):
    whole = answer({"conv": 2, "kernel": 3}, input=[1, 5, 5])
    with pytest.raises(CellFault, match="the output of conv1") as fault:
        cell_of(whole["conv1"], places, channel)
    assert str(fault.value) == said


# the box


def test_the_box_of_a_cell_is_worked_from_the_field_of_the_first():
    whole = answer(
        {"conv": 4, "kernel": 3, "stride": 2, "padding": 1}, {"conv": 4, "kernel": 3, "padding": 1}, input=[1, 9, 9]
    )
    told = placed(whole, "conv2", (0, 3)).answers[0]
    assert [(item.of, item.why) for item in told.items] == [
        ("unclipped along H", "−3 to 3 (7 cells)"),
        ("clipped along H", "0 to 3 (4 cells) of 0 to 8"),
        ("reaching along H", "4 of these cells"),
        ("unclipped along W", "3 to 9 (7 cells)"),
        ("clipped along W", "3 to 8 (6 cells) of 0 to 8"),
        ("reaching along W", "6 of these cells"),
    ]
    assert [(use.of, int(use.value)) for use in told.uses[:4]] == [
        ("first along H of cell 0 of conv2", -3),
        ("last along H of cell 0 of conv2", 3),
        ("first along W of cell 3 of conv2", 3),
        ("last along W of cell 3 of conv2", 9),
    ]
    with pytest.raises(CellError):
        placed(whole, "conv2", (0, 9))
