"""The least time of a layer on a device: by its operations, or by the bytes it moves."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.analysis import AtLeast
from shapecalc.analysis.cost.devicefile import read
from shapecalc.analysis.cost.devices import DEVICES, Device, NoPeakError
from shapecalc.analysis.cost.roofline import Side, roofline
from shapecalc.analysis.memory import DTYPES
from shapecalc.diagnostics import SpecError
from shapecalc.figure import Ratio
from shapecalc.network import build
from shapecalc.source.document import Document

BOX = Device("a box", {"float32": 1000, "float16": 4000}, 100, "made up")


def of(spec, device=BOX, **asked):
    return roofline(sc.analyze(sc.load(spec), **asked), device)


@pytest.mark.parametrize(
    ("layer", "x", "batch", "intensity"),
    [
        ({"dense": 4096, "bias": "no"}, [1024], 512, 315),
        ({"dense": 4096, "bias": "no"}, [1024], 1, 1),
        ("relu", [64, 28, 28], 1, 0.25),
    ],
    ids=["linear, batch 512: 315 FLOPS/B", "linear, batch 1: 1 FLOPS/B", "ReLU: 0.25 FLOPS/B"],
)
def test_intensities_are_those_of_nvidias_guide(layer, x, batch, intensity):
    """NVIDIA, GPU Performance Background User's Guide, table 1: float16, inputs, weights and outputs moved once."""
    (bound,) = of({"input": x, "layers": [layer]}, batch=batch, dtype="float16").nodes
    assert float(bound.intensity.value) == pytest.approx(intensity, rel=2e-3)


def test_a_convolution_by_hand():
    """3×8×8 by 4 filters of 3×3: 4·6·6 outputs of 27 MACs and a bias; 192 + 112 + 144 numbers of 4 bytes."""
    (bound,) = of({"input": [3, 8, 8], "layers": [{"conv": 4, "kernel": 3}]}).nodes
    assert bound.flops == 2 * 144 * 27 + 144 == 7920
    assert bound.bytes == 4 * (192 + 112 + 144) == 1792
    assert bound.intensity == Ratio(7920, 1792)
    assert bound.time == Fraction(1792, 100)
    assert bound.side is Side.MEMORY


def test_a_device_with_more_bandwidth_is_bound_by_its_operations():
    fast = Device("fast", {"float32": 1000}, 10_000, "made up")
    (bound,) = of({"input": [3, 8, 8], "layers": [{"conv": 4, "kernel": 3}]}, fast).nodes
    assert (bound.time, bound.side) == (Fraction(7920, 1000), Side.COMPUTE)


def test_weights_are_read_once_for_the_whole_batch():
    one, many = (of({"input": [8], "layers": [{"dense": 4}]}, batch=batch).nodes[0] for batch in (1, 10))
    assert one.bytes == 4 * (8 + 36 + 4)
    assert many.bytes == 4 * (80 + 36 + 40)


@pytest.mark.parametrize(
    ("layers", "numbers"),
    [
        (["flatten"], 0),
        ([{"dropout": 0.5}], 0),
        ([{"slice": {"axis": "H", "start": 1, "stop": 3}}], 2 * 8 * 2 * 4),
        ([{"name": "double", "add": ["input", "input"]}], 8 * 16 + 8 * 16),
        ([{"maxpool": 2}], 8 * 16 + 8 * 4),
        ([{"batchnorm": None}], 2 * 8 * 16 + 4 * 8),
    ],
    ids=["flatten", "dropout", "slice", "add to itself", "maxpool", "batchnorm"],
)
def test_what_is_moved_is_read_and_written_once(layers, numbers):
    bounds = of({"input": [8, 4, 4], "layers": layers}).nodes
    assert bounds[0].bytes == 4 * numbers


def test_of_a_table_the_rows_are_read_that_are_looked_up():
    (bound,) = of({"input": [1, 5], "layers": [{"embedding": 8, "vocabulary": 1000}]}).nodes
    assert bound.bytes == 4 * (5 + 5 * 8 + 5 * 8)
    (bound,) = of({"input": [1, 5], "layers": [{"embedding": 8, "vocabulary": 3}]}).nodes
    assert bound.bytes == 4 * (5 + 3 * 8 + 5 * 8)


def test_of_a_layer_that_gives_a_size_alone_nothing_is_read():
    layers = [{"name": "small", "maxpool": 2}, {"upsample": None, "like": "input"}]
    _, bound = of({"input": [8, 4, 4], "layers": layers}).nodes
    assert bound.bytes == 4 * (8 * 4 + 8 * 16)


@pytest.mark.parametrize(
    ("device", "dtype", "ridge"),
    [("a100-40gb", "float16", 201), ("h100", "bfloat16", 295), ("v100", "float16", 139), ("tpu-v4", "bfloat16", 229)],
)
def test_ridges_of_devices(device, dtype, ridge):
    """V100: 125 TFLOPS by 900 GB/s, 139 in NVIDIA's guide, section 3; H100 SXM: 989 by 3,350, 295."""
    answer = of({"input": [4], "layers": ["relu"]}, DEVICES[device], dtype=dtype)
    assert round(answer.ridge.value) == ridge


def test_devices_have_sources_and_known_formats():
    assert len(DEVICES) >= 10
    for name, device in DEVICES.items():
        assert device.source, name
        assert set(device.peak) <= set(DTYPES), name
        assert min(device.peak.values()) > 10**12, name
        assert 10**11 < device.bandwidth < 10**13, name


def test_a_format_without_a_peak_is_refused():
    with pytest.raises(NoPeakError, match="a box has no peak for int8; there are float32, float16"):
        of({"input": [4], "layers": ["relu"]}, dtype="int8")


def test_what_is_not_known_makes_the_time_at_least():
    from shapecalc.layers import KINDS
    from shapecalc.layers.reshape import Identity

    class Riddle(Identity):
        """A kind of a package that does not state its operations."""

        kind = "riddle"

        def ops(self, *xs):
            return None

    document = Document.from_data({"input": [8], "layers": [{"dense": 4}, "riddle"]})
    answer = roofline(sc.analyze(build(document, kinds=KINDS | {"riddle": Riddle})), BOX)
    dense, riddle = answer.nodes
    assert (dense.exact, riddle.exact) == (True, False)
    assert (riddle.flops, riddle.bytes, riddle.intensity) == (None, 4 * 8, None)
    assert riddle.time == Fraction(32, 100)
    assert not answer.complete
    assert answer.total.flops == AtLeast(dense.flops)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 9), st.integers(1, 10**6), st.integers(1, 10**6))
def test_the_time_is_the_longer_of_the_two_and_sums_over_layers(n, units, batch, peak, bandwidth):
    device = Device("any", {"float32": peak}, bandwidth, "made up")
    answer = of({"input": [n], "layers": [{"dense": units}, "relu", {"dense": n}]}, device, batch=batch)
    for bound in answer.nodes:
        assert bound.time == max(Fraction(bound.flops, peak), Fraction(bound.bytes, bandwidth))
        faster = bound.intensity.value >= answer.ridge.value
        assert bound.side is (Side.COMPUTE if faster else Side.MEMORY)
    assert answer.total.time == sum(bound.time for bound in answer.nodes)
    assert answer.rate == batch / answer.total.time


# a device of one's own


def file(text):
    return read(Document.from_text(text, "box.yaml"), DTYPES)


def test_a_file_says_what_a_device_can_do():
    device = file("name: box\npeak: {float32: 19.5T, float16: 312 TFLOPS, int8: 624 TOPS}\nbandwidth: 1555 GB/s\n")
    assert device.name == "box"
    assert device.peak == {"float32": 19_500_000_000_000, "float16": 312 * 10**12, "int8": 624 * 10**12}
    assert device.bandwidth == 1_555_000_000_000


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("peak: {float32: 1T}\nbandwith: 1G\n", [("E110", 2, 1)]),
        ("peak: {float32: 1T}\n", [("E111", 1, 1)]),
        ("peak: {float33: 1T}\nbandwidth: 1G\n", [("E116", 1, 8)]),
        ("peak: 19.5T\nbandwidth: 1G\n", [("E114", 1, 7)]),
        ("peak: {}\nbandwidth: 1G\n", [("E114", 1, 7)]),
        ("peak: {float32: fast}\nbandwidth: 0\n", [("E114", 1, 17), ("E115", 2, 12)]),
        ("peak: {float32: [1]}\nbandwidth: yes\n", [("E114", 1, 17), ("E114", 2, 12)]),
    ],
)
def test_faults_of_a_file_have_their_place(text, faults):
    with pytest.raises(SpecError) as raised:
        file(text)
    found = [(fault.code, fault.place.line + 1, fault.place.column + 1) for fault in raised.value.diagnostics]
    assert found == faults
