"""Rules that other packages add: entry points of the group ``shapecalc.rules``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import entry_points

from shapecalc.diagnostics import Diagnostic, SpecError
from shapecalc.linting.rule import Rule

GROUP = "shapecalc.rules"
CODE = re.compile(r"[A-Z]{2,}\d{3}")
OURS = "SC"


def installed(known: Iterable[Rule]) -> list[Rule]:
    """The rules that installed packages give, by code.

    Raises:
        SpecError: one cannot be loaded, is no rule, or takes the code or name of another.
    """
    entries = sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value))
    taken = {word for rule in known for word in (rule.code, rule.name)} if entries else set()
    rules = []
    for entry in entries:
        try:
            loaded = entry.load()
        except Exception as error:
            said = " ".join(str(error).split())[:200] or type(error).__name__
            raise _unusable(entry.name, entry.value, f"loading it says: {said}") from error
        if not (isinstance(loaded, type) and issubclass(loaded, Rule)):
            raise _unusable(entry.name, entry.value, "it gives no rule")
        try:
            rule = loaded()
            code, name, _ = rule.code, rule.name, rule.family
        except (TypeError, AttributeError) as error:
            raise _unusable(entry.name, entry.value, f"it is no whole rule: {error}") from error
        if not CODE.fullmatch(code) or code.startswith(OURS):
            raise _unusable(entry.name, entry.value, f"its code is `{code}`: letters of its own, and three digits")
        if {code, name} & taken:
            raise _unusable(entry.name, entry.value, f"there is a rule `{code}` or `{name}` already")
        taken |= {code, name}
        rules.append(rule)
    return sorted(rules, key=lambda rule: rule.code)


def _unusable(name: str, value: str, why: str) -> SpecError:
    message = f"the rule `{name}` comes with another package, whose `{value}` cannot be used"
    return SpecError([Diagnostic("E128", message, label="", help=f"{why}; mend or remove that package")])
