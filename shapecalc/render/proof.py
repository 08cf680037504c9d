"""A proof as a table, as JSON and as Markdown: a mark for each cell, and both numbers of what is disproved."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shapecalc.analysis.rows import rows
from shapecalc.engine.proof import COLUMNS, Mark, worst
from shapecalc.render import json, screen
from shapecalc.render.columns import COLUMNS as ALL_COLUMNS
from shapecalc.render.columns import Column
from shapecalc.render.formats import dumped
from shapecalc.render.markdown import escaped, table
from shapecalc.render.table import WIDEST, Grid, Line, Span
from shapecalc.render.units import UNKNOWN, exact, plain, size
from shapecalc.render.wrapping import wrapped

if TYPE_CHECKING:
    from shapecalc.analysis import LayerAnalysis
    from shapecalc.engine.proof import Finding, Proof

STYLES = {Mark.PROVED: "green", Mark.DISPROVED: "bold red", Mark.NOT_APPLICABLE: "dim"}
INDENT = 11
MOST_LINES = 10
"""Of each mark that needs a reason so many are told."""
COUNTED = (
    "one example · float32 · shapes, parameters, operations and bytes of one run with the direct kernels; their bytes"
    " are those of outputs, not of patches · field: NaN is planted in the same layers with fewer channels, in a longer"
    " input where a field does not fit"
)


@dataclass(frozen=True)
class Shown:
    """A proof, and what of it is wanted."""

    proof: Proof
    depth: int = 0
    opened: tuple[str, ...] = ()

    def mark(self, row: LayerAnalysis, column: str) -> Mark:
        """The mark of a cell, of all nodes of a row together."""
        return worst(node.mark(column) for node in self.proof.nodes[row.start : row.stop])


def word(mark: Mark) -> str:
    """A mark in a cell."""
    return UNKNOWN if mark is Mark.NOT_APPLICABLE else str(mark)


def summary(proof: Proof) -> str:
    """``ResNet-50: 1,094 figures proved``, and how many are not."""
    counts = [(mark, proof.count(mark)) for mark in Mark if mark is not Mark.PROVED]
    others = "".join(f", {exact(count)} {mark}" for mark, count in counts if count)
    number = proof.count(Mark.PROVED)
    return f"{plain(proof.name)}: {exact(number)} {'figure' if number == 1 else 'figures'} proved{others}"


def number(value: Any) -> str:
    """A figure as text."""
    match value:
        case None:
            return "another"
        case list():
            return "×".join(map(str, value)) or "a single number"
        case int():
            return exact(value)
        case _:
            return str(value)


def both(where: str, finding: Finding) -> str:
    """What was calculated and what ran."""
    what = finding.what if finding.column in {"ops", "params", "memory"} else f"{finding.column} {finding.what}"
    why = f" ({plain(finding.why)})" if finding.why else ""
    return f"{plain(where)} {plain(what)}: {number(finding.told)} calculated, {number(finding.found)} ran{why}"


def disproved(proof: Proof) -> list[str]:
    """Each figure that is disproved, with both numbers."""
    found = [
        both(node.name, finding) for node in proof.nodes for finding in node.findings if finding.mark is Mark.DISPROVED
    ]
    return found + [both("total", finding) for finding in proof.totals if finding.mark is Mark.DISPROVED]


def reasons(proof: Proof, mark: Mark) -> list[str]:
    """Why figures have a mark: each reason once, and where first."""
    first: dict[str, str] = {}
    times: dict[str, int] = {}
    for node in proof.nodes:
        for finding in node.findings:
            if finding.mark is mark and finding.why:
                first.setdefault(finding.why, node.name)
                times[finding.why] = times.get(finding.why, 0) + 1
    return [
        f"{plain(first[why])}{f' and {exact(times[why] - 1)} more' if times[why] > 1 else ''}: {plain(why)}"
        for why in first
    ]


def beside(proof: Proof) -> list[str]:
    """What kernels do otherwise than is told, kind by kind, and how much of it was taken off or added."""
    return [
        f"{plain(kind)} {why}: {', '.join(f'{op} {exact(count)}' for op, count in ops.items())}"
        for kind, why, ops in proof.beside
    ]


def below(proof: Proof) -> Iterator[tuple[str, str]]:
    """The lines below the table: what, and how much."""
    for line in _few(disproved(proof)):
        yield "disproved", line
    if proof.refused:
        yield "not run", refusal(*proof.refused)
    for mark in (Mark.NOT_RUN, Mark.AT_LEAST, Mark.NOT_APPLICABLE):
        for line in _few(reasons(proof, mark)) if not proof.refused else ():
            yield str(mark) if mark is not Mark.NOT_APPLICABLE else "—", line
    for line in beside(proof):
        yield "taken off", line
    totals = [f"{finding.what} {number(finding.found)}" for finding in proof.totals if finding.mark is Mark.PROVED]
    if totals:
        yield "totals", f"proved: {' · '.join(totals)}"
    if proof.apart:
        each = " · ".join(f"{kind} {exact(count)}" for kind, count in proof.apart.items())
        yield "apart", f"on weights alone, once for all examples and not in the above: {each}"
    yield "counted", COUNTED


def refusal(needed: int, allowed: int) -> str:
    """Why a network was not run."""
    mebibytes = -(-needed // 2**20)
    return (
        f"it needs {size(needed)} of memory, and --max-memory allows {size(allowed)}: {mebibytes}MiB would do, or less"
        " with a smaller --size"
    )


def _few(lines: Sequence[str]) -> list[str]:
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], *([f"and {exact(more)} more"] if more > 0 else [])]


def columns(shown: Shown) -> dict[str, Column]:
    """The columns, in the order they stand."""

    def of(name: str) -> Column:
        return Column(name, lambda row, _: word(shown.mark(row, name)), "left")

    return {"layer": ALL_COLUMNS["layer"], "kind": ALL_COLUMNS["kind"], **{name: of(name) for name in COLUMNS}}


def grid(shown: Shown, width: int | None = None) -> Grid:
    """The cells; where there is no room for the kinds they are left out, and long names lose their beginning."""
    analysis, chosen = shown.proof.analysis, columns(shown)
    every = list(rows(analysis, shown.depth, shown.opened))
    made = Grid((), [])
    for left_out in ((), ("kind",)):
        kept = [column for name, column in chosen.items() if name not in left_out]
        made = Grid(tuple(kept), [tuple(column.cell(row, analysis) for column in kept) for row in every], left_out)
        if width is None or made.width <= width:
            return made
    return made if width is None else made.with_short_names(made.width - width)


def lines(shown: Shown, width: int | None = None) -> Iterator[Line]:
    """The whole answer, line by line."""
    yield [Span(plain(shown.proof.name), "bold")]
    yield []
    for line in grid(shown, width).lines():
        yield [Span(text, style or STYLES.get(_mark(text.strip()), "")) for text, style in line]
    yield []
    for what, said in below(shown.proof):
        style = "bold red" if what == "disproved" else "dim" if what == "counted" else ""
        first, *more = wrapped(said, min(width or WIDEST, WIDEST), " " * INDENT)
        yield [Span(f"{what:<{INDENT}}", "bold"), Span(first[INDENT:], style)]
        yield from ([Span(row, style)] for row in more)
    yield []
    yield [Span(summary(shown.proof), "bold" if shown.proof.holds else "bold red")]


def _mark(text: str) -> Any:
    return Mark(text) if text in set(Mark) else text


# formats


@dataclass(frozen=True)
class Answers:
    """The proofs of one file, or of many by the name of each."""

    shown: tuple[tuple[str, Shown], ...]
    many: bool = False
    unread: tuple[str, ...] = ()
    """Files that could not be run at all, for the faults in them."""
    to_file: bool = False

    @property
    def proofs(self) -> list[tuple[str, Proof]]:
        """The proofs and their files."""
        return [(file, shown.proof) for file, shown in self.shown]


def several(answers: Answers) -> Iterator[Line]:
    """Many proofs: a line each, and what they come to."""
    proofs = answers.proofs
    for file, proof in proofs:
        yield [Span(f"{plain(file)}: {summary(proof)}", "" if proof.holds else "bold red")]
        told = [("disproved", line) for line in _few(disproved(proof))]
        told += (
            [("not run", refusal(*proof.refused))]
            if proof.refused
            else [("not run", one) for one in reasons(proof, Mark.NOT_RUN)]
        )
        for what, said in told:
            yield from ([Span(row)] for row in wrapped(f"{what}: {said}", WIDEST, "  ", "    "))
    for file in answers.unread:
        yield [Span(f"{plain(file)}: not run, for the errors in it", "bold red")]
    yield []
    figures = {mark: sum(proof.count(mark) for _, proof in proofs) for mark in Mark}
    others = "".join(f", {exact(count)} {mark}" for mark, count in figures.items() if count and mark is not Mark.PROVED)
    networks = f"{exact(len(proofs))} {'network' if len(proofs) == 1 else 'networks'}"
    yield [Span(f"{networks}: {exact(figures[Mark.PROVED])} figures proved{others}", "bold")]


def as_table(answers: Answers) -> str:
    """For a terminal: as wide as it is, in its colours; for a pipe or a file: plain, as wide as it needs to be."""
    width = None if answers.to_file else screen.terminal_width()
    made: Iterable[Line] = several(answers) if answers.many else lines(answers.shown[0][1], width)
    return screen.coloured(made) if sys.stdout.isatty() and not answers.to_file else screen.plain_text(made)


def as_json(answers: Answers) -> str:
    """One object, raw numbers: a proof; of many files an object that has them all, with their files."""
    if not answers.many:
        return dumped(to_dict(answers.shown[0][1].proof))
    proofs = answers.proofs
    totals = {_key(mark): sum(proof.count(mark) for _, proof in proofs) for mark in Mark}
    return dumped(
        {
            "schema_version": json.SCHEMA_VERSION,
            "figures": totals,
            "unread": list(answers.unread),
            "networks": [{"file": file, **to_dict(proof)} for file, proof in proofs],
        }
    )


def as_markdown(answers: Answers) -> str:
    """A table for a page or a pull request."""
    if answers.many:
        heads = [("network", "left"), *((str(mark), "right") for mark in Mark)]
        cells = [[plain(proof.name), *(exact(proof.count(mark)) for mark in Mark)] for _, proof in answers.proofs]
        wrong = [f"- {escaped(line)}" for _, proof in answers.proofs for line in disproved(proof)]
        return "\n\n".join([table(heads, cells), *(["\n".join(wrong)] if wrong else [])]) + "\n"
    shown = answers.shown[0][1]
    made = grid(shown)
    entries = "\n".join(f"- **{what}** {escaped(said)}" for what, said in below(shown.proof) if what != "counted")
    parts = [
        f"### {escaped(summary(shown.proof))}",
        table([(column.heading, column.align) for column in made.columns], made.cells),
        entries,
        f"<sub>{escaped(COUNTED)}</sub>",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _key(mark: Mark) -> str:
    return str(mark).replace(" ", "_")


def to_dict(proof: Proof) -> dict[str, Any]:
    """A proof as plain data."""
    about = json.to_dict(proof.analysis)
    return {
        **{key: about[key] for key in ("schema_version", "name", "inputs", "outputs")},
        "refused": dict(zip(("needed_bytes", "allowed_bytes"), proof.refused, strict=True)) if proof.refused else None,
        "figures": {_key(mark): proof.count(mark) for mark in Mark},
        "totals": [_finding(finding) for finding in proof.totals],
        "layers": [
            {"name": node.name, "kind": node.kind, "findings": [_finding(finding) for finding in node.findings]}
            for node in proof.nodes
        ],
        "taken_off": [
            {"kind": kind, "why": why, "ops": {op: int(count) for op, count in ops.items()}}
            for kind, why, ops in proof.beside
        ],
        "operations_on_weights": {kind: int(count) for kind, count in proof.apart.items()},
        "diagnostics": about["diagnostics"],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "figure": finding.column,
        "what": finding.what,
        "calculated": finding.told,
        "ran": finding.found,
        "mark": _key(finding.mark),
        "why": finding.why or None,
    }


FORMATS: dict[str, Callable[[Answers], str]] = {"table": as_table, "json": as_json, "md": as_markdown}
SUFFIXES = {".txt": "table", ".json": "json", ".md": "md"}
