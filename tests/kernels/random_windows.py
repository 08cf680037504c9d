"""Random windows for Hypothesis: every mode, rank 1 to 3, small enough for nested loops."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

WORDS = ["valid", "same", "same_lower", "half", "full", "causal"]
LONGEST = {1: (9, 5, 3), 2: (5, 3, 2), 3: (3, 2, 2)}
"""Cells, taps and dilation at most, by rank."""


@dataclass(frozen=True)
class Window:
    """A window of some rank on an input of that rank."""

    lengths: tuple
    size: tuple
    stride: tuple
    dilation: tuple
    padding: tuple

    @property
    def axes(self):
        return zip(self.lengths, self.size, self.stride, self.dilation, self.padding, strict=True)

    @property
    def options(self):
        return {"stride": self.stride, "dilation": self.dilation, "padding": self.padding}


@st.composite
def axes(draw, rank, words, dilated):
    n, k, d = (draw(st.integers(1, most)) for most in LONGEST[rank])
    d = d if dilated else 1
    whole = [word for word in words if word != "half" or d * (k - 1) % 2 == 0]
    cells = st.integers(0, min(2, k))
    mode = draw(st.one_of(st.sampled_from(whole), st.tuples(cells, cells)))
    return n, k, draw(st.integers(1, 4)), d, mode


@st.composite
def windows(draw, words=WORDS, *, dilated=True):
    rank = draw(st.integers(1, 3))
    return Window(*zip(*(draw(axes(rank, words, dilated)) for _ in range(rank)), strict=True))


def integers(*shape):
    """Small whole numbers, always the same for a shape: sums of their products are exact."""
    return np.random.default_rng(shape).integers(-4, 5, shape).astype(float)
