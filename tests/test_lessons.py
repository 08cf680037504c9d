"""What the lessons teach: their textbooks' figures, what each pair has in common, and what a run of them shows."""

import subprocess
import sys
from fractions import Fraction
from functools import cache
from math import cos, radians, sin
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

import shapecalc as sc
from shapecalc.engine.run import run

LESSONS = Path(__file__).parent.parent / "specs" / "lessons"


@cache
def graph(name, **settings):
    """A lesson, with some of its variables set; a tuple is a list of the file."""
    given = {key: list(value) if isinstance(value, tuple) else value for key, value in settings.items()}
    return sc.load(LESSONS / f"{name}.yaml", given)


@cache
def answer(name, **settings):
    return sc.analyze(graph(name, **settings))


def last(name, **settings):
    """The row of the last layer."""
    return list(answer(name, **settings))[-1]


def side(layer):
    """Cells that a layer sees along an axis, the same along every axis."""
    (size,) = {field.size for field in layer.field.values()}
    return size


FIELDS = [
    pytest.param(path.stem, entry["receptive_field"], id=f"{path.stem}: {entry['source']}")
    for path in sorted(LESSONS.glob("*.yaml"))
    for entry in sc.load(path).spec.published
    if "receptive_field" in entry
]


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_every_published_receptive_field_holds(name, field):
    assert field.admits(side(last(name)))


# source, lesson, settings, parameters, MACs; None: not given by the source
FIGURES = [
    ("32·32·5·5·3·10", "weight-sharing-local", {}, 768_000, 768_000),
    ("5·5·3·10 + 10", "weight-sharing-conv", {}, 760, 768_000),
    ("10⁶·10⁶", "connection-full", {}, 10**12, 10**12),
    ("10⁶·10·10", "connection-local", {}, 10**8, 10**8),
    ("10·10", "connection-shared", {}, 100, 10**8),
    ("30²·30²", "connection-full", {"side": 30}, 810_000, 810_000),
    ("30²·10·10", "connection-local", {"side": 30}, 90_000, 90_000),
    ("10·10, whatever the side", "connection-shared", {"side": 30}, 100, 90_000),
    ("Simonyan & Zisserman 2014, section 2.3: 27·C²", "stack-small", {}, 27 * 64**2, None),
    ("Simonyan & Zisserman 2014, section 2.3: 49·C²", "stack-large", {}, 49 * 64**2, None),
    ("torch, two 3×3", "stack-small", {"n": 2}, 73_728, 231_211_008),
    ("torch, one 5×5", "stack-large", {"n": 2}, 102_400, 321_126_400),
    ("Caffe, lenet.prototxt", "dense-parameters", {}, 520 + 25_050 + 400_500 + 5_010, None),
    ("VGG-16 less its convolutions", "head-dense", {}, 138_357_544 - 14_714_688, None),
    ("512·1000 + 1000", "head-average", {}, 513_000, 512_000),
    ("3·3", "dilation-single", {"rate": 1}, 9, 25 * 9),
    ("3·3 taps at 3·3 places", "dilation-single", {"rate": 2}, 9, 81),
    ("3·3·3", "dilation-stack", {}, 27, None),
    ("3·3·3, undilated", "dilation-stack", {"rates": (1, 1, 1)}, 27, None),
    ("2·4·4, each read or stamped at 2·2 places", "transposed", {}, 32, 128),
    ("CS231n: 6·(5·5·3 + 1)", "window-valid", {}, 456, None),
    ("96·(12·12·3 + 1)", "window-strided", {}, 41_568, None),
    ("CS231n, AlexNet conv1", "window-strided", {"n": 227, "k": 11, "p": 0}, 34_944, None),
    ("12,800·10 + 10, read twice", "spp-two-sizes", {}, 128_010, 256_000),
    ("32·10 + 10, as a convolution", "pointwise-conv", {}, 330, 62_720),
    ("32·10 + 10, as a dense layer", "pointwise-dense", {}, 330, 62_720),
    ("LeCun et al. 1998, section II.B", "lenet5-1998", {}, 60_000, None),
]


@pytest.mark.parametrize(
    ("name", "settings", "params", "macs"), [pytest.param(*row, id=f"{row[0]}: {source}") for source, *row in FIGURES]
)
def test_a_lesson_has_its_textbooks_figures(name, settings, params, macs):
    assert answer(name, **settings).params == params
    assert macs in (answer(name, **settings).macs, None)


# Howard et al. 2017, Table 3: an inner layer of MobileNet, its millions of mult-adds and of parameters
TABLE3 = [
    pytest.param("separable-plain", {}, 462, "2.36", id="Convolution"),
    pytest.param("separable-conv", {}, 52.3, "0.27", id="Depthwise Separable Conv"),
    pytest.param("separable-conv", {"M": 384, "N": 384}, 29.6, "0.15", id="alpha = 0.75"),
    pytest.param("separable-conv", {"M": 384, "N": 384, "side": 10}, 15.1, "0.15", id="rho = 0.714"),
]


@pytest.mark.parametrize(("name", "settings", "macs", "params"), TABLE3)
def test_a_separable_convolution_costs_what_mobilenets_table_says(name, settings, macs, params):
    whole = answer(name, **settings)
    assert float(f"{whole.macs / 1e6:.3g}") == macs
    assert f"{whole.params / 1e6:.2f}" == params


@pytest.mark.parametrize("n", [8, 64, 512])
def test_a_separable_convolution_costs_1_over_n_plus_1_over_9_of_a_plain_one(n):
    separable, plain = (answer(f"separable-{name}", M=16, N=n) for name in ("conv", "plain"))
    assert Fraction(separable.params, plain.params) == Fraction(1, n) + Fraction(1, 9)
    assert Fraction(separable.macs, plain.macs) == Fraction(1, n) + Fraction(1, 9)


# fewer parameters, more parameters, settings of both, cells that both see
PAIRS = [
    pytest.param("weight-sharing-conv", "weight-sharing-local", {}, 5, id="shared and not"),
    pytest.param("connection-shared", "connection-local", {}, 10, id="one field and a million"),
    pytest.param("stack-small", "stack-large", {"n": 2}, 5, id="two 3×3 and a 5×5"),
    pytest.param("stack-small", "stack-large", {"n": 3}, 7, id="three 3×3 and a 7×7"),
    pytest.param("stack-small", "stack-large", {"n": 5}, 11, id="five 3×3 and an 11×11"),
    pytest.param("separable-conv", "separable-plain", {}, 3, id="separable and plain"),
]


@pytest.mark.parametrize(("less", "more", "settings", "seen"), PAIRS)
def test_of_a_pair_one_sees_and_gives_the_same_with_fewer_parameters(less, more, settings, seen):
    assert side(last(less, **settings)) == side(last(more, **settings)) == seen
    assert last(less, **settings).output == last(more, **settings).output
    assert answer(less, **settings).params < answer(more, **settings).params


def test_of_million_pixels_to_million_units_each_step_saves_as_printed():
    full, local, shared = (answer(f"connection-{name}") for name in ("full", "local", "shared"))
    assert (full.params // local.params, local.params // shared.params) == (10**4, 10**6)
    assert {last(f"connection-{name}").output.elements for name in ("full", "local", "shared")} == {10**6}


def test_of_the_two_heads_only_the_average_has_as_many_weights_at_any_size():
    assert last("head-dense").output == last("head-average").output == (1000,)
    average, dense = (
        sc.analyze(sc.load(LESSONS / f"head-{name}.yaml", inputs={"": "512x10x10"})) for name in ("average", "dense")
    )
    assert average.params == 513_000
    assert dense["dense1"].params == 512 * 10 * 10 * 4_096 + 4_096  # where 512·7·7·4096 + 4096 were trained


# Yu & Koltun 2016, figure 1, and the plain stack beside it
STACKS = [((1, 2, 4), [3, 7, 15]), ((1, 1, 1), [3, 5, 7]), ((1, 2, 4, 8), [3, 7, 15, 31])]


@pytest.mark.parametrize(("rates", "fields"), STACKS)
def test_rates_that_double_make_fields_that_double(rates, fields):
    whole = answer("dilation-stack", rates=rates)
    assert [side(whole[f"conv{k}"]) for k, _ in enumerate(rates, 1)] == fields


@pytest.mark.parametrize(("rate", "seen", "places"), [(1, 3, 5), (2, 5, 3), (3, 7, 1)])
def test_a_dilated_window_sees_as_far_as_its_taps_reach(rate, seen, places):
    layer = last("dilation-single", rate=rate)
    assert side(layer) == seen
    assert layer.output == (1, places, places)


# lesson, settings, the last layer's shape
SHAPES = [
    pytest.param("window-valid", {}, (6, 28, 28), id="32 − 5 + 1 = 28"),
    pytest.param("window-valid", {"p": 2}, (6, 32, 32), id="32 − 5 + 2·2 + 1 = 32"),
    pytest.param("window-strided", {}, (96, 63, 63), id="(256 − 12 + 2·2)/4 + 1 = 63"),
    pytest.param("window-strided", {"n": 227, "k": 11, "p": 0}, (96, 55, 55), id="(227 − 11)/4 + 1 = 55"),
    pytest.param("pooling-overlapping", {}, (96, 27, 27), id="AlexNet, windows of 3"),
    pytest.param("pooling-apart", {}, (96, 27, 27), id="AlexNet, windows of 2"),
]


@pytest.mark.parametrize(("name", "settings", "shape"), SHAPES)
def test_a_lesson_ends_in_its_textbooks_shape(name, settings, shape):
    assert last(name, **settings).output == shape


def test_a_transposed_convolution_and_its_convolution_turn_2_into_7_and_back():
    transposed, conv = answer("transposed")
    assert (transposed.output, conv.output) == ((1, 7, 7), (1, 2, 2))
    assert transposed.macs == conv.macs == 64  # 2·2 cells of 4·4 taps


def test_pooling_that_overlaps_gives_as_many_cells_and_sees_more():
    over, apart = last("pooling-overlapping"), last("pooling-apart")
    assert over.output == apart.output
    assert (side(over), side(apart)) == (19, 15)  # 11 + 2·4, 11 + 1·4


def test_a_pyramid_gives_one_length_for_two_sizes_where_flattening_gives_two():
    whole = answer("spp-two-sizes")
    assert whole["pyramid224"].output == whole["pyramid180"].output == (12_800,)
    sizes = [x.elements for x in graph("spp-two-sizes").inputs.values()]
    assert sizes == [43_264, 25_600]
    assert whole["classes180"].params == 0


# LeNet-5 as printed: layer, trainable parameters, connections (LeCun et al. 1998, section II.B)
LENET = [
    ("C1", 156, 122_304),
    ("S2", 12, 5_880),
    ("C3", 1_516, 151_600),
    ("S4", 32, 2_000),
    ("C5", 48_120, 48_120),
    ("F6", 10_164, 10_164),
]
# LeCun et al. 1998, Table I: which maps of S2, a line each, feed which of C3's sixteen
TABLE1 = """
X...XXX..XXXX.XX
XX...XXX..XXXX.X
XXX...XXX..X.XXX
.XXX..XXXX..X.XX
..XXX..XXXX.XX.X
...XXX..XXXX.XXX
"""


@pytest.mark.parametrize(("layer", "params", "connections"), LENET, ids=[f"section II.B: {row[0]}" for row in LENET])
def test_lenet_of_1998_has_the_printed_figures(layer, params, connections):
    row = answer("lenet5-1998")[layer]
    assert row.params == params
    # each connection is a product that is added, a sum of four, or a factor or bias beside it
    assert row.ops.get("mac", 0) + row.ops["add"] + row.ops.get("mul", 0) == connections


def test_lenet_of_1998_is_connected_by_the_printed_table():
    (c3,) = (node.layer for node in graph("lenet5-1998") if node.layer.kind == "conv_map")
    lines = TABLE1.split()
    assert [[k for k, line in enumerate(lines) if line[column] == "X"] for column in range(16)] == [
        sorted(channels) for channels in c3.connections
    ]
    assert sum(line.count("X") for line in lines) == 60


def test_lenet_of_1998_trains_less_than_todays():
    whole = answer("lenet5-1998")
    today = sc.analyze(sc.load(LESSONS.parent / "lenet5.yaml"))
    assert (whole.params, today.params) == (60_000, 61_706)
    assert whole.buffers == 10 * 7 * 12  # ten bitmaps
    # the connections of its output are the bitmaps: with them 340,908, as section II.B prints
    assert sum(connections for *_, connections in LENET) + whole.buffers == 340_908


# what a run shows


def test_a_1x1_convolution_is_a_dense_layer_at_each_place():
    rng = np.random.default_rng(0)
    x, kernel, bias = rng.standard_normal((2, 32, 14, 14)), rng.standard_normal((10, 32)), rng.standard_normal(10)
    conv, dense = (
        run(graph(name), {"input": x}, {"mix.kernel": kernel.reshape(shape), "mix.bias": bias}).outputs["mix"]
        for name, shape in (("pointwise-conv", (10, 32, 1, 1)), ("pointwise-dense", (10, 32)))
    )
    assert conv.shape == dense.shape == (2, 10, 14, 14)
    assert np.abs(conv - dense).max() < 1e-12
    assert np.abs(conv[:, :, 3, 5] - (x[:, :, 3, 5] @ kernel.T + bias)).max() < 1e-12


def test_pooling_forgets_half_of_a_shift_as_in_the_book():
    pooling = sc.load({"input": [1, 4], "layers": [{"maxpool": 3, "stride": 1, "padding": "same"}]})
    here, there = [0.1, 1.0, 0.2, 0.1], [0.3, 0.1, 1.0, 0.2]  # Goodfellow et al. 2016, figure 9.8
    (y, z) = (run(pooling, {"input": np.array([[x]])}).outputs["maxpool1"].ravel().tolist() for x in (here, there))
    assert (y, z) == ([1.0, 1.0, 1.0, 0.2], [0.3, 1.0, 1.0, 1.0])
    assert sum(a == b for a, b in zip(here, there, strict=True)) == 0
    assert sum(a == b for a, b in zip(y, z, strict=True)) == 2


def unchanged(arrays):
    """How many pixels, maxima of windows and maxima of whole maps are the same in both images."""
    return [int((arrays[name] == 0).sum()) for name in ("pixels", "windows", "whole")]


def test_a_shift_by_one_cell_changes_all_pixels_some_windows_and_no_whole_map():
    arrays = run(graph("pooling-shift")).outputs
    assert [x.size for x in arrays.values()] == [19_968, 1_248, 8]
    assert unchanged(arrays) == [8 * 48 * 3, 718, 8]  # the pixels are those of the padding that is there both times


def test_a_shift_by_a_window_moves_every_maximum_to_the_next_window():
    arrays = run(graph("pooling-shift", shift=4), keep=True).arrays
    assert unchanged(arrays) == [0, 0, 8]
    assert np.array_equal(arrays["windows_there"][..., 1:], arrays["windows_here"][..., :-1])


def test_a_scaling_by_a_tenth_changes_windows_and_no_whole_map():
    arrays = run(graph("pooling-scaling")).outputs
    assert [x.size for x in arrays.values()] == [15_488, 968, 8]
    assert unchanged(arrays) == [968, 391, 8]


def pattern(seed):
    """Sixteen maps of smooth noise, larger than what is looked at, so that what is turned in is pattern too."""
    x = np.random.default_rng(seed).standard_normal((16, 96, 96))
    for axis in (1, 2, 1, 2):
        x = (np.roll(x, 1, axis) + x + np.roll(x, -1, axis)) / 3
    return x


def view(x, degrees=0.0, factor=1.0, right=0):
    """The middle 64×64 cells, turned, enlarged or moved: of each place the nearest cell, of two the later."""
    i, j = np.indices((64, 64)) - 31.5
    c, s = cos(radians(degrees)) / factor, sin(radians(degrees)) / factor
    rows, columns = (np.rint(place + 47.5 + 1e-9).astype(int) for place in (c * i - s * j, s * i + c * j))
    return x[:, rows, columns - right]


# how it is moved; of 65,536 pixels, 1,024 maxima of 8×8 windows and 16 of whole maps: how many are as before, and how
# much all of them differ, where those of two unrelated patterns differ by 1
MOVED = [
    pytest.param({"right": 1}, (0, 683, 16), (0.399, 0.293, 0.000), id="moved by a cell"),
    pytest.param({"degrees": 5}, (2240, 420, 15), (0.725, 0.545, 0.213), id="turned by 5°"),
    pytest.param({"degrees": 10}, (576, 210, 12), (0.934, 0.749, 0.427), id="turned by 10°"),
    pytest.param({"degrees": 45}, (32, 14, 7), (0.992, 0.974, 0.279), id="turned by 45°"),
    pytest.param({"degrees": 90}, (0, 0, 16), (1.000, 1.007, 0.000), id="turned by 90°"),
    pytest.param({"factor": 1.1}, (1936, 401, 13), (0.752, 0.555, 0.575), id="enlarged by 1.1"),
    pytest.param({"factor": 1.5}, (144, 60, 5), (0.957, 1.028, 0.988), id="enlarged by 1.5"),
]


def compared(there):
    arrays = run(graph("pooling-compare"), {"here": view(pattern(0))[None], "there": there[None]}).outputs
    return unchanged(arrays), [float(np.linalg.norm(arrays[name])) for name in ("pixels", "windows", "whole")]


@pytest.mark.parametrize(("how", "same", "differ"), MOVED)
def test_pooling_forgets_little_moves_and_no_large_ones(how, same, differ):
    same_now, distances = compared(view(pattern(0), **how))
    _, unrelated = compared(view(pattern(100)))
    assert same_now == list(same)
    assert [a / b for a, b in zip(distances, unrelated, strict=True)] == pytest.approx(differ, abs=6e-4)


def test_what_no_memory_holds_is_refused_at_once():
    start = monotonic()
    command = [sys.executable, "-m", "shapecalc", "run", str(LESSONS / "connection-full.yaml")]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("Error: the run needs 3.64 TiB of memory, and --max-memory allows 4.00 GiB\n")
    assert monotonic() - start < 20  # it takes a third of a second; a machine may be busy
