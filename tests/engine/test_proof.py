"""Every figure is proved, and a lie in any of them is disproved."""

from dataclasses import FrozenInstanceError, replace
from typing import ClassVar

import numpy as np
import pytest
from rich.console import Console

import shapecalc as sc
from shapecalc.engine.conventions import OTHERWISE
from shapecalc.engine.proof import COLUMNS, Mark, verify, worst
from shapecalc.formulas.windows import Window
from shapecalc.layers import KINDS
from shapecalc.layers.activation import Activation
from shapecalc.network import build
from shapecalc.shape import Buffer, Shape
from shapecalc.source.document import Document
from shapecalc.testing import prove_layer
from tests.by_hand import network
from tests.engine.networks import NETWORKS, SPECS, thin
from tests.kinds import SETTINGS, layers_of

GRAPH = network(
    {"name": "a", "conv": 4, "kernel": 3, "padding": "half", "norm": "batch", "activation": "relu"},
    {"name": "b", "conv": 6, "kernel": 3, "stride": 2},
    {"maxpool": 2},
    "flatten",
    {"dense": 5, "activation": "softmax"},
    given=(3, 20, 18),
)


def wrong(proof):
    """What is disproved, with both numbers."""
    found = [
        (node.name, finding.what, finding.told, finding.found)
        for node in proof.nodes
        for finding in node.findings
        if finding.mark is Mark.DISPROVED
    ]
    return found + [
        ("total", finding.what, finding.told, finding.found)
        for finding in proof.totals
        if finding.mark is Mark.DISPROVED
    ]


def unproved(proof):
    return [finding for finding in proof if finding.mark is not Mark.PROVED]


def test_every_figure_of_a_network_is_proved():
    proof = sc.verify(GRAPH)
    assert unproved(proof) == []
    assert proof.holds
    # by hand, of each node: its shape, its bytes, its field along H and along W
    each = 4 * len(GRAPH)
    # parameters and buffers: conv (no bias beside a norm is not the case here), norm, conv, dense
    tensors = 1 + 2 + 1 + 1
    # mac and add; add and mul; compare; mac and add; compare; mac and add; compare, add, exp and div
    ops = 2 + 2 + 1 + 2 + 1 + 2 + 4
    # params, buffers, six kinds of operation and the bytes: weights, activations, peak
    totals = 2 + 6 + 3
    assert proof.count(Mark.PROVED) == each + tensors + ops + totals


def test_what_is_proved_are_the_figures_of_the_analysis():
    proof, told = sc.verify(GRAPH), sc.analyze(GRAPH)
    found = {finding.what: finding.found for finding in proof.totals}
    assert {name: found[name] for name in ("params", "buffers", "weight_bytes", "activation_bytes", "peak_bytes")} == {
        name: getattr(told, name) for name in ("params", "buffers", "weight_bytes", "activation_bytes", "peak_bytes")
    }
    assert {kind: found[kind] for kind in told.ops} == told.ops
    assert [list(finding.found) for node in proof.nodes for finding in node.findings if finding.column == "shape"] == [
        list(node.output) for node in GRAPH
    ]


def lie(name, **facts):
    nodes = tuple(replace(node, **facts) if node.name == name else node for node in GRAPH)
    return verify(replace(GRAPH, nodes=nodes))


OPS = {node.name: node.ops for node in GRAPH}
LIES = [
    pytest.param("b", {"ops": OPS["b"] | {"mac": 1}}, ("b", "mac", 1, 15_552), id="macs"),
    pytest.param("b", {"ops": {"mac": 15_552}}, ("b", "add", 0, 432), id="the bias left out"),
    pytest.param("a.act", {"ops": {"compare": 2 * 1440}}, ("a.act", "compare", 2880, 1440), id="compares"),
    pytest.param("b", {"weights": {"kernel": Shape(6, 4, 3, 3)}}, ("b", "params", 216, 222), id="a bias missing"),
    pytest.param(
        "a.norm",
        {"weights": {"gamma": Shape(1), "beta": Shape(4), "mean": Buffer(4), "variance": Buffer(4)}},
        ("a.norm", "params", 5, 8),
        id="one number that is spread over all",
    ),
    pytest.param(
        "a.norm",
        {"weights": {name: Shape(4) for name in ("gamma", "beta", "mean", "variance")}},
        ("a.norm", "buffers", 0, 8),
        id="buffers called parameters",
    ),
    pytest.param("b", {"output": Shape(6, 9, 9)}, ("b", "output", [6, 9, 9], [6, 9, 8]), id="a shape"),
    pytest.param("b", {"output": Shape(6, 9, 9)}, ("b", "bytes", 1944, 1728), id="its bytes"),
    pytest.param("b", {"reach": ((Window(3, 2), Window(5, 2)),)}, ("b", "W", 7, 5), id="a field"),
    pytest.param("b", {"inner": {"more": Shape(7, 7, 7)}}, None, id="a tensor on the way"),
]


@pytest.mark.parametrize(("name", "facts", "told"), LIES)
def test_a_lie_in_any_figure_is_disproved(name, facts, told):
    proof = lie(name, **facts)
    if "inner" in facts:  # there is no array of this size: not proved, and never more than was told
        assert proof["b"].mark("memory") is Mark.AT_LEAST
        assert proof.holds
    else:
        assert told in wrong(proof)
        assert not proof.holds


def test_after_another_shape_nothing_more_is_run():
    proof = lie("b", output=Shape(6, 9, 9))
    assert proof["maxpool1"].mark("shape") is Mark.NOT_RUN
    assert proof["a.act"].mark("shape") is Mark.PROVED
    assert {finding.mark for finding in proof.totals} == {Mark.NOT_RUN}


def test_a_total_is_disproved_with_its_part():
    assert ("total", "mac", 39_406 - 15_552 + 1, 39_406) not in wrong(verify(GRAPH))
    macs = int(sc.analyze(GRAPH).macs)
    assert ("total", "mac", macs - 15_552 + 1, macs) in wrong(lie("b", ops=OPS["b"] | {"mac": 1}))


def test_a_network_that_is_too_large_is_not_run():
    proof = verify(GRAPH, max_memory=2**20)
    assert {finding.mark for finding in proof} == {Mark.NOT_RUN}
    assert proof.count(Mark.PROVED) == 0
    assert proof.refused[1] == 2**20
    assert {finding.found for finding in proof} == {None}


def test_shared_weights_are_counted_once():
    graph = sc.load(NETWORKS["shared"])
    proof = verify(graph)
    assert [finding for finding in proof if finding.mark in {Mark.DISPROVED, Mark.NOT_RUN}] == []
    (params,) = (finding for finding in proof.totals if finding.what == "params")
    # a tower of 3·5·9 + 5 and a norm of 10, once; 3·2 + 2 that nobody reads; 10·2 + 2
    assert params.found == 135 + 5 + 10 + 8 + 22
    assert any(finding.why == "shared with `a.conv1.conv`" for finding in proof["b.conv1.conv"].findings)


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_that_hold_every_kind_are_proved(name):
    proof = verify(sc.load(NETWORKS[name]))
    assert [finding for finding in proof if finding.mark in {Mark.DISPROVED, Mark.NOT_RUN}] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_proved_in_every_setting(kind):
    proofs = prove_layer(kind, [(given, layers_of(kind, layer)) for given, layer in SETTINGS[kind]])
    for proof in proofs:
        marks = {column: proof.nodes[-1].mark(column) for column in COLUMNS}
        causal = getattr(proof.analysis.graph.nodes[-1].layer, "causal", False)
        assert marks["shape"] is Mark.PROVED
        assert marks["memory"] is (Mark.AT_LEAST if causal else Mark.PROVED)
        assert marks["ops"] in {Mark.PROVED, Mark.NOT_APPLICABLE}
        # a kind that has no operations is told to have none
        assert (marks["ops"] is Mark.PROVED) == bool(any(proof.analysis.layers[-1].ops.values()))


def test_only_these_kinds_do_otherwise_than_is_told():
    """Each of these is a rule that can be read in ``engine.conventions``; one more has to be meant."""
    assert set(OTHERWISE) == {"conv_transpose", "rnn", "gru", "lstm", "attention", "embedding", "lrn"}


def test_what_is_taken_off_is_told():
    proof = verify(network({"conv_transpose": 6, "kernel": 3, "groups": 2}, given=(4, 7, 9)))
    ((kind, why, ops),) = proof.beside
    assert (kind, ops) == ("conv_transpose", {"add": 3 * 9 * 2 * 63})
    assert "stamp" in why


def test_operations_on_weights_alone_are_listed_apart():
    proof = verify(network("batchnorm", given=(5, 4)))
    # scale = gamma / √(variance + ε), shift = beta − mean · scale
    assert proof.apart == {"add": 5 + 5, "sqrt": 5, "div": 5, "mul": 5 + 5}


LIGHT = (
    "lenet5",
    "m5",
    "unet",
    "dcgan_generator",
    "shufflenet_v2",
    "vit_b_16",
    "lstm_imdb",
    "textcnn",
    "netvlad_vgg16",
)


@pytest.mark.parametrize("name", [*LIGHT, "lessons/lenet5-1998", "lessons/spp-two-sizes"])
def test_a_shipped_network_is_proved(name):
    """All of them, and at full size, are proved by `shapecalc verify specs/`, which .ci/run runs."""
    proof = verify(thin(SPECS / f"{name}.yaml"))
    assert wrong(proof) == []
    assert proof.count(Mark.NOT_RUN) == 0
    assert proof.count(Mark.PROVED) > 3 * len(proof.nodes)


# kinds of other packages


class Doubling(Activation):
    """Twice its input."""

    kind: ClassVar = "doubling"
    example: ClassVar = "- doubling"
    each: ClassVar = {"mul": 1}

    def forward(self, *xs, weights):
        return xs[0] * 2


def added(layer, *layers, given=(2, 6)):
    document = Document.from_data({"input": list(given), "layers": list(layers)})
    return build(document, kinds=KINDS | {layer.kind: layer})


def of(layer):
    return verify(added(layer, layer.kind))


def test_a_kind_whose_operations_cannot_be_counted_is_not_run():
    class Sine(Doubling):
        def forward(self, *xs, weights):
            return np.sin(xs[0])

    proof = of(Sine)
    (finding,) = (finding for finding in proof.nodes[0].findings if finding.column == "ops")
    assert (finding.mark, finding.found) == (Mark.NOT_RUN, None)
    assert "np.sin" in finding.why
    assert proof.nodes[0].mark("shape") is Mark.PROVED
    assert next(one.mark for one in proof.totals if one.what == "mul") is Mark.NOT_RUN


def test_of_a_kind_that_does_not_state_its_operations_none_are_claimed():
    class Silent(Doubling):
        def ops(self, *xs):
            return None

    proof = of(Silent)
    assert proof.nodes[0].mark("ops") is Mark.NOT_APPLICABLE
    assert proof.holds


def test_a_kind_that_cannot_be_run_is_disproved_without_a_traceback():
    class Breaking(Doubling):
        def forward(self, *xs, weights):
            raise KeyError("no such thing")

    proof = of(Breaking)
    (finding,) = (finding for finding in proof.nodes[0].findings if finding.column == "shape")
    assert finding.mark is Mark.DISPROVED
    assert "no such thing" in finding.why


def test_a_kind_that_states_a_tensor_that_it_does_not_read_is_disproved():
    class Idle(Doubling):
        def weights(self, *xs):
            return {"idle": Shape(3)}

    assert ("doubling1", "params", 3, 0) in wrong(of(Idle))


def test_a_kind_that_widens_the_number_format_is_disproved():
    class Wide(Doubling):
        def forward(self, *xs, weights):
            return xs[0].astype("float64") * 2

    assert ("doubling1", "bytes", 48, 96) in wrong(of(Wide))


def test_a_field_that_a_kind_states_wrongly_is_disproved():
    class Neighbour(Doubling):
        def forward(self, *xs, weights):
            return np.roll(xs[0], 1, axis=-1) * 2

    found = [row for row in wrong(of(Neighbour)) if row[1] == "L"]
    assert [row[0] for row in found] == ["doubling1"]


# the answer


def test_one_mark_stands_for_many():
    assert worst([Mark.PROVED, Mark.NOT_APPLICABLE]) is Mark.PROVED
    assert worst([Mark.PROVED, Mark.AT_LEAST]) is Mark.AT_LEAST
    assert worst([Mark.AT_LEAST, Mark.NOT_RUN]) is Mark.NOT_RUN
    assert worst([Mark.NOT_RUN, Mark.DISPROVED, Mark.PROVED]) is Mark.DISPROVED
    assert worst([]) is Mark.NOT_APPLICABLE


def test_a_proof_is_frozen_and_says_what_it_is():
    proof = sc.verify(GRAPH)
    with pytest.raises(FrozenInstanceError):
        proof.totals = ()
    said = proof.to_dict()
    assert said["figures"]["proved"] == proof.count(Mark.PROVED)
    assert [layer["name"] for layer in said["layers"]] == [node.name for node in GRAPH]
    assert proof["b"].kind == "conv"
    with pytest.raises(KeyError):
        proof["nobody"]


def test_a_proof_shows_itself_on_a_console():
    console = Console(width=100, color_system=None)
    with console.capture() as captured:
        console.print(verify(sc.load(SPECS / "lenet5.yaml")))
    assert "LeNet-5: 79 figures proved" in captured.get()
