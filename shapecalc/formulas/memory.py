"""Bytes: of numbers that share a byte, for a batch, and the batch that fits."""

from __future__ import annotations

from shapecalc.figure import ceil_div, formula
from shapecalc.formulas.counting import DEFINITION


@formula(source="two 4-bit numbers share a byte, and an odd one has one to itself")
def packed(elements: int, bits: int) -> int:
    """Bytes of so many numbers of so many bits each, the last byte whole."""
    return ceil_div(elements * bits, 8)


@formula(source=DEFINITION)
def at_batch(fixed: int, each: int, b: int) -> int:
    """Bytes that are there once, and those of each example, for a batch."""
    return fixed + each * b


@formula(source=DEFINITION)
def most_examples(room: int, fixed: int, each: int) -> int:
    """Examples that fit beside what is there once."""
    return (room - fixed) // each


@formula(source="Kingma & Ba 2015, Adam: algorithm 1 keeps m and v; a momentum is one such number")
def kept_numbers(weights: int, slots: int) -> int:
    """Bytes of the numbers that an optimizer keeps of each parameter."""
    return weights * slots
