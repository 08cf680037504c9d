"""What the outputs of sequence layers see, told and by the NaN probe."""

import numpy as np
import pytest

import shapecalc as sc
from tests.analysis.receptive.test_fields import cells_seen
from tests.by_hand import answer, network, noise, walk

PAST = [
    {"rnn": 3},
    {"rnn": 3, "nonlinearity": "relu", "layers": 2},
    {"gru": 3},
    {"gru": 3, "biases": "one"},
    {"lstm": 3, "projection": 2},
    {"attention": 1, "causal": True},
    {"attention": 1, "causal": True, "relative_positions": [9], "head_size": 2},
]
WHOLE = [
    {"rnn": 3, "bidirectional": True},
    {"gru": 3, "returns": "last"},
    {"lstm": 3, "returns": "last", "bidirectional": True, "layers": 2},
    {"attention": 1},
    {"attention": 1, "head_size": 2, "relative_positions": 3},
]


@pytest.mark.parametrize("layer", PAST)
def test_a_place_sees_itself_and_all_before_it(layer):
    graph = network(layer, given=(1, 9))
    assert np.array_equal(cells_seen(graph), np.triu(np.ones((9, 9), bool)))
    (field,) = list(answer(layer, given=(1, 9)))[-1].field.values()
    assert (field.side, [field.at(i) for i in range(9)]) == ("before", [(0, i) for i in range(9)])


@pytest.mark.parametrize("layer", WHOLE)
def test_every_place_sees_the_whole_sequence(layer):
    graph = network(layer, given=(1, 9))
    assert cells_seen(graph).all()
    (field,) = list(answer(layer, given=(1, 9)))[-1].field.values()
    assert field.whole


def test_attention_along_the_last_axis_sees_its_own_window_alone():
    rows, places = answer({"attention": 2}, given=(4, 3, 5))["attention1"].field.values()
    assert (rows.whole, rows.size, rows.jump) == (False, 1, 1)
    assert places.whole
    x = noise(1, 4, 3, 5)
    x[0, 0, 1, 2] = np.nan
    seen = np.isnan(walk(network({"attention": 2}, given=(4, 3, 5)), x)["attention1"])[0]
    assert seen[:, 1].all()
    assert not seen[:, [0, 2]].any()


def test_attention_sees_all_of_its_memory():
    layers = [{"attention": 1, "from": "a", "memory": "b"}]
    whole = sc.analyze(sc.load({"inputs": {"a": [1, 5], "b": [1, 8]}, "layers": layers}))
    assert {axis: (f.whole, f.size) for axis, f in whole["attention1"].field.items()} == {
        ("a", 0): (False, 1),
        ("b", 0): (True, 8),
    }


def test_an_embedding_sees_its_own_place():
    (field,) = answer({"embedding": 3, "vocabulary": 9}, given=(1, 7))["embedding1"].field.values()
    assert (field.first, field.last, field.jump) == (0, 0, 1)
    assert answer({"embedding": 3, "vocabulary": 9}, given=(7,))["embedding1"].field == {}
