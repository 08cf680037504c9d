"""Convolution and pooling cell by cell, by the published formulas: slow, and no kin of the kernels."""

import numpy as np


def pads(n, k, s, d, mode):
    """Cells added before and after: TensorFlow's notes on padding, Dumoulin & Visin 2016."""
    grown = d * (k - 1)
    missing = max(0, (-(-n // s) - 1) * s + grown + 1 - n)
    words = {
        "valid": (0, 0),
        "same": (missing // 2, -(-missing // 2)),
        "same_lower": (-(-missing // 2), missing // 2),
        "half": (grown // 2, grown // 2),
        "full": (grown, grown),
        "causal": (grown, 0),
    }
    return words[mode] if isinstance(mode, str) else mode


class Sight:
    """What the windows see: how many there are, and which cells of the input lie under each."""

    def __init__(self, lengths, size, stride, dilation, padding):
        axes = list(zip(lengths, size, stride, dilation, padding, strict=True))
        ends = [pads(*axis) for axis in axes]
        self.lengths, self.size, self.stride, self.dilation = lengths, size, stride, dilation
        self.before = [before for before, _ in ends]
        self.places = [
            max(0, (n + sum(end) - d * (k - 1) - 1) // s + 1) for (n, k, s, d, _), end in zip(axes, ends, strict=True)
        ]

    def __call__(self, place):
        """Each tap with the cell under it, where that cell is not padding."""
        for tap in np.ndindex(*self.size):
            steps = zip(place, self.stride, tap, self.dilation, self.before, strict=True)
            cell = tuple(o * s + t * d - before for o, s, t, d, before in steps)
            if all(0 <= i < n for i, n in zip(cell, self.lengths, strict=True)):
                yield tap, cell


def conv(x, kernel, stride, dilation, padding, groups):
    sight = Sight(x.shape[2:], kernel.shape[2:], stride, dilation, padding)
    y = np.zeros((len(x), len(kernel), *sight.places))
    for b, f, *place in np.ndindex(y.shape):
        first = f // (len(kernel) // groups) * kernel.shape[1]
        for c in range(kernel.shape[1]):
            for tap, cell in sight(place):
                y[(b, f, *place)] += x[(b, first + c, *cell)] * kernel[(f, c, *tap)]
    return y


def pool(summary, x, size, stride, dilation, padding):
    sight = Sight(x.shape[2:], size, stride, dilation, padding)
    y = np.zeros((*x.shape[:2], *sight.places))
    for b, c, *place in np.ndindex(y.shape):
        y[(b, c, *place)] = summary([x[(b, c, *cell)] for _, cell in sight(place)])
    return y
