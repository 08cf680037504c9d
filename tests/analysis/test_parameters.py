import pytest

from tests.by_hand import answer

# torch 2.13.0, constructors: input, layer -> weights by name
TORCH = [
    pytest.param(
        (3, 9, 9),
        {"conv": 64, "kernel": 7, "bias": False},
        {"kernel": (64, 3, 7, 7)},
        9_408,
        id="Conv2d(3,64,7,bias=False)",
    ),
    pytest.param(
        (3, 9, 9), {"conv": 64, "kernel": 7}, {"kernel": (64, 3, 7, 7), "bias": (64,)}, 9_472, id="Conv2d(3,64,7)"
    ),
    pytest.param(
        (32, 9, 9),
        {"conv": 32, "kernel": 3, "groups": 32},
        {"kernel": (32, 1, 3, 3), "bias": (32,)},
        320,
        id="Conv2d(32,32,3,groups=32)",
    ),
    pytest.param((4, 9), {"conv": 8, "kernel": 5}, {"kernel": (8, 4, 5), "bias": (8,)}, 168, id="Conv1d(4,8,5)"),
    pytest.param(
        (3, 9, 9, 9),
        {"conv": 8, "kernel": [3, 5, 5]},
        {"kernel": (8, 3, 3, 5, 5), "bias": (8,)},
        1_808,
        id="Conv3d(3,8,(3,5,5))",
    ),
    pytest.param((20,), {"dense": 30}, {"kernel": (30, 20), "bias": (30,)}, 630, id="Linear(20,30)"),
    pytest.param((64, 9), "layernorm", {"gamma": (64,), "beta": (64,)}, 128, id="LayerNorm(64)"),
    pytest.param((64, 9), {"layernorm": {"bias": False}}, {"gamma": (64,)}, 64, id="LayerNorm(64,bias=False)"),
    pytest.param(
        (4, 5, 6),
        {"layernorm": {"over": "all"}},
        {"gamma": (4, 5, 6), "beta": (4, 5, 6)},
        240,
        id="LayerNorm((4,5,6))",
    ),
    pytest.param((64, 9), {"groupnorm": 8}, {"gamma": (64,), "beta": (64,)}, 128, id="GroupNorm(8,64)"),
    pytest.param((64, 9), "instancenorm", {}, 0, id="InstanceNorm1d(64)"),
    pytest.param(
        (64, 9),
        {"instancenorm": {"affine": True}},
        {"gamma": (64,), "beta": (64,)},
        128,
        id="InstanceNorm1d(64,affine=True)",
    ),
    pytest.param((64, 9), "rmsnorm", {"gamma": (64,)}, 64, id="RMSNorm(64)"),
    pytest.param((4, 5, 6), {"rmsnorm": {"over": "all"}}, {"gamma": (4, 5, 6)}, 120, id="RMSNorm((4,5,6))"),
    pytest.param((64, 9), "lrn", {}, 0, id="LocalResponseNorm(5)"),
    pytest.param((64, 9), "prelu", {"slope": (64,)}, 64, id="PReLU(64)"),
    pytest.param((64, 9), {"prelu": {"shared": True}}, {"slope": (1,)}, 1, id="PReLU()"),
]


@pytest.mark.parametrize(("given", "layer", "weights", "params"), TORCH)
def test_a_layer_trains_as_many_numbers_as_in_torch(given, layer, weights, params):
    whole = answer(layer, given=given)
    assert dict(whole.graph.nodes[0].weights) == weights
    assert whole.params == whole.layers[0].params == params


# Keras 3.15.1, what count_params says: input (channels first here), layers -> trained
KERAS = [
    pytest.param(
        (8, 28, 28),
        [{"conv": 64, "kernel": [3, 5], "groups": 4, "bias": False}],
        1_920,
        id="Conv2D(64,(3,5),groups=4,use_bias=False)",
    ),
    pytest.param(
        (128, 10, 8), [{"conv_transpose": 32, "kernel": 2, "stride": 2}], 16_416, id="Conv2DTranspose(32,2,2)"
    ),
    pytest.param((128, 10), [{"conv_transpose": 32, "kernel": 3, "stride": 2}], 12_320, id="Conv1DTranspose(32,3,2)"),
    pytest.param(
        (8, 10, 8, 12), [{"conv_transpose": 32, "kernel": 2, "stride": 2}], 2_080, id="Conv3DTranspose(32,2,2)"
    ),
    pytest.param((12, 10, 10), [{"conv": 12, "kernel": 3, "stride": 3, "groups": 12}], 120, id="DepthwiseConv2D(3,3)"),
    pytest.param(
        (12, 10, 10),
        [{"conv": 12, "kernel": 4, "stride": 3, "groups": 12, "bias": False}, {"conv": 3, "kernel": 1}],
        231,
        id="SeparableConv2D(3,4,3)",
    ),
    pytest.param((3, 8, 8), [{"maxpool": 2}], 0, id="MaxPooling2D"),
]


@pytest.mark.parametrize(("given", "layers", "params"), KERAS)
def test_layers_train_as_many_numbers_as_in_keras(given, layers, params):
    assert answer(*layers, given=given).params == params


def test_a_transposed_convolution_in_groups_has_its_weights_as_torch_does():
    """ConvTranspose2d(8, 4, 3, groups=2): the filters of one group stand second."""
    node = answer({"conv_transpose": 4, "kernel": 3, "groups": 2}, given=(8, 5, 5)).graph.nodes[0]
    assert dict(node.weights) == {"kernel": (8, 2, 3, 3), "bias": (4,)}


# README of the truth: gamma and beta are counted, running statistics are not
def test_batch_norm_trains_two_numbers_a_channel_and_keeps_two():
    whole = answer("batchnorm", given=(64, 8, 8))
    assert (whole.params, whole.buffers) == (128, 128)
    assert dict(whole.graph.nodes[0].weights) == {"gamma": (64,), "beta": (64,), "mean": (64,), "variance": (64,)}


# LeCun et al. 1998, section II.B: "layer S2 has 12 trainable parameters", "layer S4 has 32 trainable parameters"
@pytest.mark.parametrize(("maps", "cells", "params"), [(6, 28, 12), (16, 10, 32)], ids=["S2", "S4"])
def test_lenets_subsampling_trains_as_many_numbers_as_printed(maps, cells, params):
    whole = answer({"sumpool": 2}, {"scale": None, "shift": True, "activation": "sigmoid"}, given=(maps, cells, cells))
    assert whole.params == params
    assert list(whole)[-1].output == (maps, cells // 2, cells // 2)


def test_batch_norm_without_affine_trains_nothing():
    whole = answer({"batchnorm": {"affine": False}}, given=(64, 8, 8))
    assert (whole.params, whole.buffers) == (0, 128)


def test_a_dense_layer_over_channels_trains_no_more_for_more_places():
    assert answer({"dense": 5, "over": "channels"}, given=(4, 3, 3)).params == 25
    assert answer({"dense": 5, "over": "channels"}, given=(4, 30, 30)).params == 25


def test_a_layer_is_the_sum_of_its_parts():
    stem = answer({"name": "stem", "conv": 8, "kernel": 3, "norm": "batch", "activation": "relu"}, given=(3, 9, 9))[
        "stem"
    ]
    assert (stem.params, stem.buffers) == (3 * 8 * 9 + 8 + 16, 16)


def test_shared_weights_count_once():
    first = {"name": "first", "conv": 4, "kernel": 3, "padding": "same", "norm": "batch"}
    again = {"name": "again", "conv": 4, "kernel": 3, "padding": "same", "norm": "batch", "share": "first"}
    once, twice = answer(first, given=(4, 9, 9)), answer(first, again, given=(4, 9, 9))
    assert (twice.params, twice.buffers) == (once.params, once.buffers) == (156, 8)
    assert [(layer.params, layer.buffers) for layer in twice][2:] == [(0, 0), (0, 0)]
    assert [layer.shared_with for layer in twice][2:] == ["first.conv", "first.norm"]
    assert twice.macs == 2 * once.macs  # they are spent each time


def test_weights_of_a_third_layer_lead_back_to_the_first():
    layers = [{"name": "a", "dense": 4}, {"name": "b", "dense": 4, "share": "a"}, {"dense": 4, "share": "b"}]
    whole = answer(*layers, given=(4,))
    assert whole.params == 20
    assert whole["dense1"].shared_with == "a"


KINDS_WITHOUT_WEIGHTS = ["relu", "softmax", "maxpool", "global_avgpool", "flatten", "identity", "dropout"]


@pytest.mark.parametrize("kind", KINDS_WITHOUT_WEIGHTS)
def test_what_has_no_weights_trains_nothing(kind):
    whole = answer({kind: 2} if kind == "maxpool" else kind, given=(4, 8, 8))
    assert (whole.params, whole.buffers, whole.weight_bytes) == (0, 0, 0)
