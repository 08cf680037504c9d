"""The receptive field along one axis, layer by layer: its first and last cell, and the jump between fields."""

from __future__ import annotations

from shapecalc.figure import formula

ARAUJO = "Araujo, Norris & Sim 2019, Computing Receptive Fields of Convolutional Neural Networks, Distill"


@formula(source=f"{ARAUJO}: solving for the receptive field region, u")
def first(u: int, j: int, p: int) -> int:
    """First input cell that the first output cell sees; ``j`` is the jump before the window."""
    return u - j * p


@formula(source=f"{ARAUJO}: solving for the receptive field region, v")
def last(v: int, j: int, p: int, k: int) -> int:
    """Last input cell that the first output cell sees; ``k`` is the reach of the window."""
    return v + j * (k - 1 - p)


@formula(source=f"{ARAUJO}: effective stride")
def jump(j: int, s: int) -> int:
    """Input cells between the fields of neighbouring outputs."""
    return j * s


@formula(source=f"{ARAUJO}: receptive field size")
def extent(u: int, v: int) -> int:
    """Cells of a field from the first to the last."""
    return v - u + 1


@formula(source=f"{ARAUJO}: effective padding")
def overhang(u: int) -> int:
    """Cells by which the first field reaches before the input."""
    return 0 - u
