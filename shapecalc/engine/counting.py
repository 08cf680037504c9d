"""Arrays that count what is done with them: each array operation that a kernel performs, by the kinds of the cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from shapecalc.kernels.window import Array

EACH: Mapping[str, Mapping[str, int]] = {
    "add": {"add": 1},
    "subtract": {"add": 1},
    "multiply": {"mul": 1},
    "square": {"mul": 1},
    "divide": {"div": 1},
    "true_divide": {"div": 1},
    "reciprocal": {"div": 1},
    "maximum": {"compare": 1},
    "minimum": {"compare": 1},
    "fmax": {"compare": 1},
    "fmin": {"compare": 1},
    "greater": {"compare": 1},
    "greater_equal": {"compare": 1},
    "less": {"compare": 1},
    "less_equal": {"compare": 1},
    "equal": {"compare": 1},
    "not_equal": {"compare": 1},
    "clip": {"compare": 2},
    "exp": {"exp": 1},
    "exp2": {"exp": 1},
    "expm1": {"exp": 1, "add": 1},
    "log": {"log": 1},
    "log2": {"log": 1},
    "log10": {"log": 1},
    "log1p": {"add": 1, "log": 1},
    "logaddexp": {"exp": 1, "add": 1, "log": 1},  # the kernels have it with a constant: log(1 + eˣ)
    "power": {"log": 1, "mul": 1, "exp": 1},
    "float_power": {"log": 1, "mul": 1, "exp": 1},
    "sqrt": {"sqrt": 1},
    "tanh": {"tanh": 1},
    "erf": {"erf": 1},
    "erfc": {"erf": 1, "add": 1},  # 1 − erf
}
"""What one element of an elementwise operation counts as."""
FREE = frozenset(
    (
        *("negative", "positive", "absolute", "fabs", "copysign", "conjugate"),
        *("isnan", "isfinite", "isinf", "logical_and", "logical_or", "logical_not", "bitwise_and", "bitwise_or"),
        *("invert", "rint"),
    )
)
"""Elementwise operations that count as nothing: a sign, a question about a number, the id nearest to it."""
MOVES = frozenset(
    (
        *(np.reshape, np.ravel, np.transpose, np.moveaxis, np.swapaxes, np.squeeze, np.expand_dims, np.rollaxis),
        *(np.broadcast_to, np.broadcast_arrays, np.split, np.array_split, np.concatenate, np.stack, np.take, np.where),
        *(np.take_along_axis, np.flip, np.roll, np.rot90, np.repeat, np.tile, np.copy, np.copyto, np.diagonal),
        *(np.hstack, np.vstack, np.dstack, np.column_stack, np.append, np.insert, np.delete, np.tril, np.triu),
        *(np.empty_like, np.zeros_like, np.ones_like, np.full_like, np.atleast_1d, np.atleast_2d, np.atleast_3d),
        sliding_window_view,
    )
)
"""Functions that move numbers, choose among them or make room for some, and compute none."""
ASKING = frozenset((np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.may_share_memory, np.shares_memory))
"""Functions that answer a question about an array."""
THROUGH = frozenset((np.sum, np.prod, np.max, np.min, np.amax, np.amin, np.mean, np.clip, np.cumsum, np.any, np.all))
"""Functions that are made of elementwise operations and their reductions: those are counted as they come."""
FILLING = frozenset(("constant", "edge", "reflect", "symmetric", "wrap", "empty"))
"""Ways to pad that compute nothing."""


class Uncounted(Exception):
    """An array operation of which is not known what it counts as; the message names it."""


@dataclass
class Ledger:
    """What has been done to the arrays that write into it."""

    done: Counter[str] = field(default_factory=Counter)
    """Operations by kind."""
    apart: Counter[str] = field(default_factory=Counter)
    """Those on weights alone: they are the same for every example, and could be done once for all."""
    sizes: set[int] = field(default_factory=set)
    """The number of elements of each array that was made."""

    def note(self, each: Mapping[str, int], times: int, *, once: bool) -> None:
        """Write down that something was done so many times."""
        counts = self.apart if once else self.done
        for kind, count in each.items():
            counts[kind] += count * times


class Tally(np.ndarray[Any, np.dtype[Any]]):
    """An array that writes what is done with it into a ledger, and so does all that is made of it."""

    ledger: Ledger
    weight: bool
    """Made of weights alone."""

    @classmethod
    def of(cls, x: Array, ledger: Ledger, *, weight: bool = False) -> Tally:
        """An array that counts; the numbers are the same, not a copy."""
        made = np.asarray(x).view(cls)
        made.ledger, made.weight = ledger, weight
        return made

    def __array_finalize__(self, other: object) -> None:
        if isinstance(other, Tally):
            self.ledger, self.weight = other.ledger, other.weight

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        outs = options.get("out", ())
        ledger, once = about((*inputs, *outs))
        given = [bare(x) for x in inputs]
        if outs:
            options["out"] = tuple(bare(out) for out in outs)
        result = getattr(ufunc, method)(*given, **options)
        if ufunc.nout != 1:
            raise Uncounted(f"np.{ufunc.__name__}")
        if ufunc.__name__ in {"matmul", "vecdot", "matvec", "vecmat"} and method == "__call__":
            inner = given[0].shape[-1] if given[0].ndim else 1
            ledger.note({"mac": inner}, np.size(result), once=once)
        else:
            each = cost(ufunc)
            ledger.note(each, times(method, given, result, options) if each else 0, once=once)
        if method == "at":
            return None
        ledger.sizes.add(np.size(result))
        if outs:
            for out in outs:
                if isinstance(out, Tally):
                    out.weight = out.weight and once
            return outs[0]
        return Tally.of(result, ledger, weight=once)

    def __array_function__(
        self, func: Callable[..., Any], types: Iterable[type], args: Iterable[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        args = tuple(args)
        if func in THROUGH:
            return super().__array_function__(func, types, args, kwargs)
        if func in ASKING:
            return func(*bare(args), **bare(kwargs))
        ledger, once = about((args, kwargs))
        moves = func in MOVES or (func is np.pad and _mode(args, kwargs) in FILLING)
        if not moves and func not in PRODUCTS and func not in (np.argmax, np.argmin):
            raise Uncounted(f"np.{getattr(func, '__name__', func)}")
        plain, named = bare(args), bare(kwargs)
        result = func(*plain, **named)
        if func in PRODUCTS:
            ledger.note({"mac": PRODUCTS[func](result, *plain, **named)}, 1, once=once)
        elif not moves:
            ledger.note({"compare": 1}, _found(plain[0], result), once=once)
        return wrapped(result, ledger, weight=once)

    # methods that reckon without telling either of the above

    def argmax(self, *args: Any, **kwargs: Any) -> Any:
        """The place of the largest."""
        return np.argmax(self, *args, **kwargs)

    def argmin(self, *args: Any, **kwargs: Any) -> Any:
        """The place of the least."""
        return np.argmin(self, *args, **kwargs)

    def _uncounted(self, *_: Any, **__: Any) -> Any:
        raise Uncounted("sorting, searching or tracing")

    sort = argsort = partition = argpartition = searchsorted = trace = choose = _uncounted


def about(values: object) -> tuple[Ledger, bool]:
    """The ledger of the arrays among some values, and whether there are none but weights and single numbers."""
    arrays = list(_arrays(values))
    ledger = next(x.ledger for x in arrays if isinstance(x, Tally))
    return ledger, all(isinstance(x, Tally) and x.weight for x in arrays)


def _arrays(value: object) -> Iterable[np.ndarray[Any, Any]]:
    match value:
        case np.ndarray() if isinstance(value, Tally) or value.ndim:
            yield value
        case tuple() | list():
            for part in value:
                yield from _arrays(part)
        case dict():
            yield from _arrays(list(value.values()))


def bare(value: Any) -> Any:
    """A value with plain arrays in place of those that count."""
    match value:
        case Tally():
            return value.view(np.ndarray)
        case tuple() | list():
            return type(value)([bare(part) for part in value])
        case dict():
            return {name: bare(part) for name, part in value.items()}
        case _:
            return value


def wrapped(value: Any, ledger: Ledger, *, weight: bool) -> Any:
    """A value with arrays that count in place of plain ones."""
    match value:
        case np.ndarray():
            ledger.sizes.add(value.size)
            return Tally.of(value, ledger, weight=weight)
        case tuple() | list():
            return type(value)([wrapped(part, ledger, weight=weight) for part in value])
        case _:
            return value


def cost(ufunc: np.ufunc) -> Mapping[str, int]:
    """What one element of an elementwise operation counts as.

    Raises:
        Uncounted: that is not known.
    """
    name = ufunc.__name__.partition(" ")[0]  # a Python function that was made one has something after its name
    if name in FREE:
        return {}
    if name not in EACH:
        raise Uncounted(f"np.{name}")
    return EACH[name]


def times(method: str, given: Sequence[Any], result: Any, options: Mapping[str, Any]) -> int:
    """How often an elementwise operation was done: once for each output, or one time less than there are numbers.

    Raises:
        Uncounted: it is applied in a way that is not known.
    """
    if options.get("where", True) is not True:
        raise Uncounted("an operation on some of the elements")
    size = int(np.size(result))
    match method:
        case "__call__" | "outer":
            return size
        case "reduce":
            begun = options.get("initial") not in (None, np._NoValue)  # noqa: SLF001
            return int(np.size(given[0])) - (0 if begun else min(size, int(np.size(given[0]))))
        case "accumulate":
            return size - size // max(1, int(given[0].shape[options.get("axis", 0)]))
        case "at":
            return int(np.size(given[0][given[1]]))
    raise Uncounted(f"an operation by `{method}`")


def _mode(args: Sequence[Any], kwargs: Mapping[str, Any]) -> object:
    return kwargs.get("mode", args[2] if len(args) > 2 else "constant")


def _found(x: Array, result: Any) -> int:
    """Comparisons that find the largest: one less than there are numbers, for each that is found."""
    return int(np.size(x) - np.size(result))


# multiply-accumulates, from the operands as they are


def _tensordot(_: Any, a: Array, b: Array, axes: Any = 2) -> int:
    if isinstance(axes, int):
        summed = prod(np.shape(a)[np.ndim(a) - axes :])
    else:
        chosen = axes[0]
        summed = prod(np.shape(a)[axis] for axis in ([chosen] if isinstance(chosen, int) else chosen))
    return np.size(a) * np.size(b) // max(1, summed)


def _dot(result: Any, a: Array, b: Array) -> int:
    return int(np.size(result)) * (np.shape(a)[-1] if np.ndim(a) and np.ndim(b) else 1)


def _einsum(_: Any, subscripts: Any, *operands: Any, **__: Any) -> int:
    if not isinstance(subscripts, str) or "." in subscripts or len(operands) != 2:
        raise Uncounted("np.einsum of other than two arrays with letters for all axes")
    letters = subscripts.replace(" ", "").partition("->")[0].split(",")
    lengths = {
        letter: n for names, x in zip(letters, operands, strict=True) for letter, n in zip(names, x.shape, strict=True)
    }
    return prod(lengths.values())


PRODUCTS: Mapping[Callable[..., Any], Callable[..., int]] = {
    np.tensordot: _tensordot,
    np.dot: _dot,
    np.inner: _dot,
    np.einsum: _einsum,
}
"""Products of arrays, and the multiply-accumulates of each; a matrix product is an elementwise operation to NumPy."""
