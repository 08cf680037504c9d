"""What one run made and did, and the memory that it takes."""

import tracemalloc

import pytest

import shapecalc as sc
from shapecalc.engine.counted import counted, room
from shapecalc.engine.steps import evened, walk
from shapecalc.shape import Shape
from tests.by_hand import network
from tests.engine.networks import NETWORKS, SPECS, thin


def quiet(_, __):
    """Nobody waits."""


@pytest.mark.parametrize("name", [*NETWORKS, "resnet18", "unet", "gpt2_small", "vgg16", "mobilenet_v2", "lstm_imdb"])
def test_a_run_takes_no_more_memory_than_is_told(name):
    graph = sc.load(NETWORKS[name]) if name in NETWORKS else thin(SPECS / f"{name}.yaml")
    counted(graph, quiet)  # what is loaded on first use is no memory of the run
    tracemalloc.start()
    try:
        counted(graph, quiet)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most <= room(graph)


def test_an_array_goes_when_its_last_reader_has_read_it():
    graph = network({"name": "a", "conv": 2, "kernel": 1}, "relu", {"add": ["relu1", "a"]}, "relu", given=(1, 4))
    weights = evened({"kernel": Shape(2, 1, 1), "bias": Shape(2)})
    alive = {}
    inputs = evened({"input": Shape(1, 1, 4)})
    for step in walk(graph, inputs, lambda node, xs: node.layer.forward(*xs, weights=weights)):
        alive[step.node.name] = step.alive
    # four bytes a number: 4 of the input with 8 of a; 8 and 8; 8, 8 and 8; 8 and 8
    assert alive == {"a": 48, "relu1": 64, "add1": 96, "relu2": 64}
    assert max(alive.values()) == sc.analyze(graph).peak_bytes


def test_weights_are_means_of_what_they_read():
    made = evened({"kernel": Shape(5, 4, 3), "bias": Shape(5)})
    assert made["kernel"].shape == (5, 4, 3)
    assert made["kernel"].sum(axis=(1, 2)).tolist() == pytest.approx([1] * 5)
    assert made["bias"].tolist() == [1] * 5


def test_a_tensor_that_nobody_reads_is_not_counted():
    graph = network({"name": "a", "conv": 2, "kernel": 3}, given=(1, 6))
    ran = counted(graph, quiet)
    assert ran.held == {"a": {"params": 8, "buffers": 0}}
    assert ran.weight_bytes == 32
    assert ran.shapes == {"a": (1, 2, 4)}
    assert dict(ran.ops["a"]) == {"mac": 24, "add": 8}
    assert ran.why == ""
