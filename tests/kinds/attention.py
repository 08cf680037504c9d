"""Attention in many settings."""

from tests.kinds.inputs import FLAT, IMAGE

WORDS, ROWS, BOXES = (12, 7), (6, 4, 9), (4, 2, 3, 4)


def to_memory(given, layer, **memory):
    """A layer that reads a memory made of the input."""
    return (given, [{"name": "m", **memory}, {**layer, "from": "input", "memory": "m"}])


SETTINGS = {
    "attention": [
        (WORDS, {"": 3}),
        (WORDS, {"": 1}),
        (WORDS, {"": 4, "kv_heads": 2}),
        (WORDS, {"": 6, "kv_heads": 1, "head_size": 3, "bias": False}),
        (WORDS, {"": 5, "head_size": 2, "dim": 8}),
        (WORDS, {"": 2, "bias": False, "out_bias": True}),
        (WORDS, {"": 2, "bias": True, "out_bias": False, "dim": 1}),
        (WORDS, {"": 3, "causal": True}),
        (WORDS, {"": 4, "causal": True, "kv_heads": 2, "relative_positions": [7]}),
        (ROWS, {"": 2, "relative_positions": 3}),
        (ROWS, {"": 3, "relative_positions": [9, 1], "causal": False}),
        (ROWS, {"": 3, "causal": True}),
        (BOXES, {"": 2, "relative_positions": "2x2"}),
        ((4, 1), {"": 2}),
        to_memory(WORDS, {"attention": 3}, conv=5, kernel=3),
        to_memory(WORDS, {"attention": 3, "kv_heads": 1}, conv=5, kernel=1, stride=7),
        to_memory(WORDS, {"attention": 3, "causal": True, "relative_positions": [7]}, conv=5, kernel=1),
        to_memory(ROWS, {"attention": 3}, conv=5, kernel=[1, 2], stride=[1, 2]),
    ],
}

SHORT = (4, 3)
"""Three places of four channels; two heads of two numbers have 18 scores in 6 rows."""

OPS = [
    # four projections of 3·4·4, then 2·3·3·2 twice; softmax: 2 compares and 2 sums a row; biases: four of 12
    (
        "attention",
        SHORT,
        [{"attention": 2}],
        {"mac": 4 * 48 + 2 * 36, "mul": 12, "compare": 12, "add": 18 + 12 + 48, "exp": 18, "div": 18},
    ),
    (
        "attention",
        SHORT,
        [{"attention": 2, "bias": False, "causal": True}],
        {"mac": 264, "mul": 12, "compare": 12, "add": 30, "exp": 18, "div": 18},
    ),
    # one head of keys and values: 3·4·2 each; its biases are 6 and 6, the queries' 12
    (
        "attention",
        SHORT,
        [{"attention": 2, "kv_heads": 1, "out_bias": False}],
        {"mac": 48 + 24 + 24 + 48 + 72, "mul": 12, "compare": 12, "add": 30 + 24, "exp": 18, "div": 18},
    ),
    # queries of 2·5 numbers, 6 channels out, a bias on them alone, and one on each of the scores
    (
        "attention",
        SHORT,
        [{"attention": 2, "head_size": 5, "dim": 6, "bias": False, "out_bias": True, "relative_positions": [3]}],
        {"mac": 3 * 3 * 40 + 3 * 60 + 2 * 90, "mul": 30, "compare": 12, "add": 30 + 18 + 18, "exp": 18, "div": 18},
    ),
    # two windows, each as SHORT
    (
        "attention",
        (4, 2, 3),
        [{"attention": 2}],
        {"mac": 528, "mul": 24, "compare": 24, "add": 156, "exp": 36, "div": 36},
    ),
    # a memory of 2 places and 5 channels: 2·5·4 for keys and for values, 2·3·2·2 for scores and for mixing
    (
        "attention",
        SHORT,
        [{"name": "m", "conv": 5, "kernel": 2}, {"attention": 2, "from": "input", "memory": "m"}],
        {"mac": 48 + 40 + 40 + 24 + 24 + 48, "mul": 12, "compare": 6, "add": 12 + 6 + 12 + 8 + 8 + 12, "exp": 12}
        | {"div": 12},
    ),
]

COUNTED = []

FAULTS = [
    ("attention", FLAT, [{"attention": 2}], "E304", "layer `attention1` attends along a flat input of 12"),
    ("attention", WORDS, [{"attention": 5}], "E353", "layer `attention1` splits 12 channels into 5 heads"),
    (
        "attention",
        WORDS,
        [{"attention": 4, "kv_heads": 3}],
        "E354",
        "layer `attention1` shares 3 heads of keys and values among 4 heads",
    ),
    (
        "attention",
        IMAGE,
        [{"name": "m", "conv": 4, "kernel": [2, 1]}, {"attention": 2, "from": "input", "memory": "m"}],
        "E355",
        "layer `attention1` attends from 4×7×9 to 4×6×9",
    ),
    (
        "attention",
        WORDS,
        [{"attention": 2, "relative_positions": 3}],
        "E356",
        "layer `attention1` has relative positions for 3×3 places and attends from 7 to 7",
    ),
    (
        "attention",
        WORDS,
        [{"name": "m", "conv": 4, "kernel": 3}, {"attention": 2, "causal": True, "from": "input", "memory": "m"}],
        "E357",
        "layer `attention1` is causal, and has 7 places and a memory of 5",
    ),
]

NO_FAULTS = set()

MODULE = """
t = {name.split(".")[1]: value for name, value in w.items()}
m = nn.MultiheadAttention(6, 2, batch_first=True)
m.in_proj_weight.data = torch.cat([t["query"], t["key"], t["value"]])
m.in_proj_bias.data = torch.cat([t["query_bias"], t["key_bias"], t["value_bias"]])
m.out_proj.weight.data, m.out_proj.bias.data = t["out"], t["out_bias"]
s = x.transpose(1, 2)
"""

BY_HAND = """
t = {name.split(".")[1]: value for name, value in w.items()}
def heads(of, name, count):
    y = F.linear(of.movedim(1, -1), t[name], t.get(name + "_bias"))
    return y.unflatten(-1, (count, -1)).movedim(-2, 1)
def joined(y):
    return F.linear(y.movedim(1, -2).flatten(-2), t["out"], t.get("out_bias")).movedim(-1, 1)
"""

# as in Swin: microsoft/Swin-Transformer, models/swin_transformer.py, WindowAttention
SWIN = """
coords = torch.stack(torch.meshgrid(torch.arange(2), torch.arange(3), indexing="ij")).flatten(1)
relative = (coords[:, :, None] - coords[:, None, :]).permute(1, 2, 0).contiguous()
relative[:, :, 0] += 2 - 1
relative[:, :, 1] += 3 - 1
relative[:, :, 0] *= 2 * 3 - 1
bias = t["offsets"][relative.sum(-1).view(-1)].view(6, 6, -1).permute(2, 0, 1).contiguous()
q, k, v = (heads(x, name, 2) for name in ("query", "key", "value"))
y = joined(F.scaled_dot_product_attention(q, k, v, attn_mask=bias[:, None]))
"""

ORACLES = [
    (
        "attention as a module",
        "{input: [6, 4], layers: [{attention: 2}]}\n",
        MODULE + "y = m(s, s, s)[0].transpose(1, 2)",
    ),
    (
        "causal attention as a module",
        "{input: [6, 4], layers: [{attention: 2, causal: yes}]}\n",
        MODULE
        + "mask = nn.Transformer.generate_square_subsequent_mask(4)\ny = m(s, s, s, attn_mask=mask)[0].transpose(1, 2)",
    ),
    (
        "attention to a memory of other channels",
        "{inputs: {a: [6, 4], b: [5, 3]}, layers: [{attention: 3, from: a, memory: b, bias: no, dim: 2}]}\n",
        BY_HAND
        + """
q, k, v = heads(xs["a"], "query", 3), heads(xs["b"], "key", 3), heads(xs["b"], "value", 3)
y = joined(F.scaled_dot_product_attention(q, k, v))
""",
    ),
    (
        "grouped queries",
        "{input: [8, 4], layers: [{attention: 4, kv_heads: 2, head_size: 3, causal: yes}]}\n",
        BY_HAND
        + """
q, k, v = heads(x, "query", 4), heads(x, "key", 2), heads(x, "value", 2)
y = joined(F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True))
""",
    ),
    (
        "windows with relative positions",
        "{input: [4, 2, 6], layers: [{attention: 2, relative_positions: [2, 3]}]}\n",
        BY_HAND + SWIN,
    ),
]
