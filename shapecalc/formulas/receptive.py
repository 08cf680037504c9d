"""The receptive field along one axis, layer by layer: its first and last cell, and the jump between fields."""

from __future__ import annotations

from shapecalc.figure import at_least, at_most, formula

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


@formula(source="Dang Ha The Hien 2017, A guide to receptive field arithmetic for Convolutional Neural Networks")
def widened(r: int, j: int, k: int) -> int:
    """Cells of a field through a window; ``r`` and ``j`` are the field and the jump before, ``k`` the reach."""
    return r + (k - 1) * j


@formula(source=f"{ARAUJO}: arbitrary computation graphs")
def leftmost(u: int, w: int) -> int:
    """First cell of the union of two fields."""
    return at_most(u, w)


@formula(source=f"{ARAUJO}: arbitrary computation graphs")
def rightmost(v: int, w: int) -> int:
    """Last cell of the union of two fields."""
    return at_least(v, w)


@formula(source=f"{ARAUJO}: receptive field center, in half cells")
def centre(u: int, v: int) -> int:
    """The centre of a field in half cells; that of cell 0 is 0."""
    return u + v


@formula(source=f"{ARAUJO}: effective stride")
def of_cell(u: int, i: int, j: int) -> int:
    """Where the field of output cell ``i`` begins or ends: ``i`` jumps after that of output cell 0."""
    return u + i * j
