"""Arrays that count: what each array operation counts as, and a second count by elements that count themselves."""

import math

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from shapecalc.engine.counting import Ledger, Tally, Uncounted
from shapecalc.kernels import activation
from shapecalc.layers import KINDS
from tests.by_hand import network
from tests.kinds import SETTINGS, layers_of


def counted(function, *shapes, weights=()):
    """What is done to arrays of ones, by kind; those at the places in ``weights`` are weights."""
    ledger = Ledger()
    arrays = [Tally.of(np.ones(shape), ledger, weight=i in weights) for i, shape in enumerate(shapes)]
    with np.errstate(all="ignore"):
        function(*arrays)
    return {kind: count for kind, count in ledger.done.items() if count}, {
        kind: count for kind, count in ledger.apart.items() if count
    }


def done(function, *shapes):
    return counted(function, *shapes)[0]


OPERATIONS = [
    # the name, what is done, the shapes, and by hand what that is
    ("an element each", lambda x: x + 1, [(2, 3)], {"add": 6}),
    ("spread", lambda x, y: x * y, [(2, 1), (1, 5)], {"mul": 10}),
    ("in place", lambda x: x.__isub__(1.0), [(2, 3)], {"add": 6}),
    ("into a plain array", lambda x: np.zeros(4).__iadd__(x), [(4,)], {"add": 4}),
    ("signs are free", lambda x: abs(-x), [(2, 3)], {}),
    ("a sum", lambda x: x.sum(axis=1), [(2, 5)], {"add": 8}),
    ("a sum of all", lambda x: x.sum(), [(2, 5)], {"add": 9}),
    ("a largest", lambda x: x.max(axis=0, keepdims=True), [(4, 5)], {"compare": 15}),
    ("np.max", lambda x: np.max(x, axis=(0, 1)), [(4, 5, 2)], {"compare": 38}),
    ("a mean", lambda x: x.mean(axis=1), [(2, 5)], {"add": 8, "div": 2}),
    ("a running sum", np.add.accumulate, [(5, 2)], {"add": 8}),
    ("added at places", lambda x: np.add.at(np.zeros(3), np.array([0, 0, 2, 1]), x), [(4,)], {"add": 4}),
    ("two ends", lambda x: np.clip(x, 0, 6), [(7,)], {"compare": 14}),
    ("one end", lambda x: x.clip(min=0), [(7,)], {"compare": 7}),
    ("the place of the least", lambda x: x.argmin(axis=1), [(3, 4)], {"compare": 9}),
    ("a choice", lambda x: np.where(x > 0, x, 2 * x), [(3,)], {"compare": 3, "mul": 3}),
    ("a power", lambda x: np.power(x, 0.75), [(3,)], {"log": 3, "mul": 3, "exp": 3}),
    ("eˣ − 1", np.expm1, [(3,)], {"exp": 3, "add": 3}),
    ("log(1 + eˣ)", lambda x: np.logaddexp(0.0, x), [(3,)], {"exp": 3, "add": 3, "log": 3}),
    ("1 − erf", activation.erfc, [(3,)], {"erf": 3, "add": 3}),
    ("a matrix product", lambda x, y: x @ y, [(4, 2, 3), (3, 5)], {"mac": 4 * 2 * 3 * 5}),
    ("a vector with a vector", lambda x, y: x @ y, [(7,), (7,)], {"mac": 7}),
    ("tensordot", lambda x, y: np.tensordot(x, y, axes=((1, 2), (0, 1))), [(2, 3, 4), (3, 4, 5)], {"mac": 120}),
    ("tensordot of neighbours", lambda x, y: np.tensordot(x, y, 1), [(2, 3), (3, 5)], {"mac": 30}),
    ("einsum", lambda x, y: np.einsum("bcXx,x->bcX", x, y), [(2, 3, 4, 5), (5,)], {"mac": 120}),
    ("dot", np.dot, [(2, 3), (3, 5)], {"mac": 30}),
    (
        "padding is counted",
        lambda x, k: np.tensordot(sliding_window_view(np.pad(x, 1), 3), k, axes=(1, 0)),
        [(4,), (3,)],
        {"mac": 12},
    ),
    ("views and copies", lambda x: np.moveaxis(x.reshape(3, 4).T.copy(), 0, 1)[::2, None] * 1, [(12,)], {"mul": 8}),
    ("joined and parted", lambda x: np.split(np.concatenate([x, x]), 4)[0] + 1, [(4, 3)], {"add": 6}),
]


@pytest.mark.parametrize(("function", "shapes", "ops"), [pytest.param(*row[1:], id=row[0]) for row in OPERATIONS])
def test_an_array_operation_counts_as(function, shapes, ops):
    assert done(function, *shapes) == ops


UNKNOWN = [
    ("np.sin", np.sin),
    ("np.median", np.median),
    ("np.linalg.norm", np.linalg.norm),
    ("np.sort", np.sort),
    ("x.sort", lambda x: x.sort()),
    ("np.pad by means", lambda x: np.pad(x, 1, mode="mean")),
    ("reduceat", lambda x: np.add.reduceat(x, [0, 1])),
    ("of some", lambda x: np.add.reduce(x, where=np.array([True, False]))),
    ("divmod", lambda x: np.divmod(x, 2)),
    ("einsum of three", lambda x: np.einsum("i,i,i->", x, x, x)),
]


@pytest.mark.parametrize("function", [pytest.param(row[1], id=row[0]) for row in UNKNOWN])
def test_what_is_not_known_is_refused_and_not_left_out(function):
    with pytest.raises(Uncounted):
        done(function, (2,))


def test_operations_on_weights_alone_are_listed_apart():
    def norm(x, variance):
        scale = 1 / np.sqrt(variance + 1e-5)
        return x * scale

    ops, apart = counted(norm, (4, 3), (3,), weights=[1])
    assert ops == {"mul": 12}
    assert apart == {"add": 3, "sqrt": 3, "div": 3}


def test_a_plain_array_is_data_and_makes_data_of_a_weight():
    ops, apart = counted(lambda w: (np.zeros((2, 3)) @ w) + 1, (3, 4), weights=[0])
    assert ops == {"mac": 24, "add": 8}
    assert apart == {}


# elements that count themselves: NumPy's own loops do the operations, one number after another


def counts(**each):
    def operation(number, *_):
        for kind, times in each.items():
            number.done[kind] = number.done.get(kind, 0) + times
        return number

    return operation


class Number:
    """A number of no value that counts what is done with it."""

    def __init__(self):
        self.done = {}

    __mul__ = __rmul__ = counts(mul=1)
    __add__ = __radd__ = __sub__ = __rsub__ = counts(add=1)
    __truediv__ = __rtruediv__ = counts(div=1)
    __pow__ = counts(log=1, mul=1, exp=1)
    __ge__ = __gt__ = __le__ = __lt__ = counts(compare=1)
    __neg__ = __abs__ = counts()
    exp, log, sqrt, tanh = counts(exp=1), counts(log=1), counts(sqrt=1), counts(tanh=1)
    expm1, log1p, erfc = counts(exp=1, add=1), counts(log=1, add=1), counts(erf=1, add=1)


def plus_one_log(_, x):
    """log(1 + eˣ) of objects, of which NumPy has none."""
    return np.log(1 + np.exp(x))


def plain(monkeypatch, number):
    """NumPy's functions that have no loop for objects, by others; and padding and zeros that count as any number."""
    pad = np.pad
    monkeypatch.setattr(np, "zeros_like", lambda _, shape: np.full(shape, number, object))
    monkeypatch.setattr(np, "logaddexp", plus_one_log)
    monkeypatch.setattr(np, "pad", lambda x, ends, **_: pad(x, ends, mode="edge"))
    monkeypatch.setattr(activation, "erfc", np.vectorize(lambda number: number.erfc(), otypes=[object]))


MOVED = {"embedding"}
"""Kinds whose input is whole numbers, on which nothing is computed."""


@pytest.mark.parametrize("kind", sorted(set(KINDS) - MOVED))
def test_elements_that_count_themselves_count_the_same(kind, monkeypatch):
    for given, written in SETTINGS[kind][:4]:
        graph = network(*layers_of(kind, written), given=given)
        node = graph.nodes[-1]
        known = {**graph.inputs, **{other.name: other.output for other in graph}}
        number, ledger = Number(), Ledger()
        with monkeypatch.context() as patched:
            plain(patched, number)
            node.layer.forward(
                *(np.full((1, *known[name]), number, object) for name in node.inputs),
                weights={name: np.full(tuple(x), number, object) for name, x in node.weights.items()},
            )
        with np.errstate(all="ignore"):
            node.layer.forward(
                *(Tally.of(np.ones((1, *known[name])), ledger) for name in node.inputs),
                weights={name: Tally.of(np.ones(tuple(x)), ledger) for name, x in node.weights.items()},
            )
        ours = dict(ledger.done)
        macs = ours.pop("mac", 0)
        assert number.done.pop("mul", 0) == ours.pop("mul", 0) + macs
        # a product of K numbers has K MACs and, added up, K − 1 additions
        adds, told = number.done.pop("add", 0), ours.pop("add", 0)
        assert told <= adds <= told + macs
        assert number.done == {what: count for what, count in ours.items() if count}


def test_a_tally_keeps_the_numbers():
    ledger = Ledger()
    x = np.arange(6.0).reshape(2, 3)
    y = np.tanh(Tally.of(x, ledger)).sum(axis=1)
    assert y.tolist() == pytest.approx([sum(map(math.tanh, row)) for row in x.tolist()])
