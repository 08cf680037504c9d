import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shapecalc.formulas.windows import Transposed, Window
from shapecalc.kernels.conv import conv_transpose
from shapecalc.kernels.window import Walk
from tests.grids import rows

# Dumoulin & Visin 2016, the worked figures: i, k, s, p, d -> o
CONVOLUTIONS = [
    pytest.param(4, 3, 1, 0, 1, 2, id="relationship 1: no padding, unit strides"),
    pytest.param(5, 4, 1, 2, 1, 6, id="relationship 2: arbitrary padding"),
    pytest.param(5, 3, 1, 1, 1, 5, id="relationship 3: half padding"),
    pytest.param(5, 3, 1, 2, 1, 7, id="relationship 4: full padding"),
    pytest.param(5, 3, 2, 0, 1, 2, id="relationship 5: no padding, strides"),
    pytest.param(5, 3, 2, 1, 1, 3, id="relationship 6: padding, strides"),
    pytest.param(6, 3, 2, 1, 1, 3, id="relationship 6: padding, strides, odd"),
    pytest.param(7, 3, 1, 0, 2, 3, id="relationship 15: dilation"),
]

# the same guide, transposed: i', k, s, p, a -> o'
TRANSPOSED = [
    pytest.param(2, 3, 1, 0, 0, 4, id="relationship 8"),
    pytest.param(6, 4, 1, 2, 0, 5, id="relationship 9"),
    pytest.param(5, 3, 1, 1, 0, 5, id="relationship 10: half padding"),
    pytest.param(7, 3, 1, 2, 0, 5, id="relationship 11: full padding"),
    pytest.param(2, 3, 2, 0, 0, 5, id="relationship 12: no padding, strides"),
    pytest.param(3, 3, 2, 1, 0, 5, id="relationship 13: padding, strides"),
    pytest.param(3, 3, 2, 1, 1, 6, id="relationship 14: padding, strides, odd"),
]


@pytest.mark.parametrize(("i", "k", "s", "p", "d", "o"), CONVOLUTIONS)
def test_a_window_agrees_with_dumoulin_and_visin(i, k, s, p, d, o):
    assert Window(k, s, d, (p, p)).length(i) == o


@pytest.mark.parametrize(("i", "k", "s", "p", "a", "o"), TRANSPOSED)
def test_a_transposed_window_agrees_with_dumoulin_and_visin(i, k, s, p, a, o):
    assert Transposed(k, s, 1, (p, p), a).length(i) == o


def test_half_and_full_padding_are_those_of_the_guide():
    assert Window(3, 1, 1, "half").length(5) == Window(3, 1, 1, (1, 1)).length(5) == 5  # relationship 3
    assert Window(3, 1, 1, "full").length(5) == Window(3, 1, 1, (2, 2)).length(5) == 7  # relationship 4


# what frameworks give


def or_none(length):
    """Frameworks raise where no window fits: null in the grids."""
    return int(length) if length >= 1 else None


def test_conv_lengths_are_those_of_torch():
    for row in rows("torch", "conv1d"):
        window = Window(row["kernel"], row["stride"], row["dilation"], (row["padding"], row["padding"]))
        assert or_none(window.length(row["in"])) == row["out"], row


def test_conv_transpose_lengths_are_those_of_torch():
    asked = 0
    for row in rows("torch", "conv_transpose1d"):
        if row["output_padding"] >= max(row["stride"], row["dilation"]):  # PyTorch refuses: so does the layer
            assert row["out"] is None, row
            continue
        pads = (row["padding"], row["padding"])
        window = Transposed(row["kernel"], row["stride"], row["dilation"], pads, row["output_padding"])
        assert or_none(window.length(row["in"])) == row["out"], row
        asked += 1
    assert asked > 500


def test_max_pool_lengths_are_those_of_torch():
    ceils = 0
    for row in rows("torch", "max_pool1d"):
        if 2 * row["padding"] > row["kernel"]:  # PyTorch refuses
            assert row["out"] is None, row
            continue
        pads = (row["padding"], row["padding"])
        window = Window(row["kernel"], row["stride"], row["dilation"], pads, bool(row["ceil_mode"]))
        assert or_none(window.length(row["in"])) == row["out"], row
        ceils += row["ceil_mode"]
    assert ceils > 300


def test_avg_pool_lengths_are_those_of_torch():
    for row in rows("torch", "avg_pool1d_values"):
        window = Window(row["kernel"], row["stride"], 1, (row["padding"], row["padding"]), bool(row["ceil_mode"]))
        assert or_none(window.length(row["in"])) == (row["out_values"] and len(row["out_values"])), row


def test_conv_lengths_are_those_of_tensorflow():
    for row in rows("tensorflow", "conv1d"):
        window = Window(row["kernel"], row["stride"], row["dilation"], row["padding"].lower())
        assert max(0, window.length(row["in"])) == row["out"], row  # TensorFlow gives an empty axis


def test_pool_lengths_are_those_of_tensorflow():
    for row in rows("tensorflow", "pool1d"):
        window = Window(row["kernel"], row["stride"], 1, row["padding"].lower())
        assert max(0, window.length(row["in"])) == row["out"], row


AUTO_PAD = {"SAME_UPPER": "same", "SAME_LOWER": "same_lower", "VALID": "valid"}


@pytest.mark.parametrize("section", ["conv_auto_pad", "pool_auto_pad"])
def test_auto_pad_lengths_are_those_of_onnxruntime(section):
    for row in rows("onnxruntime", section):
        window = Window(row["kernel"], row["stride"], row.get("dilation", 1), AUTO_PAD[row["auto_pad"]])
        assert window.length(row["in"]) == len(row["ort_values"]), row


def test_pool_lengths_are_those_of_onnxruntime():
    for row in rows("onnxruntime", "pool_pads_ceil"):
        pads = (row["pad_begin"], row["pad_end"])
        window = Window(row["kernel"], row["stride"], 1, pads, bool(row["ceil_mode"]))
        assert window.length(row["in"]) == len(row["ort_values"]), row


def test_conv_transpose_lengths_are_those_of_keras():
    shorter = 0
    words = {"same": "same", "valid": "keras_valid"}
    for row in rows("tensorflow", "keras_conv1d_transpose"):
        if row["values"] is not None and row["output_padding"] is None:  # null: Keras raises
            window = Transposed(row["kernel"], row["stride"], row["dilation"], words[row["padding"]])
            assert window.length(row["in"]) == row["actual_len"] == len(row["values"]), row
            shorter += row["kernel"] < row["stride"]
    assert shorter > 20


def test_same_of_a_transposed_window_is_that_of_onnxruntime():
    asked = 0
    for row in rows("onnxruntime", "conv_transpose"):
        if row["mode"] in {"SAME_UPPER", "SAME_LOWER"} and not row["output_shape"]:
            window = Transposed(row["kernel"], row["stride"], 1, AUTO_PAD[row["mode"]])
            assert window.length(row["in"]) == len(row["ort_values"]), row
            asked += 1
    assert asked > 30


def test_conv_transpose_lengths_are_those_of_onnxruntime():
    asked = 0
    for row in rows("onnxruntime", "conv_transpose"):
        if row["output_shape"] or row["mode"].startswith("SAME"):  # there ONNX computes the pads from the length
            continue
        pads = (0, 0) if row["mode"] == "VALID" else tuple(int(cells) for cells in row["mode"][5:-1].split(","))
        window = Transposed(row["kernel"], row["stride"], 1, pads, row["output_padding"] or 0)
        assert or_none(window.length(row["in"])) == (len(row["ort_values"]) or None), row
        asked += 1
    assert asked > 100


# laws

CELLS = st.integers(1, 300)
TAPS = st.integers(1, 12)
STRIDES = st.integers(1, 9)
DILATIONS = st.integers(1, 4)


@given(CELLS, TAPS, STRIDES, DILATIONS, st.sampled_from(["same", "same_lower"]))
def test_same_padding_is_the_least_that_reaches_the_last_window(n, k, s, d, word):
    window = Window(k, s, d, word)
    begun, padding = len(range(0, n, s)), sum(window.pads(n))  # a window for every stride begun
    assert window.length(n) == begun
    assert (begun - 1) * s + window.reach <= n + padding
    assert padding == 0 or (begun - 1) * s + window.reach > n + padding - 1


@given(CELLS, TAPS, STRIDES, DILATIONS)
def test_same_puts_the_odd_cell_after_and_same_lower_before(n, k, s, d):
    before, after = Window(k, s, d, "same").pads(n)
    assert after - before in (0, 1)
    assert Window(k, s, d, "same_lower").pads(n) == (after, before)


@given(CELLS, STRIDES, TAPS, TAPS, DILATIONS, DILATIONS)
def test_the_length_under_same_depends_on_length_and_stride_alone(n, s, k, other_k, d, other_d):
    assert Window(k, s, d, "same").length(n) == Window(other_k, s, other_d, "same").length(n)


@given(st.integers(1, 10**12), st.integers(1, 10**6), st.integers(1, 10**6))
def test_the_two_forms_of_the_valid_length_are_one(n, k, s):
    assume(k <= n)
    assert Window(k, s).length(n) == (n - k) // s + 1


@given(CELLS, TAPS, STRIDES, DILATIONS, st.integers(0, 20))
def test_padding_is_cells_that_are_there(n, k, s, d, p):
    assert Window(k, s, d, (p, p)).length(n) == Window(k, s, d).length(n + 2 * p)
    assert Window(k, s, d, (p, 0)).length(n) == Window(k, s, d).length(n + p) == Window(k, s, d, (0, p)).length(n)


@given(CELLS, TAPS, DILATIONS)
def test_half_keeps_the_length_at_stride_one(n, k, d):
    window = Window(k, 1, d, "half")
    assume(window.reach % 2)
    assert window.length(n) == n


def test_half_of_an_even_reach_is_not_whole():
    with pytest.raises(ValueError, match="3 is not a multiple of 2"):
        Window(4, 1, 1, "half").pads(10)


@given(CELLS, TAPS, DILATIONS)
def test_causal_keeps_the_length_at_stride_one_and_pads_before_alone(n, k, d):
    window = Window(k, 1, d, "causal")
    assert window.length(n) == n
    assert window.pads(n) == (d * (k - 1), 0)


@given(CELLS, TAPS, STRIDES, DILATIONS)
def test_a_dilated_window_is_as_long_as_its_reach(n, k, s, d):
    assert Window(k, s, d).length(n) == Window(d * (k - 1) + 1, s).length(n)


@given(st.data(), st.integers(1, 40), TAPS, STRIDES, DILATIONS)
def test_a_transposed_window_inverts_the_window(data, n, k, s, d):
    reach = d * (k - 1) + 1
    before, after = (data.draw(st.integers(0, reach - 1)) for _ in "pq")
    extra = data.draw(st.integers(0, s - 1))
    longer = Transposed(k, s, d, (before, after), extra).length(n)
    assume(longer >= 1)
    assert Window(k, s, d, (before, after)).length(longer) == n


@given(st.integers(1, 40), TAPS, STRIDES, DILATIONS, st.sampled_from(["same", "same_lower"]))
def test_same_of_a_transposed_window_inverts_same_and_cuts_what_it_pads(n, k, s, d, word):
    spread = Transposed(k, s, d, word)
    back = Window(k, s, d, word)
    assert back.length(spread.length(n)) == n
    assert back.pads(spread.length(n)) == spread.cuts


@given(st.integers(1, 40), TAPS, STRIDES)
def test_every_length_that_a_window_shortens_has_one_output_padding(n, k, s):
    assume(k <= n)
    shorter = Window(k, s).length(n)
    assert [e for e in range(s) if Transposed(k, s, extra=e).length(shorter) == n] == [(n - k) % s]  # relationship 14


@given(st.integers(1, 40), TAPS, DILATIONS, st.integers(0, 12), st.integers(0, 12))
def test_a_transposed_window_of_stride_one_is_a_window(n, k, d, before, after):
    spread = Transposed(k, 1, d, (before, after))
    assert spread.as_window().length(n) == spread.length(n)


# the kernels find their places by walking


@st.composite
def windows(draw):
    k, s, d = draw(TAPS), draw(STRIDES), draw(DILATIONS)
    reach = d * (k - 1) + 1
    side = st.integers(0, reach - 1)
    words = ["valid", "same", "same_lower", "full", "causal", *(["half"] if reach % 2 else [])]
    padding = draw(st.one_of(st.sampled_from(words), st.tuples(side, side)))
    return Window(k, s, d, padding, draw(st.booleans()))


@given(st.integers(1, 60), windows())
def test_a_length_is_what_the_kernels_find_by_walking(n, window):
    walk = Walk(n, window.size, window.stride, window.dilation, window.padding, window.ceil)
    assert window.reach == walk.reach
    assert window.pads(n) == walk.pads
    assert max(0, window.length(n)) == len(walk.places)


@given(st.data(), st.integers(1, 12), st.integers(1, 6), st.integers(1, 5), st.integers(1, 3))
def test_a_transposed_length_is_what_the_kernels_give(data, n, k, s, d):
    reach = d * (k - 1) + 1
    words = ["valid", *(["half"] if reach % 2 else [])]
    padding = data.draw(st.one_of(st.sampled_from(words), st.tuples(st.integers(0, reach), st.integers(0, reach))))
    extra = data.draw(st.integers(0, max(s, d) - 1))
    filling = data.draw(st.sampled_from([None, "same", "same_lower", "keras_valid"]))
    padding, extra = (padding, extra) if filling is None else (filling, 0)
    y = conv_transpose(
        np.ones((1, 1, n)), np.ones((1, 1, k)), stride=(s,), dilation=(d,), padding=(padding,), output_padding=(extra,)
    )
    window = Transposed(k, s, d, padding, extra)
    assert max(0, window.length(n)) == y.shape[2]
    assert window.length(n) == (n - 1) * s + reach - sum(window.cuts) + window.spare
