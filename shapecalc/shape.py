"""The shape of a tensor: channels first, then lengths; one example's, never the batch's."""

from __future__ import annotations

from math import prod
from typing import Any, Self


class Shape(tuple[int, ...]):
    """Channels, then the lengths of the spatial axes: ``Shape(64, 56, 56)``.

    A weight's shape is one too. The lengths may be Figures, so that a length knows where it came from.
    """

    __slots__ = ()

    def __new__(cls, *lengths: int) -> Self:
        """Make a shape of its lengths, channels first."""
        return tuple.__new__(cls, lengths)

    def __getnewargs__(self) -> tuple[int, ...]:
        """Rebuild from the lengths when copied or unpickled."""
        return tuple(self)

    @property
    def channels(self) -> int:
        """The length of the first axis."""
        return self[0]

    @property
    def spatial(self) -> tuple[int, ...]:
        """The lengths after the channels; empty for a flat shape."""
        return self[1:]

    @property
    def rank(self) -> int:
        """How many spatial axes there are: 0 flat, 1 a sequence, 2 an image, 3 a volume."""
        return len(self) - 1

    @property
    def elements(self) -> int:
        """How many numbers a tensor of this shape holds."""
        return prod(self)

    def __str__(self) -> str:
        return "×".join(str(int(n)) for n in self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(str(int(n)) for n in self)})"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def to_list(self) -> list[int]:
        """The lengths as plain integers, for JSON."""
        return [int(n) for n in self]

    def __add__(self, other: Any) -> Any:
        """Shapes are not summed; joining two tuples by accident would give a wrong shape."""
        return NotImplemented


class Buffer(Shape):
    """The shape of a tensor that a layer keeps but does not train, such as a running mean."""

    __slots__ = ()
