"""Every kind, in many settings, run by hand in NumPy: the arrays have the shapes and sizes that are told of them."""

from pathlib import Path

import numpy as np
import pytest

import shapecalc as sc
from shapecalc.layers import KINDS
from shapecalc.shape import Buffer
from tests.by_hand import network, noise, tensors, walk
from tests.kinds import FAULTS, NO_FAULTS, RANKS, SETTINGS, layers_of

CASES = [
    pytest.param(given, layers_of(kind, layer), id=f"{kind} on {'x'.join(map(str, given))}: {layer}")
    for kind, table in SETTINGS.items()
    for given, layer in table
]


def test_every_kind_has_settings():
    assert SETTINGS.keys() == KINDS.keys()
    assert all(SETTINGS.values())


def ranks(kind):
    return {len(given) - 1 for given, _ in SETTINGS[kind]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_run_on_inputs_of_every_rank_it_takes(kind):
    assert ranks(kind) >= RANKS.get(kind, {1, 2, 3})


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_of_a_kind_is_set_somewhere(kind):
    layer = KINDS[kind]
    given = set()
    for _, settings in SETTINGS[kind]:
        whole = layers_of(kind, settings)[-1]
        value = whole[kind] if isinstance(whole, dict) else None
        given |= set(whole) | (
            value.keys() if isinstance(value, dict) else {layer.main} if value is not None else set()
        )
    assert {*layer.model_fields, *layer.reads} <= given


@pytest.mark.parametrize(("given", "layers"), CASES)
def test_a_layer_gives_arrays_of_the_shape_that_is_told(given, layers):
    graph = network(*layers, given=given)
    arrays = walk(graph, noise(2, *given))
    assert graph.nodes[-1].kind in layers[-1]
    for node, told in zip(graph, sc.analyze(graph), strict=True):
        y = arrays[node.name]
        assert y.shape == (2, *told.output)
        assert np.isfinite(y).all()
        made = sum(shape.elements for shape in node.inner.values())
        assert told.activation_bytes == y.astype("float32").nbytes // 2 + 4 * made  # told of one example


@pytest.mark.parametrize(("given", "layers"), CASES)
def test_the_weights_hold_as_many_numbers_as_are_told(given, layers):
    graph = network(*layers, given=given)
    for node, told in zip(graph, sc.analyze(graph), strict=True):
        held = tensors(node)
        kept = {name: array for name, array in held.items() if isinstance(node.weights[name], Buffer)}
        assert sum(array.size for array in held.values()) == told.params + told.buffers
        assert sum(array.size for array in kept.values()) == told.buffers


@pytest.mark.parametrize(("given", "layers"), CASES)
def test_a_layer_uses_every_weight_and_asks_for_no_other(given, layers):
    node = network(*layers, given=given).nodes[-1]
    asked = set()

    class Noted(dict):
        def __getitem__(self, name):
            asked.add(name)
            return super().__getitem__(name)

        def get(self, name, default=None):
            if name in self:
                asked.add(name)
            return super().get(name, default)

    arrays = walk(network(*layers, given=given), noise(1, *given))
    node.layer.forward(*(arrays[name] for name in node.inputs), weights=Noted(tensors(node)))
    assert asked == set(node.weights)


@pytest.mark.parametrize(("given", "layers"), CASES)
def test_every_example_of_a_batch_is_run_for_itself(given, layers):
    graph = network(*layers, given=given)
    x = noise(3, *given)
    together = walk(graph, x)[graph.nodes[-1].name]
    alone = [walk(graph, x[i : i + 1])[graph.nodes[-1].name][0] for i in range(3)]
    np.testing.assert_allclose(together, alone, rtol=1e-12)


@pytest.mark.parametrize(("given", "layers"), CASES)
def test_a_number_format_is_kept(given, layers):
    graph = network(*layers, given=given)
    arrays = walk(graph, noise(1, *given).astype("float32"), make=lambda shape: np.ones(shape, "float32"))
    assert {array.dtype for array in arrays.values()} == {np.dtype("float32")}


@pytest.mark.parametrize(
    ("kind", "given", "layers", "code", "message"),
    FAULTS,
    ids=[f"{row[0]}: {row[2][-1]} on {row[1]}" for row in FAULTS],
)
def test_what_a_kind_refuses_is_told(kind, given, layers, code, message):
    with pytest.raises(sc.SpecError) as caught:
        network(*layers, given=given)
    (fault,) = caught.value.diagnostics
    assert (fault.code, fault.message) == (code, message)
    assert fault.label
    assert kind in str(layers[-1])


def test_every_kind_refuses_something_or_takes_everything():
    assert {row[0] for row in FAULTS} | NO_FAULTS == set(KINDS)
    assert not {row[0] for row in FAULTS} & NO_FAULTS


# examples that frameworks print of their layers: input, layer -> output, all channels first
PRINTED = [
    ("Conv2d(16,33,3,stride=2)", (16, 50, 100), {"conv": 33, "kernel": 3, "stride": 2}, (33, 24, 49)),
    (
        "Conv2d(16,33,(3,5),stride=(2,1),padding=(4,2))",
        (16, 50, 100),
        {"conv": 33, "kernel": [3, 5], "stride": [2, 1], "padding": [4, 2]},
        (33, 28, 100),
    ),
    (
        "ConvTranspose2d(16,33,(3,5),stride=(2,1),padding=(4,2))",
        (16, 50, 100),
        {"conv_transpose": 33, "kernel": [3, 5], "stride": [2, 1], "padding": [4, 2]},
        (33, 93, 100),
    ),
    (
        "Conv2d(16,16,3,stride=2,padding=1)",
        (16, 12, 12),
        {"conv": 16, "kernel": 3, "stride": 2, "padding": 1},
        (16, 6, 6),
    ),
    ("MaxPool2d(3,stride=2)", (16, 50, 32), {"maxpool": 3, "stride": 2}, (16, 24, 15)),
    ("MaxPool2d((3,2),stride=(2,1))", (16, 50, 32), {"maxpool": [3, 2], "stride": [2, 1]}, (16, 24, 31)),
    ("Conv1d(16,33,3,stride=2)", (16, 50), {"conv": 33, "kernel": 3, "stride": 2}, (33, 24)),
    ("Conv3d(16,33,3,stride=2)", (16, 10, 50, 100), {"conv": 33, "kernel": 3, "stride": 2}, (33, 4, 24, 49)),
    (
        "ConvTranspose3d(16,33,(3,5,2),stride=(2,1,1),padding=(0,4,2))",
        (16, 10, 50, 100),
        {"conv_transpose": 33, "kernel": [3, 5, 2], "stride": [2, 1, 1], "padding": [0, 4, 2]},
        (33, 21, 46, 97),
    ),
    (
        "AvgPool3d((3,2,2),stride=(2,1,2))",
        (16, 50, 44, 31),
        {"avgpool": [3, 2, 2], "stride": [2, 1, 2]},
        (16, 24, 43, 15),
    ),
    ("Keras: MaxPooling2D((2,2),strides=(2,2),valid)", (1, 3, 4), {"maxpool": 2}, (1, 1, 2)),
    (
        "Keras: MaxPooling2D((2,2),strides=(1,1),same)",
        (1, 3, 3),
        {"maxpool": 2, "stride": 1, "padding": "same"},
        (1, 3, 3),
    ),
    ("Keras: AveragePooling2D((2,2),strides=(1,1),valid)", (1, 3, 3), {"avgpool": 2, "stride": 1}, (1, 2, 2)),
    ("Keras: Conv2DTranspose(32,2,2)", (128, 10, 8), {"conv_transpose": 32, "kernel": 2, "stride": 2}, (32, 20, 16)),
    ("Keras: DepthwiseConv2D(3,3)", (12, 10, 10), {"conv": 12, "kernel": 3, "stride": 3, "groups": 12}, (12, 3, 3)),
    ("Keras: Conv1DTranspose(32,3,2)", (128, 10), {"conv_transpose": 32, "kernel": 3, "stride": 2}, (32, 21)),
    (
        "Keras: Conv3DTranspose(32,2,2)",
        (8, 10, 8, 12),
        {"conv_transpose": 32, "kernel": 2, "stride": 2},
        (32, 20, 16, 24),
    ),
]


@pytest.mark.parametrize(("given", "layer", "output"), [pytest.param(*row[1:], id=row[0]) for row in PRINTED])
def test_a_layer_gives_the_shape_that_its_framework_prints(given, layer, output):
    assert network(layer, given=given).nodes[-1].output == output


# the shipped networks that are small enough to run here

SMALL = {
    "lenet5": {},
    "nin": {},
    "m5": {},
    "dcgan_generator": {},
    "resnet18": {"": [3, 64, 64]},
    "googlenet": {"": [3, 64, 64]},
}


@pytest.mark.parametrize("name", SMALL)
def test_a_shipped_network_runs_as_it_is_told(name):
    graph = sc.load(Path(__file__).parent.parent / "specs" / f"{name}.yaml", inputs=SMALL[name])
    (shape,) = graph.inputs.values()
    arrays = walk(graph, noise(1, *shape).astype("float32"), make=lambda shape: np.full(shape, 0.01, "float32"))
    assert {node.name: arrays[node.name].shape for node in graph} == {node.name: (1, *node.output) for node in graph}
