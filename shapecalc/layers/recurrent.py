"""Layers that walk a sequence step by step, each step reading the state that the one before has left."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting, recurrent
from shapecalc.formulas.reach import WHOLE, Past, Reach
from shapecalc.layers.base import AXES, Array, Layer, Ops, Weights, spatial
from shapecalc.layers.fields import WORD, Count, CountOrNone, Few, Flag
from shapecalc.layers.saving import INPUT, OUTPUT, Kept, made
from shapecalc.shape import Shape

WAYS = ("forward", "backward")


class Recurrent(Layer):
    """What the recurrent kinds have in common: a stack of layers, each with one direction or two."""

    mixes: ClassVar = "all"
    main: ClassVar = "units"
    family: ClassVar = "sequences"
    composes: ClassVar = True
    example_input: ClassVar = (128, 100)
    gates: ClassVar[int]
    """Sums over inputs and states that a unit makes at each step."""
    kept: ClassVar[Mapping[str, int]] = {}
    """Numbers of a unit at each step that its gradient reads, beside its state."""

    units: Count = Field(description="states of each direction: the hidden size")
    layers: Few = Field(1, description="layers of the stack, each reading the sequence that the one before gives")
    bidirectional: Flag = Field(False, description="walk from the end too; the two directions become the channels")
    returns: Annotated[Literal["sequence", "last"], WORD] = Field(
        "sequence", description="`sequence`: the state of every step; `last`: that of each direction's last step"
    )
    bias: Flag = Field(True, description="add trained numbers to the gates")
    biases: Annotated[Literal["two", "one"], WORD] = Field(
        "two", description="`two`: one of the input and one of the state, as PyTorch and cuDNN; `one`: as Keras"
    )

    @property
    def ways(self) -> tuple[str, ...]:
        """The directions."""
        return WAYS if self.bidirectional else WAYS[:1]

    @property
    def states(self) -> int:
        """Numbers of a direction that go on to the next step, and out."""
        return self.units

    @property
    def step(self) -> Ops:
        """What one unit spends at one step, beside the products of its gates and their biases."""
        raise NotImplementedError

    @property
    def cell(self) -> str:
        """What the kernel calls one step."""
        return self.kind

    def inputs(self, x: Shape) -> list[int]:
        """The channels that each layer of the stack reads."""
        return [x.channels, *(len(self.ways) * self.states for _ in range(1, self.layers))]

    def tensors(self, inputs: int) -> dict[str, Shape]:
        """The weights of one direction of one layer."""
        rows = self.gates * self.units
        found = {"input": Shape(rows, inputs), "recurrent": Shape(rows, self.states)}
        if self.bias:
            names = ("input_bias", "recurrent_bias") if self.biases == "two" else ("bias",)
            found |= dict.fromkeys(names, Shape(rows))
        return found

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        rank = spatial(x, "walks along")
        if rank > 1:
            raise Mismatch(
                "E351",
                f"walks along one axis and gets {x}",
                label=f"{rank} spatial axes: {', '.join(AXES[rank])}",
                help="a sequence is [C, L], channels and steps: `to_tokens` makes one of all places, row by row",
            )
        channels = counting.altogether((self.states,) * 2) if self.bidirectional else self.states
        return Shape(channels, *(x.spatial if self.returns == "sequence" else ()))

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        return {
            f"layer{number}.{way}.{name}": shape
            for number, inputs in enumerate(self.inputs(x))
            for way in self.ways
            for name, shape in self.tensors(inputs).items()
        }

    def macs(self, steps: int, inputs: int) -> tuple[int, ...]:
        """The products of one layer of the stack, by what for."""
        return (recurrent.recurrent_macs(steps, len(self.ways), self.gates, self.units, inputs, self.states),)

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        (steps,) = x.spatial
        macs = tuple(part for inputs in self.inputs(x) for part in self.macs(steps, inputs))
        made = recurrent.unit_steps(steps, len(self.ways), self.units, self.layers)
        biases = self.gates * (2 if self.biases == "two" else 1) if self.bias else 0
        spent = self.step | {"add": self.step.get("add", 0) + biases}
        return {
            "mac": macs[0] if len(macs) == 1 else counting.altogether(macs),
            **{kind: counting.each(made, times) for kind, times in spent.items() if times},
        }

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return ((WHOLE if self.bidirectional or self.returns == "last" else Past(),),)

    def inner(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        between = Shape(len(self.ways) * self.states, *x.spatial)
        return {f"layer{number}": between for number in range(self.layers - 1)}

    @property
    def numbers(self) -> Mapping[str, int]:
        """Numbers of a unit at each step that training keeps, beside its state."""
        return self.kept

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        (x,) = xs
        ways, places = len(self.ways), x.spatial
        between = [made(name, *shape) for name, shape in self.inner(x).items()]
        states = OUTPUT if self.returns == "sequence" else made("states", ways * self.states, *places)
        steps = (
            made(f"layer{number}.{name}", count * ways * self.units, *places)
            for number in range(self.layers)
            for name, count in self.numbers.items()
        )
        return INPUT, *between, states, *steps

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        names = self.tensors(1)
        stack = [
            [{name: weights[f"layer{number}.{way}.{name}"] for name in names} for way in self.ways]
            for number in range(self.layers)
        ]
        return kernels.recurrent.recur(x, stack, self.cell, last=self.returns == "last")


class Rnn(Recurrent):
    """Walk a sequence with the plain recurrence: h = tanh(W·x + U·h + b).

    Input ``(c, n)``, output ``(units, n)``; ``bidirectional: yes`` doubles the channels, ``returns: last`` leaves out
    the axis of steps. The option ``activation`` is a layer after it, as everywhere; the cell's own is ``nonlinearity``.

    MACs: n·units·(c + units) a direction and layer, the first step's zeros counted like any state. Besides, of each
    unit at each step: a tanh (or a compare), and an add for each bias. Weights are named ``layer0.forward.input``,
    ``.recurrent``, ``.input_bias``, ``.recurrent_bias`` (or one ``.bias``).

    Between the layers of a stack stand whole sequences, counted as activations; the sums of one step are not.
    """

    kind: ClassVar = "rnn"
    example: ClassVar = "- {rnn: 256, nonlinearity: relu}"
    gates: ClassVar = 1

    nonlinearity: Annotated[Literal["tanh", "relu"], WORD] = Field("tanh", description="the function of the cell")

    @property
    def step(self) -> Ops:
        """What one unit spends at one step."""
        return {"tanh": 1} if self.nonlinearity == "tanh" else {"compare": 1}

    @property
    def cell(self) -> str:
        """What the kernel calls one step."""
        return f"rnn_{self.nonlinearity}"


class Gru(Recurrent):
    """Walk a sequence with gated recurrent units: two gates decide what of the state is read, and what stays.

    Input ``(c, n)``, output ``(units, n)``; ``bidirectional: yes`` doubles the channels, ``returns: last`` leaves out
    the axis of steps.

    ``biases: two`` (6 numbers a unit) is the form of cuDNN, PyTorch and Keras: the reset gate is multiplied with the
    product of the state, its bias within: n = tanh(W·x + b + r·(U·h + d)). ``biases: one`` (3 a unit) is the form
    first published, Keras' ``reset_after=False``: n = tanh(W·x + b + U·(r·h)). Without biases the option still decides
    which. The new state is (1 − z)·n + z·h.

    MACs: n·3·units·(c + units) a direction and layer, the first step's zeros counted like any state. Besides, of each
    unit at each step: 2 sigmoids (each exp, add, div), a tanh, 3 products, 2 additions (3 where the reset gate comes
    after), and an add for each bias. Weights are named ``layer0.forward.input``, ``.recurrent``, ``.input_bias``,
    ``.recurrent_bias`` (or one ``.bias``); their rows are PyTorch's: r, z, n.

    Between the layers of a stack stand whole sequences, counted as activations; the gates of one step are not.
    """

    kind: ClassVar = "gru"
    kept: ClassVar = {"gates": 3, "reset": 1}
    example: ClassVar = "- {gru: 256, returns: last}"
    gates: ClassVar = 3

    @property
    def step(self) -> Ops:
        """What one unit spends at one step."""
        return {"exp": 2, "add": 5 if self.biases == "two" else 4, "div": 2, "tanh": 1, "mul": 3}

    @property
    def cell(self) -> str:
        """What the kernel calls one step."""
        return "gru" if self.biases == "two" else "gru_reset_before"


class Lstm(Recurrent):
    """Walk a sequence with long short-term memory: four gates a unit, and a cell that is kept beside the state.

    Input ``(c, n)``, output ``(units, n)``; ``bidirectional: yes`` doubles the channels, ``returns: last`` leaves out
    the axis of steps, and gives the state after each direction's last step, which is PyTorch's ``h_n``.

    MACs: n·4·units·(c + units) a direction and layer: every gate's products at every step, the first step's zeros
    counted like any state. Tools that count a layer's weights once miss the n. With ``projection: p`` the state has p
    numbers instead of ``units``, at n·units·p MACs more.

    Besides, of each unit at each step: 3 sigmoids (each exp, add, div), 2 tanh, 3 products, 1 addition, and an add for
    each bias. By default there are two biases, as in PyTorch and cuDNN (8 numbers a unit); Keras has one (4): write
    ``biases: one``.

    Weights are named ``layer0.forward.input``, ``.recurrent``, ``.input_bias``, ``.recurrent_bias`` (or one ``.bias``)
    and ``.projection``; their rows are PyTorch's: i, f, g, o.

    Between the layers of a stack stand whole sequences, counted as activations; the gates of one step are not.
    """

    kind: ClassVar = "lstm"
    kept: ClassVar = {"gates": 4, "cells": 1}
    example: ClassVar = "- {lstm: 256, bidirectional: yes}"
    gates: ClassVar = 4

    projection: CountOrNone = Field(
        None, description="fewer states than units, by one more product: PyTorch's proj_size"
    )

    @property
    def states(self) -> int:
        """Numbers of a direction that go on to the next step, and out."""
        return self.projection or self.units

    @property
    def step(self) -> Ops:
        """What one unit spends at one step."""
        return {"exp": 3, "add": 4, "div": 3, "tanh": 2, "mul": 3}

    @property
    def numbers(self) -> Mapping[str, int]:
        """Numbers of a unit at each step that training keeps, beside its state."""
        return {**self.kept, "unprojected": 1} if self.projection else self.kept

    def tensors(self, inputs: int) -> dict[str, Shape]:
        """The weights of one direction of one layer."""
        more = {"projection": Shape(self.projection, self.units)} if self.projection else {}
        return super().tensors(inputs) | more

    def output(self, *xs: Shape) -> Shape:
        if self.states > self.units or self.projection == self.units:
            raise Mismatch(
                "E352",
                f"projects {self.units} units to {self.projection} states",
                field="projection",
                label=f"must be fewer than the {self.units} units",
                help=f"at most {self.units - 1} here; leave it out to keep them as they are"
                if self.units > 1
                else "leave it out: there is one unit",
            )
        return super().output(*xs)

    def macs(self, steps: int, inputs: int) -> tuple[int, ...]:
        """The products of one layer of the stack, by what for."""
        if not self.projection:
            return super().macs(steps, inputs)
        return (
            *super().macs(steps, inputs),
            recurrent.projection_macs(steps, len(self.ways), self.units, self.projection),
        )
