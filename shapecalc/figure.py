"""The Figure: an integer that remembers the formula that made it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import update_wrapper
from types import CodeType
from typing import Any, Generic, ParamSpec, Protocol, Self, cast

P = ParamSpec("P")


class Term:
    """An operand that writes itself: running a formula's body over terms gives the tree of its text.

    ``op`` is ``name``, ``number``, ``list``, an arithmetic sign or the name of a helper of this module.
    """

    __slots__ = ("op", "parts")

    def __init__(self, op: str, *parts: Any) -> None:
        self.op = op
        self.parts = parts

    def __add__(self, other: object) -> Term:
        return Term("+", self, term(other))

    def __radd__(self, other: object) -> Term:
        return Term("+", term(other), self)

    def __sub__(self, other: object) -> Term:
        return Term("-", self, term(other))

    def __rsub__(self, other: object) -> Term:
        return Term("-", term(other), self)

    def __mul__(self, other: object) -> Term:
        return Term("*", self, term(other))

    def __rmul__(self, other: object) -> Term:
        return Term("*", term(other), self)

    def __floordiv__(self, other: object) -> Term:
        return Term("//", self, term(other))

    def __rfloordiv__(self, other: object) -> Term:
        return Term("//", term(other), self)

    def __bool__(self) -> bool:
        raise TypeError("a formula's body may not branch on its operands")

    def __eq__(self, other: object) -> bool:
        raise TypeError("a formula's body may not branch on its operands")

    __hash__ = None  # type: ignore[assignment]  # what cannot be compared cannot be looked up


def term(value: object) -> Term:
    """A value as an operand that writes itself."""
    if isinstance(value, Term):
        return value
    if isinstance(value, int):
        return Term("number", int(value))
    return Term("list", *(term(item) for item in cast("Sequence[object]", value)))


def _helper(name: str, *operands: object) -> Any:
    return Term(name, *(term(operand) for operand in operands))


def ceil_div(a: int, b: int) -> int:
    """``⌈a / b⌉`` in integers."""
    if isinstance(a, Term) or isinstance(b, Term):
        return cast("int", _helper("ceil_div", a, b))
    return -(-a // b)


def exact_div(a: int, b: int) -> int:
    """``a / b``, where the caller knows that it leaves nothing over.

    Raises:
        ValueError: it does leave something.
    """
    if isinstance(a, Term) or isinstance(b, Term):
        return cast("int", _helper("exact_div", a, b))
    if a % b:
        raise ValueError(f"{a} is not a multiple of {b}")
    return a // b


def at_least(floor: int, value: int) -> int:
    """``max(floor, value)``."""
    if isinstance(floor, Term) or isinstance(value, Term):
        return cast("int", _helper("max", floor, value))
    return max(floor, value)


def at_most(cap: int, value: int) -> int:
    """``min(cap, value)``."""
    if isinstance(cap, Term) or isinstance(value, Term):
        return cast("int", _helper("min", cap, value))
    return min(cap, value)


def gcd(a: int, b: int) -> int:
    """The greatest common divisor."""
    if isinstance(a, Term) or isinstance(b, Term):
        return cast("int", _helper("gcd", a, b))
    return math.gcd(a, b)


def product(values: Sequence[int]) -> int:
    """All values multiplied; 1 for none."""
    if isinstance(values, Term):
        return cast("int", _helper("product", values))
    return math.prod(values)


def total(values: Sequence[int]) -> int:
    """All values added; 0 for none."""
    if isinstance(values, Term):
        return cast("int", _helper("total", values))
    return sum(values)


class _Body(Protocol[P]):
    __name__: str
    __doc__: str | None
    __code__: CodeType

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> int: ...


class Formula(Generic[P]):
    """A function of integers, with its source: called, it gives a Figure; explained, it runs over terms.

    The body does not branch on its operands: it uses ``+ - * //`` and the helpers of this module.
    """

    def __init__(self, body: _Body[P], source: str) -> None:
        self.body = body
        self.source = source
        self.name = body.__name__
        code = body.__code__
        self.letters = code.co_varnames[: code.co_argcount]
        update_wrapper(self, body)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Figure:
        """The value for these arguments, as a Figure that remembers them."""
        given = args + tuple(kwargs[name] for name in self.letters[len(args) :]) if kwargs else args
        value = self.body(*args, **kwargs)
        if isinstance(value, Term):
            return cast("Figure", value)
        return Figure(value, self, given)

    def over(self, terms: Sequence[Term]) -> Term:
        """The same body, run over operands that write themselves."""
        return term(cast("Callable[..., object]", self.body)(*terms))

    def __repr__(self) -> str:
        return f"<formula {self.name}({', '.join(self.letters)})>"


def formula(source: str) -> Callable[[_Body[P]], Formula[P]]:
    """Make a function of integers a Formula, with the source it is from."""

    def wrap(body: _Body[P]) -> Formula[P]:
        return Formula(body, source)

    return wrap


class Figure(int):
    """An ``int`` that also holds the formula and the arguments it was made from.

    Arithmetic on it gives a plain ``int``: only a formula makes a Figure.
    """

    formula: Formula[Any]
    given: tuple[int | Sequence[int], ...]

    def __new__(cls, value: int, formula: Formula[Any], given: tuple[Any, ...]) -> Self:
        """Hold a value with its origin."""
        self = int.__new__(cls, value)
        self.formula = formula
        self.given = given
        return self

    def __reduce__(self) -> tuple[type[int], tuple[int]]:
        """Pickle as a plain integer: a formula is code, not data."""
        return int, (int(self),)

    def __deepcopy__(self, memo: object) -> Figure:
        return self

    @property
    def arguments(self) -> dict[str, int | Sequence[int]]:
        """The arguments by their letters."""
        return dict(zip(self.formula.letters, self.given, strict=True))

    @property
    def in_names(self) -> Term:
        """The formula in its letters."""
        return self.formula.over([Term("name", letter) for letter in self.formula.letters])

    @property
    def in_numbers(self) -> Term:
        """The formula with the numbers in it."""
        return self.formula.over([term(value) for value in self.given])


def origins(figure: Figure) -> Iterator[Figure]:
    """This figure and every figure it was made from, each once, nearest first.

    Iterative: links can be as deep as the network.
    """
    waiting: list[object] = [figure]
    seen: set[int] = set()
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, Figure):
            if id(value) in seen:
                continue
            seen.add(id(value))
            yield value
            waiting.extend(value.given)
        elif isinstance(value, tuple | list):
            waiting.extend(value)


@dataclass(frozen=True, slots=True)
class Ratio:
    """One integer by another: what is not an integer is made of two, and each may be a Figure."""

    part: int
    whole: int

    @property
    def value(self) -> Fraction:
        """The number that it is."""
        return Fraction(self.part, self.whole)
