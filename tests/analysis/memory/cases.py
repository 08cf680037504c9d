"""Layers of every kind, and the same in torch: what each keeps for the way back is in tests/data/saves.json."""

IMAGE = [6, 8, 8]


def same(kind, code=None):
    """A case of a kind without options on an image."""
    return kind, IMAGE, [kind], code or f"y = F.{kind}(x)"


def two(kind, sign):
    """A case of two inputs, and one of three of which one is spread."""
    second = {"name": "b", "permute": ["C", "W", "H"], "from": "input"}
    third = {"name": "c", "slice": {"start": 0, "stop": 1}, "from": "input"}
    code = "a, b, c = x, x.transpose(2, 3), x[:, :1]\n"
    step = sign if "(" in sign else f"{{}} {sign} {{}}"
    both = step.format("a", "b")
    return [
        (f"{kind} of two", IMAGE, [second, {kind: ["input", "b"]}], f"{code}y = {both}"),
        (
            f"{kind} of three",
            IMAGE,
            [second, third, {kind: ["input", "b", "c"]}],
            f"{code}y = {step.format(both, 'c')}",
        ),
    ]


NORMAL = "F.normalize({}, dim={})"
ATTENTION = """
s, (q, k, v, o) = x.transpose(1, 2).contiguous(), (p(6, 6) for _ in range(4))
Q, K, V = ((s @ m).unflatten(2, (2, 3)).transpose(1, 2) for m in (q, k, v))
"""
VLAD = """
c, a = p(4, 6), p(4, 6, 1, 1)
s, r = F.conv2d(x, a).softmax(1).flatten(2), x.flatten(2)[:, None] - c[None, :, :, None]
"""
CASES = [
    # convolutions and the full connection
    ("conv", IMAGE, [{"conv": 5, "kernel": 3}], "y = F.conv2d(x, p(5, 6, 3, 3), p(5))"),
    ("conv of a sequence", [6, 9], [{"conv": 5, "kernel": 3}], "y = F.conv1d(x, p(5, 6, 3))"),
    ("conv of a volume", [2, 5, 6, 7], [{"conv": 5, "kernel": 3}], "y = F.conv3d(x, p(5, 2, 3, 3, 3))"),
    ("conv_transpose", IMAGE, [{"conv_transpose": 5, "kernel": 3}], "y = F.conv_transpose2d(x, p(6, 5, 3, 3))"),
    ("depthwise", IMAGE, [{"depthwise": 3}], "y = F.conv2d(x, p(6, 1, 3, 3), groups=6)"),
    (
        "separable_conv",
        IMAGE,
        [{"separable_conv": 5, "kernel": 3}],
        "y = F.conv2d(F.conv2d(x, p(6, 1, 3, 3), groups=6), p(5, 6, 1, 1))",
    ),
    (
        "spatially_separable_conv",
        IMAGE,
        [{"spatially_separable_conv": 5, "kernel": 3, "between": 4}],
        "y = F.conv2d(F.conv2d(x, p(4, 6, 3, 1)), p(5, 4, 1, 3))",
    ),
    ("filter", IMAGE, [{"filter": "edge"}], "y = F.conv2d(x, b(6, 1, 3, 3), groups=6)"),
    ("dense", [6], [{"dense": 5}], "y = F.linear(x, p(5, 6), p(5))"),
    ("dense at each place", [6, 9], [{"dense": 5, "over": "channels"}], "y = F.linear(x.transpose(1, 2), p(5, 6))"),
    ("dense after flatten", IMAGE, ["flatten", {"dense": 5}], "y = F.linear(x.flatten(1), p(5, 384))"),
    ("rbf", [6], [{"rbf": 5}], "y = ((x[:, None] - b(5, 6)) ** 2).sum(2)"),
    ("embedding", [1, 9], [{"embedding": 5, "vocabulary": 7}], "y = F.embedding((x[:, 0] > 0).long(), p(7, 5))"),
    # pooling
    ("maxpool", IMAGE, [{"maxpool": 2}], "y = F.max_pool2d(x, 2)"),
    ("maxpool of a sequence", [6, 9], [{"maxpool": 2}], "y = F.max_pool1d(x, 2)"),
    ("maxpool of a volume", [2, 4, 4, 4], [{"maxpool": 2}], "y = F.max_pool3d(x, 2)"),
    ("avgpool", IMAGE, [{"avgpool": 2}], "y = F.avg_pool2d(x, 2)"),
    ("sumpool", IMAGE, [{"sumpool": 2}], "y = F.avg_pool2d(x, 2, divisor_override=1)"),
    ("lppool", IMAGE, [{"lppool": 2}], "y = F.lp_pool2d(x, 2.0, 2)"),
    ("lppool of p 3", IMAGE, [{"lppool": 2, "p": 3}], "y = F.lp_pool2d(x, 3.0, 2)"),
    ("global_maxpool", IMAGE, ["global_maxpool"], "y = F.adaptive_max_pool2d(x, 1)"),
    ("global_avgpool", IMAGE, ["global_avgpool"], "y = F.adaptive_avg_pool2d(x, 1)"),
    ("adaptive_avgpool", IMAGE, [{"adaptive_avgpool": 3}], "y = F.adaptive_avg_pool2d(x, 3)"),
    ("adaptive_avgpool of one bin", IMAGE, [{"adaptive_avgpool": 1}], "y = F.adaptive_avg_pool2d(x, 1)"),
    ("adaptive_maxpool", IMAGE, [{"adaptive_maxpool": 3}], "y = F.adaptive_max_pool2d(x, 3)"),
    ("spp", IMAGE, [{"spp": [1, 2]}], "y = torch.cat([F.adaptive_max_pool2d(x, k).flatten(1) for k in (1, 2)], 1)"),
    (
        "spp of means",
        IMAGE,
        [{"spp": [1, 2], "reduce": "avg"}],
        "y = torch.cat([F.adaptive_avg_pool2d(x, k).flatten(1) for k in (1, 2)], 1)",
    ),
    ("gem", IMAGE, ["gem"], "e = p(1)\ny = x.clamp(min=1e-6).pow(e).mean((2, 3)).pow(e.reciprocal())"),
    (
        "netvlad",
        IMAGE,
        [{"netvlad": 4}],
        f"{VLAD}y = (r * s[:, :, None]).sum(3)\ny = {NORMAL.format(NORMAL.format('y', 2) + '.flatten(1)', 1)}",
    ),
    # normalisation
    ("batchnorm", IMAGE, ["batchnorm"], "y = F.batch_norm(x, None, None, p(6), p(6), True)"),
    ("batchnorm of a row", [6], ["batchnorm"], "y = F.batch_norm(x, None, None, p(6), p(6), True)"),
    (
        "batchnorm, nothing trained",
        IMAGE,
        [{"batchnorm": {"affine": False}}],
        "y = F.batch_norm(x, None, None, training=True)",
    ),
    ("layernorm", IMAGE, ["layernorm"], "y = F.layer_norm(x.movedim(1, -1), (6,), p(6), p(6))"),
    (
        "layernorm of all",
        IMAGE,
        [{"layernorm": {"over": "all"}}],
        "y = F.layer_norm(x, (6, 8, 8), p(6, 8, 8), p(6, 8, 8))",
    ),
    ("groupnorm", IMAGE, [{"groupnorm": 3}], "y = F.group_norm(x, 3, p(6), p(6))"),
    ("instancenorm", IMAGE, ["instancenorm"], "y = F.instance_norm(x)"),
    (
        "instancenorm, trained",
        IMAGE,
        [{"instancenorm": {"affine": True}}],
        "y = F.instance_norm(x, weight=p(6), bias=p(6))",
    ),
    ("rmsnorm, nothing trained", IMAGE, [{"rmsnorm": {"affine": False}}], "y = F.rms_norm(x.movedim(1, -1), (6,))"),
    ("rmsnorm", IMAGE, ["rmsnorm"], "y = F.rms_norm(x.movedim(1, -1), (6,), p(6))"),
    ("lrn", IMAGE, ["lrn"], "y = F.local_response_norm(x, 5)"),
    ("l2norm", IMAGE, ["l2norm"], "y = F.normalize(x)"),
    ("l2norm of all", IMAGE, [{"l2norm": {"over": "all"}}], "y = F.normalize(x.flatten(1)).view_as(x)"),
    ("scale", IMAGE, [{"scale": 1, "shift": True}], "y = x * p(6, 1, 1) + p(6, 1, 1)"),
    ("layer_scale", IMAGE, ["layer_scale"], "y = x * p(6, 1, 1)"),
    # activations
    *(
        same(kind)
        for kind in ("relu", "relu6", "leaky_relu", "elu", "celu", "selu", "gelu", "silu", "mish", "softplus")
    ),
    *(same(kind, f"y = torch.{kind}(x)") for kind in ("sigmoid", "tanh", "exp")),
    *(same(kind, f"y = F.{kind}(x)") for kind in ("tanhshrink", "softsign")),
    *(
        same(kind, f"y = F.{kind.replace('_', '')}(x)")
        for kind in ("hard_swish", "hard_sigmoid", "hard_tanh", "log_sigmoid")
    ),
    ("gelu by tanh", IMAGE, [{"gelu": {"approximate": True}}], "y = F.gelu(x, approximate='tanh')"),
    same("threshold", "y = F.threshold(x, 1, 0)"),
    same("prelu", "y = F.prelu(x, p(6))"),
    same("squared_relu", "y = F.relu(x) ** 2"),
    same("quick_gelu", "y = x * torch.sigmoid(1.702 * x)"),
    same("softmax", "y = F.softmax(x, 1)"),
    same("log_softmax", "y = F.log_softmax(x, 1)"),
    same("glu", "y = F.glu(x, 1)"),
    *(
        ("glu by " + gate, IMAGE, [{"glu": gate}], f"y = x[:, :3] * F.{gate}(x[:, 3:])")
        for gate in ("silu", "gelu", "relu")
    ),
    ("maxout", IMAGE, [{"maxout": 3}], "y = x.reshape(-1, 2, 3, 8, 8).max(2)[0]"),
    ("relu, relu", IMAGE, ["relu", "relu"], "y = F.relu(F.relu(x))"),
    # several inputs
    *two("add", "+"),
    *two("subtract", "-"),
    *two("multiply", "*"),
    *two("divide", "/"),
    *two("maximum", "torch.maximum({}, {})"),
    *two("minimum", "torch.minimum({}, {})"),
    two("mean", "+")[0],
    ("concat", IMAGE, [{"name": "a", "relu": None}, {"concat": ["a", "input"]}], "y = torch.cat([F.relu(x), x], 1)"),
    (
        "matmul",
        [6, 8],
        [{"name": "a", "relu": None}, {"matmul": ["a", "input"], "transpose": "left"}],
        "y = F.relu(x).transpose(1, 2) @ x",
    ),
    (
        "attention",
        [6, 8],
        [{"attention": 2}],
        f"{ATTENTION}y = ((Q * 3**-0.5) @ K.transpose(2, 3)).softmax(3) @ V\ny = y.transpose(1, 2).flatten(2) @ o",
    ),
    # shapes, cuts, resizing, tokens: nothing, unless a later layer keeps what is a view of a larger one
    *(
        (name, IMAGE, [layer], code)
        for name, layer, code in (
            ("flatten", "flatten", "y = x.flatten(1)"),
            ("reshape", {"reshape": [3, 16, 8]}, "y = x.view(-1, 3, 16, 8)"),
            ("permute", {"permute": ["C", "W", "H"]}, "y = x.transpose(2, 3)"),
            ("unsqueeze", {"unsqueeze": "D"}, "y = x[:, :, None]"),
            ("identity", "identity", "y = x"),
            ("dropout", {"dropout": 0.5}, "y = torch.native_dropout(x, 0.5, True)[0]"),
            ("dropout of nothing", {"dropout": 0}, "y = F.dropout(x, 0.0)"),
            ("pad", {"pad": 1}, "y = F.pad(x, (1, 1, 1, 1))"),
            ("pad by reflection", {"pad": 1, "mode": "reflect"}, "y = F.pad(x, (1, 1, 1, 1), mode='reflect')"),
            ("pad by repetition", {"pad": 1, "mode": "replicate"}, "y = F.pad(x, (1, 1, 1, 1), mode='replicate')"),
            ("pad in a circle", {"pad": 1, "mode": "circular"}, "y = F.pad(x, (1, 1, 1, 1), mode='circular')"),
            ("crop", {"crop": 1}, "y = x[:, :, 1:-1, 1:-1]"),
            ("upsample", {"upsample": 2}, "y = F.interpolate(x, scale_factor=2)"),
            (
                "upsample, bilinear",
                {"upsample": 2, "mode": "bilinear"},
                "y = F.interpolate(x, scale_factor=2, mode='bilinear')",
            ),
            (
                "upsample, bicubic",
                {"upsample": 2, "mode": "bicubic"},
                "y = F.interpolate(x, scale_factor=2, mode='bicubic')",
            ),
            ("pixel_unshuffle", {"pixel_unshuffle": 2}, "y = F.pixel_unshuffle(x, 2)"),
            ("space_to_depth", {"space_to_depth": 2}, "y = F.pixel_unshuffle(x, 2)"),
            ("channel_shuffle", {"channel_shuffle": 2}, "y = F.channel_shuffle(x, 2)"),
            ("to_tokens", "to_tokens", "y = x.flatten(2)"),
            ("position_embedding", "position_embedding", "y = x + p(6, 8, 8)"),
            (
                "window_partition",
                {"window_partition": 4, "shift": 1},
                "y = torch.roll(x, (-1, -1), (2, 3)).view(-1, 6, 2, 4, 2, 4).transpose(3, 4).reshape(-1, 6, 4, 16)",
            ),
        )
    ),
    ("squeeze", [6, 1, 8], ["squeeze"], "y = x[:, :, 0]"),
    ("to_map", [6, 16], ["to_map"], "y = x.view(-1, 6, 4, 4)"),
    ("class_token", [6, 8], ["class_token"], "y = torch.cat([p(1, 6, 1).expand(len(x), -1, -1), x], 2)"),
    (
        "window_merge",
        [6, 4, 16],
        ["window_merge"],
        "y = x.view(-1, 6, 2, 2, 4, 4).transpose(3, 4).reshape(-1, 6, 8, 8)",
    ),
    *((kind, [8, 4, 4], [{kind: 2}], "y = F.pixel_shuffle(x, 2)") for kind in ("pixel_shuffle", "depth_to_space")),
    (
        "slice, then conv",
        IMAGE,
        [{"slice": {"start": 2}}, {"conv": 5, "kernel": 1}],
        "y = F.conv2d(x[:, 2:], p(5, 4, 1, 1))",
    ),
    ("split, then relu", IMAGE, [{"split": 2, "part": 2}, "relu"], "y = F.relu(x[:, 3:])"),
    ("take, then dense", [6, 8], [{"take": 0}, {"dense": 5}], "y = F.linear(x[:, :, 0], p(5, 6))"),
    (
        "crop, then sigmoid, then conv",
        IMAGE,
        [{"crop": 1}, "sigmoid", {"conv": 5, "kernel": 1}],
        "y = F.conv2d(x[:, :, 1:-1, 1:-1].sigmoid(), p(5, 6, 1, 1))",
    ),
    (
        "permute, flatten, then dense",
        [3, 4, 5],
        [{"permute": ["H", "C", "W"]}, "flatten", {"dense": 5}],
        "y = F.linear(x.transpose(1, 2).flatten(1), p(5, 60))",
    ),
    (
        "conv, batchnorm, relu, maxpool",
        IMAGE,
        [{"conv": 5, "kernel": 3, "norm": "batch", "activation": "relu"}, {"maxpool": 2}],
        "y = F.max_pool2d(F.relu(F.batch_norm(F.conv2d(x, p(5, 6, 3, 3)), None, None, p(5), p(5), True)), 2)",
    ),
]
"""A name, the input, layers, and the same in torch: code that finds ``x`` and sets ``y``.

``p`` makes a parameter and ``b`` a tensor that is not trained; neither is counted.
"""
FUSED = (
    "attention",
    [6, 8],
    [{"attention": 2}],
    f"{ATTENTION}y = F.scaled_dot_product_attention(Q, K, V)\ny = y.transpose(1, 2).flatten(2) @ o",
)
