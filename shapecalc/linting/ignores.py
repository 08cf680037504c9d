"""Findings that a file asks not to be told of: ``# shapecalc: ignore[SC101] why``, at a layer or a block's call."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from shapecalc.diagnostics import Place, nearest
from shapecalc.linting.rule import Found, Rule
from shapecalc.source.comments import comments

if TYPE_CHECKING:
    from shapecalc.diagnostics import Route
    from shapecalc.linting.subject import Subject
    from shapecalc.source.document import Document

ASKED = re.compile(r"#+\s*shapecalc\s*:\s*(?P<word>[^\s\[]*)\s*(?:\[(?P<codes>[^\]]*)\]?)?(?P<reason>.*)", re.DOTALL)
WORD = re.compile(r"[^\s,\[\]]+")


@dataclass(slots=True)
class Ignore:
    """One comment that asks for silence."""

    word: str
    """What is asked for: ``ignore``, if it is spelt so."""
    codes: tuple[tuple[str, Place], ...]
    """Codes and names of rules, each with its place."""
    reason: str
    place: Place
    about: int
    """The line that it is about."""
    used: set[str] = field(default_factory=set)
    """The codes and names that something was found of."""

    def silences(self, rule: Rule, lines: Collection[int]) -> bool:
        """Whether it asks for silence about a rule at one of these lines; it notes that it did."""
        if self.word != "ignore" or self.about not in lines:
            return False
        named = {code for code, _ in self.codes if code in {rule.code, rule.name}}
        self.used |= named
        return bool(named)


def ignores(document: Document) -> list[Ignore]:
    """What the comments of a file ask for."""
    if "shapecalc" not in document.text:
        return []
    found = []
    for comment in comments(document.text):
        asked = ASKED.match(comment.text)
        if asked is None:
            continue
        codes = tuple(
            (
                word[0],
                Place(
                    comment.line,
                    (start := comment.column + asked.start("codes") + word.start()),
                    comment.line,
                    start + len(word[0]),
                ),
            )
            for word in WORD.finditer(asked["codes"] or "")
        )
        place = Place(comment.line, comment.column, comment.line, comment.column + len(comment.text))
        found.append(Ignore(asked["word"], codes, asked["reason"].strip(" :-–—"), place, comment.about))  # noqa: RUF001
    return found


def lines_of(net: Subject, found: Found) -> set[int]:
    """The lines at which a finding can be silenced: where it is told, its layer's own, and of calls around."""
    document = net.graph.document
    place = document.key_place(found.route) if found.at_key else document.value_place(found.route)
    lines = set() if place is None else {place.line}
    if (node := net.nodes.get(found.node)) is not None:
        for item in (net.item(node), *(route[:-1] for route in net.calls(node))):
            lines |= own_lines(net, item)
    return lines


def own_lines(net: Subject, item: Route) -> set[int]:
    """The lines on which an entry of a list of layers has its options, those of layers inside it left out."""
    document, entry = net.graph.document, net.data(item)
    routes: list[Route] = [item]
    if isinstance(entry, dict):
        for key, value in entry.items():
            routes.append((*item, key))
            if isinstance(value, dict) and key not in {"parallel", "for"}:
                routes += [(*item, key, inner) for inner in value]
    places = (document.key_place(route) for route in routes)
    return {place.line for place in places if place is not None}


class Comments(Rule):
    """A rule about the comments that ask for silence."""

    family: ClassVar = "ignores"

    def check(self, net: Subject) -> Iterator[Found]:
        """Nothing: what the comments ask is known when all rules have been."""
        yield from ()


class UnusedIgnore(Comments):
    """A comment asks for silence about what was not found.

    ## Why it matters
    It reads as if there were a fault, or hides the next one. Mostly the layer was mended, or the comment stands at
    another one.

    ## What to do
    Take the comment out, or the code. It belongs on the line of the layer or of a block's call, or on the line before.
    """

    code: ClassVar = "SC001"
    name: ClassVar = "unused-ignore"
    bad: ClassVar = "- {conv: 8, kernel: 3} # shapecalc: ignore[SC101] to be like the paper"
    good: ClassVar = "- {conv: 8, kernel: 2, stride: 3} # shapecalc: ignore[SC101] to be like the paper"


class UnknownIgnore(Comments):
    """A comment speaks to shapecalc in words that it does not know.

    ## Why it matters
    Nothing is silenced by it.

    ## What to do
    Write `# shapecalc: ignore[SC101] why`, with the codes or names of rules, commas between.
    """

    code: ClassVar = "SC002"
    name: ClassVar = "unknown-ignore"
    bad: ClassVar = "- {conv: 8, kernel: 3} # shapecalc: ignore[SC999]"
    good: ClassVar = "- {conv: 8, kernel: 2, stride: 3} # shapecalc: ignore[SC101] to be like the paper"


class IgnoreWithoutReason(Comments):
    """A comment asks for silence and does not say why.

    ## Why it matters
    Who reads the file next cannot know whether the fault is meant, or was in the way once.

    ## What to do
    Write the reason behind the bracket.
    """

    code: ClassVar = "SC003"
    name: ClassVar = "ignore-without-reason"
    pedantic: ClassVar = True
    bad: ClassVar = "- {conv: 8, kernel: 2, stride: 3} # shapecalc: ignore[SC101]"
    good: ClassVar = "- {conv: 8, kernel: 2, stride: 3} # shapecalc: ignore[SC101] to be like the paper"


RULES: tuple[Rule, ...] = (UnusedIgnore(), UnknownIgnore(), IgnoreWithoutReason())


def faults(
    asked: Sequence[Ignore], looked: Collection[Rule], every: Collection[Rule], *, unused: bool
) -> Iterator[tuple[Rule, Place, str, str, str]]:
    """What is wrong with the comments: the rule, the place, message, label and help.

    Args:
        asked: the comments, once all findings have been held against them.
        looked: the rules that were looked for; of another nothing is known.
        every: all rules there are.
        unused: whether a comment that silenced nothing is at fault.
    """
    looking = {word for rule in looked for word in (rule.code, rule.name)}
    known = [word for rule in every for word in (rule.code, rule.name)]
    for ignore in asked:
        if ignore.word != "ignore":
            said = f"`{ignore.word}`" if ignore.word else "nothing"
            message = f"a comment asks shapecalc for {said}, which it does not know"
            yield RULES[1], ignore.place, message, "not known", "write `# shapecalc: ignore[SC101] why`"
            continue
        if not ignore.codes:
            help = "name rules in brackets: `# shapecalc: ignore[SC101] why`; `shapecalc lint --list` has them"
            yield RULES[1], ignore.place, "a comment ignores no rule", "no code", help
            continue
        for code, place in ignore.codes:
            if code not in known:
                near = nearest(code, known)
                help = f"did you mean `{near}`?" if near else "`shapecalc lint --list` has all rules"
                yield RULES[1], place, f"a comment ignores `{code}`, which is no rule", "no rule of this name", help
            elif unused and code in looking and code not in ignore.used:
                message = f"a comment ignores {code}, and nothing of it was found there"
                yield RULES[0], place, message, "not needed", "take it out, or put it on the line of the layer"
        if not ignore.reason:
            names = ", ".join(code for code, _ in ignore.codes)
            help = f"write it behind the bracket: `# shapecalc: ignore[{names}] why`"
            yield RULES[2], ignore.place, f"a comment ignores {names} without a reason", "why?", help
