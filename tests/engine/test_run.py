"""Running a network: shapes as analyzed, values as elsewhere, and arrays freed when nobody reads them any more."""

import json
import math
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import shapecalc as sc
from shapecalc.engine.run import Disagreement, run
from shapecalc.engine.weights import expected, seeded
from shapecalc.shape import Shape
from tests.engine.networks import NETWORKS, SPECS, examples, thin, tiled

TORCH = json.loads((Path(__file__).parents[1] / "data" / "torch_networks.json").read_text())
WHOLE = {**NETWORKS, **examples()}


def numbers(shape, k, lowest=-30, parts=64):
    """What the note in the data says of a tensor."""
    i = np.arange(math.prod(shape), dtype=np.int64)
    return (((i * i + 37 * i + 11 * k) % 61 + lowest) / parts).reshape(shape)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("spec", WHOLE.values(), ids=WHOLE)
def test_every_node_gives_the_shape_that_was_computed_in_the_dtype_asked_for(spec, dtype):
    graph = sc.load(spec)
    result = run(graph, batch=2, dtype=dtype, keep=True)
    assert {name: x.shape for name, x in result.arrays.items()} == {n.name: (2, *n.output) for n in graph}
    assert {x.dtype for x in result.arrays.values()} == {np.dtype(dtype)}
    assert [record.name for record in result.records] == [node.name for node in graph]
    assert {name: x.shape[1:] for name, x in result.outputs.items()} == sc.analyze(graph).outputs


@pytest.mark.parametrize("path", sorted(SPECS.rglob("*.yaml")), ids=lambda path: path.stem)
def test_networks_of_the_collection_run(path):
    graph = thin(path)
    result = run(graph, weights=tiled(graph))
    assert all(record.finite for record in result.records)
    assert sum(record.macs or 0 for record in result.records) == sc.analyze(graph).macs


@pytest.mark.parametrize("case", TORCH["cases"], ids=lambda case: case["id"])
def test_a_network_gives_what_torch_gives(case):
    graph = sc.load(case["spec"])
    shapes = expected(graph)
    assert sorted(shapes) == sorted(case["names"])
    weights = {
        name: numbers(shapes[name], k, 20, 40) if name.endswith(("gamma", "variance")) else numbers(shapes[name], k)
        for k, name in enumerate(case["names"])
    }
    (y,) = run(graph, {"input": numbers(case["x"], 5)}, weights).outputs.values()
    assert list(y.shape) == case["shape"]
    assert np.abs(y.ravel() - case["y"]).max() <= 1e-12


def test_a_record_has_the_statistics_of_its_array():
    result = run(sc.load(NETWORKS["branches"]), batch=3, keep=True)
    for record in result.records:
        x = result.arrays[record.name].astype("float64")
        assert record.shape == x.shape
        assert (record.mean, record.std) == pytest.approx((x.mean(), x.std()), rel=1e-12, abs=1e-14)
        assert (record.min, record.max) == (x.min(), x.max())
        assert record.seconds > 0


def test_macs_are_those_of_the_batch():
    graph = sc.load({"input": [3, 8, 8], "layers": [{"name": "c", "conv": 4, "kernel": 3}, "relu"]})
    result = run(graph, batch=5)
    assert result["c"].macs == 5 * 36 * 27 * 4
    assert result["relu1"].macs == 0
    with pytest.raises(KeyError):
        result["d"]


def test_the_same_seed_gives_the_same_numbers_and_another_others():
    graph = sc.load(NETWORKS["plain"])
    first, again, other = (run(graph, seed=seed).outputs["dense1"] for seed in (7, 7, 8))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_float64_is_the_same_network_more_exactly():
    graph = sc.load(NETWORKS["branches"])
    (single,), (double,) = (run(graph, dtype=dtype).outputs.values() for dtype in ("float32", "float64"))
    assert np.abs(single - double).max() <= 1e-5 * np.abs(double).max()


def test_a_shared_tower_gives_the_same_for_the_same_input():
    graph = sc.load(NETWORKS["shared"])
    x = np.random.default_rng(0).standard_normal((2, 3, 10, 10))
    result = run(graph, {"left": x, "right": x}, keep=True)
    assert np.array_equal(result.arrays["a.dropout1"], result.arrays["b.dropout1"])
    assert np.array_equal(result.outputs["left"], x)
    assert not any(name.startswith("b.") for name in seeded(graph))


def test_an_array_lives_until_its_last_reader_and_no_longer():
    graph = sc.load(
        """
        input: [3, 8, 8]
        layers:
          - {name: a, conv: 3, kernel: 1}
          - {name: unread, conv: 3, kernel: 1, from: a}
          - {name: b, conv: 3, kernel: 1, from: a}
          - {name: c, conv: 3, kernel: 1}
          - {name: d, add: [a, c]}
          - {name: e, conv: 3, kernel: 1}
        """
    )
    made, alive = {}, {}

    def watch(record, x):
        made[record.name] = weakref.ref(x)
        alive[record.name] = [name for name, of in made.items() if of() is not None]

    run(graph, watch=watch)
    assert alive == {
        "a": ["a"],
        "unread": ["a", "unread"],
        "b": ["a", "b"],
        "c": ["a", "b", "c"],
        "d": ["a", "c", "d"],
        "e": ["d", "e"],
    }


def test_an_array_of_another_shape_than_computed_is_a_disagreement():
    graph = sc.load(NETWORKS["plain"])
    lie = replace(graph.nodes[3], output=Shape(8, 9, 9))
    with pytest.raises(Disagreement, match=r"at `conv2` the engine made 2×8×8×8, and the analysis computed 2×8×9×9"):
        run(replace(graph, nodes=(*graph.nodes[:3], lie, *graph.nodes[4:])), batch=2)


def test_shapes_that_do_not_meet_in_the_engine_are_a_disagreement():
    graph = sc.load({"inputs": {"a": [3, 8, 8], "b": [3, 8, 8]}, "layers": [{"add": ["a", "b"]}]})
    lie = replace(graph, inputs={**graph.inputs, "b": Shape(3, 7, 8)})
    with pytest.raises(Disagreement, match="at `add1` the engine made none"):
        run(lie)


def test_what_is_infinite_or_no_number_is_recorded_as_it_is():
    graph = sc.load({"input": [2, 4], "layers": [{"name": "c", "conv": 2, "kernel": 1}, "relu"]})
    x = np.zeros((1, 2, 4), "float32")
    x[0, 0, 1] = np.inf
    weights = {"c.kernel": np.array([[[1], [0]], [[-1], [0]]], "float32"), "c.bias": np.zeros(2, "float32")}
    result = run(graph, {"input": x}, weights)
    assert not result["c"].finite
    assert math.isnan(result["c"].mean)
    assert run(graph, {"input": np.zeros_like(x)}, weights)["c"].finite
    huge = run(graph, {"input": np.full_like(x, 3e38)}, weights)["c"]
    assert huge.finite
    assert huge.std == pytest.approx(3e38)


def test_the_largest_values_of_small_flat_outputs_are_told():
    graph = sc.load({"input": [4], "layers": ["identity"]})
    x = np.array([[3, np.nan, 9, -1], [0, 0, 0, 0]], "float32")
    (largest,) = run(graph, {"input": x}).largest(3).values()
    assert largest == ((2, 9.0), (0, 3.0), (3, -1.0))
    assert run(sc.load({"input": [1001], "layers": ["identity"]})).largest() == {}
    assert run(sc.load({"input": [2, 3], "layers": ["identity"]})).largest() == {}


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({}, "the inputs are left, right, and none are given"),
        ({"left": np.ones((1, 3, 10, 10)), "right": np.ones((1, 3, 9, 10))}, "input `right` is"),
        ({"left": np.ones((1, 3, 10, 10)), "right": np.ones((2, 3, 10, 10))}, "batches of 1 and 2"),
    ],
    ids=["missing", "shape", "batch"],
)
def test_inputs_that_do_not_fit_are_refused(inputs, says):
    with pytest.raises(ValueError, match=says):
        run(sc.load(NETWORKS["shared"]), inputs)


def test_weights_that_do_not_fit_are_refused():
    graph = sc.load(NETWORKS["plain"])
    weights = seeded(graph)
    with pytest.raises(ValueError, match=r"the tensor `dense1.dense.bias` is missing"):
        run(graph, weights={name: x for name, x in weights.items() if name != "dense1.dense.bias"})
    with pytest.raises(ValueError, match=r"the tensor `dense1.dense.bias` is \(4,\), where \(5,\) is due"):
        run(graph, weights={**weights, "dense1.dense.bias": np.zeros(4)})
