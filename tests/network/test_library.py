"""What the shipped blocks compute, held against the modules they stand for."""

import numpy as np
import pytest

import shapecalc as sc
from tests.by_hand import answer, network
from tests.oracles import ours

# torchvision 0.28.0, ops.SqueezeExcitation: channels, squeezed, map -> parameters, and MACs by torch's flop counter
TORCHVISION = [
    pytest.param(64, 4, (56, 56), 580, 512, id="(64,4)"),
    pytest.param(72, 24, (28, 28), 3_552, 3_456, id="(72,24)"),
    pytest.param(672, 168, (14, 14), 226_632, 225_792, id="(672,168)"),
    pytest.param(5, 1, (3, 2), 16, 10, id="(5,1)"),
]


@pytest.mark.parametrize(("c", "squeezed", "places", "params", "macs"), TORCHVISION)
def test_squeeze_and_excitation_costs_what_torchvisions_does(c, squeezed, places, params, macs):
    whole = answer({"SqueezeExcite": squeezed}, given=(c, *places))
    assert (whole.params, whole.macs) == (params, macs)
    assert whole["SqueezeExcite1"].output == (c, *places)


# the same module, with this project's patterns for weights (two rows of 4, …) and for its two examples of 4×2×3
GIVEN_BY_TORCHVISION = [
    *(0.212572449, 0.0170057959, -0.161555061, 0.195566653, 0.0510173878, -0.0765260817, -0.14160506, 0.180224622),
    *(0.12229528, 0.0772391239, 0.0450561556, 0.0257463746, 0.0280076163, 0.0373434884, 0.0653511047, 0.112030465),
    *(0.17738157, 0.261404419, -0.171351082, -0.0700981698, 0.0467321132, 0.179139767, -0.147985025, 0.0155773711),
    *(0.214223366, -0.094258281, 0.137102954, -0.137102954, 0.12853402, -0.11139615, 0.141131989, -0.0128301808),
    *(-0.15396217, 0.109056537, -0.00641509041, -0.109056537, 0.281292308, 0.168775385, 0.0750112821, 0.0),
    *(-0.0562584616, -0.0937641026, -0.0933310119, -0.0933310119, -0.0777758433, -0.046665506, 0.0, 0.0622206746),
]


def test_squeeze_and_excitation_gives_what_torchvisions_does():
    y = ours("{input: [4, 2, 3], layers: [SqueezeExcite: 2]}\n")
    assert y.shape == (2, 4, 2, 3)
    np.testing.assert_allclose(y.ravel(), GIVEN_BY_TORCHVISION, atol=1e-8)


@pytest.mark.parametrize("places", [(9,), (4, 5), (2, 3, 4)], ids=["sequence", "image", "volume"])
def test_squeeze_and_excitation_takes_maps_of_any_rank(places):
    whole = answer({"conv": 6, "kernel": 1}, {"SqueezeExcite": "channels // 3"}, given=(2, *places))
    assert whole["SqueezeExcite1"].output == (6, *places)
    assert whole["SqueezeExcite1"].params == 6 * 2 + 2 + 2 * 6 + 6


def test_squeeze_and_excitation_spends_a_mean_two_dense_layers_and_a_product():
    ops = answer({"SqueezeExcite": {"squeezed": 2, "gate": "hard_sigmoid"}}, given=(4, 3, 5)).ops
    # 14 adds and a mul for each mean; biases; 60 products; hard sigmoid: an add, two compares and a mul each
    assert ops == {
        "mac": 8 + 8,
        "add": 4 * 14 + 2 + 4 + 4,
        "mul": 4 + 4 + 60,
        "compare": 2 + 8,
    }


def test_squeeze_and_excitation_takes_its_activations_by_name():
    graph = network({"SqueezeExcite": {"squeezed": 2, "activation": "silu", "gate": "tanh"}}, given=(4, 3, 5))
    kinds = ["global_avgpool", "dense", "silu", "dense", "tanh", "multiply"]
    assert [node.kind for node in graph] == kinds


def test_squeeze_and_excitation_needs_a_map():
    with pytest.raises(sc.SpecError, match="E304"):
        network({"SqueezeExcite": 2}, given=(8,))
