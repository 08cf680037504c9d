"""The tensors of a network: their names, what they are made of, and files of them that fit or do not."""

import json
import struct
import zipfile
from io import BytesIO

import numpy as np
import pytest

import shapecalc as sc
from shapecalc.engine import weights
from shapecalc.engine.arrays import Unusable
from shapecalc.engine.run import run
from tests.engine.networks import NETWORKS

SMALL = """
input: [3, 9, 9]
layers:
  - {name: stem, conv: 4, kernel: 3, norm: batch, activation: relu}
  - global_avgpool
  - {name: head, dense: 2}
"""
NAMES = [
    "stem.conv.kernel",
    "stem.conv.bias",
    "stem.norm.gamma",
    "stem.norm.beta",
    "stem.norm.mean",
    "stem.norm.variance",
    "head.kernel",
    "head.bias",
]
SUFFIXES = [".npz", ".safetensors"]


@pytest.fixture
def graph():
    return sc.load(SMALL)


def npy(x):
    content = BytesIO()
    np.lib.format.write_array(content, np.asarray(x), allow_pickle=True)
    return content.getvalue()


def zipped(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


def refused(path, graph):
    with pytest.raises(Unusable) as error:
        weights.check(path, weights.expected(graph))
    return str(error.value)


def test_tensors_are_called_by_node_and_tensor(graph):
    assert list(weights.expected(graph)) == NAMES
    assert weights.expected(graph)["stem.conv.kernel"] == (4, 3, 3, 3)


@pytest.mark.parametrize("spec", NETWORKS.values(), ids=NETWORKS)
def test_as_many_numbers_are_made_as_are_counted(spec):
    graph = sc.load(spec)
    answer = sc.analyze(graph)
    made = weights.seeded(graph)
    assert sum(x.size for x in made.values()) == answer.params + answer.buffers
    assert sum(x.nbytes for x in made.values()) == answer.weight_bytes
    assert {name: x.shape for name, x in made.items()} == weights.expected(graph)


def test_norms_and_biases_start_as_what_changes_nothing(graph):
    made = weights.seeded(graph)
    starts = {name: set(x.ravel()) for name, x in made.items() if x.ndim == 1}
    zero, one = {0.0}, {1.0}
    assert starts == {
        "stem.conv.bias": zero,
        "stem.norm.gamma": one,
        "stem.norm.beta": zero,
        "stem.norm.mean": zero,
        "stem.norm.variance": one,
        "head.bias": zero,
    }


STARTS = [
    pytest.param("layernorm", {"gamma": 1, "beta": 0}, id="layernorm"),
    pytest.param({"layernorm": {"over": "all"}}, {"gamma": 1, "beta": 0}, id="layernorm over all, of three axes"),
    pytest.param("prelu", {"slope": 0.25}, id="prelu"),
    pytest.param({"prelu": 0.5}, {"slope": 0.5}, id="prelu, told"),
    pytest.param({"scale": {"shift": True}}, {"gamma": 1, "beta": 0}, id="scale"),
    pytest.param({"scale": 20, "shift": True}, {"gamma": 20, "beta": 0}, id="scale, told"),
    pytest.param("layer_scale", {"gamma": 1e-6}, id="layer_scale"),
]


@pytest.mark.parametrize(("layer", "starts"), STARTS)
def test_what_is_not_drawn_starts_as_its_layer_says(layer, starts):
    made = weights.seeded(sc.load({"input": [4, 5, 6], "layers": [layer]}))
    found = {name.rsplit(".")[-1]: set(x.ravel()) for name, x in made.items()}
    assert found == {name: {np.float32(value)} for name, value in starts.items()}


def test_one_more_layer_changes_no_others_weights():
    layers = [{"name": name, "conv": 4, "kernel": 3, "activation": "relu"} for name in "abc"]
    few, more = (weights.seeded(sc.load({"input": [4, 20, 20], "layers": some})) for some in (layers[::2], layers))
    assert set(few) < set(more)
    assert all(np.array_equal(few[name], more[name]) for name in few)


def test_float64_holds_the_numbers_of_float32(graph):
    single, double = (weights.seeded(graph, 3, dtype) for dtype in ("float32", "float64"))
    assert all(np.array_equal(single[name], double[name]) for name in NAMES)
    assert double["head.kernel"].dtype == "float64"


# fan_in 4·5·5 = 100 and fan_out 50·5·5 = 1250: He gives a variance of 2/100, Glorot of 2/1350
FOLLOWERS = [
    pytest.param({"activation": "relu"}, 2 / 100, id="relu"),
    pytest.param({"activation": "gelu"}, 2 / 100, id="gelu"),
    pytest.param({"norm": {"group": 5}, "activation": "mish"}, 2 / 100, id="through-a-group-norm"),
    pytest.param({"norm": "batch", "activation": "leaky_relu"}, 2 / 100, id="through-a-norm"),
    pytest.param({"activation": "tanh"}, 2 / 1350, id="tanh"),
    pytest.param({"activation": "selu"}, 2 / 1350, id="selu"),
    pytest.param({"norm": "batch"}, 2 / 1350, id="norm-alone"),
    pytest.param({}, 2 / 1350, id="nothing"),
]


@pytest.mark.parametrize(("options", "variance"), FOLLOWERS)
def test_kernels_are_by_he_before_a_rectifier_and_by_glorot_otherwise(options, variance):
    layer = {"name": "c", "conv": 50, "kernel": 5, **options}
    made = weights.seeded(sc.load({"input": [4, 9, 9], "layers": [layer]}))
    (kernel,) = (x for name, x in made.items() if name.endswith("kernel"))
    assert kernel.var() == pytest.approx(variance, rel=0.05)
    assert abs(kernel.mean()) < 3 * (variance / kernel.size) ** 0.5


# He's aim is that a rectifier's input has twice the mean square of what came in: the fans are right if that is so
DOUBLING = [
    pytest.param([16, 40, 40], {"conv": 24, "kernel": 3}, id="conv"),
    pytest.param([16, 40, 40], {"conv": 24, "kernel": 3, "groups": 4}, id="grouped"),
    pytest.param([64, 60], {"conv": 64, "kernel": 9, "groups": 64}, id="depthwise"),
    pytest.param([300], {"dense": 200}, id="dense"),
    pytest.param([32, 20, 20], {"conv_transpose": 24, "kernel": 4, "stride": 2, "padding": 1}, id="transposed"),
    pytest.param([32, 20, 20], {"conv_transpose": 24, "kernel": 2, "stride": 2, "groups": 4}, id="transposed-grouped"),
    pytest.param([16, 40, 40], {"conv_transpose": 24, "kernel": 3, "padding": 1}, id="transposed-stride-1"),
    pytest.param([6, 16, 16, 16], {"conv_transpose": 12, "kernel": 4, "stride": 2, "padding": 1}, id="transposed-3d"),
    pytest.param([48, 30, 30], {"depthwise": 5, "multiplier": 2}, id="depthwise-kind"),
    pytest.param([40, 30, 30], {"separable_conv": 60, "kernel": 5, "multiplier": 2}, id="separable"),
    pytest.param([40, 30, 30], {"separable_conv": 60, "kernel": 5, "order": "pointwise_first"}, id="pointwise-first"),
    pytest.param([16, 30, 30], {"spatially_separable_conv": 24, "kernel": 5}, id="spatially-separable"),
    pytest.param([16, 20, 20], {"local": 12, "kernel": 3}, id="local"),
    pytest.param([16, 40, 40], {"conv": 24, "kernel": 3, "groups": 2, "tiled": [2, 3]}, id="tiled"),
    pytest.param([6, 60, 60], {"conv_map": [[0, 1, 2], [1, 2], [4, 5, 3, 0]] * 20, "kernel": 5}, id="conv-map"),
    pytest.param([16, 9, 9], {"dense": 300, "as_conv": True}, id="dense-as-conv"),
]


@pytest.mark.parametrize(("shape", "layer"), DOUBLING)
def test_noise_comes_out_twice_as_strong_before_a_rectifier(shape, layer):
    graph = sc.load({"input": shape, "layers": [{"name": "x", **layer, "activation": "relu"}]})
    first = run(graph, batch=4).records[0]
    assert first.std**2 == pytest.approx(2, rel=0.15)  # at the borders fewer products meet


# fan_in and fan_out by hand; Glorot gives a variance of 2 / (fan_in + fan_out)
LAYOUTS = [
    pytest.param({"local": 50, "kernel": 3}, {"kernel": 2 / (4 * 9 + 50 * 9)}, id="local"),
    pytest.param({"conv": 80, "kernel": 5, "tiled": 2}, {"kernel": 2 / (4 * 25 + 80 * 25)}, id="tiled"),
    pytest.param({"depthwise": 9, "multiplier": 50}, {"kernel": 2 / (81 + 50 * 81)}, id="depthwise"),
    pytest.param(
        {"separable_conv": 90, "kernel": 7, "multiplier": 20},
        {"depthwise": 2 / (49 + 20 * 49), "pointwise": 2 / (4 * 20 + 90)},
        id="separable",
    ),
    pytest.param(
        {"separable_conv": 900, "kernel": 5, "order": "pointwise_first"},
        {"depthwise": 2 / (25 + 25), "pointwise": 2 / (4 + 900)},
        id="pointwise first",
    ),
    pytest.param(
        {"spatially_separable_conv": 90, "kernel": 9, "between": 40},
        {"kernel_h": 2 / (4 * 9 + 40 * 9), "kernel_w": 2 / (40 * 9 + 90 * 9)},
        id="spatially separable",
    ),
    # 120 connections: 2 a filter on average, 30 a channel
    pytest.param({"conv_map": [[0], [1, 2, 3]] * 30, "kernel": 5}, {"kernel": 2 / (2 * 25 + 30 * 25)}, id="conv_map"),
    pytest.param({"dense": 50, "as_conv": True}, {"kernel": 2 / (4 * 400 + 50)}, id="dense as a convolution"),
]


@pytest.mark.parametrize(("layer", "variances"), LAYOUTS)
def test_kernels_of_every_layout_are_drawn_by_their_own_fans(layer, variances):
    made = weights.seeded(sc.load({"input": [4, 20, 20], "layers": [{"name": "x", **layer}]}))
    assert {name: float(made[f"x.{name}"].var()) for name in variances} == pytest.approx(variances, rel=0.1)
    assert not made["x.bias"].any()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_tensors_larger_than_a_piece_are_whole(tmp_path, suffix):
    graph = sc.load({"input": [301], "layers": [{"dense": 703}, {"dense": 1}]})
    made = weights.seeded(graph)
    file = tmp_path / f"w{suffix}"
    weights.save(made, file, file)
    again = weights.load(file, weights.expected(graph), "float64")
    assert all(np.array_equal(made[name], again[name]) for name in made)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_saved_is_loaded_again(graph, tmp_path, suffix, dtype):
    made = weights.seeded(graph, 5, dtype)
    file = tmp_path / f"w{suffix}"
    weights.save(made, file, file)
    weights.check(file, weights.expected(graph))
    again = weights.load(file, weights.expected(graph), dtype)
    assert list(again) == NAMES
    assert all(np.array_equal(made[name], again[name]) and again[name].dtype == dtype for name in NAMES)


def test_the_same_weights_give_the_same_file(graph, tmp_path):
    files = [tmp_path / "a.npz", tmp_path / "b.npz"]
    for file in files:
        weights.save(weights.seeded(graph), file, file)
    assert files[0].read_bytes() == files[1].read_bytes()
    with np.load(files[0]) as loaded:
        assert sorted(loaded) == sorted(NAMES)


def test_other_floating_formats_and_orders_are_cast(graph, tmp_path):
    made = weights.seeded(graph)
    file = tmp_path / "w.npz"
    made |= {
        "head.kernel": made["head.kernel"].astype(">f8"),
        "stem.conv.kernel": np.asfortranarray(made["stem.conv.kernel"].astype("float64")),
        "head.bias": np.array([0.1, -7], "float16"),
    }
    np.savez_compressed(file, **made)
    again = weights.load(file, weights.expected(graph))
    assert {x.dtype.str for x in again.values()} == {"<f4"}
    assert all(np.array_equal(again[name], made[name].astype("float32")) for name in NAMES)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_all_that_is_wrong_with_a_file_is_told_at_once(graph, tmp_path, suffix):
    made = weights.seeded(graph)
    made["stem.norm.gama"] = made.pop("stem.norm.gamma")
    made["head.kernel"] = np.zeros((3, 4), "float32")
    made["head.bias"] = np.zeros(2, "int64")
    made["tail"] = np.zeros(2, "float32")
    file = tmp_path / f"w{suffix}"
    weights.save(made, file, file)
    assert sorted(refused(file, graph).splitlines()[1:]) == [
        "  head.bias: int64, where floating-point numbers are needed",
        "  head.kernel: 3×4 in the file, 2×4 in the network",
        "  stem.norm.gama: the network has no such tensor; is it `stem.norm.gamma`?",
        "  stem.norm.gamma: missing; is it `stem.norm.gama`?",
        "  tail: the network has no such tensor",
    ]


def test_ten_faults_are_told_and_the_rest_counted(tmp_path):
    graph = sc.load({"input": [1, 9, 9], "layers": [{"conv": 1, "kernel": 1, "repeat": 20}]})
    lines = refused(zipped(tmp_path / "w.npz", {}), graph).splitlines()
    assert lines[1] == "  conv1.kernel: missing"
    assert lines[-1] == "  and 30 more"
    assert len(lines) == 12


def test_a_wrong_header_is_told_though_the_data_is_cut_short(graph, tmp_path):
    members = {name: npy(x) for name, x in weights.seeded(graph).items()}
    members["head.kernel"] = npy(np.zeros((500, 4), "float32"))[:200]
    assert "head.kernel: 500×4 in the file, 2×4 in the network" in refused(zipped(tmp_path / "w.npz", members), graph)


def test_data_that_is_cut_short_is_told_before_any_is_read(graph, tmp_path):
    members = {name: npy(x) for name, x in weights.seeded(graph).items()}
    members["head.kernel"] = members["head.kernel"][:-4]
    assert refused(zipped(tmp_path / "w.npz", members), graph).endswith("  head.kernel: its data is cut short")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (npy(np.array([[{}] * 4] * 2, object)), "head.kernel: object, where floating-point numbers are needed"),
        (npy(np.zeros((2, 4), "complex64")), "head.kernel: complex64, where floating-point numbers are needed"),
        (npy(np.zeros((2, 4), [("a", "f4")])), "where floating-point numbers are needed"),
        (npy(np.float32(1)), "head.kernel: a single number in the file, 2×4 in the network"),
        (b"", "head.kernel: not a NumPy array"),
        (b"\x93NUMPY\x01\x00\x05\x00((((\n", "head.kernel: not a NumPy array"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\x7f{", "head.kernel: not a NumPy array"),
        (b"\x93NUMPY\x09\x00\x05\x00{}  \n", "head.kernel: not a NumPy array"),
    ],
    ids=["pickle", "complex", "fields", "scalar", "empty", "brackets", "endless-header", "version"],
)
def test_what_is_no_array_of_floats_is_refused(graph, tmp_path, content, says):
    members = {name: npy(x) for name, x in weights.seeded(graph).items()} | {"head.kernel": content}
    assert says in refused(zipped(tmp_path / "w.npz", members), graph)


def test_a_header_that_promises_more_than_memory_holds_is_refused_by_its_shape(graph, tmp_path):
    huge = BytesIO()
    np.lib.format.write_array_header_1_0(huge, {"descr": "<f4", "fortran_order": False, "shape": (10**15,)})
    members = {name: npy(x) for name, x in weights.seeded(graph).items()} | {"head.kernel": huge.getvalue()}
    assert "head.kernel: 1000000000000000 in the file" in refused(zipped(tmp_path / "w.npz", members), graph)


def test_a_file_whose_checksum_is_wrong_is_refused_when_read(tmp_path):
    graph = sc.load({"input": [301], "layers": [{"name": "head", "dense": 703}]})
    file = tmp_path / "w.npz"
    made = weights.seeded(graph)
    weights.save(made, file, file)
    content = bytearray(file.read_bytes())
    content[content.index(made["head.kernel"].tobytes()) + 500_000] ^= 1
    file.write_bytes(content)
    weights.check(file, weights.expected(graph))
    with pytest.raises(Unusable, match=r"w\.npz: head\.kernel: cannot be read: Bad CRC-32"):
        weights.load(file, weights.expected(graph))


def test_two_arrays_of_one_name_are_refused(graph, tmp_path):
    file = zipped(tmp_path / "w.npz", {"a": npy(1.0)})
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("a", npy(2.0))
    assert "two arrays are called `a`" in refused(file, graph)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04" + bytes(100), struct.pack("<Q", 2**60) + b"{}"])
def test_a_file_that_is_something_else_is_refused(graph, tmp_path, suffix, content):
    file = tmp_path / f"w{suffix}"
    file.write_bytes(content)
    assert refused(file, graph).startswith(f"{file}: cannot be read: ")


def test_a_format_that_numpy_has_not_is_told(graph, tmp_path):
    made = {name: ("F32", x.shape) for name, x in weights.seeded(graph).items()} | {"head.bias": ("BF16", (2,))}
    header, end = {}, 0
    for name, (word, shape) in made.items():
        size = int(np.prod(shape)) * (4 if word == "F32" else 2)
        header[name] = {"dtype": word, "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    file = tmp_path / "w.safetensors"
    file.write_bytes(struct.pack("<Q", len(text)) + text + bytes(end))
    assert refused(file, graph).endswith("head.bias: BF16, which NumPy does not know; save it as float32")


def test_another_suffix_is_refused(graph, tmp_path):
    assert "weights are read from .npz or .safetensors, not from `.pt`" in refused(tmp_path / "w.pt", graph)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_is_not_there_is_told(graph, tmp_path, suffix):
    assert refused(tmp_path / f"w{suffix}", graph) == f"{tmp_path}/w{suffix}: there is no such file"


def test_a_missing_package_is_told_with_how_to_get_it(graph, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "safetensors", None)
    monkeypatch.setitem(__import__("sys").modules, "safetensors.numpy", None)
    file = tmp_path / "w.safetensors"
    assert "pip install 'shapecalc[safetensors]'" in refused(file, graph)
    with pytest.raises(Unusable, match="pip install"):
        weights.save(weights.seeded(graph), file, file)
