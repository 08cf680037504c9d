"""Rules about what follows what, and who reads whom."""

import math

import pytest

from tests.linting.looking import found, labels, messages

TOP = ["flatten", {"dense": 10}]


@pytest.mark.parametrize(
    "pair",
    [("relu", "relu"), ("relu", "tanh"), ("relu", "softmax"), ("sigmoid", "relu"), ("relu6", "log_softmax")],
)
def test_activations_on_each_other_are_told(pair):
    assert len(messages("SC401", *TOP, *pair)) == 1
    assert len(messages("SC401", *TOP, pair[0], "dropout", pair[1])) == 1


@pytest.mark.parametrize(
    "pair", [("tanh", "softmax"), ("softplus", "tanh"), ("log_softmax", "exp"), ("gelu", "softmax")]
)
def test_activations_that_are_parts_of_something_are_not(pair):
    assert messages("SC401", *TOP, *pair) == []


def test_what_is_added_between_is_something_between():
    path = {"residual": [{"conv": 8, "kernel": 3, "padding": 1, "activation": "relu"}], "activation": "relu"}
    assert messages("SC401", path) == []


def test_an_activation_of_the_defaults_is_told_at_the_layer():
    (finding,) = found("SC401", "flatten", {"dense": 10}, "relu", defaults={"dense": {"activation": "relu"}})
    assert finding.diagnostic.route == ("layers", 2)


# of n equal shares all but one 0: the second softmax gives e / (e + n − 1)
@pytest.mark.parametrize("n", [2, 10, 1000])
def test_no_class_gets_more_than_a_softmax_of_shares_allows(n):
    shares = [1.0] + [0.0] * (n - 1)
    most = math.exp(shares[0]) / sum(map(math.exp, shares))
    (label,) = labels("SC402", "flatten", {"dense": n, "activation": "softmax"}, "softmax")
    assert label == f"none of {n:,} classes can get more than {100 * most:.1f} %"


def test_the_classes_of_mnist_get_23_percent_at_most():
    assert "23.2 %" in labels("SC402", *TOP, "softmax", "softmax")[0]


def test_a_softmax_of_one_is_told_and_a_pair_of_them_once():
    one = ["flatten", {"dense": 1}, "softmax", "softmax"]
    assert len(messages("SC405", *one)) == 2
    assert messages("SC402", *one) == []


def test_a_dropout_at_the_end_is_told_and_one_before_the_last_layer_not():
    assert messages("SC403", *TOP, {"dropout": 0.25}) == ["`dropout1` drops 25 % of an answer of 10 numbers"]
    assert len(messages("SC403", *TOP, "dropout", "softmax")) == 1
    assert messages("SC403", "flatten", "dropout", {"dense": 10}) == []
    assert messages("SC403", *TOP, {"dropout": 0}) == []
    assert messages("SC403", "dropout") == []  # there is no layer that it could be the last of


def test_dropout_before_batch_norm_says_by_how_much_the_variance_shifts():
    layers = [{"conv": 8, "kernel": 3}, {"dropout": 0.2}, "batchnorm"]
    (message,) = messages("SC404", *layers)
    assert message.endswith("learns a variance 1.25 times that at inference")
    assert messages("SC404", {"conv": 8, "kernel": 3}, "dropout", "relu", "batchnorm") == []
    assert messages("SC404", {"conv": 8, "kernel": 3}, "dropout", "layernorm") == []


def test_what_nobody_reads_is_told_once_with_all_that_leads_to_it():
    layers = [
        {"name": "a", "conv": 8, "kernel": 3, "norm": "batch"},
        {"name": "b", "conv": 4, "kernel": 1},
        {"name": "c", "conv": 4, "kernel": 1},
        {"name": "d", "conv": 2, "kernel": 1, "from": "input"},
    ]
    (message,) = messages("SC502", *layers)
    # 8·8·9 + 8 + 16, 4·8 + 4, 4·4 + 4; 14·14 places of 8·8·9, 8·4 and 4·4
    assert message == (
        "the branch from `a` to `c` is read by nobody: 3 layers, 656 parameters and 122,304 MACs for nothing"
    )
    assert messages("SC501", *layers) == []
    assert messages("SC502", *layers, outputs=["c", "d"]) == []


def test_a_layer_with_its_norm_and_activation_is_one():
    unused = {"name": "a", "conv": 8, "kernel": 3, "norm": "batch", "activation": "relu"}
    assert len(messages("SC501", unused, {"conv": 8, "kernel": 3, "from": "input"})) == 1
    assert messages("SC502", unused, {"conv": 8, "kernel": 3, "from": "input"}) == []


def test_an_input_that_nobody_reads_is_told():
    text = "inputs: {left: [3, 8, 8], right: [3, 8, 8]}\nlayers: [{conv: 4, kernel: 3, from: left}]\n"
    assert messages("SC501", text) == ["no layer reads the input `right`, 3×8×8"]


@pytest.mark.parametrize(
    ("shape", "doubted"),
    [
        ([224, 224, 3], True),
        ([480, 640, 3], True),
        ([28, 28, 1], True),
        ([64, 64, 4], True),
        ([16, 112, 112, 3], True),
        ([3, 224, 224], False),
        ([512, 7, 3], False),
        ([64, 100, 1], False),  # a sequence of one column
        ([1, 64, 64, 4], False),
        ([224, 224], False),
        ({"H": 224, "W": 3, "C": 224}, False),  # as named
    ],
    ids=str,
)
def test_an_image_with_its_channels_last_is_doubted(shape, doubted):
    text = f"input: {shape}\nlayers: [relu]\n".replace("'", "")
    assert bool(messages("SC503", text)) is doubted
