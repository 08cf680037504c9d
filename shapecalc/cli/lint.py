"""``shapecalc lint``."""

from __future__ import annotations

import codecs
import gc
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shapecalc.cli.files import spec_files
from shapecalc.cli.options import OUTPUT, SET, input_shape
from shapecalc.cli.output import put, put_bytes, spare
from shapecalc.cli.reading import Rejected, console, graph_of, tell
from shapecalc.diagnostics import Severity, SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shapecalc.linting import Finding, Rule
    from shapecalc.network.graph import Graph
    from shapecalc.render.lint import Linted

FORMATS = ("text", "json", "github", "sarif", "junit")
EPILOG = """\b
Examples:
  shapecalc lint net.yaml                what is unwise in a file
  shapecalc lint specs/ --statistics     how often each rule finds something
  shapecalc lint net.yaml --fix          mend what is safe to mend
  shapecalc lint net.yaml --select weights,SC101 --ignore SC302
  shapecalc lint net.yaml --pedantic     matters of taste too
  shapecalc lint --list                  all rules
  shapecalc lint --explain SC101         the page of one
  shapecalc lint specs/ -o lint.sarif    the suffix picks the format

\b
A rule is named by its code, the beginning of it, its name or its family.
A file silences one at a layer, or at a block's call, on its line or the line
before, and says why:
    - {conv: 64, kernel: 1, stride: 2} # shapecalc: ignore[SC106] as published

\b
Exit status: 0 nothing found; 1 something; 2 a file cannot be read, or its
shapes do not fit."""


def _words(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.strip() for text in given for word in text.split(",") if word.strip())


@click.command(epilog=EPILOG)
@click.argument("specs", nargs=-1, metavar="SPEC...")
@click.option("--select", multiple=True, callback=_words, metavar="RULE,…", help="Look for these rules only.")
@click.option("--ignore", multiple=True, callback=_words, metavar="RULE,…", help="Do not look for these.")
@click.option("--pedantic", is_flag=True, help="Matters of taste too.")
@click.option("--fix", is_flag=True, help="Mend what is safe to mend, in the files themselves.")
@input_shape("--input")
@SET
@click.option("--statistics", is_flag=True, help="How often each rule finds something, and no more.")
@click.option("--list", "listing", is_flag=True, help="List all rules, and end.")
@click.option("--explain", metavar="RULE", help="Show the page of a rule, and end.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="How to print; `text` if not given.")
@OUTPUT
def command(
    specs: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    pedantic: bool,  # noqa: FBT001  click gives it by name
    fix: bool,  # noqa: FBT001
    sizes: dict[str, object],
    settings: dict[str, object],
    statistics: bool,  # noqa: FBT001
    listing: bool,  # noqa: FBT001
    explain: str | None,
    form: str | None,
    file: Path | None,
) -> int:
    """Find what is unwise in networks, by rule.

    SPEC is a YAML file, or a folder of such files; `-` reads one from standard input. With `--fix` its mended text is
    printed, and what is left to find is told on stderr.
    """
    if explain is not None or listing:
        return _manual(explain)
    if not specs:
        raise click.UsageError("name a file or a folder; `--list` lists the rules")
    names = list(spec_files(specs))
    form = form or _form(file)
    if len(names) > 1 and (sizes or settings):
        raise click.UsageError("--input and --set are for one file")
    if statistics and form != "text":
        raise click.UsageError(f"--statistics is text, and {form} has every finding")
    if fix and "-" in names and (len(names) > 1 or form != "text" or file):
        raise click.UsageError("--fix prints the text that comes from standard input: give it alone, and no format")
    for name in names:
        spare(name, file)
    look = _look(select, ignore, pedantic=pedantic, sized=bool(sizes or settings))
    gc.disable()  # many short walks that free little
    done: list[Linted] = []
    for name in names:
        one = _linted(name, settings, sizes, look, fix=fix)
        if form in {"text", "json"} or file:
            tell([fault for fault in one.faults if fault.severity is not Severity.NOTE], one.source)
        done.append(one)
    _put(done, form, file, statistics=statistics, aside=fix and "-" in names)
    return max(one.status for one in done)


def _form(file: Path | None) -> str:
    from shapecalc.render.lint import SUFFIXES  # noqa: PLC0415  `--help` does not need it

    form = SUFFIXES.get(file.suffix.lower()) if file else "text"
    if form is None:
        raise click.BadParameter(f"{file}: no format has the suffix; there are {', '.join(SUFFIXES)}")
    return form


def _manual(code: str | None) -> int:
    from shapecalc.linting.choice import named  # noqa: PLC0415
    from shapecalc.render.lint import page, rule_lines  # noqa: PLC0415
    from shapecalc.render.screen import put_lines  # noqa: PLC0415

    rules = _rules()
    if code is None:
        put_lines(rule_lines(rules))
        return 0
    if named(rules, code) is None:
        from shapecalc.diagnostics import nearest  # noqa: PLC0415

        near = nearest(code, [word for rule in rules for word in (rule.code, rule.name)])
        hint = f"did you mean `{near}`?" if near else "`shapecalc lint --list` lists them"
        raise click.BadParameter(f"`{code}` is no rule; {hint}", param_hint="--explain")
    put_lines(page(code))
    return 0


def _rules() -> tuple[Rule, ...]:
    """All rules; one of another package that cannot be used is told, and nothing is done."""
    from shapecalc.linting import every_rule  # noqa: PLC0415

    try:
        return every_rule()
    except SpecError as error:
        from shapecalc.render.diagnostics import Source  # noqa: PLC0415

        tell(error.diagnostics, Source.unread("", ""))
        raise Rejected("") from None


def _look(
    select: Sequence[str], ignore: Sequence[str], *, pedantic: bool, sized: bool
) -> Callable[[Graph], tuple[Finding, ...]]:
    """What finds the faults of a network; a slip in the names of rules is told before any file is read."""
    from shapecalc.linting import lint  # noqa: PLC0415
    from shapecalc.linting.choice import chosen  # noqa: PLC0415

    rules = _rules()
    for flag, words in (("--select", select), ("--ignore", ignore)):
        try:
            chosen(rules, words, (), pedantic=pedantic)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint=flag) from None
    return partial(lint, select=select, ignore=ignore, pedantic=pedantic, rules=rules, sized=sized)


def _linted(
    name: str,
    settings: dict[str, object],
    sizes: dict[str, object],
    look: Callable[[Graph], tuple[Finding, ...]],
    *,
    fix: bool,
) -> Linted:
    """What is found in a file, mended first if it is to be."""
    from shapecalc.network import build  # noqa: PLC0415
    from shapecalc.render.diagnostics import Source  # noqa: PLC0415
    from shapecalc.render.lint import Linted  # noqa: PLC0415

    try:
        graph = graph_of(name, settings, sizes)
    except SpecError as error:
        return Linted(name, Source.unread(error.name or name, error.text), faults=error.diagnostics, read=False)
    if graph.wrong:
        why = tuple(finding for finding in look(graph) if finding.rule.early)
        return Linted(name, Source.of(graph.document), why, faults=graph.diagnostics, read=False)
    if not fix:
        return Linted(name, Source.of(graph.document), look(graph))
    from shapecalc.linting.fixing import mend  # noqa: PLC0415

    mended = mend(graph, lambda document: build(document, settings, sizes), look)
    if name == "-":
        put(mended.text, None)
    elif mended.fixed:
        _keep(Path(name), mended.text)
    return Linted(name, Source.of(mended.graph.document), mended.left, mended.fixed)


def _keep(file: Path, text: str) -> None:
    """Write a mended text in place of the file's, with the mark that it began with and the same permissions."""
    mark = codecs.BOM_UTF8 if file.read_bytes().startswith(codecs.BOM_UTF8) else b""
    mode = file.stat().st_mode
    put_bytes(mark + text.encode(), file)
    file.chmod(mode)


def _put(done: Sequence[Linted], form: str, file: Path | None, *, statistics: bool, aside: bool) -> None:
    """Print what was found, or write it to a file; ``aside`` to stderr."""
    from shapecalc.render import lint as rendering  # noqa: PLC0415
    from shapecalc.render.screen import plain_text, put_lines  # noqa: PLC0415

    if form != "text":
        put(rendering.FORMATS[form](done), file)
        return
    if statistics:
        lines = rendering.as_statistics(done)
        if file is None:
            put_lines(lines)
        else:
            put(plain_text(lines), file)
        return
    screen = console(stderr=aside)
    texts = rendering.as_text(done, 100 if file else screen.width)
    if file is not None:
        put("\n".join(text.plain for text in texts), file)
        return
    for text in texts:
        screen.print(text, soft_wrap=True)
