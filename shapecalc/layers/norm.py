"""Normalisation by a mean and a variance: kept from training, or of the example itself."""

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting
from shapecalc.formulas.reach import SAME_CELL, Reach
from shapecalc.layers.base import Array, Layer, Ops, Weights, spatial, whole
from shapecalc.layers.fields import REAL, WORD, Count, Flag
from shapecalc.layers.saving import INPUT, Kept, made
from shapecalc.layers.sliding import divided
from shapecalc.shape import Buffer, Shape

Epsilon = Annotated[float, Field(gt=0), REAL]
Over = Annotated[Literal["channels", "all"], WORD]
OVER = "`channels`: each place by itself; `all`: the whole example at once"


class BatchNorm(Layer):
    """Scale and shift each channel by running statistics, then by trained gamma and beta.

    Input and output ``(c, *n)``. At inference all of it is one multiply and one add an element.
    """

    kind: ClassVar = "batchnorm"
    family: ClassVar = "normalisation"
    composes: ClassVar = True
    example: ClassVar = "- batchnorm"

    epsilon: Epsilon = Field(1e-5, description="added to the variance")
    affine: Flag = Field(True, description="train a scale (gamma) and a shift (beta) for each channel")

    def output(self, *xs: Shape) -> Shape:
        return xs[0]

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        c = xs[0].channels
        trained = {"gamma": Shape(c), "beta": Shape(c)} if self.affine else {}
        return trained | {"mean": Buffer(c), "variance": Buffer(c)}

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        size = counting.elements(x)
        return {"add": size, "mul": size}

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple((SAME_CELL,) * x.rank for x in xs)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        c = xs[0].channels
        return INPUT, *(made(name, c, format="float32", once=True) for name in ("mean", "deviation"))

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.norm.batch_norm(
            xs[0],
            weights.get("gamma"),
            weights.get("beta"),
            weights["mean"],
            weights["variance"],
            epsilon=self.epsilon,
        )


class OwnNorm(Layer):
    """Normalise an example by its own statistics: those of one or more sets of its numbers."""

    family: ClassVar = "normalisation"
    composes: ClassVar = True
    centred: ClassVar[bool] = True
    """The mean is taken off; without it what is divided by is the root mean square."""

    epsilon: Epsilon = Field(1e-5, description="added to the variance")
    affine: Flag = Field(True, description="train a scale (gamma) and a shift (beta) for each channel")

    @abstractmethod
    def sets(self, x: Shape) -> tuple[int, int]:
        """How many sets of numbers there are, and the numbers in each."""

    def output(self, *xs: Shape) -> Shape:
        return xs[0]

    def several(self, x: Shape) -> Shape:
        """An input of which more than one number is normalised together.

        Raises:
            Mismatch: there is one alone; PyTorch refuses it too.
        """
        _, size = self.sets(x)
        if size == 1:
            raise Mismatch(
                "E330",
                f"normalises {x} by the mean and variance of single numbers",
                label="one number less its own mean is 0, and so would every output be",
                help="normalise over more numbers: before the pooling, in fewer groups, or by `batchnorm`",
            )
        return x

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        c = xs[0].channels
        return {"gamma": Shape(c), "beta": Shape(c)} if self.affine else {}

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        size, (sets, numbers) = counting.elements(x), self.sets(x)
        sums = counting.statistics(sets, numbers)
        trained = self.weights(x)
        adds = [sums, size, sums, sets] if self.centred else [sums, sets]
        muls = [sets, size, sets] if self.centred else [size, sets]
        return {
            "add": counting.altogether((*adds, *([size] if "beta" in trained else []))),
            "mul": counting.altogether((*muls, *([size] if "gamma" in trained else []))),
            "div": size,
            "sqrt": sets,
        }

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return whole(*xs)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        sets, _ = self.sets(xs[0])
        names = ("mean", "deviation") if self.centred else ("root mean square",)
        return INPUT, *(made(name, sets, format="float32") for name in names)


class PlaceNorm(OwnNorm):
    """Normalise the channels of each place by themselves, or the whole example at once."""

    mixes: ClassVar = "all"

    over: Over = Field("channels", description=OVER)

    def sets(self, x: Shape) -> tuple[int, int]:
        if self.over == "channels":
            return counting.elements(x.spatial), x.channels
        return 1, counting.elements(x)

    def gamma(self, x: Shape) -> Shape:
        """The shape of what is trained: one number for each that is normalised together."""
        return Shape(x.channels) if self.over == "channels" else Shape(*x)

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple((SAME_CELL,) * x.rank for x in xs) if self.over == "channels" else whole(*xs)


class LayerNorm(PlaceNorm):
    """Subtract the mean of each place's channels and divide by their deviation, then scale and shift.

    Input and output ``(c, *n)``. ``over: channels`` is the norm of transformers and of ConvNeXt: gamma and beta are
    one number a channel. ``over: all`` takes the whole example at once, and gamma and beta are as large as it: Ba,
    Kiros & Hinton 2016, PyTorch's ``LayerNorm((C, H, W))``.

    Counted, of m numbers that are normalised together: the mean is m − 1 adds and a mul; the variance m subtractions,
    m squares, m − 1 adds and a mul; epsilon an add, the deviation a sqrt, then m divs. Gamma is m muls, beta m adds.
    """

    kind: ClassVar = "layernorm"
    example: ClassVar = "- layernorm"

    affine: Flag = Field(True, description="train a scale (gamma) and a shift (beta)")
    bias: Flag = Field(True, description="`no`: train the scale alone")

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        shape = self.gamma(xs[0])
        shift = {"beta": shape} if self.bias else {}
        return {"gamma": shape} | shift if self.affine else {}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.norm.norm(xs[0], weights.get("gamma"), weights.get("beta"), over=self.over, epsilon=self.epsilon)


class RmsNorm(PlaceNorm):
    """Divide the channels of each place by their root mean square, then scale.

    Input and output ``(c, *n)``; gamma is one number a channel, or with ``over: all`` one an element. Nothing is
    subtracted and nothing added: Zhang & Sennrich 2019, the norm of LLaMA.

    Counted, of m numbers that are normalised together: m squares, m − 1 adds and a mul for the mean of them; epsilon an
    add, the root a sqrt, then m divs. Gamma is m muls.
    """

    kind: ClassVar = "rmsnorm"
    example: ClassVar = "- rmsnorm"
    centred: ClassVar = False

    epsilon: Epsilon = Field(1e-6, description="added to the mean square")
    affine: Flag = Field(True, description="train a scale (gamma)")

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        return {"gamma": self.gamma(xs[0])} if self.affine else {}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.norm.rms_norm(xs[0], weights.get("gamma"), over=self.over, epsilon=self.epsilon)


class GroupNorm(OwnNorm):
    """Normalise each group of channels, over all places, then scale and shift each channel.

    Input and output ``(c, *n)``: Wu & He 2018. ``groups: 1`` normalises the whole example, and unlike ``layernorm``
    over all still trains one number a channel. Counted as in ``layernorm``, a group at a time.
    """

    kind: ClassVar = "groupnorm"
    main: ClassVar = "groups"
    example: ClassVar = "- groupnorm: 4"

    groups: Count = Field(32, description="groups of channels, each with a mean and a variance of its own")

    def output(self, *xs: Shape) -> Shape:
        return self.several(xs[0])

    def sets(self, x: Shape) -> tuple[int, int]:
        divided(x.channels, x.channels, self.groups)
        return self.groups, counting.grouped(x.spatial, x.channels, self.groups)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.norm.group_norm(
            xs[0], weights.get("gamma"), weights.get("beta"), groups=self.groups, epsilon=self.epsilon
        )


class InstanceNorm(OwnNorm):
    """Normalise each channel over its own places.

    Input and output ``(c, *n)``: Ulyanov, Vedaldi & Lempitsky 2016. Trains nothing unless ``affine: yes``, as in
    PyTorch (Keras and others train gamma and beta). Counted as in ``layernorm``, a channel at a time.
    """

    kind: ClassVar = "instancenorm"
    example: ClassVar = "- instancenorm"

    affine: Flag = Field(False, description="train a scale (gamma) and a shift (beta) for each channel")

    def output(self, *xs: Shape) -> Shape:
        return self.several(xs[0])

    def sets(self, x: Shape) -> tuple[int, int]:
        spatial(x, "normalises the places of")
        return x.channels, counting.elements(x.spatial)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        # PyTorch normalises every channel of every example as one of a batch, and repeats gamma for each
        again = (made("gamma again", xs[0].channels, format="float32"),) if self.affine else ()
        return *super().saves(*xs), *again

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.norm.norm(xs[0], weights.get("gamma"), weights.get("beta"), over="places", epsilon=self.epsilon)
