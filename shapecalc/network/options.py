"""An item's options become a layer: each text evaluated in its scope, then all validated by the kind's model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from shapecalc.diagnostics import Diagnostic, Related, Route, nearest
from shapecalc.layers.fields import Reading
from shapecalc.source.expressions import ExpressionError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from shapecalc.layers import Kinds
    from shapecalc.layers.base import Layer
    from shapecalc.network.scope import Scope

Option = tuple[str, object, "Scope", Route]
"""An option's name, its value as written, the scope it was written in, and its route."""


class Faults(Exception):
    """What is wrong with the options of one item."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__()


def told(error: ExpressionError, route: Route) -> Diagnostic:
    """An expression's fault, at the route of the option it stands in, or of the variable that the option reads."""
    related = (Related("it is read here", route),) if error.home is not None else ()
    home = route if error.home is None else error.home
    at = (*home, *error.route)
    return Diagnostic(error.code, error.message, at, error.label, error.help, related=related, span=error.span)


def readings(layer: type[Layer]) -> dict[str, Reading]:
    """How each option of a kind is read."""
    found = {}
    for name, info in layer.model_fields.items():
        (found[name],) = (item for item in info.metadata if isinstance(item, Reading))
    return found


class LayerMaker:
    """Makes layers; equal options give one and the same layer."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self._readings: dict[str, dict[str, Reading]] = {}
        self._made: dict[object, Layer] = {}

    def make(self, kind: str, options: Sequence[Option]) -> Layer:
        """The layer of this kind with these options.

        Raises:
            Faults: an option has no value, or one that the kind does not take.
        """
        known = self._readings.get(kind)
        if known is None:
            known = self._readings[kind] = readings(self.kinds[kind])
        values: dict[str, Any] = {}
        faults = []
        for name, raw, scope, route in options:
            try:
                values[name] = known[name].read(raw, scope)
            except ExpressionError as error:
                faults.append(told(error, route))
        if faults:
            raise Faults(faults)
        key = (kind, *((name, type(value), value) for name, value in values.items()))
        layer = self._made.get(key)
        if layer is None:
            try:
                layer = self._made[key] = self.kinds[kind](**values)
            except ValidationError as error:
                raise Faults(self._refused(error, kind, {name: route for name, _, _, route in options})) from None
        return layer

    def _refused(self, error: ValidationError, kind: str, routes: Mapping[str, Route]) -> list[Diagnostic]:
        by_option: dict[str, list[ErrorDetails]] = {}
        for detail in error.errors(include_url=False):
            by_option.setdefault(str(detail["loc"][0]), []).append(detail)
        return [self._said(kind, name, details, routes[name]) for name, details in by_option.items()]

    def _said(self, kind: str, name: str, details: list[ErrorDetails], route: Route) -> Diagnostic:
        # a union tells of each branch it tried; the one that speaks of the value, not of its type, is meant
        by_type = {detail["type"]: detail for detail in details}
        for bound, words in (
            ("greater_than_equal", "at least"),
            ("greater_than", "more than"),
            ("less_than_equal", "at most"),
            ("less_than", "less than"),
        ):
            if bound in by_type:
                detail = by_type[bound]
                index = tuple(step for step in detail["loc"][1:] if isinstance(step, int))[:1]
                limit = next(iter(detail["ctx"].values()))
                value = detail["input"]
                number = f"{limit:g}" if isinstance(limit, float) else str(limit)
                return Diagnostic(
                    "E115",
                    f"`{name}` of `{kind}` is {value}",
                    (*route, *index),
                    f"must be {words} {number}",
                )
        if "literal_error" in by_type:
            detail = by_type["literal_error"]
            words_known = [word.strip("'\" ") for word in detail["ctx"]["expected"].replace(" or ", ", ").split(", ")]
            near = nearest(detail["input"], words_known)
            return Diagnostic(
                "E116",
                f"`{name}` of `{kind}` cannot be `{str(detail['input'])[:40]}`",
                route,
                "not a word for this option",
                (f"did you mean `{near}`? " if near else "")
                + "the words are "
                + ", ".join(f"`{w}`" for w in words_known),
            )
        return Diagnostic("E114", f"`{name}` of `{kind}` is of another sort", route, "cannot be used here")
