import numpy as np
import pytest

from shapecalc.kernels.tokens import merge, partition, sinusoids, to_row


def test_sinusoids_are_those_of_vaswani_et_al():
    """Section 3.5: PE(p, 2i) = sin(p / 10000^(2i/d)), PE(p, 2i + 1) = cos of the same; here d = 4, p = 0 and 1."""
    assert sinusoids(4, 2).T.tolist() == [
        [0, 1, 0, 1],
        pytest.approx([0.8414709848, 0.5403023059, 0.0099998333, 0.9999500004]),
    ]


def test_a_map_is_read_row_by_row():
    assert to_row(np.arange(6).reshape(1, 1, 2, 3))[0, 0].tolist() == [0, 1, 2, 3, 4, 5]


MAP = np.arange(16.0).reshape(1, 1, 4, 4)


def test_windows_come_row_by_row_and_so_do_their_cells():
    assert partition(MAP, [2, 2])[0, 0].tolist() == [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]]


def test_a_shift_brings_the_first_row_and_column_to_the_end():
    assert partition(MAP, [2, 2], shift=1)[0, 0].tolist() == [
        [5, 6, 9, 10],
        [7, 4, 11, 8],
        [13, 14, 1, 2],
        [15, 12, 3, 0],
    ]


@pytest.mark.parametrize(("n", "size"), [((6,), (2,)), ((4, 6), (2, 3)), ((2, 4, 3), (1, 2, 3))])
def test_windows_put_together_are_the_map_they_were_parted_from(n, size):
    x = np.random.default_rng(0).random((2, 3, *n))
    for shift in (0, 2):
        parted = partition(x, size, shift=shift)
        assert (merge(parted, n, size, rank=len(n), shift=shift) == x).all()
