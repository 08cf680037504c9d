"""Recurrences and attention: what they multiply, and whom they read."""

import numpy as np
import pytest

from tests.analysis.cost.test_ops import Number
from tests.by_hand import answer, network, noise, walk


class Function(Number):
    """A number that counts, and of which exponentials and a tanh can be taken: they count as nothing here."""

    def same(self, *_):
        return self

    exp = tanh = __neg__ = __abs__ = __sub__ = __rsub__ = __rtruediv__ = same


def multiplied(graph):
    number = Function()
    inputs = [np.full((1, *shape), number, object) for shape in graph.inputs.values()]
    walk(graph, *inputs, make=lambda shape: np.full(shape, number, object))
    return number.done["mul"]


EVERY_PRODUCT = [
    ((3, 5), {"lstm": 4}),
    ((3, 5), {"lstm": 4, "layers": 2, "bidirectional": True, "projection": 2}),
    ((3, 5), {"lstm": 4, "returns": "last", "biases": "one"}),
    ((3, 5), {"gru": 4, "layers": 2}),
    ((3, 5), {"gru": 4, "biases": "one", "bidirectional": True}),
    ((4, 5), {"attention": 2}),
    ((4, 2, 5), {"attention": 4, "kv_heads": 2, "head_size": 3, "dim": 5, "relative_positions": [5]}),
]


@pytest.mark.parametrize(("given", "layer"), EVERY_PRODUCT)
def test_the_engine_multiplies_once_for_every_mac_and_every_product(given, layer):
    whole = answer(layer, given=given)
    assert multiplied(whole.graph) == whole.ops["mac"] + whole.ops["mul"]


def test_causal_attention_is_attention_to_what_has_come():
    """The first places of a sequence get what they would get of it cut off there."""
    layer = {"attention": 3, "causal": True}
    whole = walk(network(layer, given=(6, 7)), noise(2, 6, 7))["attention1"]
    for n in (1, 4):
        cut = walk(network({"attention": 3}, given=(6, n)), noise(2, 6, 7)[..., :n])["attention1"]
        np.testing.assert_allclose(whole[..., n - 1], cut[..., n - 1], rtol=1e-12)


def test_a_window_is_for_itself():
    layer = {"attention": 2, "relative_positions": [2, 2]}
    whole = walk(network(layer, given=(4, 3, 4)), noise(2, 4, 3, 4))["attention1"]
    for i in range(3):
        alone = walk(network(layer, given=(4, 4)), noise(2, 4, 3, 4)[:, :, i])["attention1"]
        np.testing.assert_allclose(whole[:, :, i], alone, rtol=1e-12)


def test_the_second_direction_walks_from_the_end():
    x = np.random.default_rng(0).standard_normal((1, 3, 6))
    graph = network({"gru": 2, "bidirectional": True}, given=(3, 6))
    numbers = {}

    def make(shape):  # both directions have the same weights
        return numbers.setdefault(shape, np.random.default_rng(len(numbers)).standard_normal(shape))

    y, turned = (walk(graph, of, make=make)["gru1"] for of in (x, x[..., ::-1]))
    np.testing.assert_allclose(y[:, 2:], turned[:, :2, ::-1], rtol=1e-12)
    assert not np.allclose(y[:, 2:], y[:, :2])


def test_a_number_that_is_none_makes_its_row_none_and_no_other():
    x = np.array([[[0, np.nan, 2]]])
    y = walk(network({"embedding": 3, "vocabulary": 4}, given=(1, 3)), x)["embedding1"]
    assert np.isnan(y).tolist() == [[[False, True, False]] * 3]
