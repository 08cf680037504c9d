"""What each letter of the formulas means: one table, and the few that mean something else in one formula."""

from __future__ import annotations

from collections.abc import Mapping

PLACES = "places of the output, along each axis"
TAPS = "taps, along each axis"
REACH = "cells from the window's first tap to its last"

LETTERS: Mapping[str, str] = {
    "b": "batch: examples at once",
    "bits": "bits of one number",
    "bins": "bins of each level",
    "c": "channels",
    "cells": "cells that the bins along each axis read",
    "d": "dilation: cells between neighbouring taps",
    "directions": "directions in which the sequence is read",
    "e": "elements",
    "each": "bytes of each example",
    "elements": "elements",
    "f": "filters: output channels",
    "fixed": "bytes that are there once",
    "g": "groups of channels",
    "gates": "gates of a unit",
    "heads": "heads of the attention",
    "inputs": "numbers that come in at each step",
    "itemsize": "bytes of one number",
    "j": "jump: input cells between the fields of neighbouring outputs",
    "k": "taps of the window",
    "keys": "places that are looked at",
    "known": "the lengths that are given",
    "layers": "layers of the stack",
    "m": "numbers taken together",
    "mac": "multiply-accumulates",
    "macs": "multiply-accumulates",
    "met": "pairs that meet a cell, along each axis",
    "n": "length of the input",
    "o": "length of the output",
    "others": "every other operation, by kind",
    "p": "cells of padding before",
    "padded": "those whose tap meets no cell",
    "pairs": "pairs of a place and a tap, along each axis",
    "part": "the part",
    "parts": "the parts",
    "places": "places, along each axis",
    "q": "cells of padding after",
    "queries": "places that look",
    "r": "cells that go with one, along an axis",
    "room": "bytes that there are",
    "s": "stride: cells between neighbouring places",
    "sets": "sets of numbers",
    "shape": "the shape: channels, then lengths",
    "size": "numbers of a query and of a key",
    "slots": "numbers kept of each parameter",
    "spans": "offsets along each axis",
    "states": "states from the step before",
    "steps": "steps of the sequence",
    "times": "operations an element",
    "u": "first input cell of a field",
    "units": "units",
    "v": "last input cell of a field",
    "w": "the same of the other branch",
    "weights": "bytes of the parameters",
    "whole": "the whole",
    "windows": "windows, along each axis",
    "x": "the figure of one example",
}
"""By the letter, for every formula that has no word of its own for it."""

OTHERWISE: Mapping[str, Mapping[str, str]] = {
    "along": {"c": "channels that are reduced"},
    "bins_reduced": {"o": "bins along each axis"},
    "binned": {"o": "bins of the axis"},
    "bin_stride": {"o": "bins of the axis"},
    "bin_window": {"o": "bins of the axis"},
    "conv_macs": {"o": PLACES, "k": TAPS},
    "connected_macs": {"o": PLACES, "k": TAPS, "m": "connections of a filter to a channel"},
    "cropped": {"p": "cells cut off before", "q": "cells cut off after"},
    "dense_macs": {"n": "inputs", "u": "units"},
    "explicit": {"p": "cells of padding a side", "k": REACH},
    "first": {"u": "first cell of the field before", "j": "jump before the window"},
    "full": {"k": REACH},
    "greater": {"m": "cells to be split"},
    "half": {"k": REACH},
    "jump": {"j": "jump before the window"},
    "last": {
        "v": "last cell of the field before",
        "j": "jump before the window",
        "k": REACH,
    },
    "left_over": {"e": "all elements"},
    "lesser": {"m": "cells to be split"},
    "matmul_macs": {"m": "rows of the product", "k": "numbers of a row and of a column", "n": "columns of the product"},
    "merged": {"m": "tensors that are merged"},
    "multiplied": {"m": "filters for each channel"},
    "projection_macs": {"states": "states that the units are brought to"},
    "reduced": {"n": "lengths of the map"},
    "widened": {"r": "size of the field before", "j": "jump before the window", "k": REACH},
    "of_cell": {"u": "where the field of output cell 0 begins or ends", "i": "the output cell"},
    "row": {"n": "lengths of the map"},
    "sliced": {"a": "first cell that is kept", "b": "cell before which it ends", "s": "step"},
    "transposed": {
        "k": REACH,
        "p": "cells cut off before",
        "q": "cells cut off after",
        "e": "cells added at the end",
    },
    "transposed_macs": {"n": "lengths of the input", "k": TAPS},
    "windowed": {"o": PLACES, "k": TAPS},
    "transposed_keras_valid": {"k": REACH},
    "windows": {"n": "lengths of the map", "m": "cells of a window along each axis"},
    **{name: {"k": REACH} for name in ("ceiling", "same_padding", "surplus", "transposed_plain", "uneven", "valid")},
}
"""By the formula's name: where a letter means something else, or something more exact."""


def meaning(formula: str, letter: str) -> str:
    """What a letter means in a formula; empty where nothing is said of it, as in a formula of another package."""
    return OTHERWISE.get(formula, {}).get(letter) or LETTERS.get(letter, "")
