"""Arithmetic written in a spec: a whitelist over Python's syntax, exact, every value bounded before it is computed."""

from __future__ import annotations

import ast
import math
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Protocol

from shapecalc.diagnostics import Route, nearest
from shapecalc.source.functions import NUMERIC, Number

Value = Number | bool | str | list["Value"] | dict[str, "Value"] | None
"""What a name can stand for. Arithmetic is for numbers; lists are for loops."""

LIMIT = 10**18
LONGEST_TEXT = 1_000
LONGEST_LIST = 100_000
DEEPEST = 40
SHOWN_LONG, SHOWN_DEEP = 12, 2
CONSTANTS: Mapping[str, bool] = {"yes": True, "no": False, "true": True, "false": False}
FUNCTIONS = (*NUMERIC, "range", "reversed")


READ = re.compile(r"(?<!\$)\$(?=[^\W\d]|\()")
"""In an expression ``$name`` reads the name, as the name alone does."""


class ExpressionError(Exception):
    """An expression that has no value; ``span`` is the part of its text at fault."""

    def __init__(
        self, code: str, message: str, label: str = "", help: str = "", span: tuple[int, int] | None = None
    ) -> None:
        self.code = code
        self.message = message
        self.label = label
        self.help = help
        self.span = span
        self.route: Route = ()
        """Keys and indices from the option to the text at fault, where the option is a list."""
        self.home: Route | None = None
        """Where the text at fault stands, if it is the definition of a variable that the option reads."""
        super().__init__(message)


class Scope(Protocol):
    """Where an expression finds the names in it."""

    def value(self, name: str) -> Value:
        """What the name stands for; ``KeyError`` if it is not known."""

    def names(self) -> Iterable[str]:
        """All names that are known here."""


def evaluate(text: str, scope: Scope) -> Value:
    """The value of an expression.

    Raises:
        ExpressionError: it is not an expression, or has no value.
    """
    text = READ.sub(" ", text) if "$" in text else text
    return _Evaluation(text, scope).of(_parsed(text))


def shown(value: Value, depth: int = 0) -> str:
    """A value as the user would write it; of a long list the beginning."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, list):
        if depth > SHOWN_DEEP:
            return "[…]"
        more = ", …" if len(value) > SHOWN_LONG else ""
        return "[" + ", ".join(shown(item, depth + 1) for item in value[:SHOWN_LONG]) + more + "]"
    return str(value)


def exact(number: float) -> Number:
    """A number as written in a file, exactly: ``0.1`` is a tenth.

    Raises:
        ExpressionError: it is not finite, or beyond the bounds.
    """
    if not math.isfinite(number):
        raise ExpressionError("E123", f"`{number}` is not a finite number", "not a number that can be counted with")
    return _bounded(Fraction(repr(number)))


def _bounded(value: Number) -> Number:
    if value.denominator > LIMIT:
        raise ExpressionError("E123", "a fraction here is too fine", "its denominator passes 10^18")
    if not -LIMIT <= value <= LIMIT:
        raise ExpressionError("E123", "a number here is too large", "it passes 10^18")
    return value.numerator if value.denominator == 1 else value


@lru_cache(maxsize=4096)
def _parsed(text: str) -> ast.expr:
    if len(text) > LONGEST_TEXT:
        raise ExpressionError(
            "E120", "an expression is too long", f"{len(text):,} characters, {LONGEST_TEXT:,} at most"
        )
    source = " ".join(text.split("\n"))
    lead = len(source) - len(source.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source[lead:].rstrip(), mode="eval").body
    except SyntaxError as error:
        end = max(len(text.rstrip()) - 1, 0)
        at = lead + error.offset - 1 if error.offset else end  # Python gives 0 for a text that ends too soon
        raise _not_an_expression(text, (min(at, end), 1)) from None
    except (ValueError, MemoryError, RecursionError):
        raise _not_an_expression(text, None) from None
    _shallow(tree)
    return tree


def _not_an_expression(text: str, span: tuple[int, int] | None) -> ExpressionError:
    return ExpressionError(
        "E120",
        f"`{shortened(text)}` is not an expression",
        "this cannot be read as arithmetic",
        "write numbers, variables, + - * / // % **, comparisons, `a if b else c`, or "
        + ", ".join(f"{name}()" for name in NUMERIC),
        span,
    )


def shortened(value: object) -> str:
    """What the user wrote, on one line and short."""
    flat = " ".join(str(value).split())
    return flat if len(flat) <= 60 else flat[:57] + "…"


def _shallow(tree: ast.expr) -> None:
    waiting: list[tuple[ast.AST, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > DEEPEST:
            raise ExpressionError("E120", "an expression is nested too deeply", f"{DEEPEST} levels at most")
        waiting.extend((child, depth + 1) for child in ast.iter_child_nodes(node))


COMPARE: Mapping[type[ast.cmpop], Callable[[Number, Number], bool]] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(exponent, Fraction):
        raise ExpressionError(
            "E124", "a power needs a whole exponent", f"{exponent} is a fraction", "for a root write sqrt(x)"
        )
    if base == 0 and exponent < 0:
        raise ZeroDivisionError
    size = max(abs(base.numerator), base.denominator)
    if size > 1 and abs(exponent) * math.log2(size) > 60:
        raise ExpressionError(
            "E123",
            "a power here is too large",
            f"{shown(base)}**{shown(exponent)} passes 10^18",
            "no size in a network is that large; use a smaller exponent",
        )
    return Fraction(base) ** exponent


ARITHMETIC: Mapping[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: Fraction(a) / b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
    ast.Pow: _power,
}


class _Evaluation:
    """One expression's text and scope, while its tree is walked."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.text = text
        self.scope = scope

    def of(self, node: ast.expr) -> Value:
        """The value of one node of the tree."""
        try:
            return self.visit(node)
        except ExpressionError as error:
            error.span = error.span or self.span(node)
            raise
        except ZeroDivisionError:
            raise ExpressionError(
                "E124",
                "a division by zero",
                f"the divisor of `{shortened(self.part(node))}` is 0",
                "",
                self.span(node),
            ) from None
        except ValueError as error:
            raise ExpressionError("E124", f"{error} is not defined", "has no value", "", self.span(node)) from None

    def visit(self, node: ast.expr) -> Value:  # noqa: C901, PLR0912  a case for each form of the language
        """The value of one node, faults as they come."""
        match node:
            case ast.Constant(value=bool(value)):
                return value
            case ast.Constant(value=int(value)):
                return _bounded(value)
            case ast.Constant(value=float(value)):
                return exact(value)
            case ast.Name(id=name):
                return self.name(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.number(operand)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.number(operand)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not self.truth(operand)
            case ast.BoolOp(op=ast.And(), values=values):
                return all(self.truth(value) for value in values)
            case ast.BoolOp(op=ast.Or(), values=values):
                return any(self.truth(value) for value in values)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
                return _bounded(ARITHMETIC[type(op)](self.number(left), self.number(right)))
            case ast.Compare():
                return self.compare(node)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.of(body if self.truth(test) else orelse)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
                return self.call(name, args, node)
            case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
                raise ExpressionError("E120", f"`{name}` takes its numbers in order", "not by name", f"as in {name}(4)")
            case ast.Call(func=ast.Name(id=name)):
                near = nearest(name, FUNCTIONS)
                raise ExpressionError(
                    "E120",
                    f"`{name}` is not a function of the language",
                    "not known",
                    f"did you mean {near}()?" if near else "the functions are " + ", ".join(FUNCTIONS),
                )
            case _:
                raise _not_an_expression(self.text, None)

    def name(self, name: str) -> Value:
        """The value of a variable or a constant."""
        try:
            return self.scope.value(name)
        except KeyError:
            pass
        if name in CONSTANTS:
            return CONSTANTS[name]
        known = list(self.scope.names())
        near = nearest(name, known)
        if near:
            help = f"did you mean `{near}`?"
        elif known:
            help = "the variables here are " + ", ".join(f"`{n}`" for n in sorted(known)[:12])
        else:
            help = f"define it under `vars:`, as in `vars: {{{name}: 8}}`"
        raise ExpressionError("E121", f"`{name}` is not a variable here", "no variable of this name", help)

    def number(self, node: ast.expr) -> Number:
        """The value of a node that has to be a number."""
        value = self.of(node)
        if isinstance(value, bool) or not isinstance(value, int | Fraction):
            raise ExpressionError(
                "E114", "arithmetic needs numbers", f"this is `{shortened(shown(value))}`", "", self.span(node)
            )
        return value

    def truth(self, node: ast.expr) -> bool:
        """The value of a node that has to be yes or no."""
        value = self.of(node)
        if not isinstance(value, bool):
            raise ExpressionError(
                "E114",
                "a condition needs yes or no",
                f"this is `{shortened(shown(value))}`",
                "compare it, as in `n > 0`",
                self.span(node),
            )
        return value

    def compare(self, node: ast.Compare) -> bool:
        """Whether a chain of comparisons holds."""
        for (left, right), op in zip(pairwise([node.left, *node.comparators]), node.ops, strict=True):
            if type(op) not in COMPARE:
                raise _not_an_expression(self.text, None)
            a, b = self.of(left), self.of(right)
            if not (isinstance(a, bool) and isinstance(b, bool)):
                a, b = self.number(left), self.number(right)
            if not COMPARE[type(op)](a, b):
                return False
        return True

    def call(self, name: str, args: list[ast.expr], node: ast.expr) -> Value:
        """The value of a function."""
        if name == "range":
            return self.range([self.whole(arg) for arg in args])
        if name == "reversed":
            value = self.of(args[0]) if len(args) == 1 else None
            if not isinstance(value, list):
                raise ExpressionError("E114", "`reversed` needs one list", "as in reversed(range(4))")
            return value[::-1]
        least, most, function = NUMERIC[name]
        if not least <= len(args) <= most:
            count = "1 number" if least == most == 1 else f"{least} or more numbers"
            raise ExpressionError("E120", f"`{name}` takes {count}", f"{len(args)} are given", "", self.span(node))
        return _bounded(function(*(self.number(arg) for arg in args)))

    def whole(self, node: ast.expr) -> int:
        """The value of a node that has to be a whole number."""
        value = self.number(node)
        if isinstance(value, Fraction):
            raise ExpressionError(
                "E122",
                "a whole number is needed",
                f"this is {shown(value)}",
                "// divides and floors",
                self.span(node),
            )
        return value

    def range(self, bounds: list[int]) -> Value:
        """The list of whole numbers that ``range`` gives."""
        if not 1 <= len(bounds) <= 3 or (len(bounds) == 3 and bounds[2] == 0):
            raise ExpressionError("E120", "`range` takes a stop, or a start and a stop", "as in range(4)")
        numbers = range(*bounds)
        # len() itself overflows on the longest ranges
        if (numbers.stop - numbers.start) // numbers.step > LONGEST_LIST:
            raise ExpressionError(
                "E206",
                "a range here is too long",
                f"more than {LONGEST_LIST:,} numbers",
                "a network has fewer layers",
            )
        return list(numbers)

    def part(self, node: ast.expr) -> str:
        """The text of a node."""
        start, length = self.span(node)
        return self.text[start : start + length]

    def span(self, node: ast.expr) -> tuple[int, int]:
        """First character and length of a node in the text; Python counts columns in bytes."""
        lead = len(self.text) - len(self.text.lstrip())
        line = self.text[lead:].encode()
        start = len(line[: node.col_offset].decode(errors="ignore"))
        end = len(line[: node.end_col_offset].decode(errors="ignore"))
        return lead + start, max(end - start, 1)


def normal(name: str) -> str:
    """A name as Python's parser will see it, so that the two spellings of an accent are one."""
    return name if name.isascii() else unicodedata.normalize("NFKC", name)
