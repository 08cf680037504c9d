"""Layers that read sequences, in many settings; embeddings with them."""

from tests.kinds.inputs import FLAT, IMAGE, LINE

EVERY = [
    (LINE, {"": 5}),
    (LINE, {"": 5, "layers": 3}),
    (LINE, {"": 5, "bidirectional": True}),
    (LINE, {"": 5, "bidirectional": True, "layers": 2, "returns": "last"}),
    (LINE, {"": 5, "returns": "last"}),
    (LINE, {"": 5, "returns": "sequence", "bias": False}),
    (LINE, {"": 5, "biases": "one"}),
    (LINE, {"": 5, "biases": "one", "bias": False, "layers": 2}),
    ((4, 1), {"": 3, "biases": "two", "bidirectional": True}),
    ((1, 6), {"": 1, "layers": 2, "returns": "last"}),
]

SETTINGS = {
    "embedding": [
        (FLAT, {"": 5, "vocabulary": 3}),
        ((1, 9), {"": 5, "vocabulary": 300}),
        ((1, 4, 5), {"": 2, "vocabulary": 7}),
        ((1, 2, 3, 4), {"": 1, "vocabulary": 3}),
    ],
    "rnn": [
        *EVERY,
        (LINE, {"": 5, "nonlinearity": "relu"}),
        (LINE, {"": 5, "nonlinearity": "tanh", "bidirectional": True}),
    ],
    "gru": EVERY,
    "lstm": [
        *EVERY,
        (LINE, {"": 5, "projection": 2}),
        (LINE, {"": 5, "projection": 4, "layers": 2, "bidirectional": True}),
        (LINE, {"": 5, "projection": 1, "returns": "last", "biases": "one"}),
    ],
}

RANKS = {"embedding": {0, 1, 2, 3}, "rnn": {1}, "gru": {1}, "lstm": {1}}

STEPS = (3, 5)
"""Five steps of three channels; four units make 20 states of them."""

OPS = [
    ("embedding", (1, 9), [{"embedding": 300, "vocabulary": 10_000}], {}),
    ("rnn", STEPS, [{"rnn": 4}], {"mac": 5 * 4 * (3 + 4), "tanh": 20, "add": 2 * 20}),
    (
        "rnn",
        STEPS,
        [{"rnn": 4, "nonlinearity": "relu", "bidirectional": True, "biases": "one"}],
        {"mac": 280, "compare": 40, "add": 40},
    ),
    # the second layer reads both directions of the first: 8 channels
    (
        "rnn",
        STEPS,
        [{"rnn": 4, "layers": 2, "bidirectional": True, "returns": "last", "bias": False}],
        {"mac": 2 * 5 * 4 * (3 + 4) + 2 * 5 * 4 * (8 + 4), "tanh": 80},
    ),
    # r and z are sigmoids, n a tanh; r·(…), (1 − z)·n and z·h; 1 − z, the two sums of h, that of n
    (
        "gru",
        STEPS,
        [{"gru": 4}],
        {"mac": 5 * 3 * 4 * 7, "exp": 40, "div": 40, "tanh": 20, "mul": 60, "add": 40 + 3 * 20 + 6 * 20},
    ),
    # the reset gate before the product: the sum of n is one of its MACs
    (
        "gru",
        STEPS,
        [{"gru": 4, "biases": "one"}],
        {"mac": 420, "exp": 40, "div": 40, "tanh": 20, "mul": 60, "add": 40 + 2 * 20 + 3 * 20},
    ),
    # i, f and o are sigmoids, g and the cell go through a tanh; f·c, i·g and o·tanh(c); one sum
    (
        "lstm",
        STEPS,
        [{"lstm": 4}],
        {"mac": 5 * 4 * 4 * 7, "exp": 60, "div": 60, "tanh": 40, "mul": 60, "add": 60 + 20 + 8 * 20},
    ),
    (
        "lstm",
        STEPS,
        [{"lstm": 4, "biases": "one"}],
        {"mac": 560, "exp": 60, "div": 60, "tanh": 40, "mul": 60, "add": 60 + 20 + 4 * 20},
    ),
    # two states instead of four, and four units brought to two at each step
    (
        "lstm",
        STEPS,
        [{"lstm": 4, "projection": 2, "bias": False}],
        {"mac": 5 * 16 * (3 + 2) + 5 * 4 * 2, "exp": 60, "div": 60, "tanh": 40, "mul": 60, "add": 80},
    ),
    # 100 steps, both directions, 51,200 states: 100·2·(4·256·128 + 4·256·256)
    (
        "lstm",
        (128, 100),
        [{"lstm": 256, "bidirectional": True}],
        {"mac": 78_643_200, "exp": 153_600, "div": 153_600, "tanh": 102_400, "mul": 153_600, "add": 614_400},
    ),
]

COUNTED = [
    ("mul", STEPS, {"rnn": 4, "nonlinearity": "relu"}, 5 * 4 * 7),
    ("mul", STEPS, {"rnn": 4, "nonlinearity": "relu", "layers": 2, "bidirectional": True}, 280 + 480),
]

FAULTS = [
    ("lstm", LINE, [{"lstm": 4, "layers": 10**17}], "E115", "`layers` of `lstm` is 100000000000000000"),
    (
        "embedding",
        IMAGE,
        [{"embedding": 8, "vocabulary": 100}],
        "E350",
        "layer `embedding1` looks up ids in 4×7×9",
    ),
    ("rnn", FLAT, [{"rnn": 8}], "E304", "layer `rnn1` walks along a flat input of 12"),
    ("gru", IMAGE, [{"gru": 8}], "E351", "layer `gru1` walks along one axis and gets 4×7×9"),
    ("lstm", LINE, [{"lstm": 8, "projection": 8}], "E352", "layer `lstm1` projects 8 units to 8 states"),
    ("lstm", LINE, [{"lstm": 8, "projection": 9}], "E352", "layer `lstm1` projects 8 units to 9 states"),
]

NO_FAULTS = set()


def torch_of(module, gives):
    """A recurrent module of torch with our weights, run on the input."""
    return f"""
m = nn.{module}
parts = {{"input": "weight_ih", "recurrent": "weight_hh", "projection": "weight_hr",
         "input_bias": "bias_ih", "recurrent_bias": "bias_hh", "bias": "bias_ih"}}
state = {{name: torch.zeros_like(value) for name, value in m.state_dict().items()}}
for name, value in w.items():
    _, layer, way, part = name.split(".")
    state[f"{{parts[part]}}_l{{layer[5:]}}" + ("_reverse" if way == "backward" else "")] = value
m.load_state_dict(state)
all, ends = m(x.permute(2, 0, 1))
y = {gives}
"""


SEQUENCE = "all.permute(1, 2, 0)"

ORACLES = [
    (
        "embedding",
        "{input: [1, 6], layers: [{embedding: 4, vocabulary: 20}]}\n",
        "y = F.embedding(x[:, 0].long(), w['embedding1.table']).transpose(1, 2)",
    ),
    ("rnn", "{input: [3, 5], layers: [{rnn: 4}]}\n", torch_of("RNN(3, 4)", SEQUENCE)),
    (
        "rnn with a rectifier, two layers",
        "{input: [3, 5], layers: [{rnn: 4, nonlinearity: relu, layers: 2}]}\n",
        torch_of("RNN(3, 4, 2, nonlinearity='relu')", SEQUENCE),
    ),
    ("gru", "{input: [3, 5], layers: [{gru: 4}]}\n", torch_of("GRU(3, 4)", SEQUENCE)),
    (
        "gru both ways, two layers, the ends",
        "{input: [3, 5], layers: [{gru: 4, layers: 2, bidirectional: yes, returns: last}]}\n",
        torch_of("GRU(3, 4, 2, bidirectional=True)", "torch.cat([ends[-2], ends[-1]], 1)"),
    ),
    (
        "gru without biases",
        "{input: [3, 5], layers: [{gru: 4, bias: no}]}\n",
        torch_of("GRU(3, 4, bias=False)", SEQUENCE),
    ),
    (
        "gru with its reset before the product",
        "{input: [3, 5], layers: [{gru: 4, biases: one}]}\n",
        """
W, U, b = (w[f"gru1.layer0.forward.{name}"] for name in ("input", "recurrent", "bias"))
h, steps = torch.zeros(2, 4), []
for t in range(5):
    a = x[:, :, t] @ W.T + b
    r = torch.sigmoid(a[:, :4] + h @ U[:4].T)
    z = torch.sigmoid(a[:, 4:8] + h @ U[4:8].T)
    n = torch.tanh(a[:, 8:] + (r * h) @ U[8:].T)
    h = (1 - z) * n + z * h
    steps.append(h)
y = torch.stack(steps, 2)
""",
    ),
    ("lstm", "{input: [3, 5], layers: [{lstm: 4}]}\n", torch_of("LSTM(3, 4)", SEQUENCE)),
    (
        "lstm both ways, two layers",
        "{input: [3, 5], layers: [{lstm: 4, layers: 2, bidirectional: yes}]}\n",
        torch_of("LSTM(3, 4, 2, bidirectional=True)", SEQUENCE),
    ),
    (
        "lstm both ways, the ends",
        "{input: [3, 5], layers: [{lstm: 4, bidirectional: yes, returns: last}]}\n",
        torch_of("LSTM(3, 4, bidirectional=True)", "torch.cat([ends[0][-2], ends[0][-1]], 1)"),
    ),
    (
        "lstm with a projection, both ways, two layers",
        "{input: [3, 5], layers: [{lstm: 4, projection: 2, layers: 2, bidirectional: yes}]}\n",
        torch_of("LSTM(3, 4, 2, bidirectional=True, proj_size=2)", SEQUENCE),
    ),
    (
        "lstm with one bias, as Keras",
        "{input: [3, 5], layers: [{lstm: 4, biases: one, returns: last}]}\n",
        torch_of("LSTM(3, 4)", "ends[0][0]"),
    ),
]
