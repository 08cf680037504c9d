"""Which rules are looked for: by code, the beginning of a code, name or family."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shapecalc.diagnostics import nearest
from shapecalc.linting.rule import Rule

ALL = "all"


def chosen(rules: Sequence[Rule], select: Iterable[str], ignore: Iterable[str], *, pedantic: bool) -> tuple[Rule, ...]:
    """The rules that are asked for, in order.

    A pedantic one is looked for under ``pedantic``, or where its own code or name is selected.

    Raises:
        ValueError: no rule is called so.
    """
    wanted, unwanted = list(select), list(ignore)
    for word in (*wanted, *unwanted):
        if not any(meant(rule, word) for rule in rules):
            known = [word for rule in rules for word in (rule.code, rule.name, rule.family)]
            near = nearest(word, known)
            raise ValueError(f"`{word}` is no rule" + (f"; did you mean `{near}`?" if near else ""))
    return tuple(
        rule
        for rule in rules
        if (not wanted or any(meant(rule, word) for word in wanted))
        and not any(meant(rule, word) for word in unwanted)
        and (pedantic or not rule.pedantic or any(own(rule, word) for word in wanted))
    )


def own(rule: Rule, word: str) -> bool:
    """Whether a word is a rule's own code or name."""
    return word.lower() in {rule.code.lower(), rule.name}


def meant(rule: Rule, word: str) -> bool:
    """Whether a word means a rule, alone or among others."""
    low = word.lower()
    return bool(low) and (low in {ALL, rule.name, rule.family} or rule.code.lower().startswith(low))


def named(rules: Iterable[Rule], word: str) -> Rule | None:
    """The rule of this code or name."""
    return next((rule for rule in rules if own(rule, word)), None)
