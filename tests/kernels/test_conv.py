import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shapecalc.kernels.conv import conv, conv_transpose
from shapecalc.kernels.window import Walk, ends
from tests import naive
from tests.grids import axis, rows
from tests.kernels.random_windows import integers, windows

AUTO_PAD = {"SAME_UPPER": "same", "SAME_LOWER": "same_lower", "VALID": "valid"}


def line(row, kernel, mode):
    """The convolution of a grid's row, along its one axis."""
    options = {"stride": (row["stride"],), "dilation": (row["dilation"],), "padding": (mode,)}
    return conv(axis(row["in"]), kernel[None, None], **options)[0, 0]


def stamped(row, kernel, pads, extra):
    """The transposed convolution of a grid's row, along its one axis."""
    options = {"stride": (row["stride"],), "dilation": (row.get("dilation", 1),), "padding": (pads,)}
    return conv_transpose(axis(row["in"]), kernel[None, None], **options, output_padding=(extra,))[0, 0]


def powers(row):
    return 10.0 ** np.arange(row["kernel"])


def counting(row):
    return np.arange(1.0, row["kernel"] + 1)


def test_conv_has_the_lengths_of_torch():
    for row in rows("torch", "conv1d"):
        y = line(row, counting(row), (row["padding"], row["padding"]))
        assert len(y) == (row["out"] or 0), row  # null: PyTorch raises where no window fits


def test_conv_has_the_values_of_tensorflow():
    for row in rows("tensorflow", "conv1d"):
        assert line(row, counting(row), row["padding"].lower()).tolist() == row["values"], row


def test_conv_has_the_values_of_onnxruntime():
    for row in rows("onnxruntime", "conv_auto_pad"):
        assert line(row, powers(row), AUTO_PAD[row["auto_pad"]]).tolist() == row["ort_values"], row


def refused_by_torch(row):
    """PyTorch wants less output padding than this; the kernel has no such opinion."""
    return row["output_padding"] >= max(row["stride"], row["dilation"])


def test_conv_transpose_has_the_lengths_of_torch():
    for row in rows("torch", "conv_transpose1d"):
        if not refused_by_torch(row):
            y = stamped(row, powers(row), (row["padding"], row["padding"]), row["output_padding"])
            assert len(y) == (row["out"] or 0), row  # null: PyTorch raises where nothing is left


def test_conv_transpose_has_the_values_of_torch():
    for row in rows("torch", "conv_transpose1d_values"):
        if not refused_by_torch(row):
            y = stamped(row, powers(row), (row["padding"], row["padding"]), row["output_padding"])
            assert y.tolist() == (row["values"] or []), row


def full(row):
    """From the first cell of the first stamp to the last of the last."""
    return (row["in"] - 1) * row["stride"] + row.get("dilation", 1) * (row["kernel"] - 1) + 1


def in_cells_from_keras(row):
    """Keras' padding of a transposed convolution: a word, or cells cut before and after; and output padding."""
    if row["output_padding"] is None:
        return {"same": "same", "valid": "keras_valid"}[row["padding"]], 0
    if row["padding"] == "same":  # it cuts what SAME would add to the axis it gives
        length = len(row["values"])
        before, after = Walk(length, row["kernel"], row["stride"], row["dilation"], "same").pads
        return (before, after), length + before + after - full(row)
    return (0, 0), row["output_padding"]


def test_conv_transpose_has_the_values_of_keras():
    for row in rows("tensorflow", "keras_conv1d_transpose"):
        if row["values"] is not None:  # null: Keras raises
            assert stamped(row, counting(row), *in_cells_from_keras(row)).tolist() == row["values"], row


def in_cells_from_onnx(row):
    """ONNX's padding of a transposed convolution: cells cut before and after, and output padding."""
    mode, extra = row["mode"], row["output_padding"] or 0
    if mode in {"SAME_UPPER", "SAME_LOWER"} and not row["output_shape"]:
        return AUTO_PAD[mode], 0
    if mode.startswith("pads"):
        return tuple(int(cells) for cells in mode[5:-1].split(",")), extra
    whole = row["in"] * row["stride"] if mode.startswith("SAME") else full(row) + extra
    surplus = full(row) + extra - (row["output_shape"] or whole)
    if surplus < 0:
        return (0, 0), extra - surplus
    less, more = surplus // 2, surplus - surplus // 2
    return (less, more) if mode == "SAME_UPPER" else (more, less), extra


def test_conv_transpose_has_the_values_of_onnxruntime():
    for row in rows("onnxruntime", "conv_transpose"):
        assert stamped(row, powers(row), *in_cells_from_onnx(row)).tolist() == row["ort_values"], row


FEW = st.integers(1, 2)


@settings(deadline=None, max_examples=300)
@given(windows(), st.integers(1, 3), FEW, FEW, FEW)
def test_conv_is_what_nested_loops_give(window, groups, batch, channels, filters):
    x = integers(batch, groups * channels, *window.lengths)
    kernel = integers(groups * filters, channels, *window.size)
    expected = naive.conv(x, kernel, **window.options, groups=groups)
    np.testing.assert_array_equal(conv(x, kernel, **window.options, groups=groups), expected, strict=True)


@settings(deadline=None)
@given(windows(["valid", "half", "full", "causal"]), st.integers(1, 3), FEW, FEW)
def test_conv_transpose_is_the_adjoint_of_conv(window, groups, channels, filters):
    x = integers(2, groups * channels, *window.lengths)
    kernel = integers(groups * filters, channels, *window.size)
    down = conv(x, kernel, **window.options, groups=groups)
    if down.size:
        y = integers(*down.shape)
        left = tuple(cells_left(*axis, places) for axis, places in zip(window.axes, y.shape[2:], strict=True))
        up = conv_transpose(y, kernel, **window.options, output_padding=left, groups=groups)
        assert np.vdot(down, y) == np.vdot(x, up)


def cells_left(n, k, s, d, mode, places):
    """Cells of the padded axis that lie behind the last window."""
    return n + sum(naive.pads(n, k, s, d, mode)) - (places - 1) * s - d * (k - 1) - 1


class Counted:
    """A number of no value that counts the products it takes part in."""

    products = 0

    def __mul__(self, other):
        Counted.products += 1
        return self

    def __add__(self, other):
        return self

    __rmul__, __radd__ = __mul__, __add__


def products(kernel_of_layer, x, kernel, **options):
    Counted.products = 0
    kernel_of_layer(np.full(x, Counted(), object), np.full(kernel, Counted(), object), **options)
    return Counted.products


def test_conv_multiplies_once_for_each_place_filter_and_tap():
    options = {"stride": (2, 1), "dilation": (1, 1), "padding": ("valid", "valid"), "groups": 2}
    assert products(conv, (1, 4, 7, 5), (6, 2, 3, 3), **options) == 3 * 3 * 6 * 2 * 9


def test_conv_transpose_never_multiplies_by_a_zero_between_cells():
    options = {"stride": (3, 2), "dilation": (2, 1), "padding": ("valid", "valid"), "output_padding": (1, 1)}
    assert products(conv_transpose, (1, 4, 7, 5), (4, 6, 3, 3), **options) == 7 * 5 * 4 * 6 * 9


def test_a_nan_reaches_only_the_windows_that_hold_it():
    x = np.zeros((1, 1, 9))
    x[0, 0, 4] = np.nan
    y = conv(x, np.ones((1, 1, 2)), stride=(1,), dilation=(3,), padding=("same",))
    assert np.flatnonzero(np.isnan(y)).tolist() == [2, 5]


def test_half_of_an_odd_padding_is_refused():
    with pytest.raises(ValueError, match="no padding 'half' here for a window that reaches 4 cells"):
        conv(np.ones((1, 1, 9)), np.ones((1, 1, 2)), stride=(1,), dilation=(3,), padding=("half",))


def test_same_cannot_be_told_from_the_window_alone():
    with pytest.raises(ValueError, match="no padding 'same' here"):
        ends("same", 3)


def test_flipping_turns_the_kernel_by_180_degrees():
    x, kernel = integers(2, 2, 5, 6), integers(3, 2, 2, 3)
    options = {"stride": (1, 2), "dilation": (1, 1), "padding": ("valid", "valid")}
    turned = np.array([[np.rot90(plane, 2) for plane in planes] for planes in kernel])
    np.testing.assert_array_equal(conv(x, kernel, **options, flip=True), conv(x, turned, **options))


def test_a_flipped_convolution_is_that_of_mathematics():
    x, kernel = integers(7), integers(3)
    y = conv(x[None, None], kernel[None, None], stride=(1,), dilation=(1,), padding=("full",), flip=True)
    np.testing.assert_array_equal(y[0, 0], np.convolve(x, kernel))


@settings(deadline=None, max_examples=60)
@given(windows(), st.integers(1, 2), FEW, FEW, st.data())
def test_places_take_the_banks_by_turns(window, groups, channels, filters, data):
    """Goodfellow, Bengio & Courville 2016, equation 9.10: the kernel of place j is that of j mod t."""
    x = integers(2, groups * channels, *window.lengths)
    banks = tuple(data.draw(st.integers(1, 3)) for _ in window.size)
    kernel = integers(*banks, groups * filters, channels, *window.size)
    bias = integers(*banks, groups * filters)
    y = conv(x, kernel, bias, **window.options, groups=groups)
    for place in np.ndindex(*y.shape[2:]):
        bank = tuple(o % t for o, t in zip(place, banks, strict=True))
        alone = conv(x, kernel[bank], bias[bank], **window.options, groups=groups)
        np.testing.assert_array_equal(y[(..., *place)], alone[(..., *place)])
