"""Attention: each place reads all others, as much of each as their product says."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import attention, counting
from shapecalc.formulas.reach import SAME_CELL, WHOLE, Past, Reach
from shapecalc.layers.base import Array, Layer, Ops, Weights, spatial
from shapecalc.layers.fields import FLAG, Count, CountOrNone, Flag, SizeOrNone
from shapecalc.layers.saving import Kept, given, made
from shapecalc.shape import Shape


class Attention(Layer):
    """Mix the values of all places, for each place by the softmax of its query against their keys.

    Input ``(c, n)``, output ``(dim, n)``, dim = c unless given. With more axes, ``(c, *windows, n)``, it attends along
    the last one and each window is for itself: ``to_tokens`` or ``window_partition`` before it make an image such.
    Keys and values are taken from the input itself, or from ``memory``, another layer of the same windows.

    MACs: the four projections, and heads·n·m·head_size each for the scores QKᵀ and for mixing the values, m being the
    places of keys and values. ``causal: yes`` (no place reads a later one) counts the full square all the same, as
    implementations compute it, though the engine here leaves out the half that is masked.

    Besides: a multiplication for each number of the queries (their scale, 1/√head_size), a softmax over m for each
    head and place, one add a number for each bias, and one add a score for relative positions.

    Weights are named ``query`` (heads·head_size, c), ``key`` and ``value`` (kv_heads·head_size, c), ``out`` (dim,
    heads·head_size), with ``query_bias`` and so on, and ``offsets``, the relative positions' table. Counted as
    activations, beside the output: queries, keys, values, the scores once, and the mixed heads.
    """

    mixes: ClassVar = "all"
    kind: ClassVar = "attention"
    main: ClassVar = "heads"
    family: ClassVar = "sequences"
    composes: ClassVar = True
    reads: ClassVar[Mapping[str, str]] = {"memory": "the layer whose output keys and values are taken from"}
    example: ClassVar = "- attention: 12"
    example_input: ClassVar = (768, 197)

    heads: Count = Field(description="queries of each place, each with its own softmax")
    kv_heads: CountOrNone = Field(
        None, description="heads of keys and values, each shared by as many queries; as many as heads, if not given"
    )
    head_size: CountOrNone = Field(
        None, description="numbers of a query, key and value; channels / heads, if not given"
    )
    dim: CountOrNone = Field(None, description="output channels; the input's, if not given")
    bias: Flag = Field(True, description="add one trained number to each of queries, keys and values")
    out_bias: Annotated[bool | None, FLAG] = Field(
        None, description="add one trained number to each output; as `bias`, if not given"
    )
    causal: Flag = Field(False, description="no place reads a later one")
    relative_positions: SizeOrNone = Field(
        None,
        description="train a bias for each offset of two places in a window and each head, as Swin: [7, 7] for "
        "windows of 7×7 along the last axis, 7 for the same, [49] for a line of 49",
    )

    @property
    def kv(self) -> int:
        """Heads of keys and values."""
        return self.kv_heads or self.heads

    @property
    def window(self) -> tuple[int, ...] | None:
        """The lengths of the window in which relative positions are told."""
        size = self.relative_positions
        return (size, size) if isinstance(size, int) else size

    @property
    def biased(self) -> tuple[str, ...]:
        """The projections that have a bias."""
        end = self.bias if self.out_bias is None else self.out_bias
        return (("query", "key", "value") if self.bias else ()) + (("out",) if end else ())

    def size(self, x: Shape) -> int:
        """Numbers of a query.

        Raises:
            Mismatch: the channels cannot be split into so many heads.
        """
        if self.head_size:
            return self.head_size
        if x.channels % self.heads:
            fits = sorted(
                (n for n in range(1, min(x.channels, 2 * self.heads) + 1) if x.channels % n == 0),
                key=lambda n: abs(n - self.heads),
            )
            raise Mismatch(
                "E353",
                f"splits {x.channels} channels into {self.heads} heads",
                field="heads",
                label=f"{x.channels} is not a multiple of {self.heads}",
                help=f"take {' or '.join(map(str, sorted(fits[:2])))} heads, or give `head_size`",
            )
        return x.channels // self.heads

    def output(self, *xs: Shape) -> Shape:
        x, memory = xs[0], xs[-1]
        spatial(x, "attends along")
        self.size(x)
        if self.heads % self.kv:
            raise Mismatch(
                "E354",
                f"shares {self.kv} heads of keys and values among {self.heads} heads",
                field="kv_heads",
                label=f"{self.heads} is not a multiple of {self.kv}",
                help=f"write {self.heads}, 1, or another divisor of {self.heads}",
            )
        if memory.rank != x.rank or memory.spatial[:-1] != x.spatial[:-1]:
            raise Mismatch(
                "E355",
                f"attends from {x} to {memory}",
                field="memory",
                label="all axes but the last have to be the same",
                help="both are sequences, [C, L], or both have the same windows before the last axis",
            )
        queries, keys = x.spatial[-1], memory.spatial[-1]
        if self.causal and queries != keys:
            raise Mismatch(
                "E357",
                f"is causal, and has {queries} places and a memory of {keys}",
                field="causal",
                label="which place comes after which is not told",
                help="write `causal: no`, or take a memory with as many places",
            )
        if self.window and {counting.elements(self.window)} != {queries, keys}:
            written = "×".join(map(str, self.window))
            raise Mismatch(
                "E356",
                f"has relative positions for {written} places and attends from {queries} to {keys}",
                field="relative_positions",
                label=f"they are for windows of {counting.elements(self.window)}",
                help=f"the window has to hold all places of the last axis; [{queries}] is a line of them",
            )
        return Shape(self.dim or x.channels, *x.spatial)

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        x, memory = xs[0], xs[-1]
        size = self.size(x)
        found = {
            "query": Shape(self.heads * size, x.channels),
            "key": Shape(self.kv * size, memory.channels),
            "value": Shape(self.kv * size, memory.channels),
            "out": Shape(self.dim or x.channels, self.heads * size),
        }
        found |= {f"{name}_bias": Shape(found[name].channels) for name in self.biased}
        if self.window:
            offsets = attention.offsets(tuple(attention.span(n) for n in self.window))
            found["offsets"] = Shape(offsets, self.heads)
        return found

    def ops(self, *xs: Shape) -> Ops:
        x, memory = xs[0], xs[-1]
        made, y = self.inner(*xs), self.output(*xs)
        queries, keys, size = x.spatial[-1], memory.spatial[-1], self.size(x)
        across = (self.heads, queries, keys, size, x.spatial[:-1])
        macs = (
            counting.dense_macs(x.channels, made["query"].channels, x.spatial),
            counting.dense_macs(memory.channels, made["key"].channels, memory.spatial),
            counting.dense_macs(memory.channels, made["value"].channels, memory.spatial),
            attention.score_macs(*across),
            attention.mixing_macs(*across),
            counting.dense_macs(made["mixed"].channels, y.channels, x.spatial),
        )
        scores, sums = counting.elements(made["scores"]), counting.along(keys, (self.heads, *x.spatial))
        adds = [scores, sums, *([scores] if self.window else [])]
        adds += [counting.elements({**made, "out": y}[name]) for name in self.biased]
        return {
            "mac": counting.altogether(macs),
            "add": counting.altogether(tuple(adds)),
            "mul": counting.elements(made["query"]),
            "div": scores,
            "compare": sums,
            "exp": scores,
        }

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        last = Past() if self.causal else WHOLE
        queries, *memory = xs
        read = tuple((*(SAME_CELL,) * (x.rank - 1), last) for x in (memory or xs))
        return ((SAME_CELL,) * queries.rank, *read) if memory else read

    def inner(self, *xs: Shape) -> dict[str, Shape]:
        x, memory = xs[0], xs[-1]
        size = self.size(x)
        return {
            "query": Shape(self.heads * size, *x.spatial),
            "key": Shape(self.kv * size, *memory.spatial),
            "value": Shape(self.kv * size, *memory.spatial),
            "scores": Shape(self.heads, *x.spatial, memory.spatial[-1]),
            "mixed": Shape(self.heads * size, *x.spatial),
        }

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        read = (given(index) for index in range(len(xs)))
        fused = {"scores": Shape(self.heads, *xs[0].spatial)}  # the logarithm of each softmax's sum
        return *read, *(made(name, *shape, fused=fused.get(name)) for name, shape in self.inner(*xs).items())

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.attention.attention(
            xs[0],
            xs[-1],
            weights,
            heads=self.heads,
            kv_heads=self.kv,
            causal=self.causal,
            window=self.window,
        )
