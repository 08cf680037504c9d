"""Convolutions whose filters are not shared by all places, or do not read all channels."""

from typing import Annotated, ClassVar

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting
from shapecalc.layers.base import Array, Ops, Weights
from shapecalc.layers.fields import CONNECTIONS, Flag, Natural
from shapecalc.layers.sliding import Bank, Sliding, told
from shapecalc.shape import Shape


class Local(Sliding, Bank):
    """Convolve with filters that no two places share: a locally connected layer.

    Input ``(c, *n)``, output ``(filters, *o)``. Its places and MACs are a ``conv``'s, its weights as many times those
    of a ``conv`` as there are places, and each output cell has its own bias (Goodfellow, Bengio & Courville 2016,
    section 9.5, "unshared convolution"; Keras' LocallyConnected2D; Taigman et al. 2014, DeepFace). For filters that
    come again every t places, see ``tiled`` of ``conv``.
    """

    mixes: ClassVar = "all"
    kind: ClassVar = "local"
    example: ClassVar = "- {local: 4, kernel: 3, stride: 2}"

    bias: Flag = Field(True, description="add one trained number to each output cell")

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        return Shape(self.filters, *self.places(x))

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        y = self.output(x)
        return {"kernel": Shape(*y.spatial, self.filters, x.channels, *self.taps(x.rank))} | self.with_bias(y)

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        y = self.output(x)
        return self.spent(counting.conv_macs(y.spatial, self.taps(x.rank), x.channels, 1, self.filters), y)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.local.local(x, weights["kernel"], weights.get("bias"), **told(self.windows(x.ndim - 2)))


class ConvMap(Sliding):
    """Convolve each filter over those channels alone that a table connects it to.

    Input ``(c, *n)``, output ``(filters, *o)`` with a filter for each list of the table, which names its channels from
    0. Each connection has its own taps, each filter one bias: layer C3 of LeNet-5 (LeCun et al. 1998, table I) connects
    16 filters to 6 channels by 60 connections, which makes 60·25 + 16 = 1,516 parameters.
    """

    kind: ClassVar = "conv_map"
    main: ClassVar = "connections"
    example: ClassVar = "- {conv_map: [[0, 1, 2], [1, 2, 3], [0, 1, 2, 3]], kernel: 5}"
    example_input: ClassVar[tuple[int, ...]] = (4, 14, 14)

    connections: Annotated[tuple[tuple[Natural, ...], ...], CONNECTIONS] = Field(
        description="the channels that each filter reads"
    )

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        places = self.places(x)
        if not self.connections:
            raise self.refusal("connects no filter at all", "the table is empty", "give a list of channels a filter")
        for index, channels in enumerate(self.connections):
            self.check(index, channels, x.channels)
        return Shape(len(self.connections), *places)

    def check(self, index: int, channels: tuple[int, ...], there: int) -> None:
        """Check one filter's channels.

        Raises:
            Mismatch: there is none, one is named twice, or does not exist.
        """
        if not channels:
            raise self.refusal(f"connects filter {index} to no channel", "an empty list", "leave it out")
        twice = next((c for i, c in enumerate(channels) if c in channels[:i]), None)
        if twice is not None:
            raise self.refusal(
                f"connects filter {index} to channel {twice} twice", "named twice in one list", "name it once"
            )
        beyond = max(channels)
        if beyond >= there:
            raise Mismatch(
                "E313",
                f"connects filter {index} to channel {beyond}",
                field="connections",
                label=f"the input has {there} {'channel' if there == 1 else 'channels'}",
                help=f"channels are counted from 0: here to {there - 1}",
            )

    def refusal(self, message: str, label: str, help: str) -> Mismatch:
        """A table that can be right for no input."""
        return Mismatch("E314", message, field="connections", label=label, help=help)

    @property
    def connected(self) -> int:
        """Connections of all filters."""
        return sum(map(len, self.connections))

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        kernel = Shape(self.connected, *self.taps(x.rank))
        return {"kernel": kernel} | self.with_bias(Shape(len(self.connections)))

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        y = self.output(x)
        return self.spent(counting.connected_macs(y.spatial, self.taps(x.rank), self.connected), y)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.local.conv_map(
            x,
            weights["kernel"],
            weights.get("bias"),
            connections=self.connections,
            **told(self.windows(x.ndim - 2)),
        )
