"""What every layer states: its facts."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from shapecalc.diagnostics import Mismatch
from shapecalc.formulas.reach import SAME_CELL, WHOLE, Reach, Unknown
from shapecalc.layers.saving import Kept
from shapecalc.shape import Shape

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.floating[Any]]
else:
    Array = Any  # NumPy is loaded when a network is run, not when its shapes are asked for

Weights = Mapping[str, Array]

Mixing = Literal["all", "each", "joins", "gathers", "drops", "regroups"]
View = Literal["none", "same", "rows", "turned", "part"]

Ops = dict[str, int]
"""Operations by kind; the kinds are listed in OPS."""

OPS = ("mac", "add", "mul", "div", "compare", "exp", "log", "sqrt", "tanh", "erf")
AXES = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}


class Layer(BaseModel, ABC):
    """A kind of layer: its options, then its facts. Each fact is given the shapes of all inputs."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    kind: ClassVar[str]
    """The key that names it in a file."""
    main: ClassVar[str | None] = None
    """The option that the key's own value gives."""
    family: ClassVar[str]
    """The heading it stands under in ``shapecalc layers``."""
    composes: ClassVar[bool] = False
    """Takes the options ``norm`` and ``activation``, each a layer of its own after it."""
    merges: ClassVar[bool] = False
    """Takes several inputs, named by the key's own value."""
    reads: ClassVar[Mapping[str, str]] = {}
    """Options that name one more layer each, read after its own input, and what each is for."""
    mixes: ClassVar[Mixing] = "each"
    """What becomes of the channels.

    ``all``: each output channel sees all. ``each``: each sees some, and none is left out. ``joins``: they are put
    behind each other. ``gathers``: places become channels. ``drops``: some are left out. ``regroups``: they become
    places, or others.
    """
    view: ClassVar[View] = "none"
    """Whether what it gives is its input's own memory, as PyTorch has it.

    ``same``: always, cell by cell. ``rows``: where its input lies row by row, and else a copy. ``turned``: in another
    order. ``part``: a part of it, which keeps all of it alive.
    """
    in_place: ClassVar[bool] = False
    """It may write what it gives over its input, where nothing else reads that."""
    example: ClassVar[str]
    """A runnable layer list, for the kind's page."""
    example_input: ClassVar[tuple[int, ...]] = (8, 16, 16)

    @abstractmethod
    def output(self, *xs: Shape) -> Shape:
        """The shape it gives.

        Raises:
            Mismatch: it cannot take these inputs.
        """

    @abstractmethod
    def weights(self, *xs: Shape) -> dict[str, Shape]:
        """The shapes of the tensors it trains, by name; one that it keeps but does not train is a Buffer."""

    def ops(self, *xs: Shape) -> Ops | None:
        """The operations it spends on one example, by kind; None: not known."""
        return None

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """For each input, for each of its spatial axes: how the output sees it.

        That is along the output's axis of the same index, unless it is `Onto` another. What an output cell sees is
        seen by all of its channels together: an axis that goes into the channels is `Whole`. An input of which the
        layer reads the shape alone is `Unread` along each axis.
        """
        why = Unknown(f"`{self.kind}` does not state its reach")
        return tuple((why,) * x.rank for x in xs)

    def mixing(self, *xs: Shape) -> Mixing:
        """What becomes of the channels, where the field of one may differ from another's."""
        return self.mixes

    def inner(self, *xs: Shape) -> dict[str, Shape]:
        """The tensors that it makes on the way, by name; a kind of one step makes none.

        They count as activations, and are alive while it runs.
        """
        return {}

    def saves(self, *xs: Shape) -> tuple[Kept, ...] | None:
        """What training keeps of it for the way back, beside its weights; None: not known.

        Where PyTorch has the layer it is what its autograd keeps, of the fused one where there is one; elsewhere what
        the derivative reads.
        """
        return None

    def hands_on(self, *xs: Shape) -> tuple[bool, ...]:
        """Of each input, whether on the way back its gradient is the output's own, or a part of it."""
        return (self.view in {"same", "rows", "turned"},) * len(xs)

    @abstractmethod
    def forward(self, *xs: Array, weights: Weights) -> Array:
        """What it does to arrays of shape ``(batch, channels, *lengths)``."""


class Weightless(Layer):
    """A layer that trains nothing and keeps nothing."""

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        return {}


class Elementwise(Weightless):
    """A layer that keeps the shape, each output cell reading the same place of its input."""

    def output(self, *xs: Shape) -> Shape:
        return xs[0]

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple((SAME_CELL,) * x.rank for x in xs)


def whole(*xs: Shape) -> tuple[tuple[Reach, ...], ...]:
    """The reach of a layer whose every output sees all of its input."""
    return tuple((WHOLE,) * x.rank for x in xs)


def spread(value: Any, rank: int, field: str) -> tuple[Any, ...]:
    """One value for each axis: a scalar is repeated, a list has to have as many as there are axes.

    Raises:
        Mismatch: it has another number of them.
    """
    if not isinstance(value, tuple):
        return (value,) * rank
    if len(value) != rank:
        axes = ", ".join(AXES.get(rank, ()))
        raise Mismatch(
            "E308",
            f"gives `{field}` for {len(value)} {'axis' if len(value) == 1 else 'axes'} of {rank}",
            field=field,
            label=f"the input has {rank} spatial {'axis' if rank == 1 else 'axes'}" + (f": {axes}" if axes else ""),
            help="give one value for each axis, or a single one for all",
        )
    return value


def spatial(x: Shape, doing: str) -> int:
    """The number of spatial axes of an input that has to have some.

    Raises:
        Mismatch: it is flat.
    """
    if x.rank == 0:
        raise Mismatch(
            "E304",
            f"{doing} a flat input of {x}",
            label="the input has no spatial axes",
            help="put it before the `flatten` or global pooling; an input is written [C, H, W] or [C, L]",
        )
    return x.rank
