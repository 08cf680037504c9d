"""What the rules have found, as text and as data; the table of rules, and the page of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

from shapecalc.diagnostics import SpecError
from shapecalc.linting import Finding, Rule, every_rule, lint
from shapecalc.linting.choice import named
from shapecalc.loading import load
from shapecalc.pages import titles
from shapecalc.render import findings as forms
from shapecalc.render.diagnostics import Source, written
from shapecalc.render.formats import dumped
from shapecalc.render.json import placed
from shapecalc.render.screen import terminal_width
from shapecalc.render.table import Line, Span
from shapecalc.render.units import plain
from shapecalc.render.wrapping import wrapped

if TYPE_CHECKING:
    from rich.text import Text

    from shapecalc.diagnostics import Diagnostic

SCHEMA_VERSION = 1
WIDEST = 96


@dataclass(frozen=True)
class Linted:
    """A file, and what was found in it."""

    file: str
    source: Source
    found: tuple[Finding, ...] = ()
    fixed: tuple[Finding, ...] = ()
    faults: tuple[Diagnostic, ...] = ()
    """Errors: where there are any, no rule was held against the file."""
    read: bool = True

    @property
    def status(self) -> int:
        """The exit status that it asks for."""
        return 2 if not self.read else 1 if self.found else 0

    @property
    def told(self) -> forms.Told:
        """The same for other programs: errors, else what was found."""
        return forms.Told.of(self.source, (*self.faults, *(finding.diagnostic for finding in self.found)))


def number(count: int, noun: str) -> str:
    """``1 file``, ``31 files``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def as_text(files: Sequence[Linted], width: int) -> Iterator[Text]:
    """Every finding as it stands in its file, what was fixed, and a line that sums up."""
    from rich.text import Text  # noqa: PLC0415  data needs none of it

    for file in files:
        for finding in file.found:
            yield from written([finding.diagnostic], file.source, width)
            yield Text()
        for finding in file.fixed:
            said = f"{plain(file.file)}: fixed[{finding.code}]: {plain(finding.diagnostic.message)}"
            yield from (Text(row) for row in wrapped(said, width, "", "    "))
    yield from (Text(row) for row in wrapped(summed_up(files), width))


def summed_up(files: Sequence[Linted]) -> str:
    """How much was found, and what to do with it."""
    found = [finding for file in files for finding in file.found]
    fixed = sum(len(file.fixed) for file in files)
    unread = sum(not file.read for file in files)
    where = number(len(files), "file") if len(files) > 1 else plain(files[0].file)
    parts = [f"{where}: {number(len(found), 'finding') if found else 'nothing found'}"]
    if found and len(files) > 1:
        parts[0] += f" in {number(sum(bool(file.found) for file in files), 'file')}"
    if fixed:
        parts.append(f"{fixed:,} fixed")
    if unread:
        parts.append(f"{number(unread, 'file')} not linted, see the errors" if len(files) > 1 else "not linted")
    if not found and unread and len(files) == 1:
        return f"{where}: not linted, see the errors"
    able = sum(finding.fix is not None for finding in found)
    if able:
        parts.append(f"`--fix` mends {able:,}")
    if found:
        parts.append(f"`shapecalc lint --explain {found[0].code}` says why")
    return "; ".join(parts)


def as_statistics(files: Sequence[Linted]) -> list[Line]:
    """How often each rule found something, the most often first."""
    counts = Counter(finding.code for file in files for finding in file.found)
    rules = {finding.code: finding.rule for file in files for finding in file.found}
    width = max((len(f"{count:,}") for count in counts.values()), default=0)
    rows: list[Line] = [
        [Span(f"{count:>{width},}  "), Span(f"{code}  ", "bold"), Span(rules[code].name)]
        for code, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]
    return [*rows, *([Span(row)] for row in wrapped(summed_up(files), _width()))]


def as_json(files: Sequence[Linted]) -> str:
    """One object: every file with its findings, raw numbers, lines and columns from 1."""
    return dumped(
        {
            "schema_version": SCHEMA_VERSION,
            "files": [
                {
                    "file": file.file,
                    "status": ("clean", "findings", "unread")[file.status],
                    "findings": [_found(finding, file.source) for finding in file.found],
                    "fixed": [_found(finding, file.source) for finding in file.fixed],
                    "diagnostics": [placed(fault, file.source) for fault in file.faults],
                }
                for file in files
            ],
            "findings": sum(len(file.found) for file in files),
        }
    )


def _found(finding: Finding, source: Source) -> dict[str, Any]:
    return {**placed(finding.diagnostic, source), **finding.to_dict()}


def as_github(files: Sequence[Linted]) -> str:
    """Annotations beside the lines."""
    return forms.github([file.told for file in files])


def as_sarif(files: Sequence[Linted]) -> str:
    """A log for code scanners."""
    return forms.sarif([file.told for file in files], title)


def as_junit(files: Sequence[Linted]) -> str:
    """A test for every file."""
    return forms.junit([file.told for file in files], "shapecalc lint")


FORMATS = {"json": as_json, "github": as_github, "sarif": as_sarif, "junit": as_junit}
"""What other programs read; ``text`` is for people."""
SUFFIXES = {".txt": "text", ".json": "json", ".sarif": "sarif", ".xml": "junit"}


def title(code: str) -> str:
    """The first line of the page of a rule or of an error."""
    rule = named(every_rule(), code)
    return titles().get(code, "") if rule is None else rule.summary


# the rules themselves


def _width() -> int:
    return min(terminal_width() or WIDEST, WIDEST)


def rule_lines(rules: Iterable[Rule]) -> Iterator[Line]:
    """Every rule under its family's heading."""
    every = list(rules)
    indent = max(len(rule.name) for rule in every) + 11
    for family in dict.fromkeys(rule.family for rule in every):
        yield [Span(family, "bold underline")]
        for rule in every:
            if rule.family != family:
                continue
            marks = [word for word, has in (("--fix", rule.fixable), ("--pedantic", rule.pedantic)) if has]
            text = rule.summary + (f" ({', '.join(marks)})" if marks else "")
            first, *more = wrapped(text, _width(), " " * indent)
            yield [Span(f"  {rule.code}  {rule.name}".ljust(indent), "bold"), Span(first[indent:])]
            yield from ([Span(row)] for row in more)
        yield []
    yield [Span("`shapecalc lint --explain SC101` shows the page of one", "dim")]


def page(code: str) -> Iterator[Line]:
    """The page of a rule, by its code or name; nothing where there is none."""
    rule = named(every_rule(), code)
    if rule is None:
        return
    told = f"{rule.family}, {rule.severity}" + (", only under --pedantic" if rule.pedantic else "")
    yield [Span(f"{rule.code} {rule.name}", "bold"), Span(f"  ({told})", "dim")]
    for paragraph in cleandoc(type(rule).__doc__ or "").split("\n\n"):
        heading, _, rest = paragraph.partition("\n") if paragraph.startswith("## ") else ("", "", paragraph)
        if heading:
            yield [Span(heading.removeprefix("## "), "bold underline")]
        yield from ([Span(row)] for row in wrapped(rest, _width()))
        yield []
    yield from _example(rule, "Bad", rule.bad)
    yield []
    yield from _example(rule, "Good", rule.good)


def _example(rule: Rule, heading: str, text: str) -> Iterator[Line]:
    """An example, and what the rule says of it."""
    spec = cleandoc(text)
    given = "×".join(map(str, rule.example_input))
    yield [Span(heading, "bold underline"), Span("" if "layers:" in spec else f"  on an input of {given}", "dim")]
    yield from ([Span(f"  {row}")] for row in spec.splitlines())
    try:
        found = lint(load(rule.spec(text)), pedantic=True)  # all rules: some are about what others find
    except SpecError:  # of a rule of another package, whose example does not fit
        return
    for finding in found:
        if finding.code != rule.code:
            continue
        fault = finding.diagnostic
        said = f"{fault.severity}[{fault.code}]: {fault.message}: {fault.label}"
        yield from ([Span(row, "yellow")] for row in wrapped(said, _width(), "  → ", "    "))
        if fault.help:
            yield from ([Span(row, "dim")] for row in wrapped(f"help: {fault.help}", _width(), "    "))
