"""Convolutions taken apart, unshared or of fixed numbers: published figures, and the layers they are made of."""

import numpy as np
import pytest

import shapecalc as sc
from tests.by_hand import answer, network, noise, tensors, walk

C3 = [
    *([i, (i + 1) % 6, (i + 2) % 6] for i in range(6)),
    *([i, (i + 1) % 6, (i + 2) % 6, (i + 3) % 6] for i in range(6)),
    *([i, (i + 1) % 6, (i + 3) % 6, (i + 4) % 6] for i in range(3)),
    [0, 1, 2, 3, 4, 5],
]
"""LeCun et al. 1998, table I, column by column."""

# input, layer -> parameters
PUBLISHED = [
    pytest.param((6, 14, 14), {"conv_map": C3, "kernel": 5}, 1_516, id="LeCun et al. 1998: layer C3"),
    pytest.param(
        (3, 32, 32),
        {"local": 10, "kernel": 5, "padding": "same", "bias": False},
        768_000,
        id="weight sharing: ten filters of 5×5×3 at 32×32 places, unshared",
    ),
    pytest.param((3, 32, 32), {"conv": 10, "kernel": 5, "padding": "same"}, 760, id="weight sharing: shared"),
    pytest.param((16, 63, 63), {"local": 16, "kernel": 9, "bias": False}, 62_726_400, id="DeepFace 2014: L4"),
    pytest.param((12, 10, 10), {"depthwise": 3, "stride": 3}, 120, id="Keras: DepthwiseConv2D(3,3)"),
    pytest.param(
        (12, 10, 10), {"separable_conv": 3, "kernel": 4, "stride": 3}, 231, id="Keras: SeparableConv2D(3,4,3)"
    ),
    pytest.param(
        (3, 9, 9),
        {"separable_conv": 16, "kernel": 3, "bias": False},
        3 * 3 * 3 + 3 * 16,
        id="Howard et al. 2017, section 3.1: k·k·c + c·n",
    ),
    pytest.param(
        (3, 9, 9),
        {"separable_conv": 16, "kernel": 3, "order": "pointwise_first", "bias": False},
        (3 * 3 + 3) * 16,
        id="Chollet 2017: (k·k + c)·n",
    ),
    pytest.param(
        (768, 17, 17),
        {"spatially_separable_conv": 768, "kernel": 7, "bias": False},
        2 * 7 * 768 * 768,
        id="Szegedy et al. 2016: 1×7 and 7×1 for 7×7",
    ),
    pytest.param((512, 7, 7), {"dense": 4096, "as_conv": True}, 102_764_544, id="VGG-16: the first dense layer"),
    pytest.param((4096, 1, 1), {"dense": 4096, "as_conv": True}, 16_781_312, id="VGG-16: the second"),
    # t banks an axis: 2·2·(5·3·9 + 5)
    pytest.param((3, 9, 9), {"conv": 5, "kernel": 3, "tiled": 2}, 560, id="Goodfellow et al. 2016, section 9.5"),
    pytest.param((3, 9, 9), {"filter": "edge"}, 0, id="a filter trains nothing"),
]


@pytest.mark.parametrize(("given", "layer", "params"), PUBLISHED)
def test_a_layer_trains_as_many_numbers_as_published(given, layer, params):
    whole = answer(layer, given=given)
    assert (whole.params, whole.buffers) == (params, 0)


def test_layer_c3_of_lenet_has_as_many_connections_as_printed():
    """LeCun et al. 1998, section II.B: "1,516 trainable parameters and 151,600 connections", biases among them."""
    whole = answer({"conv_map": C3, "kernel": 5}, given=(6, 14, 14))
    assert whole["conv_map1"].output == (16, 10, 10)
    assert sum(whole.ops.values()) == 151_600


DEEPFACE = [
    ({"conv": 32, "kernel": 11}, (32, 142, 142)),
    ({"maxpool": 3, "stride": 2, "padding": "same"}, (32, 71, 71)),
    ({"conv": 16, "kernel": 9}, (16, 63, 63)),
    ({"local": 16, "kernel": 9}, (16, 55, 55)),
    ({"local": 16, "kernel": 7, "stride": 2}, (16, 25, 25)),
    ({"local": 16, "kernel": 5}, (16, 21, 21)),
]


def test_the_maps_of_deepface_are_those_of_its_figure():
    layers = answer(*(layer for layer, _ in DEEPFACE), given=(3, 152, 152))
    assert [layer.output for layer in layers] == [output for _, output in DEEPFACE]
    # weights of it and of its two dense layers, 4096 and 4030: the 118.9 M that the figure's sizes come to
    biases = 32 + 16 + 16 * (55 * 55 + 25 * 25 + 21 * 21)
    assert layers.params - biases + 21 * 21 * 16 * 4096 + 4096 * 4030 == 118_850_144


# what a layer is made of: kind, input, layer, the same in other layers, and how its weights become theirs
MADE_OF = [
    pytest.param(
        (4, 9, 8),
        {"depthwise": 3, "multiplier": 2, "stride": 2, "padding": "half"},
        [{"conv": 8, "kernel": 3, "groups": 4, "stride": 2, "padding": "half"}],
        lambda w: [w],
        id="depthwise",
    ),
    pytest.param(
        (4, 9, 8),
        {"separable_conv": 5, "kernel": 3, "multiplier": 2, "stride": 2, "padding": "same"},
        [
            {"depthwise": 3, "multiplier": 2, "stride": 2, "padding": "same", "bias": False},
            {"conv": 5, "kernel": 1},
        ],
        lambda w: [{"kernel": w["depthwise"]}, {"kernel": w["pointwise"], "bias": w["bias"]}],
        id="separable",
    ),
    pytest.param(
        (4, 9, 8),
        {"separable_conv": 5, "kernel": 3, "order": "pointwise_first"},
        [{"conv": 5, "kernel": 1, "bias": False}, {"depthwise": 3}],
        lambda w: [{"kernel": w["pointwise"]}, {"kernel": w["depthwise"], "bias": w["bias"]}],
        id="pointwise first",
    ),
    pytest.param(
        (4, 9, 8),
        {"spatially_separable_conv": 5, "kernel": [3, 4], "between": 3, "stride": 2, "padding": ["half", "same"]},
        [
            {"conv": 3, "kernel": [3, 1], "stride": [2, 1], "padding": [1, 0], "bias": False},
            {"conv": 5, "kernel": [1, 4], "stride": [1, 2], "padding": [0, "same"]},
        ],
        lambda w: [{"kernel": w["kernel_h"]}, {"kernel": w["kernel_w"], "bias": w["bias"]}],
        id="one axis after another",
    ),
    pytest.param(
        (3, 6, 5),
        {"conv": 4, "kernel": 3, "tiled": [4, 3]},
        [{"local": 4, "kernel": 3}],
        lambda w: [{"kernel": w["kernel"], "bias": np.moveaxis(w["bias"], -1, 0)}],
        id="as many banks as places: Goodfellow et al. 2016, figure 9.16",
    ),
    pytest.param(
        (4, 9, 8),
        {"conv_map": [[0, 1, 2, 3], [0, 1, 2, 3]], "kernel": 3},
        [{"conv": 2, "kernel": 3}],
        lambda w: [{"kernel": w["kernel"].reshape(2, 4, 3, 3), "bias": w["bias"]}],
        id="a full table",
    ),
    pytest.param(
        (4, 3, 5),
        {"dense": 6, "as_conv": True},
        [{"conv": 6, "kernel": [3, 5]}],
        lambda w: [w],
        id="dense as a convolution",
    ),
    pytest.param(
        (4, 3, 5),
        {"dense": 6, "as_conv": True},
        ["flatten", {"dense": 6}],
        lambda w: [{}, {"kernel": w["kernel"].reshape(6, -1), "bias": w["bias"]}],
        id="dense as a convolution, flattened",
    ),
]


@pytest.mark.parametrize(("given", "layer", "others", "weights"), MADE_OF)
def test_a_layer_is_what_it_is_made_of(given, layer, others, weights):
    one, many = network(layer, given=given), network(*others, given=given)
    own = tensors(one.nodes[0])
    x = noise(2, *given)
    y = one.nodes[0].layer.forward(x, weights=own)
    for node, tensor in zip(many, weights(own), strict=True):
        x = node.layer.forward(x, weights=tensor)
    np.testing.assert_allclose(y.reshape(x.shape), x, rtol=1e-12)
    whole, parts = sc.analyze(one), sc.analyze(many)
    assert (whole.params, whole.macs, whole.ops) == (parts.params, parts.macs, parts.ops)
    if "dense" not in layer:
        assert whole.activation_bytes == parts.activation_bytes
        assert list(list(whole)[-1].field.values()) == list(list(parts)[-1].field.values())


def test_filters_shared_by_all_places_make_a_local_layer_a_convolution():
    local = network({"local": 4, "kernel": 3, "stride": 2, "padding": "same"}, given=(3, 7, 6)).nodes[0]
    conv = network({"conv": 4, "kernel": 3, "stride": 2, "padding": "same"}, given=(3, 7, 6)).nodes[0]
    shared, x = tensors(conv), noise(2, 3, 7, 6)
    weights = {
        "kernel": np.broadcast_to(shared["kernel"], tuple(local.weights["kernel"])),
        "bias": np.broadcast_to(shared["bias"][:, None, None], tuple(local.weights["bias"])),
    }
    np.testing.assert_allclose(
        local.layer.forward(x, weights=weights), conv.layer.forward(x, weights=shared), rtol=1e-12
    )


# at the peak its input, what is made between, and its output: 4·8·8, 6·8·8 or as said, 10·8·8 numbers
INNER = [
    pytest.param({"separable_conv": 10, "kernel": 3, "padding": 1}, 4 * 64, id="depthwise first"),
    pytest.param(
        {"separable_conv": 10, "kernel": 3, "padding": 1, "order": "pointwise_first"}, 10 * 64, id="pointwise first"
    ),
    pytest.param(
        {"spatially_separable_conv": 10, "kernel": 3, "padding": 1, "between": 6}, 6 * 64, id="between two axes"
    ),
]


@pytest.mark.parametrize(("layer", "numbers"), INNER)
def test_what_is_made_between_two_steps_is_counted(layer, numbers):
    whole = answer(layer, given=(4, 8, 8))
    assert whole.peak_bytes == 4 * (4 * 64 + numbers + 10 * 64)
    assert whole.activation_bytes == whole.peak_bytes


# by the probe: layers on two axes, seen along each


SEEN = [
    {"depthwise": [3, 2], "stride": [2, 1], "multiplier": 2},
    {"separable_conv": 2, "kernel": [3, 2], "stride": [1, 3], "padding": [1, 0]},
    {"separable_conv": 2, "kernel": 3, "padding": "same", "order": "pointwise_first"},
    {"spatially_separable_conv": 2, "kernel": [3, 5], "stride": [3, 2], "padding": "half"},
    {"local": 2, "kernel": [2, 3], "stride": 2},
    {"conv": 2, "kernel": 3, "tiled": 2, "flip": True, "padding": [[1, 0], "same"]},
    {"conv_map": [[0], [1]], "kernel": 3, "padding": "half"},
    {"filter": "edge4", "stride": [2, 1], "padding": "same"},
    {"dense": 3, "as_conv": True},
]


@pytest.mark.parametrize("layer", SEEN, ids=str)
def test_a_layer_sees_what_its_field_says(layer):
    graph = network(layer, given=(2, 9, 8))
    fields = list(sc.analyze(graph).layers[0].field.values())
    for axis, (n, nominal) in enumerate(zip((9, 8), fields, strict=True)):
        seen = []
        for cell in range(n):
            x = np.ones((1, 2, 9, 8))
            x[(0, slice(None), *(slice(None),) * axis, cell)] = np.nan
            y = np.isnan(walk(graph, x)[graph.nodes[-1].name])[0]
            seen.append(y.any(axis=(0, 2 - axis)))
        first = np.argmax(seen, axis=0)
        last = n - 1 - np.argmax(seen[::-1], axis=0)
        places = range(len(first))
        assert first.tolist() == [max(0, nominal.first + i * nominal.jump) for i in places]
        assert last.tolist() == [min(n - 1, nominal.last + i * nominal.jump) for i in places]


def test_a_filter_of_a_table_sees_no_channel_that_it_is_not_connected_to():
    graph = network({"conv_map": [[0], [1, 2]], "kernel": 3}, given=(3, 9, 9))
    x = np.ones((1, 3, 9, 9))
    x[0, 2] = np.nan
    assert np.isnan(walk(graph, x)["conv_map1"]).any(axis=(0, 2, 3)).tolist() == [False, True]


def test_a_transposed_convolution_of_stride_one_under_same_is_seen_exactly():
    whole = answer({"conv_transpose": 1, "kernel": 4, "padding": "same"}, given=(1, 9))
    (field,) = whole["conv_transpose1"].field.values()
    # 12 cells, of which the first and the last two are cut off: cell o gathers the cells o − 2 … o + 1
    assert (field.first, field.last, field.jump) == (-2, 1, 1)
