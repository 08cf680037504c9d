"""What a layer leaves for the way back: the tensors that its gradients read."""

from typing import Literal, NamedTuple

from shapecalc.shape import Shape

Format = Literal["activations", "float32", "int64", "bool"]


class Kept(NamedTuple):
    """One tensor that is kept: an input by its number, the output, or one that is made for it alone."""

    what: int | str
    """The number of an input, ``output``, or the name of what is made."""
    shape: Shape | None = None
    """The shape of what is made."""
    format: Format = "activations"
    """Its numbers: as all activations, or of a format of their own."""
    once: bool = False
    """One for the whole batch, not for each example."""
    fused: Shape | None = None
    """What a fused kernel keeps instead, in float32: with one, this tensor is never made in one piece."""
    wanted: tuple[int, ...] = ()
    """The inputs whose gradients read it; whatever is trained, where none is named."""


INPUT = Kept(0)
OUTPUT = Kept("output")


def given(index: int, *wanted: int) -> Kept:
    """An input, kept for the gradients of others."""
    return Kept(index, wanted=wanted)


def made(
    name: str,
    *lengths: int,
    format: Format = "activations",
    once: bool = False,
    fused: Shape | None = None,
    wanted: tuple[int, ...] = (),
) -> Kept:
    """A tensor that is made for the way back."""
    return Kept(name, Shape(*lengths), format, once, fused, wanted)
