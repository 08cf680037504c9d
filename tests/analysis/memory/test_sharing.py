"""What is written over what: run so with real arrays, nothing that is still needed has been overwritten."""

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.analysis.memory.formats import Pair, assigned
from shapecalc.analysis.memory.inference import tensors
from shapecalc.analysis.memory.sharing import Places, roots
from shapecalc.analysis.memory.training import Step
from tests.by_hand import noise

EVERYTHING = Places(activations=True, adds=True)
FLOATS = Pair("float32", "float32")
ALONE = (
    "relu",
    "tanh",
    "sigmoid",
    {"dropout": 0.5},
    "identity",
    {"permute": ["L", "C"]},
    {"slice": {"start": 1}},
    "exp",
)


@st.composite
def networks(draw):
    """Layers on any earlier ones: activations, views, sums, products."""
    names, layers = ["input"], []
    for index in range(draw(st.integers(1, 9))):
        before = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2))
        kind = draw(st.sampled_from(ALONE if len(before) == 1 else ("add", "multiply")))
        ((word, value),) = kind.items() if isinstance(kind, dict) else ((kind, None),)
        more = {"from": before[0]} if len(before) == 1 else {"fit": "crop"}
        layers.append({"name": f"n{index}", word: before if len(before) > 1 else value, **more})
        names.append(f"n{index}")
    outputs = draw(st.lists(st.sampled_from(names[1:]), max_size=2, unique=True))
    spec = {"input": [4, 4], "layers": layers, **({"outputs": outputs} if outputs else {})}
    try:
        return sc.load(spec)
    except sc.SpecError:  # shapes that do not go together
        reject()


def arrays(graph, root):
    """Every array of a run in which what ``root`` says is written over what it says; without it, of a plain run."""
    found = {name: noise(1, *shape) for name, shape in graph.inputs.items()}
    for node in graph:
        xs = [found[name] for name in node.inputs]
        with np.errstate(over="ignore", invalid="ignore"):  # of exponentials of exponentials
            y = node.layer.forward(*xs, weights={})
        if root is not None and root[node.name] != node.name and node.layer.view == "none":
            over = next(x for name, x in zip(node.inputs, xs, strict=True) if root[name] == root[node.name])
            over[...] = y
            y = over
        lies_anew = root is None or root[node.name] == node.name
        found[node.name] = y.copy() if lies_anew else y  # an identity gives its input itself
    return found


def sizes(graph):
    return {name: int(held.size) for name, held in tensors(graph, assigned(graph, FLOATS, ())).items()}


@settings(deadline=None, max_examples=120)
@given(networks())
def test_the_outputs_are_those_of_a_run_in_which_nothing_is_overwritten(graph):
    plain = arrays(graph, None)
    over = arrays(graph, roots(graph, sizes(graph), views=True, places=EVERYTHING))
    for name in graph.outputs.values():
        assert np.array_equal(plain[name], over[name], equal_nan=True)


@settings(deadline=None, max_examples=120)
@given(networks())
def test_what_training_keeps_is_there_at_the_end(graph):
    step = Step(graph, assigned(graph, FLOATS, ()), EVERYTHING, inputs=True)
    plain, over = arrays(graph, None), arrays(graph, step.roots)
    kept = {name for saving in step.savings.values() for name in saving.tensors}
    for name in {*kept, *graph.outputs.values()}:
        assert np.array_equal(plain[name], over[name], equal_nan=True)


def shared(*layers, places=EVERYTHING, given=(4, 6), **more):
    graph = sc.load({"input": list(given), "layers": list(layers), **more})
    return roots(graph, sizes(graph), views=True, places=places)


def test_an_activation_writes_over_what_nobody_else_reads():
    found = shared({"conv": 4, "kernel": 1}, "relu", "tanh")
    assert found == {"input": "input", "conv1": "conv1", "relu1": "conv1", "tanh1": "conv1"}


def test_the_input_is_never_written_over():
    assert shared("relu")["relu1"] == "relu1"


def test_what_a_shortcut_reads_stays():
    layers = [{"name": "a", "conv": 4, "kernel": 1}, "relu", {"add": ["a", "relu1"]}]
    assert shared(*layers)["relu1"] == "relu1"
    assert shared(*layers)["add1"] == "a"


def test_sums_are_in_place_when_asked_alone():
    layers = [{"name": "a", "conv": 4, "kernel": 1}, {"name": "b", "conv": 4, "kernel": 1}, {"add": ["a", "b"]}]
    assert shared(*layers, places=Places(activations=True))["add1"] == "add1"


def test_a_flatten_of_what_lies_in_rows_is_a_view_and_else_a_copy():
    conv = {"conv": 4, "kernel": 1}
    assert shared(conv, "flatten")["flatten1"] == "conv1"
    found = shared(conv, {"permute": ["L", "C"]}, "flatten")
    assert (found["permute1"], found["flatten1"]) == ("conv1", "flatten1")


@pytest.mark.parametrize("layer", ["softmax", "maxpool", "batchnorm", {"glu": None}])
def test_others_have_memory_of_their_own(layer):
    layer = {"maxpool": 2} if layer == "maxpool" else layer
    assert shared({"conv": 4, "kernel": 1}, layer).popitem()[1] != "conv1"
