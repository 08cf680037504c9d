"""Layers that are computed together in bands of rows give what the plain kernels give."""

import numpy as np
import pytest

import shapecalc as sc
from shapecalc.engine.chains import steps
from shapecalc.engine.run import Prepared, run
from shapecalc.engine.spending import spending
from shapecalc.engine.ways import ENGINES
from shapecalc.kernels.fast import sizes
from tests.engine.test_ways import TOLERANCE, both, close, inputs_of, random_weights

FILTERS = [  # the input, and what is between two products
    ([3, 13, 11], {"depthwise": 3, "padding": "half"}),
    ([3, 13, 12], {"depthwise": 3, "padding": "half", "stride": 2}),
    ([3, 12, 13], {"depthwise": [5, 3], "padding": "same", "stride": 2, "bias": "no"}),
    ([3, 14, 14], {"depthwise": 5, "padding": "same_lower", "stride": [1, 2]}),
    ([1, 17, 15], {"depthwise": [3, 4], "padding": [[2, 0], [0, 3]], "stride": 3}),
    ([2, 9, 19], {"depthwise": 5, "padding": [[0, 0], [7, 6]], "stride": [1, 3]}),
    ([3, 20, 19], {"depthwise": 3, "dilation": [3, 2], "stride": [2, 1], "padding": 4}),
    ([3, 20, 19], {"depthwise": 3, "dilation": 2, "stride": 2}),
    ([3, 16, 17], {"depthwise": 2, "stride": [5, 3]}),
    ([3, 1, 1], {"depthwise": 3, "padding": 3}),
    ([3, 9, 8], {"depthwise": 1, "stride": 2, "padding": [[1, 2], [2, 0]]}),
]
WIDE = 6


def between(shape, filters, *, narrow=True, norm="batch", activation="relu6"):
    """Filters between two products, and what is read is added where it is as large."""
    more = {"norm": norm, "activation": activation}
    layers = [{"name": "a", "conv": WIDE, "kernel": 1, **more}, {**filters, **more}]
    if narrow:
        layers += [{"name": "c", "conv": shape[0], "kernel": 1, "norm": norm}]
        layers += [{"add": ["c", "input"]}] if filters == FILTERS[0][1] else []
    return sc.load({"input": shape, "layers": layers})


@pytest.fixture(params=["whole", "parts"])
def at_once(request, monkeypatch):
    """All rows at once, or so few that there are many bands."""
    if request.param == "parts":
        monkeypatch.setattr(sizes, "BAND", 2500)
        monkeypatch.setattr(sizes, "NEAR", 600)
        monkeypatch.setattr(sizes, "ROWS", 5)
        monkeypatch.setattr(sizes, "RUN", 4 * WIDE)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("more", [{}, {"activation": "sigmoid", "norm": "none"}], ids=["norm", "bias"])
@pytest.mark.parametrize("narrow", [True, False], ids=["three", "two"])
@pytest.mark.parametrize(("shape", "filters"), FILTERS, ids=str)
def test_bands_give_what_the_plain_kernels_give(shape, filters, narrow, more):
    graph = between(shape, filters, narrow=narrow, **more)
    for dtype, tolerance in TOLERANCE.items():
        fast, direct = both(graph, dtype, shown=())
        assert [step.way for step in fast.timed] == ["banded"]
        (y,), (z,) = fast.outputs.values(), direct.outputs.values()
        close(y, z, tolerance)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("narrow", [True, False], ids=["three", "two"])
@pytest.mark.parametrize(("shape", "filters"), FILTERS, ids=str)
def test_their_scratch_is_what_is_said(shape, filters, narrow):
    graph = between(shape, filters, narrow=narrow)
    prepared = Prepared(graph, random_weights(graph, "float32"), shown=())
    prepared.run(inputs_of(graph))
    assert prepared.steps[0].way == "banded"
    said, taken = spending(prepared.steps[0], 3, 4, {}).pieces, prepared.room.pieces.size
    assert taken <= said <= taken + 2 * sizes.LINE


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(("shape", "filters"), FILTERS[:2], ids=["one", "two"])
def test_a_nan_passes_as_it_passes_directly(shape, filters):
    graph = between(shape, filters)
    weights, inputs = random_weights(graph, "float64"), inputs_of(graph, "float64")
    inputs["input"][1, 0, 4, -1] = np.nan
    fast, direct = (run(graph, inputs, weights, engine=engine, shown=()).outputs for engine in ENGINES)
    (y,), (z,) = fast.values(), direct.values()
    assert np.isnan(z).any()
    assert np.array_equal(np.isnan(y), np.isnan(z))


def test_a_band_is_of_as_many_rows_as_stay_near():
    # of 56 rows in three bands: 19 + 2 rows of cells and 19 of sums are 1.3 MB
    assert sizes.band(56, 1, 3, 57 * 144, 56 * 144, 4) == 19


def test_only_what_nobody_asks_for_is_computed_in_bands():
    graph = between(*FILTERS[0])
    (step,) = steps(graph, shown=())
    assert step.names == tuple(node.name for node in graph)
    assert step.reads == ("input", "input")
    assert step.macs == sum(record.macs for record in run(graph).records)
    apart = ["pointwise", "depthwise", "pointwise"]
    assert [part.way for part in step.parts] == apart
    first, second = (part.end.name for part in step.parts[:2])
    assert [step.way for step in steps(graph, shown=(first,))] == apart
    assert [step.way for step in steps(graph, shown=(second,))] == ["banded", "pointwise"]
    kept = run(graph, keep=True, shown=(first, second))
    assert list(kept.arrays) == [first, second]
    assert [step.way for step in steps(graph)][:1] == ["pointwise"]
    assert {step.way for step in steps(graph, shown=(), engine="direct")} == {"direct"}


@pytest.mark.parametrize(
    ("shape", "layers"),
    [
        ([3, 9, 9], [{"conv": 7, "kernel": 1, "stride": 2}, {"depthwise": 3}]),
        ([3, 9, 9], [{"name": "a", "conv": 7, "kernel": 1}, {"name": "b", "depthwise": 1}, {"add": ["a", "b"]}]),
        ([3, 9, 9], [{"name": "a", "conv": 3, "kernel": 1}, {"add": ["a", "input"]}, {"depthwise": 3}]),
        ([3, 9, 9], [{"conv": 7, "kernel": 1}, {"depthwise": 3, "multiplier": 2}]),
        ([3, 90], [{"conv": 7, "kernel": 1}, {"depthwise": 3}]),
    ],
    ids=["strided", "read twice", "with a sum", "not each by itself", "of one axis"],
)
def test_what_is_not_computed_in_bands(shape, layers):
    found = [step.way for step in steps(sc.load({"input": shape, "layers": layers}), shown=())]
    assert "banded" not in found
