"""Whether a network is wise: rules with a code and a page, and what each of them finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shapecalc.diagnostics import Diagnostic, Related
from shapecalc.linting import fields, ignores, maps, order, savings, weights, windows, wiring
from shapecalc.linting.choice import chosen
from shapecalc.linting.plugins import installed
from shapecalc.linting.rule import Fix, Found, Rule
from shapecalc.linting.subject import Subject
from shapecalc.linting.words import number

if TYPE_CHECKING:
    from shapecalc.diagnostics import Route
    from shapecalc.network.graph import Graph

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *ignores.RULES,
            *windows.RULES,
            *maps.RULES,
            *fields.RULES,
            *weights.RULES,
            *savings.RULES,
            *order.RULES,
            *wiring.RULES,
        ),
        key=lambda rule: rule.code,
    )
)
"""All that come with shapecalc, by code."""


def every_rule() -> tuple[Rule, ...]:
    """Those, and those that installed packages add.

    Raises:
        SpecError: one of them cannot be loaded, or takes the code or name of another.
    """
    return (*RULES, *installed(RULES))


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule has to say of one place of a file, however many layers are made there."""

    rule: Rule
    diagnostic: Diagnostic
    layers: tuple[str, ...] = ()
    """The layers it was found at, in order."""
    fix: Fix | None = None

    @property
    def code(self) -> str:
        """The rule's."""
        return self.rule.code

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain data; its line is for who has the file."""
        fault = self.diagnostic
        return {
            "code": fault.code,
            "name": self.rule.name,
            "severity": str(fault.severity),
            "message": fault.message,
            "label": fault.label,
            "help": fault.help,
            "route": list(fault.route),
            "layers": list(self.layers),
            "fixable": self.fix is not None,
        }


def lint(
    graph: Graph,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    *,
    pedantic: bool = False,
    rules: Sequence[Rule] | None = None,
    sized: bool = False,
) -> tuple[Finding, ...]:
    """What is unwise in a network, in the order of its file.

    Args:
        graph: the network. What is not known of it is passed over.
        select: codes, beginnings of codes, names or families of the rules to look for; all, if none is given.
        ignore: the same of rules not to look for.
        pedantic: matters of taste too.
        rules: the rules there are; those of shapecalc and of installed packages, if not given.
        sized: the network has been given other sizes than its file has, so that a comment that silences nothing may
            still be of use at those.

    Raises:
        ValueError: no rule is called so.
        SpecError: a rule of an installed package cannot be used.
    """
    every = every_rule() if rules is None else tuple(rules)
    looked = chosen(every, select, ignore, pedantic=pedantic)
    net = Subject(graph)
    asked = ignores.ignores(graph.document)
    findings: list[Finding] = []
    for rule in looked:
        told = []
        for found in rule.check(net):
            lines = ignores.lines_of(net, found) if asked else set()
            # every comment is asked, so that each knows whether it was of use
            if not [comment for comment in asked if comment.silences(rule, lines)]:
                told.append(found)
        findings += merged(net, rule, told)
    for rule, place, message, label, help in ignores.faults(asked, looked, every, unused=not sized):
        if rule in looked:
            fault = Diagnostic(rule.code, message, (), label, help, rule.severity, place=place)
            findings.append(Finding(rule, fault))
    return tuple(sorted(findings, key=lambda finding: position(graph, finding)))


def merged(net: Subject, rule: Rule, told: Iterable[Found]) -> Iterator[Finding]:
    """One finding a place: what stands in a block that is called often is told once, with how often."""
    places: dict[Route, list[Found]] = {}
    for found in told:
        places.setdefault(found.route, []).append(found)
    for many in places.values():
        first = max(many, key=lambda found: found.weight)
        names = tuple(dict.fromkeys(found.node for found in many if found.node))
        related: tuple[Related, ...] = ()
        if len(names) > 1:
            others = [net.called(net.nodes[name]) for name in names if name != first.node]
            more = ", ".join(f"`{name}`" for name in others[:3]) + ", …" * (len(others) > 3)
            params = sum(found.params for found in many)
            total = f"; {number(params, 'parameter')} altogether" if params else ""
            related = (Related(f"and so in {len(others)} more that are made here: {more}{total}"),)
        fault = Diagnostic(
            rule.code, first.message, first.route, first.label, first.help, rule.severity, related, first.at_key
        )
        yield Finding(rule, fault, names, whole_fix(net, many))


def whole_fix(net: Subject, many: Sequence[Found]) -> Fix | None:
    """The fix of one place: only where all layers that are made there have the fault."""
    first = many[0]
    node = net.nodes.get(first.node)
    if first.fix is None or node is None or len(many) < net.made[net.item(node), node.kind]:
        return None
    return Fix(first.fix.edit, sum(found.fix.params for found in many if found.fix is not None))


def position(graph: Graph, finding: Finding) -> tuple[int, int, str]:
    """Where a finding stands in its file."""
    fault, document = finding.diagnostic, graph.document
    find = document.key_place if fault.at_key else document.value_place
    place = fault.place or find(fault.route)
    return (place.line, place.column, fault.code) if place else (0, 0, fault.code)


__all__ = ["RULES", "Finding", "Fix", "Found", "Rule", "every_rule", "lint"]
