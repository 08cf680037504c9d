import numpy as np

from shapecalc.kernels.cutting import centre, crop, cut, pad, part, piece
from tests.grids import axis, rows

MODES = {"constant": "zero", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}


def test_a_line_is_padded_as_torch_pads_it():
    for row in rows("torch", "pad1d_values"):
        y = pad(axis(row["in"]), [(row["left"], row["right"])], mode=MODES[row["mode"]])
        assert y[0, 0].tolist() == row["values"], row


def test_a_crop_to_a_size_takes_the_odd_cell_off_the_end():
    assert centre(axis(6), [3])[0, 0].tolist() == [2, 3, 4]


def test_what_is_cut_keeps_nothing_else_alive():
    x = np.ones((1, 4, 6))
    cuts = [crop(x, [(1, 1)]), centre(x, [3]), cut(x, 2, 1, 3), part(x, 1, 2), piece(x, 2, [1, 3])]
    assert [y.base for y in cuts] == [None] * 5
