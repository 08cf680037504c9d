"""What a step of training costs: held against PyTorch's counter of what ran forward and backward."""

import json
from pathlib import Path

import pytest

import shapecalc as sc
from shapecalc.analysis import AtLeast
from shapecalc.analysis.cost.products import KINDS, products
from shapecalc.analysis.cost.training import OPTIMIZERS, training
from shapecalc.network import build
from shapecalc.source.document import Document

ROOT = Path(__file__).parents[3]
TORCH = json.loads((ROOT / "tests" / "data" / "torch_training.json").read_text(encoding="utf-8"))
NETWORKS, LAYERS = TORCH["networks"], TORCH["layers"]


def of(spec, **asked):
    return training(sc.analyze(sc.load(spec)), **asked)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_costs_what_torch_counts(name):
    total = of(ROOT / "specs" / f"{name}.yaml").total
    assert (total.forward, total.backward) == (NETWORKS[name]["forward"], NETWORKS[name]["backward"])


@pytest.mark.parametrize("name", LAYERS)
def test_a_few_layers_cost_what_torch_counts(name):
    total = of(LAYERS[name]["spec"]).total
    assert (total.forward, total.backward) == (LAYERS[name]["forward"], LAYERS[name]["backward"])


def test_the_counter_ran_enough():
    assert len(NETWORKS) >= 10
    assert {"convnext_tiny", "swin_t", "vit_b_16", "mobilenet_v2"} <= set(NETWORKS)


def test_the_first_layer_has_no_gradient_of_its_input():
    """AlexNet's first convolution: 64 filters of 3·11·11 at 55·55 places, for which no dL/dX is needed."""
    first, *_ = of(ROOT / "specs" / "alexnet.yaml").nodes
    assert (first.forward, first.weights, first.inputs) == (70_276_800, 70_276_800, 0)


def test_macs_go_with_the_batch_and_the_optimizer_does_not():
    net = sc.load(ROOT / "specs" / "lenet5.yaml")
    one, many = (training(sc.analyze(net, batch=batch), "adam") for batch in (1, 16))
    assert many.total.backward == 16 * one.total.backward == 16 * 715_440
    assert many.step == one.step == {"add": 4 * 61_706, "mul": 6 * 61_706, "div": 3 * 61_706, "sqrt": 61_706}


class Counted(float):
    """A number that notes what is done to it."""

    done: dict[str, int] = {}  # noqa: RUF012  emptied for each count


def _noting(kind, name):
    def operation(self, other):
        Counted.done[kind] = Counted.done.get(kind, 0) + 1
        return Counted(getattr(float, name)(self, other))

    return operation


for _kind, _names in {
    "add": ("__add__", "__radd__", "__sub__", "__rsub__"),
    "mul": ("__mul__", "__rmul__"),
    "div": ("__truediv__",),
}.items():
    for _name in _names:
        setattr(Counted, _name, _noting(_kind, _name))


def _sqrt(x):
    Counted.done["sqrt"] = Counted.done.get("sqrt", 0) + 1
    return Counted(float(x) ** 0.5)


# what stands once for all parameters, such as 1 − β₁ and 1 − β₁ᵗ, is a plain number here
RATE, MU, B1, C1, B2, C2, T1, T2, EPS, DECAY, ETA = 0.1, 0.9, 0.9, 0.1, 0.999, 0.001, 0.2, 0.002, 1e-8, 0.01, 1.0


def sgd(w, g):
    return w - RATE * g


def momentum(w, g):
    """Sutskever, Martens, Dahl & Hinton 2013, equations 1 and 2."""
    v = MU * Counted(0.5) - RATE * g
    return w + v


def moments(g):
    m = B1 * Counted(0.1) + C1 * g
    v = B2 * Counted(0.1) + C2 * (g * g)
    return m / T1, v / T2


def adam(w, g):
    """Kingma & Ba 2015, algorithm 1."""
    m, v = moments(g)
    return w - RATE * m / (_sqrt(v) + EPS)


def adamw(w, g):
    """Loshchilov & Hutter 2019, algorithm 2."""
    m, v = moments(g)
    return w - ETA * (RATE * m / (_sqrt(v) + EPS) + DECAY * w)


@pytest.mark.parametrize("algorithm", [sgd, momentum, adam, adamw], ids=lambda algorithm: algorithm.__name__)
def test_an_optimizer_does_what_its_algorithm_says(algorithm):
    """The algorithm as it is published, run on a number that notes what is done to it."""
    Counted.done = {}
    algorithm(Counted(1.0), Counted(0.3))
    assert Counted.done == OPTIMIZERS[algorithm.__name__].ops


def test_the_names_are_those_that_memory_knows():
    from shapecalc.analysis.memory.optimizers import OPTIMIZERS as KEPT

    assert set(OPTIMIZERS) <= set(KEPT)


@pytest.mark.parametrize("spec", sorted((ROOT / "specs").rglob("*.yaml")), ids=lambda spec: spec.stem)
def test_products_are_all_the_macs_there_are(spec):
    graph = sc.load(spec)
    shapes = {**graph.inputs, **{node.name: node.output for node in graph}}
    for node in graph:
        known = products(node, tuple(shapes[name] for name in node.inputs))
        assert known is not None, node.name
        assert sum(product.macs for product in known) == node.ops.get("mac", 0), node.name


def test_every_kind_that_has_macs_states_its_products():
    from shapecalc.layers import KINDS as LAYER_KINDS

    for kind in LAYER_KINDS:
        layer = LAYER_KINDS[kind]
        example = f"input: {list(layer.example_input)}\nlayers:\n" + "".join(
            f"  {line}\n" for line in layer.example.splitlines()
        )
        for node in sc.load(example):
            assert not (node.ops or {}).get("mac") or node.kind in KINDS, node.kind


def test_a_kind_that_says_nothing_makes_the_total_at_least():
    from shapecalc.layers import KINDS as LAYER_KINDS
    from shapecalc.layers.dense import Dense

    class Riddle(Dense):
        """A kind of a package, with MACs of which nothing more is known."""

        kind = "riddle"

    Riddle.__module__ = "elsewhere"
    document = Document.from_data({"input": [8], "layers": [{"dense": 4}, {"riddle": 2}]})
    answer = training(sc.analyze(build(document, kinds=LAYER_KINDS | {"riddle": Riddle})))
    assert (answer.nodes[1].forward, answer.nodes[1].backward) == (8, None)
    assert (answer.total.forward, answer.total.backward) == (40, AtLeast(32))
