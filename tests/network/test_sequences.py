"""Recurrent networks and transformers against published figures, and the blocks they are made of."""

import pytest

import shapecalc as sc
from tests.by_hand import answer, network

# source: input, layer -> parameters
PARAMETERS = [
    ("torch.nn.RNN(10, 20, 2)", (10, 5), {"rnn": 20, "layers": 2}, 1_480),
    ("torch.nn.GRU(10, 20, 2)", (10, 5), {"gru": 20, "layers": 2}, 4_440),
    ("torch.nn.LSTM(10, 20, 2)", (10, 5), {"lstm": 20, "layers": 2}, 5_920),
    ("torch.nn.LSTM(10, 20, 2, proj_size=5)", (10, 5), {"lstm": 20, "layers": 2, "projection": 5}, 2_520),
    ("torch.nn.LSTM(128, 256, bidirectional=True)", (128, 100), {"lstm": 256, "bidirectional": True}, 790_528),
    # documented of each: a kernel and a recurrent kernel of 4·units, and one bias
    ("keras.layers.LSTM(32) on 8", (8, 10), {"lstm": 32, "biases": "one"}, 5_248),
    ("keras.layers.SimpleRNN(32) on 8", (8, 10), {"rnn": 32, "biases": "one"}, 1_312),
    # 3·(1·13 + 13·13) and two biases of 3·13; one of them with reset_after=False
    ("keras.layers.GRU(13) on 1", (1, 3), {"gru": 13}, 624),
    ("keras.layers.GRU(13, reset_after=False) on 1", (1, 3), {"gru": 13, "biases": "one"}, 585),
    ("torch.nn.MultiheadAttention(512, 8)", (512, 10), {"attention": 8}, 1_050_624),
    # 4 projections of 96·96 with their biases, 13·13 offsets for each of 3 heads
    ("Swin-T, a window of the first stage", (96, 64, 49), {"attention": 3, "relative_positions": 7}, 37_755),
    # 4096·4096 twice and 1024·4096 twice
    ("LLaMA 3 8B, grouped queries", (4096, 8), {"attention": 32, "kv_heads": 8, "bias": False}, 41_943_040),
    ("LLaMA 2 7B, feed-forward", (4096, 8), {"GatedMlp": 11_008}, 135_266_304),
    ("torchvision: vit_b_16.encoder.layers[0]", (768, 197), {"Transformer": 12}, 7_087_872),
]


@pytest.mark.parametrize(("given", "layer", "params"), [pytest.param(*row[1:], id=row[0]) for row in PARAMETERS])
def test_a_layer_has_as_many_parameters_as_elsewhere(given, layer, params):
    assert answer(layer, given=given).params == params


def test_the_bidirectional_lstm_of_keras_has_the_printed_parameters():
    """Keras documentation, code examples: Bidirectional LSTM on IMDB, the summary of the model."""
    lstm = {"lstm": 64, "bidirectional": True, "biases": "one"}
    layers = [{"embedding": 128, "vocabulary": 20_000}, lstm, {**lstm, "returns": "last"}, {"dense": 1}]
    whole = answer(*layers, given=(1, 200))
    assert [layer.params for layer in whole] == [2_560_000, 98_816, 98_816, 129]
    assert [layer.output for layer in whole] == [(128, 200), (128, 200), (128,), (1,)]
    assert whole.params == 2_757_761


BLSTM = {"name": "lstm1", "lstm": 256, "bidirectional": True}


def test_a_recurrent_layer_multiplies_at_every_step_and_in_both_directions():
    whole = answer(BLSTM, given=(128, 100))
    assert whole.macs == 100 * 2 * (4 * 256 * 128 + 4 * 256 * 256) == 78_643_200
    assert answer(BLSTM, given=(128, 1)).macs == 786_432
    assert answer({**BLSTM, "layers": 2}, given=(128, 100)).macs == 78_643_200 + 100 * 2 * 4 * 256 * (512 + 256)


def test_the_products_of_a_recurrent_layer_explain_themselves():
    text = sc.explain(answer(BLSTM, given=(128, 100))["lstm1"].macs)
    assert text.splitlines()[:3] == [
        "recurrent_macs = steps·directions·gates·units·(inputs + states)",
        "               = 100·2·4·256·(128 + 256)",
        "               = 78,643,200",
    ]


def test_the_layers_of_a_stack_hand_on_whole_sequences_that_are_held():
    """Two sequences of 2·5 numbers over 7 steps between three layers, and the output's."""
    stack = answer({"gru": 5, "layers": 3, "bidirectional": True}, given=(4, 7))
    assert stack.activation_bytes == 4 * (4 * 7 + 3 * 10 * 7)
    assert stack.peak_bytes == stack.activation_bytes
    last = answer({"gru": 5, "layers": 3, "bidirectional": True, "returns": "last"}, given=(4, 7))
    assert last.activation_bytes == 4 * (4 * 7 + 2 * 10 * 7 + 10)


def test_attention_holds_its_queries_keys_values_scores_and_mixed_heads():
    (layer,) = answer({"attention": 12}, given=(768, 197))
    assert layer.activation_bytes == 4 * (5 * 768 * 197 + 12 * 197 * 197)


def test_a_transformer_block_costs_what_is_worked_out_by_hand():
    whole = answer({"Transformer": 12}, given=(768, 197))
    projections, scores, dense = 4 * 197 * 768 * 768, 197 * 197 * 768, 2 * 197 * 768 * 3072
    assert whole.macs == projections + 2 * scores + dense == 1_453_954_560
    assert whole.outputs == {"Transformer1.residual2": (768, 197)}


def test_the_encoder_of_vit_has_the_published_figures():
    """torchvision, vit_b_16: 86,567,656 parameters and 17.564 GMACs, with what stands around the encoder."""
    encoder = answer({"Transformer": 12, "repeat": 12}, {"layernorm": None}, given=(768, 197))
    patches, class_token, positions, head = (3 * 16 * 16 + 1) * 768, 768, 197 * 768, 769 * 1000
    assert encoder.params + patches + class_token + positions + head == 86_567_656
    macs = encoder.macs + 14 * 14 * 768 * 3 * 16 * 16 + 768 * 1000
    assert f"{macs / 1e9:.3f}" == "17.564"


def test_the_parameters_of_a_block_take_what_comes_in_unless_they_are_given():
    assert answer("Mlp", given=(6, 5)).params == 6 * 24 + 24 + 24 * 6 + 6
    assert answer({"Mlp": {"hidden": 8, "c": 3, "bias": False}}, given=(6, 5)).params == 6 * 8 + 8 * 3
    assert answer({"Mlp": 8}, given=(6, 4, 4)).outputs == {"Mlp1.dense2": (6, 4, 4)}
    gated = answer({"GatedMlp": {"hidden": 4, "activation": "gelu", "bias": True}}, given=(6, 5))
    assert gated.params == 2 * (6 * 4 + 4) + 4 * 6 + 6
    assert [layer.kind for layer in gated] == ["dense", "gelu", "dense", "multiply", "dense"]


def test_a_block_may_be_causal():
    blocks = network({"Transformer": {"heads": 2, "causal": True, "hidden": 3}}, given=(4, 5))
    (attention,) = (node.layer for node in blocks if node.kind == "attention")
    assert attention.causal
