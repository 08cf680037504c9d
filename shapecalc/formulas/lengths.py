"""The output length of a window along one axis, and the cells that padding adds."""

from __future__ import annotations

from shapecalc.figure import at_least, at_most, ceil_div, exact_div, formula

DUMOULIN = "Dumoulin & Visin 2016, A guide to convolution arithmetic for deep learning"
TENSORFLOW = "TensorFlow, tf.nn.convolution: notes on padding"
PYTORCH = "PyTorch 2.13 documentation"
KERAS = "Keras 3, keras/src/backend/common/backend_utils.py: _get_output_shape_given_tf_padding"


@formula(source=f"{DUMOULIN}, relationship 15")
def reach(k: int, d: int) -> int:
    """Cells from the first tap of a dilated window to its last."""
    return d * (k - 1) + 1


@formula(source=TENSORFLOW)
def valid(n: int, k: int, s: int) -> int:
    """Places of a window that stays inside the axis."""
    return ceil_div(n - k + 1, s)


@formula(source=TENSORFLOW)
def same(n: int, s: int) -> int:
    """Places of a window under SAME padding: one for each stride begun."""
    return ceil_div(n, s)


@formula(source=TENSORFLOW)
def same_padding(n: int, k: int, s: int) -> int:
    """Cells that SAME padding adds along the axis, both ends together."""
    return at_least(0, (ceil_div(n, s) - 1) * s + k - n)


@formula(source=TENSORFLOW)
def lesser(m: int) -> int:
    """The smaller half of the cells: what SAME puts before, and ``same_lower`` after."""
    return m // 2


@formula(source=TENSORFLOW)
def greater(m: int) -> int:
    """The larger half of the cells, with the odd one: what SAME puts after, and ``same_lower`` before."""
    return ceil_div(m, 2)


@formula(source=f"{DUMOULIN}, relationship 3")
def half(k: int) -> int:
    """Cells a side that keep the length at stride 1, for a window of odd reach."""
    return exact_div(k - 1, 2)


@formula(source=f"{DUMOULIN}, relationship 4")
def full(k: int) -> int:
    """Cells a side that let the window touch the axis by one cell only."""
    return k - 1


@formula(source=f"{DUMOULIN}, relationship 6")
def explicit(n: int, k: int, s: int, p: int) -> int:
    """Places of a window with ``p`` cells of padding a side."""
    return (n + 2 * p - k) // s + 1


@formula(source=f"{DUMOULIN}, relationship 6, with the two ends apart")
def uneven(n: int, k: int, s: int, p: int, q: int) -> int:
    """Places of a window with ``p`` cells of padding before and ``q`` after."""
    return (n + p + q - k) // s + 1


@formula(source=f"{PYTORCH}, torch.nn.MaxPool2d: ceil_mode")
def ceiling(n: int, k: int, s: int, p: int, q: int) -> int:
    """Places of a pooling window that may hang over the end, but must start in the input or before it."""
    return at_most(ceil_div(n + p, s), ceil_div(n + p + q - k, s) + 1)


@formula(source=f"{DUMOULIN}, relationship 12")
def transposed_plain(n: int, k: int, s: int) -> int:
    """Length that a transposed window gives when nothing is cut off or added."""
    return (n - 1) * s + k


@formula(source=f"{PYTORCH}, torch.nn.ConvTranspose2d: shape")
def transposed(n: int, k: int, s: int, p: int, q: int, e: int) -> int:
    """Length that a transposed window gives, less ``p`` and ``q`` cells cut off, plus ``e`` extra."""
    return (n - 1) * s + k - p - q + e


@formula(source=KERAS)
def transposed_same(n: int, s: int) -> int:
    """Length that a transposed window gives under SAME: the one that SAME shortens to ``n`` again."""
    return n * s


@formula(source=KERAS)
def surplus(k: int, s: int) -> int:
    """Cells of a transposed window beyond a stride for each input cell: what SAME cuts off, both ends together."""
    return at_least(0, k - s)


@formula(source=KERAS)
def transposed_keras_valid(n: int, k: int, s: int) -> int:
    """Length that a transposed window gives under Keras' VALID: a stride's cells at least for every input cell."""
    return n * s + at_least(0, k - s)
