import numpy as np
import pytest

from shapecalc.kernels.shuffle import channel_shuffle, pixel_shuffle, pixel_unshuffle

PIXELS = np.arange(4.0).reshape(1, 4, 1, 1)


def test_channels_become_the_cells_of_a_block_row_by_row():
    assert pixel_shuffle(PIXELS, [2, 2])[0, 0].tolist() == [[0, 1], [2, 3]]


def test_tensorflow_keeps_the_channels_of_a_cell_together():
    """The documentation of tf.nn.depth_to_space: one pixel of the channels 1 … 12, laid out as a block of 2×2."""
    x = np.arange(1.0, 13).reshape(1, 12, 1, 1)
    y = pixel_shuffle(x, [2, 2], order="tensorflow")
    assert y[0].transpose(1, 2, 0).tolist() == [[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]]


@pytest.mark.parametrize("order", ["pytorch", "tensorflow"])
@pytest.mark.parametrize("factors", [(3,), (2, 3), (1, 2, 3)])
def test_unshuffling_undoes_shuffling(factors, order):
    x = np.random.default_rng(0).random((2, 12, *range(2, 2 + len(factors))))
    assert (pixel_unshuffle(pixel_shuffle(x, factors, order=order), factors, order=order) == x).all()


def test_channels_are_dealt_from_the_groups_in_turn():
    """torch.nn.ChannelShuffle prints channels 1, 3, 2, 4 for two groups of 1, 2 and 3, 4."""
    assert channel_shuffle(np.arange(1.0, 5).reshape(1, 4), 2)[0].tolist() == [1, 3, 2, 4]
